"""A new state store reads the log back."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from ingest.recover import LEASE, MARK, recover
from ingest.story import story_of
from store.errors import LogUnavailable, StateUnavailable
from store.log import RAW, Entry
from store.records import Article, encode
from store.state import Seen
from tests.articles import NOON, article
from tests.fakes import FakeClock, FakeLog, FakeState

CLOCK = FakeClock(NOON)


def log_of(*articles: Article) -> FakeLog:
    log = FakeLog()
    log.append(RAW, [Entry(each.id, encode(each)) for each in articles])
    return log


def test_the_newest_version_whatever_the_order() -> None:
    two = article(version=7, headline="two", wire_version=2, minutes=5, first_seen=NOON)
    one = article(version=6, headline="one", wire_version=1)
    for order in ((one, two, two), (two, one)):
        state = FakeState()
        assert recover(log_of(*order), state, CLOCK) == 1
        assert state.items[two.id] == Seen(
            id=two.id,
            feed_id="levant-wire/top",
            version=7,
            content_hash=two.content_hash,
            first_seen=NOON,
            wire_version=2,
            late=(one.content_hash,),
            story=story_of(two),
        )


def test_a_form_without_a_number_leaves_the_greatest_known() -> None:
    numbered = article(version=6, headline="one", wire_version=9)
    without = article(version=7, headline="two")
    for order in ((numbered, without), (without, numbered)):
        state = FakeState()
        recover(log_of(*order), state, CLOCK)
        assert state.items[without.id].wire_version == 9


def test_it_happens_once_and_never_sets_back() -> None:
    made = article(version=5)
    state = FakeState()
    ahead = Seen(id=made.id, feed_id="x", version=9, content_hash="c", first_seen=NOON, appended=False)
    state.save_seen([ahead])
    assert recover(log_of(made, article("2")), state, CLOCK) == 1
    assert state.items[made.id] == ahead
    assert recover(log_of(article("3")), state, CLOCK) == 0
    assert len(state.items) == 2


def test_nobody_decides_while_another_reads() -> None:
    state = FakeState()
    state.lease(LEASE, "other", timedelta(minutes=10), NOON)
    with pytest.raises(StateUnavailable, match="another process reads the log back"):
        recover(FakeLog(), state, CLOCK)
    assert MARK not in state.marks


def test_a_log_that_is_gone_leaves_no_mark() -> None:
    log, state = log_of(article()), FakeState()
    log.trouble.before["poll"] = LogUnavailable("gone")
    with pytest.raises(LogUnavailable):
        recover(log, state, CLOCK)
    assert (state.marks, state.leases) == ({}, {})
    assert recover(log, state, CLOCK) == 1


def test_a_bad_record_is_passed_over() -> None:
    log = log_of(article("1"))
    log.append(RAW, [Entry("x", b"{")])
    log.append(RAW, [Entry("y", encode(article("2")))])
    with capture_logs() as lines:
        assert recover(log, FakeState(), CLOCK) == 2
    assert [line["event"] for line in lines] == ["record_skipped", "items_recovered"]
