"""The imperative shell of ingest: fetch many, settle one by one, remember; in the order that loses nothing."""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog

from ingest.address import shown
from ingest.asking import Asking, any_done, asking
from ingest.catalogue import Feed
from ingest.complete import Completer
from ingest.desk import LEASE_TTL, Desk, lease_name
from ingest.fetch import Fetched
from ingest.learn import Outcome, recall
from ingest.recover import recover
from ingest.schedule import conditional
from ingest.settle import fault, settle
from store.errors import Unavailable
from store.health import SUCCESS
from store.state import FeedState

OPEN = 64
"""Feeds that are asked at once, each of another host."""
_log = structlog.get_logger()


class PollResult(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one poll of one feed. `health` is one of `store.health.HEALTH`."""

    feed_id: str
    health: str
    detail: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    late: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class _Poll:
    place: int
    feed: Feed
    before: FeedState
    started: datetime

    @property
    def lease(self) -> str:
        return lease_name(self.feed)


@dataclass(frozen=True)
class _Settled:
    poll: _Poll
    outcome: Outcome
    after: FeedState | None


def poll_batch(feeds: Iterable[Feed], desk: Desk, taken: Collection[str] = ()) -> list[PollResult]:
    """Polls many hosts at once, and the feeds of one host one after another. Results in the order of `feeds`.

    `taken`: the addresses of all feeds, which no feed that moves may take. What goes wrong with a feed is in its
    result; `Unavailable` of our own ports is raised, after what was under way has been dropped.
    """
    recover(desk.log, desk.state, desk.clock)
    return _Batch(list(feeds), desk, taken).run()


def poll_feed(feed: Feed, desk: Desk) -> PollResult:
    """One poll of one feed; see `poll_batch`."""
    return _Batch([feed], desk, ()).run()[0]


class _Batch:
    """Feeds wait for their host, are under way with a lease, then reported."""

    def __init__(self, feeds: Sequence[Feed], desk: Desk, taken: Collection[str]) -> None:
        self._feeds = feeds
        self._desk = desk
        self._taken = set(taken)
        self._waiting: dict[str, deque[int]] = {}
        for place, feed in enumerate(feeds):
            self._waiting.setdefault(feed.host, deque()).append(place)
        self._begun: dict[int, datetime] = {}
        self._open: dict[Future[Fetched], _Poll] = {}
        self._held: set[str] = set()
        self._waits: dict[str, datetime] = {}
        self._results: dict[int, PollResult] = {}
        self._completer: Completer | None = None

    def run(self) -> list[PollResult]:
        desk = self._desk
        try:
            self._waits = desk.state.waits(desk.clock())
            with asking(desk.fetcher, self._waits) as asks:
                self._completer = asks.completer(desk)
                while self._begin(asks) or self._open:
                    if self._open:
                        self._finish(any_done(self._open), asks)
        except Unavailable as error:
            for place in list(self._begun):
                self._report(place, Outcome(health="interrupted", detail=shown(str(error))))
            raise
        finally:
            if self._held:
                desk.state.release_all(self._held, desk.owner)
        return [self._results[place] for place in range(len(self._feeds))]

    def _begin(self, asks: Asking) -> bool:
        """Asks for the next feeds of hosts and scopes that are not being asked; False if there was none."""
        now = self._desk.clock()
        places = self._next()
        if not places:
            return False
        self._begun.update(dict.fromkeys(places, now))
        state, owner = self._desk.state, self._desk.owner
        feeds = {place: self._feeds[place] for place in places}
        held = state.lease_all([lease_name(feed) for feed in feeds.values()], owner, LEASE_TTL, now)
        self._held |= held
        known = {each.feed_id: each for each in state.feeds(feed.id for feed in feeds.values())}
        for place, feed in feeds.items():
            if lease_name(feed) not in held:
                self._report(place, Outcome(health="busy"))
                continue
            before = recall(feed, known.get(feed.id))
            future = asks.ask(feed, before, conditional=conditional(feed, before, now))
            self._open[future] = _Poll(place, feed, before, now)
        return True

    def _next(self) -> list[int]:
        """Places of the feeds whose turn it is."""
        hosts = {poll.feed.host for poll in self._open.values()}
        scopes = {poll.lease for poll in self._open.values()}
        places: list[int] = []
        for host, places_of_host in list(self._waiting.items()):
            if len(places) + len(self._open) >= OPEN:
                break
            name = lease_name(self._feeds[places_of_host[0]])
            if host in hosts or name in scopes:
                continue
            scopes.add(name)
            places.append(places_of_host.popleft())
            if not places_of_host:
                del self._waiting[host]
        return places

    def _finish(self, done: Iterable[Future[Fetched]], asks: Asking) -> None:
        """Settles what has come, then remembers all of it at once: what was appended, though the next fails."""
        settled: list[_Settled] = []
        waits = asks.waits
        try:
            for future in done:
                poll = self._open.pop(future)
                settled.append(self._settle(poll, future, waits))
        finally:
            state = self._desk.state
            if waits != self._waits:
                state.save_waits(waits)
                self._waits = waits
            state.save_feeds([each.after for each in settled if each.after is not None])
            for each in settled:
                self._report(each.poll.place, each.outcome)
            names = {each.poll.lease for each in settled}
            state.release_all(names, self._desk.owner)
            self._held -= names

    def _settle(self, poll: _Poll, future: Future[Fetched], waits: dict[str, datetime]) -> _Settled:
        error = future.exception()
        if error is not None and not isinstance(error, Exception):
            raise error
        answer = future.result() if error is None else fault(error)
        outcome, after = settle(
            poll.feed,
            poll.before,
            answer,
            self._desk,
            poll.started,
            completer=self._completer,
            not_before=waits.get(poll.feed.host),
            taken=self._taken - {poll.feed.url},
        )
        if after is not None and after.address:
            self._taken.add(after.address)  # of two feeds that move to one address, one follows
        return _Settled(poll, outcome, after)

    def _report(self, place: int, outcome: Outcome) -> None:
        """The one outcome line of this feed and poll."""
        result = PollResult(
            feed_id=self._feeds[place].id,
            health=outcome.health,
            detail=outcome.detail,
            new=outcome.decision.new,
            changed=outcome.decision.changed + outcome.decision.repeated,
            unchanged=outcome.decision.unchanged,
            late=outcome.decision.late,
            seconds=round((self._desk.clock() - self._begun.pop(place)).total_seconds(), 3),
        )
        fine = result.health in SUCCESS or result.health == "busy"
        (_log.info if fine else _log.warning)("feed_polled", **msgspec.structs.asdict(result))
        self._results[place] = result
