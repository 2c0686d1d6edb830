"""`syriawire export` and `syriawire token`."""

import codecs
import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.export import export
from cli.tokens import token
from store.connect import open_index
from store.settings import Settings, load_settings
from tests.queries.corpus import corpus


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = load_settings({"SYRIAWIRE_HOME": str(tmp_path / "var")})
    index = open_index(made)
    index.put(corpus())
    index.refresh()
    index.close()
    return made


def test_an_export_goes_to_stdout(settings: Settings) -> None:
    done = CliRunner().invoke(export, ["group:ISIS language:ar", "--format", "jsonl"], obj=settings)
    assert done.exit_code == 0
    ids = [json.loads(line)["id"] for line in done.stdout.splitlines()]
    assert ids == ["qaryatain-ar", "raqqa-ar", "palmyra-ar"]
    assert done.stderr == ""


def test_an_export_goes_to_a_file_without_copies(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "strikes.csv"
    arguments = ["theme:airstrike", "--format", "csv", "--no-copies", "--output", str(file)]
    assert CliRunner().invoke(export, arguments, obj=settings).exit_code == 0
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == 16
    assert {row["language"] for row in rows} == {"en", "ar", "ru", "tr"}
    assert CliRunner().invoke(export, [*arguments, "--bom"], obj=settings).exit_code == 0
    with file.open(encoding="utf-8-sig", newline="") as opened:
        assert list(csv.DictReader(opened)) == rows
    assert file.read_bytes().startswith(codecs.BOM_UTF8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["(a", "--format", "csv"], "query: character 1: "), (["a"], "Missing option '--format'")],
)
def test_what_will_not_do_is_said(settings: Settings, arguments: list[str], message: str) -> None:
    done = CliRunner().invoke(export, arguments, obj=settings)
    assert done.exit_code == 2
    assert message in done.stderr


def test_tokens_are_made_listed_and_revoked(tmp_path: Path) -> None:
    settings = load_settings({"SYRIAWIRE_HOME": str(tmp_path / "var")})
    made = CliRunner().invoke(token, ["add", "desk", "--role", "archivist"], obj=settings)
    assert made.stdout.startswith("sw_")
    listed = CliRunner().invoke(token, ["list", "--json"], obj=settings)
    (only,) = map(json.loads, listed.stdout.splitlines())
    assert (only["name"], only["role"]) == ("desk", "archivist")
    assert made.stdout.strip() not in listed.stdout
    assert CliRunner().invoke(token, ["revoke", "desk"], obj=settings).exit_code == 0
    assert CliRunner().invoke(token, ["list", "--json"], obj=settings).stdout == ""


def test_a_token_out_of_a_file_is_not_printed(tmp_path: Path) -> None:
    settings = load_settings({"SYRIAWIRE_HOME": str(tmp_path)})
    file = tmp_path / "token"
    file.write_text("sw_" + "a" * 40 + "\n")
    call = ["add", "desk", "--role", "editor", "--token-file", str(file)]
    for _ in range(2):
        done = CliRunner().invoke(token, call, obj=settings)
        assert (done.exit_code, done.output) == (0, "")
    listed = CliRunner().invoke(token, ["list", "--json"], obj=settings)
    assert '"desk"' in listed.stdout
