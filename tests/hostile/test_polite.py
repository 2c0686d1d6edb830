"""One request at a time to a host, spaced; and a host that asks for a rest has it."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from ingest.fetch import Fetched, Fetcher
from tests.hostile.asking import ask, ask_all, feed
from tests.hostile.publisher import Publisher

NOW = datetime(2015, 10, 5, 8, 0, tzinfo=UTC)


class Watch:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("answer", "health", "pause"),
    [
        ("429/120", "rate_limited", 120),
        ("503/120", "server_error", 120),
        ("429/Mon,_05_Oct_2015_08:03:00_GMT", "rate_limited", 180),
        ("503/Mon,_05_Oct_2015_08:03:00_GMT", "server_error", 180),
        ("429/99999999", "rate_limited", 24 * 3600),
        ("429/Fri,_05_Oct_2035_08:03:00_GMT", "rate_limited", 24 * 3600),
    ],
)
def test_a_storm_is_left_alone(publisher: Publisher, answer: str, health: str, pause: int) -> None:
    async def storm() -> tuple[list[Fetched], Fetched, dict[str, datetime]]:
        watch = Watch()
        async with Fetcher(user_agent="x", spacing=0, clock=watch.clock) as fetcher:
            subject = feed(publisher.url(f"busy/{answer}"))
            first = await asyncio.gather(*(fetcher.fetch(subject, None) for _ in range(10)))
            waits = dict(fetcher.waits)
            watch.now += timedelta(seconds=pause)
            return first, await fetcher.fetch(feed(publisher.url("ok")), None), waits

    (asked, *spared), later, waits = asyncio.run(storm())
    assert (asked.health, asked.status, asked.retry_after) == (
        health,
        int(answer[:3]),
        timedelta(seconds=pause),
    )
    assert {(each.health, each.status, each.retry_after) for each in spared} == {
        ("rate_limited", 0, timedelta(seconds=pause))
    }
    assert waits == {"127.0.0.1": NOW + timedelta(seconds=pause)}
    assert later.health == "ok"
    assert len(publisher.requests) == 2


@pytest.mark.parametrize("said", ["soon", "-1", "Mon,_05_Oct_2015_07:00:00_GMT"])
def test_too_many_requests_without_a_time_are_a_rest_too(publisher: Publisher, said: str) -> None:
    got, spared = ask_all([publisher.url(f"busy/429/{said}"), publisher.url("ok")], clock=lambda: NOW)
    assert (got.health, got.retry_after) == ("rate_limited", None)
    assert (spared.health, spared.retry_after) == ("rate_limited", timedelta(minutes=10))


def test_a_server_that_fails_without_a_time_may_be_asked(publisher: Publisher) -> None:
    got = ask_all([publisher.url("busy/503/soon"), publisher.url("ok")], clock=lambda: NOW)
    assert [each.health for each in got] == ["server_error", "ok"]


def test_a_rest_is_remembered_from_before(publisher: Publisher) -> None:
    waits = {"127.0.0.1": NOW + timedelta(seconds=30), "127.0.0.2": NOW - timedelta(seconds=30)}
    got = ask(publisher.url("ok"), clock=lambda: NOW, waits=waits)
    assert (got.health, got.status, got.retry_after) == ("rate_limited", 0, timedelta(seconds=30))
    assert "30 s" in got.detail
    assert publisher.connections == 0
    assert ask(publisher.url("ok", "127.0.0.2"), clock=lambda: NOW, waits=waits).health == "ok"


def test_a_rest_holds_for_who_is_redirected_there(publisher: Publisher) -> None:
    waits = {"127.0.0.2": NOW + timedelta(seconds=30)}
    got = ask(publisher.url("to/302/http://127.0.0.2:PORT/ok"), clock=lambda: NOW, waits=waits)
    assert (got.health, len(publisher.requests)) == ("rate_limited", 1)


def test_a_bot_wall_is_no_rest(publisher: Publisher) -> None:
    got = ask_all([publisher.url("wall/429"), publisher.url("ok")])
    assert [each.health for each in got] == ["blocked", "ok"]


class Counting(httpx.AsyncBaseTransport):
    """Answers after a few turns of the loop, and counts how many wait at once."""

    def __init__(self) -> None:
        self.under_way: dict[str, int] = {}
        self.most = 0
        self.most_at_one = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        self.under_way[host] = self.under_way.get(host, 0) + 1
        self.most = max(self.most, sum(self.under_way.values()))
        self.most_at_one = max(self.most_at_one, self.under_way[host])
        for _ in range(10):
            await asyncio.sleep(0)
        self.under_way[host] -= 1
        return httpx.Response(200, content=b"<rss/>")


def test_many_hosts_at_once_but_each_by_itself() -> None:
    counting = Counting()
    urls = [f"http://wire{number % 100}.example/{number}" for number in range(300)]
    got = ask_all(urls, transport=counting)
    assert {each.health for each in got} == {"ok"}
    assert counting.most_at_one == 1
    assert 10 < counting.most <= 64


def test_requests_to_a_host_are_spaced_with_jitter() -> None:
    watch = Watch()
    urls = [
        "http://wire.example/1",
        "http://wire.example/2",
        "http://WIRE.example:81/3",
        "http://other.example/",
    ]
    options = {"clock": watch.clock, "sleep": watch.sleep, "spacing": 2.0, "jitter": lambda: 0.5}
    ask_all(urls, transport=Counting(), **options)
    assert watch.slept == [2.5, 2.5]


def test_a_clock_that_was_set_back_does_not_hold_us() -> None:
    watch = Watch()

    async def twice() -> None:
        options = {"clock": watch.clock, "sleep": watch.sleep, "transport": Counting()}
        async with Fetcher(user_agent="x", spacing=2.0, jitter=lambda: 1.0, **options) as fetcher:  # type: ignore[arg-type]
            await fetcher.fetch(feed("http://wire.example/"), None)
            watch.now -= timedelta(days=1)
            await fetcher.fetch(feed("http://wire.example/"), None)

    asyncio.run(twice())
    assert watch.slept == [3.0]


def test_waiting_for_a_turn_is_not_part_of_the_deadline(publisher: Publisher) -> None:
    got = ask_all([publisher.url("ok")] * 6, deadline=0.3, spacing=0.1, jitter=lambda: 0.0)
    assert {each.health for each in got} == {"ok"}


def test_connections_are_used_again(publisher: Publisher) -> None:
    got = ask_all(
        [publisher.url("ok"), publisher.url("frozen"), publisher.url("status/404"), publisher.url("ok")]
    )
    assert [each.status for each in got] == [200, 304, 404, 200]
    assert publisher.connections == 1
