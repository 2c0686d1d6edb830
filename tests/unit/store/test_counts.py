"""Buckets of time and surprise, without an index."""

import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.bounds import MOST_BUCKETS
from store.counts import company, timeline
from store.errors import BadQuestion
from store.query import Interval

TIMES = st.datetimes(timezones=st.just(UTC))


@given(st.lists(st.tuples(TIMES, st.integers(1, 9)), max_size=5), st.sampled_from(get_args(Interval)))
def test_a_timeline_loses_nothing_and_has_no_gap(
    counts: list[tuple[datetime, int]], interval: Interval
) -> None:
    try:
        buckets = timeline(counts, interval)
    except BadQuestion:
        assert max(counts)[0] - min(counts)[0] > timedelta(hours=MOST_BUCKETS - 1)
        return
    assert sum(each.count for each in buckets) == sum(count for _, count in counts)
    longest = {"hour": 1, "day": 24, "week": 168, "month": 744, "year": 8784}[interval]
    for one, other in pairwise(buckets):
        assert timedelta(0) < other.start - one.start <= timedelta(hours=longest)
    if buckets:
        assert buckets[0].count > 0
        assert buckets[-1].count > 0
        assert buckets[0].start <= min(counts)[0]


def test_the_ends_of_the_calendar_do_no_harm() -> None:
    ends = [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)]
    for interval in get_args(Interval):
        for end in ends:
            assert [each.count for each in timeline([(end, 1)], interval)] == [1]
    assert len(timeline([(end, 1) for end in ends], "year")) == 9999


def test_zones_are_counted_in_utc() -> None:
    moment = datetime.fromisoformat("2015-10-08T01:00+03:00")
    assert timeline([(moment, 1)], "day")[0].start == datetime(2015, 10, 7, tzinfo=UTC)


@given(st.integers(2, 50), st.integers(0, 50), st.integers(0, 500), st.integers(0, 500))
def test_only_what_is_more_frequent_is_company(count: int, more: int, elsewhere: int, others: int) -> None:
    total, all_, background = count + more, count + elsewhere, count + more + elsewhere + others
    found = company({"x": count}, total, {"x": all_}, background, 5)
    assert bool(found) == (count * background > all_ * total)
    assert all(each.score > 0 for each in found)


def test_the_surest_comes_first() -> None:
    found = company({"a": 5, "b": 50, "c": 50, "d": 1}, 100, {"a": 5, "b": 50, "c": 500, "d": 1}, 1000, 2)
    assert [each.value for each in found] == ["b", "a"]
    by_hand = 2 * (50 * math.log(50 / 5) + 50 * math.log(50 / 95) + 900 * math.log(900 / 855))
    assert found[0].score == pytest.approx(by_hand)
