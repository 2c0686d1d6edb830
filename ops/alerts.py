"""Saved searches at work: look, send, write the ledger. One run of one search never disturbs another.

At least once: a line of the ledger is written right after the channel has accepted the message. A crash between the
two repeats this one message, under the same key.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

import msgspec

from search import saved
from search.errors import BadRequest
from search.names import Names
from search.reader import under_embargo
from search.saved import Item
from store.errors import NotFound, SyriaWireError, Unavailable
from store.index import Index
from store.query import Node, Query
from store.records import Article
from store.saved import Channel, Progress, SavedSearch, SavedSearches, Sent
from store.state import State

_LEASE = timedelta(minutes=10)
"""Longer than one message can take, with all its attempts."""
_KEPT = timedelta(days=30)
_MOST_A_RUN = 5000
_LONGEST_PAUSE = timedelta(hours=1)
_CHUNK = 200


class Undelivered(SyriaWireError):  # noqa: N818
    """A channel did not accept a message; it is tried again at a later run."""


class Send(Protocol):
    """Hands a message over. Returns once it was accepted; raises `Undelivered`."""

    def __call__(
        self, search: SavedSearch, channel: Channel, items: Sequence[Item], at: datetime
    ) -> None: ...


@dataclass(frozen=True)
class Desk:
    """What a run works with. `owner` names this runner in its leases."""

    index: Index
    saved: SavedSearches
    state: State
    send: Send
    clock: Callable[[], datetime]
    names: Names | None = None
    overlap: timedelta = timedelta(minutes=10)
    batch: int = 100
    owner: str = field(default_factory=lambda: secrets.token_hex(8))


class ChannelRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did for one channel. `more`: the run was full, the next goes on."""

    search: str
    channel: str
    result: Literal["ok", "more", "busy", "waiting", "failed"]
    sent: int = 0
    detail: str = ""


class _Lost(Exception):  # noqa: N818
    """Another runner has taken the lease."""


def add(desk: Desk, search: SavedSearch, *, backfill: bool) -> SavedSearch:
    """Saves it, under a new id. Raises `BadRequest` for a query or a name that will not do.

    Without `backfill` what can be found now counts as known; what is still under way then is sent.
    """
    now = desk.clock()
    since = None if backfill else now - desk.overlap
    search = msgspec.structs.replace(search, id=secrets.token_hex(6), created=now, since=since)
    saved.checked_name(search.name)
    asked = saved.where(search, now, desk.names)
    desk.index.refresh()
    known: list[Article] = []
    held: tuple[str, ...] = ()
    if not backfill:
        recent = list(desk.index.scan(saved.matches(search, asked, None)))
        known = [article for article in recent if not under_embargo(article, now)]
        held = tuple(_embargoed(desk, search, asked, now))
    progress = [
        Progress(search=search.id, channel=each.id, until=None if backfill else now, held=held)
        for each in search.channels
    ]
    lines = [
        Sent(search=search.id, channel=each.id, id=article.id, version=article.version, kind="old", at=now)
        for each in search.channels
        for article in known
    ]
    if not desk.saved.add_search(search, progress, lines):
        raise BadRequest(f"name: there is a saved search {search.name!r} already: choose another name")
    return search


def find(store: SavedSearches, name: str) -> SavedSearch:
    """By name or id. Raises `NotFound`."""
    for search in store.searches():
        if name in (search.name, search.id):
            return search
    raise NotFound(f"saved search {name[:80]!r}: not here: see `syriawire saved list`")


def run(desk: Desk, searches: Iterable[SavedSearch]) -> list[ChannelRun]:
    """One look for each channel of each search. A channel that fails is a line in the result, and stops no other."""
    desk.index.refresh()
    return [_run_channel(desk, search, channel) for search in searches for channel in search.channels]


def prune(desk: Desk) -> int:
    """Forgets lines of the ledger that nothing needs; returns how many."""
    return desk.saved.prune_sent(desk.clock() - _KEPT)


def missed(desk: Desk, search: SavedSearch) -> dict[str, list[str]]:
    """Channel → ids of matches that should have been sent by now and were not: must be empty."""
    desk.index.refresh()
    found: dict[str, list[str]] = {}
    for channel in search.channels:
        progress = desk.saved.progress(search.id).get(channel.id)
        if progress is None or progress.until is None:
            continue  # it has not been through once: nothing is promised yet
        asked = saved.where(search, progress.until, desk.names)
        query = saved.matches(search, asked, None, saved.window(progress.until, desk.overlap))
        looked = _due(desk, search, channel, asked, [query], progress.until)
        ids = [item.article.id for _, item in looked if item]
        if ids:
            found[channel.id] = ids
    return found


def _run_channel(desk: Desk, search: SavedSearch, channel: Channel) -> ChannelRun:
    lease = f"alerts:{search.id}:{channel.id}"
    now = desk.clock()
    done = ChannelRun(search=search.name, channel=channel.id, result="ok")
    if not desk.state.lease(lease, desk.owner, _LEASE, now):
        return msgspec.structs.replace(done, result="busy")
    # Read under the lease: what another runner has done before counts.
    known = desk.saved.progress(search.id).get(channel.id)
    progress = known or Progress(search=search.id, channel=channel.id)
    if progress.not_before is not None and progress.not_before > now:
        desk.state.release(lease, desk.owner)
        return msgspec.structs.replace(done, result="waiting", detail=progress.detail)
    count = 0
    try:
        for count in _look_and_send(desk, search, channel, progress, lease):  # noqa: B007
            pass
    except _Lost:
        return msgspec.structs.replace(done, result="busy", sent=count)
    except Unavailable:
        raise  # of our own world: no fault of the channel
    except SyriaWireError as error:
        desk.saved.save_progress(_after_failure(progress, str(error), now))
        return msgspec.structs.replace(done, result="failed", sent=count, detail=str(error))
    finally:
        desk.state.release(lease, desk.owner)
    return msgspec.structs.replace(done, result="more" if count >= _MOST_A_RUN else "ok", sent=count)


def _look_and_send(
    desk: Desk, search: SavedSearch, channel: Channel, progress: Progress, lease: str
) -> Iterator[int]:
    """After each message how many articles went out so far. At the end the progress is saved."""
    now = desk.clock()
    asked = saved.where(search, now, desk.names)
    low = saved.window(progress.until, desk.overlap)
    held: set[str] = set()
    waiting: list[Item] = []
    size = desk.batch if channel.digest else 1
    count = 0
    queries = [saved.matches(search, asked, low), saved.withdrawals(low)]
    for article, item in _due(desk, search, channel, asked, queries, now, progress.held):
        if item is None:
            held.add(article.id)
            continue
        waiting.append(item)
        if len(waiting) >= size:
            _deliver(desk, search, channel, waiting, lease)
            count += len(waiting)
            waiting = []
            yield count
            if count >= _MOST_A_RUN:
                return
    if waiting:
        _deliver(desk, search, channel, waiting, lease)
        yield count + len(waiting)
    desk.saved.save_progress(
        Progress(search=search.id, channel=channel.id, until=now, held=tuple(sorted(held)))
    )


def _due(
    desk: Desk,
    search: SavedSearch,
    channel: Channel,
    asked: Node,
    queries: Sequence[Query],
    now: datetime,
    held: Sequence[str] = (),
) -> Iterator[tuple[Article, Item | None]]:
    """What is to be sent, each article once; with None what has to wait for its embargo."""
    taken: set[str] = set()
    for articles in _chunks(_seen(desk, queries, held)):
        ledger = desk.saved.sent(search.id, channel.id, [article.id for article, _ in articles])
        for article, matching in articles:
            if article.id in taken:
                continue
            if matching is None:
                matching = desk.index.search(saved.one(search, asked, article.id)).total > 0  # noqa: PLW2901
            if under_embargo(article, now):
                taken.add(article.id)
                yield article, None
                continue
            item = saved.due(search, article, ledger.get(article.id), matching=matching)
            if item is not None:
                taken.add(article.id)
                yield article, item


def _seen(desk: Desk, queries: Sequence[Query], held: Sequence[str]) -> Iterator[tuple[Article, bool | None]]:
    """Articles, and whether they match; None where that is still to be asked."""
    for place, query in enumerate(queries):
        for article in desk.index.scan(query):
            yield article, place == 0
    for article_id in held:
        kept = desk.index.get(article_id)
        if kept is not None:
            yield kept, None


def _chunks(
    articles: Iterator[tuple[Article, bool | None]],
) -> Iterator[list[tuple[Article, bool | None]]]:
    chunk: list[tuple[Article, bool | None]] = []
    for each in articles:
        chunk.append(each)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _deliver(desk: Desk, search: SavedSearch, channel: Channel, items: Sequence[Item], lease: str) -> None:
    at = desk.clock()
    if not desk.state.lease(lease, desk.owner, _LEASE, at):
        raise _Lost
    desk.send(search, channel, items, at)
    desk.saved.record_sent(
        [
            Sent(
                search=search.id,
                channel=channel.id,
                id=item.article.id,
                version=item.article.version,
                kind=item.kind,
                at=at,
            )
            for item in items
        ]
    )


def _after_failure(progress: Progress, detail: str, now: datetime) -> Progress:
    failures = progress.failures + 1
    pause = min(timedelta(minutes=1) * 2 ** min(failures - 1, 10), _LONGEST_PAUSE)
    return msgspec.structs.replace(progress, failures=failures, not_before=now + pause, detail=detail)


def _embargoed(desk: Desk, search: SavedSearch, asked: Node, now: datetime) -> Iterator[str]:
    """Ids of all matches under embargo. Two counts tell whether there are any, which is rare."""
    every = Query(where=asked, now=None, copies=search.copies, limit=1)
    if desk.index.search(every).total > desk.index.search(replace(every, now=now)).total:
        yield from (article.id for article in desk.index.scan(every) if under_embargo(article, now))
