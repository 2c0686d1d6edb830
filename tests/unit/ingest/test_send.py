"""From a decision to the log: what cannot be sent stays alone, and nobody is overtaken."""

import msgspec
import pytest
from structlog.testing import capture_logs

from ingest.decide import decide
from ingest.send import LeaseLost, send, sendable
from store.errors import TooLarge
from store.log import DEAD, RAW
from store.records import decode_article, decode_dead_letter
from tests.articles import NOON, article
from tests.fakes import FakeLog, FakeState


def test_an_article_that_cannot_be_written_is_left_out() -> None:
    bad = msgspec.structs.replace(article("2"), provider="\ud800")
    with capture_logs() as lines:
        assert sendable([article("1"), bad, article("3")]) == [article("1"), article("3")]
    assert [(line["event"], line["id"]) for line in lines] == [("article_left_out", bad.id)]


def test_an_article_that_is_too_large_for_the_log_is_a_dead_letter_that_points_into_the_archive() -> None:
    log, state = FakeLog(), FakeState()
    log.trouble.before["append"] = TooLarge("1 MB", (1,))
    large = article("2", body="x" * 1000, raw_ref="sha256:00#1")
    decision = decide({}, [article("1"), large, article("3")], NOON)
    with capture_logs():
        assert send(decision, {}, log, state, lambda: True) == 1
    assert [decode_article(record.value).guid for record in log.topics[RAW]] == ["1", "3"]
    assert all(state.items[each.id].appended for each in decision.append)
    (letter,) = [decode_dead_letter(record.value) for record in log.topics[DEAD]]
    assert letter.key == large.id
    assert "1 MB" in letter.reason
    assert "archive: sha256:00#1" in letter.reason
    kept = decode_article(letter.value)
    assert (kept.headline, kept.body, kept.raw_ref) == (large.headline, "", "sha256:00#1")


def test_another_decided_meanwhile() -> None:
    log, state = FakeLog(), FakeState()
    mine = decide({}, [article(headline="old")], NOON)
    send(decide({}, [article(headline="new")], NOON), {}, log, state, lambda: True)
    after = dict(state.items)
    with pytest.raises(LeaseLost):
        send(mine, {}, log, state, lambda: True)
    assert (len(log.topics[RAW]), state.items) == (1, after)


def test_a_number_alone_is_not_set_back_either() -> None:
    log, state = FakeLog(), FakeState()
    send(decide({}, [article(wire_version=1)], NOON), {}, log, state, lambda: True)
    known = dict(state.items)
    numbered = decide(known, [article(wire_version=2)], NOON)
    assert (numbered.append, numbered.seen[0].wire_version) == ((), 2)
    with pytest.raises(LeaseLost):
        send(numbered, known, log, state, lambda: False)
    send(decide(known, [article(wire_version=1, headline="new")], NOON), known, log, state, lambda: True)
    with pytest.raises(LeaseLost):
        send(numbered, known, log, state, lambda: True)
