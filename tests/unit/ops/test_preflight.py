"""Each problem before the start is one line: what: why: what to do."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import preflight
from store.settings import Settings, load_settings


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def _settings(home: Path, **more: object) -> Settings:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        values = {
            "home": home,
            "web_port": one.getsockname()[1],
            "airflow_port": other.getsockname()[1],
            **more,
        }
    return load_settings({f"SYRIAWIRE_{name.upper()}": str(value) for name, value in values.items()})


def _ports(settings: Settings, *, demo: bool = False) -> dict[str, preflight.Check]:
    return {check.name: check for check in preflight.checks(settings, demo) if check.name.startswith("port ")}


def test_a_free_port_is_well(tmp_path: Path) -> None:
    assert all(check.ok for check in _ports(_settings(tmp_path)).values())


@pytest.mark.parametrize(
    ("name", "setting"), [("web", "SYRIAWIRE_WEB_PORT"), ("airflow", "SYRIAWIRE_AIRFLOW_PORT")]
)
def test_a_taken_port_names_the_setting(tmp_path: Path, taken: int, name: str, setting: str) -> None:
    check = _ports(_settings(tmp_path, **{f"{name}_port": taken}))[f"port {name}"]
    assert not check.ok
    assert check.message.startswith(f"{name}: port {taken} is taken")
    assert setting in check.message


def test_the_wires_need_a_port_in_the_demo_only(tmp_path: Path, taken: int) -> None:
    settings = _settings(tmp_path, demo_url=f"http://127.0.0.1:{taken}")
    assert "port wires" not in _ports(settings)
    assert "SYRIAWIRE_DEMO_URL" in _ports(settings, demo=True)["port wires"].message


def test_two_programs_cannot_share_a_port(tmp_path: Path, taken: int) -> None:
    check = _ports(_settings(tmp_path, web_port=9, airflow_port=9))["port airflow"]
    assert check.message == "airflow: port 9 is also that of web: set SYRIAWIRE_AIRFLOW_PORT to another"


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    problems = preflight.problems(_settings(tmp_path / "file" / "var"), demo=False)
    assert any(line.startswith("home: ") and "set SYRIAWIRE_HOME" in line for line in problems)


def test_a_home_that_is_well_leaves_nothing_behind(tmp_path: Path) -> None:
    found = {check.name: check for check in preflight.checks(_settings(tmp_path), demo=False)}
    assert found["home"].ok
    assert found["sqlite"].ok
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("running", "ok"), [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False)]
)
def test_python(running: tuple[int, int], ok: bool) -> None:
    check = preflight.python(running)
    assert check.ok is ok
    assert ok or check.message.endswith("make the venv with Python 3.11 to 3.13")


def test_free_space(tmp_path: Path) -> None:
    assert preflight.free_space(tmp_path, 2 << 30).ok
    assert "0.5 GiB free" in preflight.free_space(tmp_path, 1 << 29).message


def test_an_empty_catalogue(tmp_path: Path) -> None:
    problems = preflight.problems(_settings(tmp_path, feeds=tmp_path), demo=False)
    assert f"feeds: no *.yml in {tmp_path}: set SYRIAWIRE_FEEDS to a folder with a catalogue" in problems
