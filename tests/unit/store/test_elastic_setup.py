"""The administrator's commands where no server answers, or they are called wrongly."""

from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.elastic import elastic
from store.adapters.elastic_setup import Setup, roles
from store.errors import IndexUnavailable, SettingsError
from store.settings import load_settings


def test_a_server_that_is_starting_is_waited_for() -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    settings = load_settings({"SYRIAWIRE_INDEX": "http://127.0.0.1:9/desk"})
    with (
        closing(Setup(settings, wait=10, clock=lambda: now[0], sleep=sleep)) as setup,
        pytest.raises(IndexUnavailable, match="start Elasticsearch"),
    ):
        setup.create()
    assert 8 <= now[0] <= 10


def test_roles_speak_of_one_prefix_only() -> None:
    names = [
        name for role in roles("desk").values() for each in role.get("indices", ()) for name in each["names"]
    ]
    assert set(names) == {
        "desk-newest", "desk-newest-*", "desk-history", "desk-history-*", "desk-health",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("index", "arguments", "said"),
    [
        ("", ["create"], "is no Elasticsearch"),
        ("http://es", ["create", "--user", "elastic"], "go together"),
        (
            "http://es",
            ["create", "--user", "elastic", "--password-file", "nowhere"],
            "nowhere: holds no secret",
        ),
        ("http://es", ["keys", "--kibana-password-file", "nowhere"], ""),
    ],
)
def test_what_cannot_work_is_said(tmp_path: Path, index: str, arguments: list[str], said: str) -> None:
    environ = {"SYRIAWIRE_HOME": str(tmp_path), **({"SYRIAWIRE_INDEX": index} if index else {})}
    done = CliRunner().invoke(elastic, [*arguments, "--wait", "0"], obj=load_settings(environ))
    assert done.exit_code == 1
    assert isinstance(done.exception, SettingsError | IndexUnavailable)
    assert said in str(done.exception)


def test_an_empty_secret_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("\n", encoding="utf-8")
    settings = load_settings({"SYRIAWIRE_INDEX": "http://es"})
    done = CliRunner().invoke(
        elastic, ["create", "--user", "e", "--password-file", str(tmp_path / "p")], obj=settings
    )
    assert "is empty" in str(done.exception)


def test_a_key_without_a_file(tmp_path: Path) -> None:
    settings = load_settings({"SYRIAWIRE_INDEX": "http://es"})
    done = CliRunner().invoke(elastic, ["keys", "--key", "writer"], obj=settings)
    assert done.exit_code == 2
    assert "ROLE=FILE" in done.output
