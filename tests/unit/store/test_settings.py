"""Settings: environment over file over defaults; what is unknown stops the program with a hint."""

from pathlib import Path

import pytest

from store.connect import open_index, open_log, open_state
from store.errors import SettingsError
from store.settings import load_settings


def test_defaults_are_embedded_below_home(tmp_path: Path) -> None:
    settings = load_settings({"SYRIAWIRE_HOME": str(tmp_path)})
    assert settings.log == f"sqlite:///{tmp_path}/log.db"
    assert settings.index == f"tantivy:///{tmp_path}/index"
    assert settings.web_port == 8088


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "syriawire.yml"
    file.write_text("web_port: 9000\nbatch: 50\n")
    settings = load_settings({"SYRIAWIRE_SETTINGS": str(file), "SYRIAWIRE_BATCH": "70"})
    assert (settings.web_port, settings.batch) == (9000, 70)


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        (
            {"SYRIAWIRE_WEB_PROT": "1"},
            "SYRIAWIRE_WEB_PROT: unknown setting .* did you mean 'SYRIAWIRE_WEB_PORT'",
        ),
        ({"SYRIAWIRE_ZZZ": "1"}, "known are"),
        ({"SYRIAWIRE_WEB_PORT": "abc"}, "SYRIAWIRE_WEB_PORT: 'abc' will not do: expected `int`"),
        ({"SYRIAWIRE_WEB_PORT": "70000"}, "<= 65535"),
        ({"SYRIAWIRE_BATCH": "0"}, "SYRIAWIRE_BATCH"),
        ({"SYRIAWIRE_SETTINGS": "missing.yml"}, r"missing\.yml: cannot be read"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(environ: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        load_settings(environ)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("web_prot: 1", "did you mean 'web_port'"),
        ("- a", "holds no settings"),
        ("a: [", "not YAML"),
        ("web_port: [1]", "WEB_PORT"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "syriawire.yml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=says):
        load_settings({"SYRIAWIRE_SETTINGS": str(file)})


def test_settings_for_tests_are_not_ours() -> None:
    assert load_settings({"SYRIAWIRE_TEST_KAFKA": "host:9092"}) == load_settings({})


@pytest.mark.parametrize(
    ("setting", "opened"), [("LOG", open_log), ("INDEX", open_index), ("STATE", open_state)]
)
def test_a_url_of_no_known_kind_is_refused(setting: str, opened: object) -> None:
    settings = load_settings({f"SYRIAWIRE_{setting}": "carrier-pigeon://coop"})
    with pytest.raises(SettingsError, match=f"SYRIAWIRE_{setting}: .*carrier-pigeon"):
        opened(settings)  # type: ignore[operator]


def test_a_value_can_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("c2VjcmV0\n")
    settings = load_settings({"SYRIAWIRE_ELASTICSEARCH_API_KEY_FILE": str(file)})
    assert settings.elasticsearch_api_key == "c2VjcmV0"
    assert "c2VjcmV0" not in repr(settings)


def test_a_setting_that_is_a_file_stays_one() -> None:
    assert load_settings({"SYRIAWIRE_KAFKA_CA_FILE": "ca.pem"}).kafka_ca_file == "ca.pem"


@pytest.mark.parametrize(
    ("content", "more", "says"),
    [
        (None, {}, "SYRIAWIRE_STATE_FILE: .*: cannot be read"),
        (b"\n", {}, "SYRIAWIRE_STATE_FILE: .*: is empty"),
        (b"\xff", {}, "not UTF-8"),
        (b"sqlite:///x", {"SYRIAWIRE_STATE": "sqlite:///y"}, "SYRIAWIRE_STATE is set as well"),
    ],
)
def test_a_file_that_will_not_do_is_named(
    tmp_path: Path, content: bytes | None, more: dict[str, str], says: str
) -> None:
    file = tmp_path / "state"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=says):
        load_settings({"SYRIAWIRE_STATE_FILE": str(file), **more})


def test_an_unknown_name_stays_unknown_with_file() -> None:
    with pytest.raises(SettingsError, match="unknown setting 'SYRIAWIRE_STAET_FILE'"):
        load_settings({"SYRIAWIRE_STAET_FILE": "x"})
