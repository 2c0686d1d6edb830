"""What polls over days teach of a feed: frozen caches, moves, retired feeds, overruns, silence."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import msgspec
import pytest
from structlog.testing import capture_logs

from ingest.catalogue import Feed
from ingest.moves import CONFIRMATIONS
from ingest.poll import PollResult, poll_batch
from store.state import FeedState
from tests.articles import NOON
from tests.unit.ingest.world import DATED, FEED, World, rss

DAY = timedelta(days=1)
NEW = "https://new.levant-wire.example/feed"
PAGE = b"<!doctype html><title>News</title>"


class Days(World):
    """A world that is polled again and again."""

    def poll(self, hours: float = 0, feed: Feed = FEED, taken: tuple[str, ...] = ()) -> PollResult:
        """The poll so many hours later."""
        self.clock.move(hours=hours)
        with capture_logs():
            (result,) = poll_batch([feed], self.desk(), taken)
        return result

    def known(self) -> FeedState:
        return self.state.feed_states[FEED.id]

    def answers(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        def kept(request: httpx.Request) -> httpx.Response:
            self.asked.append(request)
            return answer(request)

        self.answer = kept  # type: ignore[method-assign]


@pytest.fixture
def days() -> Days:
    return Days()


def dated(*ages: float) -> bytes:
    """Items of so many hours before noon; each is known by its age."""
    items = "".join(
        f"<item><guid>{age}</guid><title>Report {age}</title>"
        f"<pubDate>{NOON - timedelta(hours=age):%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for age in ages
    )
    return f"<rss><channel>{items}</channel></rss>".encode()


def test_once_a_day_a_feed_is_asked_whole(days: Days) -> None:
    days.poll()
    with_validators = []
    for _ in range(50):
        days.poll(1)
        with_validators.append("if-none-match" in days.asked[-1].headers)
    assert 2 <= with_validators.count(False) <= 3
    assert with_validators[0]


def test_a_stuck_304_is_found_out_and_not_trusted_for_a_while(days: Days) -> None:
    days.poll()
    days.body = rss("One", "Two", "Three")  # under the same validator
    found = [days.poll(3) for _ in range(8)]
    (shown,) = [each for each in found if each.new]
    assert shown.detail == "its 304 hid new articles (1): not trusted for 7 days"
    for _ in range(6):
        days.poll(24)
        assert "if-none-match" not in days.asked[-1].headers
    days.poll(24)
    days.poll(1)
    assert "if-none-match" in days.asked[-1].headers


def test_a_304_that_was_right_is_trusted_on(days: Days) -> None:
    days.poll()
    days.poll(23.5)
    days.body, days.etag = rss("One", "Two", "Three"), '"2"'
    assert days.poll(1).new == 1
    assert days.known().distrust_until is None


def test_an_item_older_than_the_last_304_was_hidden_by_it(days: Days) -> None:
    days.body = dated(1)
    days.poll()
    for _ in range(5):
        days.poll(4)
    days.etag = '"2"'
    days.body = dated(1, -2)  # published two hours after noon, long before the last 304
    days.clock.move(hours=4)
    assert "its 304 hid" in days.poll().detail


def test_a_cache_that_is_frozen_makes_the_feed_stale(days: Days) -> None:
    days.body = dated(10, 8, 6, 4, 2, 1)
    assert days.poll().health == "ok"
    assert days.poll(40).health == "unchanged"
    stale = days.poll(10)
    assert (stale.health, stale.detail) == (
        "stale",
        "newest item of 2015-10-07 11:00 UTC, expected within 2 days",
    )
    assert days.known().failures == 0
    days.body, days.etag = dated(10, 8, 6, 4, 2, 1, -50), '"2"'
    assert days.poll(1).health == "ok"


def test_a_304_to_a_question_without_validators_is_stale(days: Days) -> None:
    days.poll()
    days.answers(lambda _: httpx.Response(304))
    assert days.poll(25).health == "stale"
    assert days.known().last_whole == NOON


def test_the_catalogue_says_how_old_the_newest_item_may_be(days: Days) -> None:
    strict = msgspec.structs.replace(FEED, max_age=timedelta(hours=3))
    days.body = dated(1)
    assert days.poll(feed=strict).health == "ok"
    assert days.poll(3, feed=strict).health == "stale"


def test_a_feed_without_dates_says_so_also_at_a_304(days: Days) -> None:
    days.body = rss("One", "Two").replace(DATED.encode(), b"")
    assert [days.poll(1).health for _ in range(3)] == ["undated"] * 3
    days.body, days.etag = rss("One", "Two", "Three"), '"2"'
    assert days.poll(1).health == "ok"


def test_a_feed_whose_items_are_all_new_is_polled_sooner(days: Days) -> None:
    hourly = msgspec.structs.replace(FEED, every=timedelta(hours=1))
    waits = []
    for turn in range(4):
        days.body, days.etag = dated(*(-turn - n / 10 for n in range(5))), f'"{turn}"'
        result = days.poll(1, feed=hourly)
        assert result.health == ("overrun" if turn else "ok")
        known = days.known()
        assert known.next_due is not None
        waits.append(known.next_due - days.clock.now)
    assert waits == sorted(waits, reverse=True)
    assert waits[-1] < waits[0] / 3
    days.body, days.etag = dated(*(-3 - n / 10 for n in range(5)), -10), '"calm"'
    assert [days.poll(1, feed=hourly).health for _ in range(3)] == ["ok", "unchanged", "unchanged"]
    assert days.known().overruns == 0


def test_a_feed_that_held_nothing_before_has_not_overrun(days: Days) -> None:
    days.body = rss()
    assert days.poll().health == "no_entries"
    days.body, days.etag = rss("One", "Two", "Three"), '"2"'
    assert days.poll(1).health == "ok"


def moving(days: Days, code: int = 301, body: bytes = b"", to: str = NEW) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url) == FEED.url:
            return httpx.Response(code, headers={"location": to})
        return httpx.Response(200, content=body or days.body)

    days.answers(answer)


@pytest.mark.parametrize("code", [301, 308])
def test_a_move_is_adopted_after_days_and_then_asked_directly(days: Days, code: int) -> None:
    moving(days, code)
    for hours in (0, 1, 1, 20, 20):
        result = days.poll(hours)
        assert result.health in {"ok", "unchanged"}
        assert result.detail == f"moved for good to {NEW}: put that address into the catalogue"
    assert days.known().address == ""
    days.body = rss("One", "Two", "Three")
    adopted = days.poll(7)
    assert (adopted.health, adopted.new) == ("moved", 1)
    assert adopted.detail == f"read at {NEW}: put that address into the catalogue"
    asked = len(days.asked)
    assert days.poll(1).health == "moved"
    assert [str(request.url) for request in days.asked[asked:]] == [NEW]


def test_a_catalogue_that_names_the_new_address_ends_the_move(days: Days) -> None:
    moving(days)
    for body in range(CONFIRMATIONS):
        days.body = rss("One", str(body))
        days.poll(30)
    assert days.known().address == NEW
    mended = msgspec.structs.replace(FEED, url=NEW)
    result = days.poll(1, feed=mended)
    assert (result.health, result.detail) == ("ok", "")
    assert (days.known().address, days.known().url) == ("", NEW)


@pytest.mark.parametrize(
    ("code", "body", "to"),
    [
        (302, b"", NEW),
        (307, b"", NEW),
        (301, PAGE, NEW),
        (301, b"<rss><channel/></rss>", NEW),
        (301, b"", "https://other.example/feed"),
        (301, b"", "http://www.other.example/feed/"),
        (301, b"", "http://levant-wire.example/feed"),
    ],
)
def test_what_is_never_adopted(days: Days, code: int, body: bytes, to: str) -> None:
    moving(days, code, body, to)
    for number in range(8):
        days.body = rss("One", str(number))
        days.poll(20, taken=(FEED.url, "https://other.example/feed"))
    assert days.known().address == ""


def test_a_feed_that_moves_back_is_where_the_catalogue_says(days: Days) -> None:
    moving(days)
    for body in range(CONFIRMATIONS):
        days.body = rss("One", str(body))
        days.poll(30, taken=(FEED.url,))
    assert days.known().address == NEW

    def back(request: httpx.Request) -> httpx.Response:
        if str(request.url) == NEW:
            return httpx.Response(301, headers={"location": FEED.url})
        return httpx.Response(200, content=days.body)

    days.answers(back)
    for body in range(CONFIRMATIONS):
        days.body = rss("One", str(-body - 1))
        days.poll(30, taken=(FEED.url,))
    assert (days.known().address, days.known().health) == ("", "ok")


def test_of_two_feeds_that_move_to_one_address_one_follows(days: Days) -> None:
    other = msgspec.structs.replace(FEED, id="b/b", scope="b/b", url="https://levant-wire.example/b")

    def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url) != NEW:
            return httpx.Response(301, headers={"location": NEW})
        return httpx.Response(200, content=days.body)

    days.answers(answer)
    for number in range(6):
        days.body = rss("One", str(number))
        days.clock.move(hours=30)
        with capture_logs():
            poll_batch([FEED, other], days.desk())
    assert sorted(state.address for state in days.state.feed_states.values()) == ["", NEW]


def test_a_redirect_that_comes_and_goes_is_not_adopted(days: Days) -> None:
    for number in range(8):
        days.body = rss("One", str(number))
        if number % 3 == 2:
            days.answers(lambda _: httpx.Response(200, content=days.body))
        else:
            moving(days)
        days.poll(20)
    assert days.known().address == ""


def test_a_new_address_that_dies_is_given_up_again(days: Days) -> None:
    moving(days)
    for body in range(CONFIRMATIONS):
        days.body = rss("One", str(body))
        days.poll(30)
    assert days.known().address == NEW
    days.answers(lambda request: httpx.Response(404 if str(request.url) == NEW else 200, content=days.body))
    for _ in range(4):
        assert days.poll(1).health == "not_found"
    assert "read at the catalogue's address again" in days.poll(1).detail
    assert days.poll(1).health in {"ok", "unchanged"}
    assert str(days.asked[-1].url) == FEED.url


def test_a_retired_feed_is_asked_once_a_week_and_comes_back(days: Days) -> None:
    days.poll()
    days.answers(lambda _: httpx.Response(410))
    for _ in range(40):
        known = days.known()
        assert known.next_due is not None
        days.clock.now = max(known.next_due, days.clock.now)
        days.poll()
    assert (days.known().health, days.known().failures) == ("gone", 40)
    asked = days.asked[-1]
    assert "if-none-match" in asked.headers or days.known().last_whole is not None
    days.answers(lambda _: httpx.Response(200, content=rss("One", "Two", "Three")))
    assert days.poll(24 * 7).new == 1
    assert days.known().failures == 0


def test_what_the_publisher_says_of_its_cache_is_kept(days: Days) -> None:
    headers = {"cache-control": "max-age=1200", "etag": '"1"'}
    days.answers(lambda _: httpx.Response(200, content=days.body, headers=headers))
    days.poll()
    assert days.known().hints.cache_seconds == 1200
    days.answers(lambda _: httpx.Response(304))
    days.poll(1)
    assert days.known().hints.cache_seconds == 1200
