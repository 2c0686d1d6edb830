"""Who is due, who goes with whom, and when next."""

from datetime import timedelta

import pytest

from ingest.catalogue import Feed
from ingest.schedule import batches, due, next_due
from store.health import HEALTH, SUCCESS
from store.state import FeedState
from tests.articles import NOON

MINUTE = timedelta(minutes=1)


def feed(name: str = "levant-wire/top", host: str = "levant-wire.example", every: timedelta = MINUTE) -> Feed:
    return Feed(id=name, url=f"https://{host}/feed", publisher="x", scope=name, every=every)


def test_a_healthy_feed_may_come_a_little_early_another_never() -> None:
    soon = NOON + timedelta(seconds=20)
    one = feed()
    for health, expected in (("ok", [one]), ("unchanged", [one]), ("rate_limited", []), ("timeout", [])):
        states = {one.id: FeedState(feed_id=one.id, health=health, next_due=soon)}
        assert due([one], states, NOON) == []
        assert due([one], states, NOON, timedelta(seconds=30)) == expected


def test_due_are_the_new_and_those_whose_time_has_come() -> None:
    feeds = [feed(name) for name in ("a/later", "a/now", "a/overdue", "a/new", "a/empty")]
    states = {
        "a/later": FeedState(feed_id="a/later", next_due=NOON + MINUTE),
        "a/now": FeedState(feed_id="a/now", next_due=NOON),
        "a/overdue": FeedState(feed_id="a/overdue", next_due=NOON - MINUTE),
        "a/empty": FeedState(feed_id="a/empty"),
    }
    assert [each.id for each in due(feeds, states, NOON)] == ["a/new", "a/empty", "a/overdue", "a/now"]


def test_all_feeds_of_a_host_are_in_one_batch() -> None:
    feeds = [feed(f"a/{number}", host=f"h{number % 30}.example") for number in range(90)]
    made = batches(feeds, limit=16)
    assert len(made) <= 16
    assert sorted(name for batch in made for name in batch) == sorted(each.id for each in feeds)
    where = {name: number for number, batch in enumerate(made) for name in batch}
    assert all(where[each.id] == where[f"a/{int(each.id[2:]) % 30}"] for each in feeds)
    assert batches(feeds, limit=1) == [[each.id for each in feeds]]


def test_batches_are_the_same_in_every_process() -> None:
    assert batches([feed("a/1", "one.example"), feed("a/2", "two.example")], 2) == batches(
        [feed("a/1", "one.example"), feed("a/2", "two.example")], 2
    )


def test_a_good_feed_comes_again_after_its_time_and_a_little() -> None:
    after = next_due(feed(), "ok", 0, NOON) - NOON
    assert MINUTE <= after <= MINUTE * 1.1
    assert after == next_due(feed(), "unchanged", 0, NOON) - NOON


def test_failures_make_polls_rarer_up_to_a_limit() -> None:
    waits = [next_due(feed(), "server_error", failures, NOON) - NOON for failures in range(1, 40)]
    assert waits == sorted(waits)
    assert waits[0] >= 2 * MINUTE
    assert waits[-1] <= timedelta(hours=6) * 1.1
    daily = feed(every=timedelta(days=1))
    assert next_due(daily, "timeout", 30, NOON) - NOON >= timedelta(days=1)


def test_who_asks_for_time_gets_it() -> None:
    assert next_due(feed(), "rate_limited", 1, NOON) - NOON >= timedelta(minutes=10)
    assert next_due(feed(), "rate_limited", 1, NOON, timedelta(hours=2)) == NOON + timedelta(hours=2)
    assert next_due(feed(), "gone", 1, NOON) - NOON >= timedelta(days=1)


@pytest.mark.parametrize("name", HEALTH)
def test_every_health_has_a_remedy_of_one_line(name: str) -> None:
    assert HEALTH[name].endswith(".")
    assert "\n" not in HEALTH[name]


def test_successes_are_states() -> None:
    assert set(HEALTH) > SUCCESS
