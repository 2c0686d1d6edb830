"""Who is due, who goes with whom, and when next."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.catalogue import Feed
from ingest.schedule import batches, conditional, due, next_due
from store.health import HEALTH, SUCCESS
from store.state import FeedState, Hints
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


def wait(one: Feed, health: str = "ok", failures: int = 0, **known: object) -> timedelta:
    """How long after a poll the next one comes."""
    return next_due(one, FeedState(feed_id=one.id, health=health, failures=failures, **known), NOON) - NOON  # type: ignore[arg-type]


def test_a_good_feed_comes_again_after_its_time_and_a_little() -> None:
    assert MINUTE <= wait(feed()) <= MINUTE * 1.1
    assert wait(feed()) == wait(feed(), "unchanged")


def test_failures_make_polls_rarer_up_to_a_limit() -> None:
    waits = [wait(feed(), "server_error", failures) for failures in range(1, 40)]
    assert waits == sorted(waits)
    assert waits[0] >= 2 * MINUTE
    assert waits[-1] <= timedelta(hours=6) * 1.1
    daily = feed(every=timedelta(days=1))
    assert wait(daily, "timeout", 30) >= timedelta(days=1)


def test_who_asks_for_time_gets_it() -> None:
    assert wait(feed(), "rate_limited", 1) >= timedelta(minutes=10)
    state = FeedState(feed_id="x", health="rate_limited", failures=1)
    later = NOON + timedelta(hours=2)
    assert next_due(feed(), state, NOON, later) == later
    assert next_due(feed(), FeedState(feed_id="x", health="ok"), NOON, later) == later


def test_a_feed_that_is_closed_is_asked_once_a_week_for_ever() -> None:
    assert timedelta(days=1) <= wait(feed(), "gone", 1) < timedelta(days=2)
    for failures in (3, 30, 3000):
        assert timedelta(days=7) <= wait(feed(), "gone", failures) < timedelta(days=8)


HOUR = timedelta(hours=1)
TEN = timedelta(minutes=10)


def every(gap: timedelta, count: int = 32, silence: timedelta = timedelta()) -> tuple[int, ...]:
    """Arrivals with this gap, the last one `silence` before noon."""
    last = (NOON - silence).timestamp()
    return tuple(int(last - gap.total_seconds() * n) for n in reversed(range(count)))


def test_a_busy_feed_is_polled_sooner_and_a_quiet_one_later() -> None:
    one = feed(every=TEN)
    assert TEN / 2 <= wait(one, arrivals=every(MINUTE)) <= TEN / 2 * 1.1
    assert 1.0 <= wait(one, arrivals=every(2 * TEN, silence=2 * TEN)) / TEN <= 1.15
    assert 4.0 <= wait(one, arrivals=every(timedelta(days=3))) / TEN <= 4.4


def test_a_feed_is_not_called_quiet_before_we_have_seen_a_day_of_it() -> None:
    few = every(3 * HOUR, 6)
    assert wait(feed(every=TEN), arrivals=few) <= TEN * 1.1
    assert wait(feed(every=TEN), arrivals=every(3 * HOUR, 10)) >= TEN * 4


def test_overruns_halve_the_wait_each_down_to_soonest() -> None:
    waits = [wait(feed(every=HOUR), overruns=count) for count in range(8)]
    assert waits[1] == waits[0] / 2
    assert waits[4] == waits[0] / 16
    assert waits[7] == waits[4]
    assert wait(feed(every=TEN), overruns=7) >= MINUTE


def test_what_the_publisher_asks_for_counts_up_to_four_times_every() -> None:
    one = feed(every=TEN)
    assert 2.0 <= wait(one, hints=Hints(ttl_minutes=20)) / TEN <= 2.2
    assert 3.0 <= wait(one, hints=Hints(cache_seconds=1800, ttl_minutes=20)) / TEN <= 3.3
    assert 4.0 <= wait(one, hints=Hints(ttl_minutes=10_000)) / TEN <= 4.4
    bound = msgspec.structs.replace(one, latest=TEN)
    assert wait(bound, hints=Hints(ttl_minutes=10_000)) <= TEN * 1.1


def test_the_stated_period_stands_in_until_the_rhythm_is_known() -> None:
    one, hourly = feed(every=TEN), Hints(period_seconds=1800)
    assert 3.0 <= wait(one, hints=hourly) / TEN <= 3.3
    assert wait(one, hints=hourly, arrivals=every(MINUTE)) <= TEN


def test_skipped_hours_and_days_are_left_out() -> None:
    one = feed(every=TEN)
    at = NOON + wait(one, hints=Hints(skip_hours=(12, 13)))
    assert at == NOON + 2 * HOUR
    wednesday = NOON + wait(one, hints=Hints(skip_days=("Wednesday",)))
    assert wednesday == NOON + timedelta(hours=6)  # `latest` goes before it
    assert wait(one, hints=Hints(skip_hours=tuple(range(24)))) == timedelta(hours=6)


def test_once_a_day_a_feed_is_asked_without_validators() -> None:
    one = feed()
    assert not conditional(one, FeedState(feed_id="x"), NOON)
    for hours, expected in ((1, True), (21, True), (24, False), (30, False)):
        state = FeedState(feed_id="x", last_whole=NOON - hours * HOUR)
        assert conditional(one, state, NOON) is expected
    lying = FeedState(feed_id="x", last_whole=NOON, distrust_until=NOON + HOUR)
    assert not conditional(one, lying, NOON)
    assert conditional(one, lying, NOON + 2 * HOUR)


def test_a_host_that_asked_for_time_is_left_alone_with_all_its_feeds() -> None:
    feeds = [feed("a/1", "one.example"), feed("a/2", "two.example")]
    waits = {"one.example": NOON + MINUTE}
    assert [each.id for each in due(feeds, {}, NOON, timedelta(minutes=5), waits)] == ["a/2"]
    assert len(due(feeds, {}, NOON + MINUTE, waits=waits)) == 2


def test_a_new_address_in_the_catalogue_is_due_at_once() -> None:
    one = feed()
    waiting = FeedState(feed_id=one.id, url=one.url, health="gone", next_due=NOON + timedelta(days=7))
    assert due([one], {one.id: waiting}, NOON) == []
    moved = msgspec.structs.replace(one, url="https://new.example/feed")
    assert due([moved], {one.id: waiting}, NOON) == [moved]


spans = st.timedeltas(timedelta(seconds=10), timedelta(days=2))
FEEDS = st.builds(
    Feed,
    id=st.sampled_from(["a/a", "a/b", "levant-wire/top"]),
    url=st.just("https://levant-wire.example/feed"),
    publisher=st.just("x"),
    scope=st.just("x"),
    every=spans,
    soonest=spans,
    latest=spans,
)
HINTS = st.builds(
    Hints,
    ttl_minutes=st.integers(0, 10**6),
    period_seconds=st.integers(0, 10**9),
    cache_seconds=st.integers(0, 10**9),
    skip_hours=st.lists(st.integers(0, 23), max_size=24).map(tuple),
    skip_days=st.lists(st.sampled_from(["Monday", "Wednesday", "Sunday", "Someday"])).map(tuple),
)
PAST = st.lists(st.integers(0, int(NOON.timestamp())), max_size=32).map(lambda each: tuple(sorted(each)))
STATES = st.builds(
    FeedState,
    feed_id=st.just("x"),
    health=st.sampled_from(sorted(HEALTH)),
    failures=st.integers(0, 10**6),
    arrivals=PAST,
    overruns=st.integers(0, 10**6),
    hints=HINTS,
)


@given(FEEDS, STATES, st.none() | st.timedeltas(timedelta(), timedelta(days=1)))
def test_the_next_poll_is_within_bounds_and_never_before_the_host_allows(
    one: Feed, state: FeedState, asked: timedelta | None
) -> None:
    at = next_due(one, state, NOON)
    floor, ceiling = min(one.soonest, one.every), max(one.latest, one.every)
    if state.health not in SUCCESS:
        floor, ceiling = one.every, max(6 * HOUR, one.every)
    if state.health == "gone":
        ceiling = max(ceiling, timedelta(days=7))
    assert floor <= at - NOON <= ceiling * 1.1
    assert next_due(one, state, NOON) == at
    if asked is not None:
        assert next_due(one, state, NOON, NOON + asked) == max(at, NOON + asked)


@given(FEEDS, STATES)
def test_more_failures_never_bring_the_next_poll_forward(one: Feed, state: FeedState) -> None:
    after = msgspec.structs.replace(state, failures=state.failures + 1)
    assert next_due(one, after, NOON) >= next_due(one, state, NOON)


@given(FEEDS, STATES)
def test_more_overruns_never_put_the_next_poll_off(one: Feed, state: FeedState) -> None:
    plain = msgspec.structs.replace(state, hints=Hints())
    after = msgspec.structs.replace(plain, overruns=state.overruns + 1)
    assert next_due(one, after, NOON) <= next_due(one, plain, NOON)


@pytest.mark.parametrize("name", HEALTH)
def test_every_health_has_a_remedy_of_one_line(name: str) -> None:
    assert HEALTH[name].endswith(".")
    assert "\n" not in HEALTH[name]


def test_successes_are_states() -> None:
    assert set(HEALTH) > SUCCESS
