"""What headers and body of an answer say of when to come again."""

from datetime import timedelta

from ingest.fetch import Fetched
from ingest.learn import Outcome, learn, recall
from ingest.parse import ParseResult
from store.state import Hints
from tests.articles import NOON
from tests.unit.ingest.world import FEED


def test_what_a_cache_says_is_kept_until_an_answer_says_otherwise() -> None:
    said = Fetched(health="ok", status=200, max_age=timedelta(minutes=20))
    read = ParseResult(health="ok")
    first = learn(FEED, recall(FEED, None), Outcome(health="ok", fetched=said, result=read), NOON)
    assert first.hints == Hints(cache_seconds=1200)
    assert first.next_due is not None
    assert first.next_due - NOON >= timedelta(minutes=20)
    not_modified = Fetched(health="unchanged", status=304)
    second = learn(FEED, first, Outcome(health="unchanged", fetched=not_modified), NOON)
    assert second.hints == first.hints
    silent = Outcome(health="ok", fetched=Fetched(health="ok", status=200), result=read)
    assert learn(FEED, second, silent, NOON).hints == Hints()


def test_hints_of_the_feed_are_kept_until_the_next_that_is_read() -> None:
    said = ParseResult(
        health="ok", ttl=30, skip_hours=(1, 2), skip_days=("Friday",), update_period=timedelta(hours=1)
    )
    fetched = Fetched(health="ok", status=200, max_age=timedelta(minutes=2))
    first = learn(FEED, recall(FEED, None), Outcome(health="ok", fetched=fetched, result=said), NOON)
    assert first.hints == Hints(
        ttl_minutes=30, period_seconds=3600, skip_hours=(1, 2), skip_days=("Friday",), cache_seconds=120
    )
    assert first.next_due is not None
    assert first.next_due - NOON >= timedelta(minutes=60)
    not_modified = Fetched(health="unchanged", status=304)
    second = learn(FEED, first, Outcome(health="unchanged", fetched=not_modified), NOON)
    assert second.hints == first.hints
    silent = Outcome(health="ok", fetched=Fetched(health="ok", status=200), result=ParseResult(health="ok"))
    assert learn(FEED, second, silent, NOON).hints == Hints()
