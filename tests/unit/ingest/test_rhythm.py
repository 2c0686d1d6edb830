"""How often a feed brings something, and when its silence is too long."""

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.rhythm import arrived, covers_a_day, mean_gap, too_quiet
from tests.articles import NOON
from tests.unit.ingest.world import FEED

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOW = int(NOON.timestamp())


def hours(*ago: float) -> tuple[int, ...]:
    return tuple(NOW - int(each * 3600) for each in ago)


def test_an_item_came_when_it_was_published_if_that_was_after_the_last_poll() -> None:
    dates = [NOON - HOUR, NOON - 5 * HOUR, None, NOON + HOUR]
    assert arrived((), dates, NOON - 2 * HOUR, NOON) == (*hours(1), NOW, NOW, NOW)


def test_at_a_first_poll_the_dates_of_the_last_year_count() -> None:
    dates = [NOON - HOUR, NOON - 300 * DAY, NOON - 400 * DAY, None, NOON + HOUR]
    assert arrived((), dates, None, NOON) == hours(300 * 24, 1)


@given(st.lists(st.integers(-20_000, 3), max_size=60))
def test_few_are_kept_and_in_order(hours_later: list[int]) -> None:
    dates = [NOON + HOUR * each for each in hours_later]
    came = arrived(hours(9, 7, 3), dates, NOON - 8 * HOUR, NOON)
    assert list(came) == sorted(came)
    assert len(came) == min(32, 3 + len(dates))
    assert max(came) <= NOW


def test_the_gap_is_known_from_five_items_on() -> None:
    assert mean_gap(hours(4, 3, 2, 1)) is None
    assert mean_gap((NOW,) * 32) is None
    assert mean_gap(hours(5, 4, 3, 2, 1)) == HOUR
    assert mean_gap(hours(10, 9, 8, 7, 6), NOON) == 2 * HOUR
    assert covers_a_day(hours(24, 1), NOON)
    assert not covers_a_day(hours(23, 1), NOON)
    assert not covers_a_day((), NOON)


@pytest.mark.parametrize(
    ("fields", "arrivals", "newest", "quiet"),
    [
        ({}, (), None, False),
        ({}, (), NOON - 900 * DAY, False),
        ({}, hours(60, 59, 58, 57, 47), None, False),
        ({}, hours(60, 59, 58, 57, 49), None, True),
        ({}, hours(60, 59, 58, 57, 49), NOON - HOUR, False),
        ({}, hours(24 * 40, 24 * 30, 24 * 20, 24 * 10, 24 * 9), None, False),
        ({"items_a_day": 0.5}, (), NOON - 19 * DAY, False),
        ({"items_a_day": 0.5}, (), NOON - 21 * DAY, True),
        ({"max_age": 3 * HOUR}, hours(1), NOON - 4 * HOUR, True),
        ({"max_age": 3 * HOUR}, hours(1), None, False),
        ({"max_age": 9 * DAY}, hours(60, 59, 58, 57, 49), None, False),
    ],
)
def test_when_a_silence_is_too_long(
    fields: dict[str, object], arrivals: tuple[int, ...], newest: datetime | None, quiet: bool
) -> None:
    feed = msgspec.structs.replace(FEED, **fields)
    assert (too_quiet(feed, arrivals, newest, NOON) is not None) is quiet
