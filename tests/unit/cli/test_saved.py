"""`syriawire saved`, over the embedded index and state and a real receiver on loopback."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from cli.saved import saved
from cli.watch import status
from store.connect import open_index, open_saved
from store.settings import Settings, load_settings
from tests.articles import article
from tests.unit.ops.test_senders import Receiver


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environ = {
        "SYRIAWIRE_HOME": str(tmp_path / "var"),
        "SYRIAWIRE_ALERTS_SECRET": "key",
        "SYRIAWIRE_ALERTS_REFUSALS": "2",
    }
    made = load_settings(environ)
    index = open_index(made)
    index.put([article("1"), article("2", headline="Rain in the capital", body="It rained.")])
    index.refresh()
    index.close()
    return made


def call(settings: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(saved, list(arguments), obj=settings, standalone_mode=False)


def told(settings: Settings, *arguments: str) -> list[Any]:
    return [json.loads(line) for line in call(settings, *arguments).stdout.splitlines()]


def test_a_search_is_saved_listed_changed_and_removed(settings: Settings) -> None:
    (made,) = told(settings, "add", "strikes", "Qaryatain")
    assert made["saved"] == "strikes"
    assert call(settings, "list").stdout.splitlines()[1].split("\t") == ["strikes", "Qaryatain", "atom", ""]
    (listed,) = told(settings, "list", "--json")
    assert (listed["id"], listed["aside"]) == (made["id"], 0)
    assert told(settings, "edit", "strikes", "--name", "rain", "--query", "Rain")[0]["id"] == made["id"]
    (shown,) = told(settings, "show", "rain")
    assert (shown["search"]["query"], shown["aside"], shown["sent"]) == ("Rain", [], {})
    assert told(settings, "check", "rain") == [{"ok": True, "missed": {}}]
    assert call(settings, "remove", made["id"]).exit_code == 0
    assert told(settings, "list", "--json") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a", "(b"), "query: character 1"),
        (("<a>", "b"), "name: takes letters"),
        (("a", "b", "--webhook", "http://127.0.0.1/"), "saved add --private"),
        (("a", "b", "--webhook", "https://desk.example/", "--secret", "none"), "write a secret into"),
        (("a", "b", "--email", "desk@example.org"), "set SYRIAWIRE_SMTP_HOST"),
        (("a", "b", "--email", "desk"), "NAME@HOST"),
    ],
)
def test_what_will_not_do_is_said(settings: Settings, arguments: tuple[str, ...], message: str) -> None:
    done = CliRunner().invoke(saved, ["add", *arguments], obj=settings)
    assert done.exit_code == 2
    assert message in done.stderr
    assert told(settings, "list", "--json") == []


def test_a_test_says_what_came_back(settings: Settings) -> None:
    receiver = Receiver(204, 410)
    with receiver.listening() as url:
        told(settings, "add", "strikes", "Qaryatain", "--webhook", url, "--private")
        first = call(settings, "test", "strikes")
        second = call(settings, "test", "strikes")
    assert first.return_value == 0
    rows = [json.loads(line) for line in first.stdout.splitlines()]
    assert [(row["ok"], row["said"]) for row in rows] == [
        (True, "nothing to send: readers fetch the feed"),
        (True, "answered 204"),
    ]
    assert second.return_value == 1
    assert "webhook 127.0.0.1: answered 410" in second.stdout
    assert "token" not in first.stdout + second.stdout
    assert [json.loads(content)["items"][0]["kind"] for _, content in receiver.got] == ["test", "test"]


def test_what_is_refused_is_set_aside_seen_and_sent_again(settings: Settings) -> None:
    receiver = Receiver(400, 400)
    with receiver.listening() as url:
        told(settings, "add", "strikes", "Qaryatain", "--webhook", url, "--private", "--backfill")
        first = call(settings, "run", "strikes")
        assert first.return_value == 1
        assert call(settings, "run").return_value == 0  # it waits
        assert told(settings, "retry", "strikes")[0] == {"again": 0}
        shown = CliRunner().invoke(status, obj=settings).stdout
        assert "strikes\twebhook-" in shown
        assert "answered 400: mend the receiver" in shown
        _let_time_pass(settings)
        assert told(settings, "run")[1]["aside"] == 1
        (after,) = told(settings, "show", "strikes")
        assert [line["refused"] for line in after["aside"]] == ["webhook 127.0.0.1: answered 400"]
        assert call(settings, "list").stdout.splitlines()[1].endswith("\t1")
        assert "`syriawire saved retry NAME`" in CliRunner().invoke(status, obj=settings).stdout
        again = told(settings, "retry", "strikes")
    assert again[0] == {"again": 1}
    assert [row["sent"] for row in again[1:]] == [0, 1]
    assert len(receiver.got) == 3


def _let_time_pass(settings: Settings) -> None:
    """The pause after a refusal is over."""
    store = open_saved(settings)
    (search,) = store.searches()
    for progress in store.progress(search.id).values():
        store.save_progress(msgspec.structs.replace(progress, not_before=None))
    store.close()
