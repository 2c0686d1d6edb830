"""Many feeds at once: hosts side by side, kills at every call, hosts that ask for time."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import httpx
import msgspec
import pytest
from structlog.testing import capture_logs

from ingest.catalogue import Feed
from ingest.fetch import Fetcher
from ingest.poll import OPEN, poll_batch
from store.errors import LogUnavailable, StateUnavailable
from tests.articles import NOON
from tests.fakes import Trouble
from tests.unit.ingest.world import FEED, World, rss


def feeds(count: int, hosts: int) -> list[Feed]:
    return [
        msgspec.structs.replace(FEED, id=f"a/{n}", scope=f"a/{n}", url=f"https://h{n % hosts}.example/{n}")
        for n in range(count)
    ]


def test_hosts_are_asked_side_by_side_and_the_results_keep_their_order() -> None:
    """Each of the first answers waits until as many hosts as may be open are asked."""
    world, together = World(), asyncio.Event()
    world.etag = ""
    asked: list[str] = []

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            asked.append(request.url.host)
            if len(asked) == OPEN:
                together.set()
            await together.wait()
            return httpx.Response(200, content=world.body)

    world.transport = Slow  # type: ignore[method-assign]
    many = feeds(2 * OPEN, OPEN + 20)
    results = poll_batch(many, world.desk())
    assert len(set(asked[:OPEN])) == OPEN
    assert [(each.feed_id, each.new) for each in results] == [(feed.id, 2) for feed in many]
    assert world.state.leases == {}
    assert len(world.articles()) == 4 * OPEN


def test_feeds_of_one_scope_are_polled_one_after_another() -> None:
    world = World()
    wide = [msgspec.structs.replace(feed, scope="publisher/levant") for feed in feeds(3, 3)]
    results = poll_batch(wide, world.desk())
    assert [each.health for each in results] == ["ok"] * 3
    assert len(world.articles()) == 2
    assert world.state.leases == {}


def test_a_thousand_feeds_take_few_transactions_each() -> None:
    world = World()
    many = feeds(300, 300)
    poll_batch(many, world.desk())
    world.state.trouble.calls.clear()
    leased = world.state.trouble.calls
    results = poll_batch(many, world.desk())
    assert {each.health for each in results} == {"unchanged"}
    saves = leased.count("save_feeds")
    assert saves <= 300
    assert leased.count("feeds") <= saves + 5
    assert leased.count("seen") == 0


def test_a_host_that_asks_for_time_is_remembered_for_its_siblings_and_for_others() -> None:
    world = World()

    def answer(request: httpx.Request) -> httpx.Response:
        world.asked.append(request)
        return httpx.Response(429, headers={"retry-after": "1800"})

    world.answer = answer  # type: ignore[method-assign]
    first, second = feeds(2, 1)
    results = poll_batch([first, second], world.desk())
    assert [each.health for each in results] == ["rate_limited"] * 2
    assert len(world.asked) == 1
    assert world.state.waits(NOON) == {"h0.example": NOON + timedelta(minutes=30)}
    states = world.state.feed_states
    assert [states[each.id].failures for each in (first, second)] == [1, 0]
    assert all(state.next_due and state.next_due >= NOON + timedelta(minutes=30) for state in states.values())
    poll_batch([second], world.desk("another process"))
    assert len(world.asked) == 1
    world.clock.move(minutes=31)
    poll_batch([second], world.desk())
    assert len(world.asked) == 2


def test_trouble_of_our_own_is_told_for_every_feed_under_way_and_frees_them() -> None:
    world = World()
    world.state.trouble.before["seen"] = StateUnavailable("gone")
    many = feeds(5, 5)
    with capture_logs() as lines, pytest.raises(StateUnavailable):
        poll_batch(many, world.desk())
    told = [line["feed_id"] for line in lines if line["event"] == "feed_polled"]
    assert sorted(told) == [feed.id for feed in many]
    assert "interrupted" in {line["health"] for line in lines}
    assert world.state.leases == {}


def test_a_fetcher_that_cannot_be_opened_is_an_error_and_leaves_nothing_behind() -> None:
    world = World()

    @asynccontextmanager
    async def closed(waits: object) -> AsyncIterator[Fetcher]:
        raise OSError("no sockets left")
        yield

    with pytest.raises(OSError, match="no sockets left"):
        poll_batch([FEED], replace(world.desk(), fetcher=closed))
    assert world.state.leases == {}


class Killed(BaseException):
    """The process is gone: not even its clean-up happens."""


class Grave(Trouble):
    """Ends the process before its n-th call to any port, and so after the one before; the dead call nothing more."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._at = at
        self.dead = False

    def enter(self, method: str) -> None:
        super().enter(method)
        self.dead = self.dead or len(self.calls) == self._at
        if self.dead:
            raise Killed


def killed_polls(prepare: Callable[[World], None], polled: list[Feed]) -> Iterator[World]:
    """A world for each call that a poll makes, in which the process died at it; the next poll has been, too."""
    for at in itertools.count(1):
        world, grave = World(), Grave(at)
        prepare(world)
        for port in (world.log, world.state, world.archive):
            port.trouble = grave
        with capture_logs(), suppress(Killed):
            poll_batch(polled, world.desk("killed"))
        for port in (world.log, world.state, world.archive):
            port.trouble = Trouble()
        if not grave.dead:
            assert at > 12
            return
        world.clock.move(minutes=6)  # the leases of the dead run out
        with capture_logs():
            results = poll_batch(polled, world.desk("next"))
        assert not {"busy", "failed"} & {each.health for each in results}
        assert all(seen.appended for seen in world.state.items.values())
        assert world.state.leases == {}
        yield world


def test_a_poll_killed_at_any_call_loses_and_doubles_nothing() -> None:
    for world in killed_polls(lambda _: None, feeds(3, 2)):
        records = {(article.id, article.version) for article in world.articles()}
        assert len(records) == len({article.id for article in world.articles()}) == 6


def test_a_correction_killed_at_any_call_gets_one_version() -> None:
    def correct(world: World) -> None:
        with capture_logs():
            poll_batch([FEED], world.desk())
        world.body, world.etag = rss("CORRECTION: One", "Two", "Three"), '"2"'
        world.clock.move(minutes=10)

    for world in killed_polls(correct, [FEED]):
        assert len({(article.id, article.version) for article in world.articles()}) == 4
        headlines = {article.headline for article in world.articles()}
        assert headlines == {"One", "Two", "Three", "CORRECTION: One"}


@pytest.mark.parametrize("order", ["the same", "turned", "with a new stamp"])
def test_a_feed_polled_a_hundred_times_appends_nothing(order: str) -> None:
    world = World()
    world.etag = ""
    items = [(str(n), f"Headline {n}") for n in range(10)]

    def body(turn: int) -> bytes:
        shift = turn % 10 if order == "turned" else 0
        inner = "".join(
            f"<item><guid>{guid}</guid><title>{title}</title></item>"
            for guid, title in items[shift:] + items[:shift]
        )
        stamp = turn if order == "with a new stamp" else 0
        return f"<rss><channel><ttl>{stamp}</ttl>{inner}</channel></rss>".encode()

    with capture_logs():
        for turn in range(100):
            world.body = body(turn)
            (result,) = poll_batch([FEED], world.desk())
            assert result.new == (10 if turn == 0 else 0)
            world.clock.move(minutes=15)
    assert len(world.articles()) == 10
    assert len(world.archive.stored) == 1


def test_a_log_that_fails_in_the_middle_of_many_is_made_up_for() -> None:
    world = World()
    many = feeds(8, 8)
    for _ in range(8):
        world.log.trouble.after["append"] = LogUnavailable("gone")
        with capture_logs(), pytest.raises(LogUnavailable):
            poll_batch(many, world.desk())
        world.clock.move(minutes=1)
    world.log.trouble.after.clear()
    poll_batch(many, world.desk())
    assert len({(article.id, article.version) for article in world.articles()}) == 16
    assert len({article.id for article in world.articles()}) == 16
