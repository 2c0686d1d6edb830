"""Keeping saved searches: save, change, find, test, send again. `search.saved_keeping.Keeping` for page and API."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from ops.alert_desk import Desk, Undelivered
from ops.alert_due import asked, due
from ops.senders import Senders
from search import saved
from search.errors import BadRequest
from search.reader import under_embargo
from search.saved_keeping import Tried, find
from store.query import Node, Query
from store.saved import ATOM, Channel, Progress, SavedSearch, SavedSearches, Sent

_MOST_AGAIN = 10_000


@dataclass(frozen=True)
class Keeper:
    """Saved searches over a desk; `senders` knows what the settings can serve."""

    desk: Desk
    senders: Senders

    @property
    def store(self) -> SavedSearches:
        return self.desk.saved

    def add(self, search: SavedSearch, *, backfill: bool) -> SavedSearch:
        self._check(search.channels)
        return add(self.desk, _with_feed(search), backfill=backfill)

    def change(self, search: SavedSearch) -> SavedSearch:
        known = {each.id for each in find(self.store, search.id).channels}
        self._check([each for each in search.channels if each.id not in known])
        return change(self.desk, _with_feed(search))

    def remove(self, search: SavedSearch) -> None:
        self.store.drop_search(search.id)

    def test(self, search: SavedSearch) -> list[Tried]:
        return probe(self.desk, search)

    def retry(self, search: SavedSearch) -> int:
        return retry(self.desk, search)

    def _check(self, channels: Sequence[Channel]) -> None:
        for channel in channels:
            self.senders.check(channel)


def _with_feed(search: SavedSearch) -> SavedSearch:
    others = (each for each in search.channels if each.id != ATOM.id)
    return msgspec.structs.replace(search, channels=(ATOM, *others))


def add(desk: Desk, search: SavedSearch, *, backfill: bool) -> SavedSearch:
    """Saves it, under a new id. Raises `BadRequest` for a query or a name that will not do.

    Without `backfill` what can be found now counts as known; what is still under way then is sent.
    """
    now = desk.clock()
    since = None if backfill else now - desk.overlap
    search = msgspec.structs.replace(search, id=secrets.token_hex(6), created=now, since=since)
    saved.checked_name(search.name)
    where = saved.where(search, now, desk.names)
    desk.index.refresh()
    if backfill:
        progress = [Progress(search=search.id, channel=each.id) for each in search.channels]
        known: list[Sent] = []
    else:
        progress, known = _begin(desk, search, search.channels, where, now)
    if not desk.saved.add_search(search, progress, known):
        raise _taken(search.name)
    return search


def change(desk: Desk, search: SavedSearch) -> SavedSearch:
    """Gives the search of this id this name, query and channels. Raises `BadRequest`, `NotFound`, `Unavailable`.

    What went out stays in the ledger and does not go out again. What the new query finds of the past counts as known;
    what a channel has not yet looked at is sent by the new query.
    """
    saved.checked_name(search.name)
    before = find(desk.saved, search.id)
    taken: list[Channel] = []
    try:
        for channel in before.channels:
            desk.take(before, channel)
            taken.append(channel)
        now = desk.clock()
        where = saved.where(search, now, desk.names)
        desk.index.refresh()
        known_ids = {each.id: each for each in before.channels}
        channels = tuple(
            msgspec.structs.replace(
                each, since=known_ids[each.id].since if each.id in known_ids else now - desk.overlap
            )
            for each in search.channels
        )
        search = msgspec.structs.replace(
            search, channels=channels, created=before.created, since=before.since
        )
        new = [each for each in channels if each.id not in known_ids]
        progress, known = _begin(desk, search, new, where, now)
        if (search.query, search.copies) != (before.query, before.copies):
            for channel in (each for each in channels if each.id in known_ids):
                _catch_up(desk, search, channel, progress, known)
        if not desk.saved.change_search(search, progress, known):
            raise _taken(search.name)
    finally:
        for channel in taken:
            desk.release(before.id, channel.id)
    return search


def retry(desk: Desk, search: SavedSearch) -> int:
    """Lets the next run send what was set aside; returns how many articles. Raises `Unavailable` while one runs."""
    aside = desk.saved.aside(search.id, _MOST_AGAIN)
    for channel in search.channels:
        lines = [line for line in aside if line.channel == channel.id]
        if not lines:
            continue
        desk.take(search, channel)
        try:
            fresh = Progress(search=search.id, channel=channel.id)
            progress = desk.saved.progress(search.id).get(channel.id, fresh)
            again = {line.id for line in lines}
            held = tuple(sorted(again.union(progress.held)))
            rested = msgspec.structs.replace(progress, held=held, failures=0, not_before=None, detail="")
            desk.saved.take_back(rested, lines)
        finally:
            desk.release(search.id, channel.id)
    return len(aside)


def probe(desk: Desk, search: SavedSearch) -> list[Tried]:
    """Sends one message that says it is a test through each channel. Nothing is written to the ledger."""
    return [_try(desk, search, channel) for channel in search.channels]


def _try(desk: Desk, search: SavedSearch, channel: Channel) -> Tried:
    if channel.kind == "atom":
        return Tried(channel=channel.id, ok=True, said="nothing to send: readers fetch the feed")
    at = desk.clock()
    try:
        said = desk.send(search, channel, [saved.trial(search, at)], at)
    except Undelivered as error:
        return Tried(channel=channel.id, ok=False, said=error.reason)
    return Tried(channel=channel.id, ok=True, said=said)


def _begin(
    desk: Desk, search: SavedSearch, channels: Sequence[Channel], where: Node, now: datetime
) -> tuple[list[Progress], list[Sent]]:
    """Where new channels begin: all that can be found now is known."""
    progress: list[Progress] = []
    known: list[Sent] = []
    held = tuple(_embargoed(desk, search, where, now)) if channels else ()
    for channel in channels:
        progress.append(Progress(search=search.id, channel=channel.id, until=now, held=held))
        known += [
            _old(search, channel, article.id, article.version, now)
            for article in desk.index.scan(saved.matches(search, where, None, channel))
            if not under_embargo(article, now)
        ]
    return progress, known


def _catch_up(
    desk: Desk, search: SavedSearch, channel: Channel, progress: list[Progress], known: list[Sent]
) -> None:
    """What the new query finds before the place of `channel` is known, unless it corrects what was sent."""
    place = desk.saved.progress(search.id).get(channel.id)
    if place is None or place.until is None:
        return  # it has not been through once: all is still to come
    now = desk.clock()
    what = asked(desk, search, channel, now)
    query = saved.matches(search, what.where, None, channel, saved.window(place.until, desk.overlap))
    held = set(place.held) | set(_embargoed(desk, search, what.where, now))
    for _, item in due(what, [query]):
        if item is None or item.article.id in held:
            continue
        if item.kind == "match":
            known.append(_old(search, channel, item.article.id, item.article.version, now))
        else:
            held.add(item.article.id)
    progress.append(msgspec.structs.replace(place, held=tuple(sorted(held))))


def _old(search: SavedSearch, channel: Channel, id_: str, version: int, at: datetime) -> Sent:
    return Sent(search=search.id, channel=channel.id, id=id_, version=version, kind="old", at=at)


def _embargoed(desk: Desk, search: SavedSearch, where: Node, now: datetime) -> Iterator[str]:
    """Ids of all matches under embargo. Two counts tell whether there are any, which is rare."""
    every = Query(where=where, now=None, copies=search.copies, limit=1)
    if desk.index.search(every).total > desk.index.search(replace(every, now=now)).total:
        yield from (article.id for article in desk.index.scan(every) if under_embargo(article, now))


def _taken(name: str) -> BadRequest:
    return BadRequest(f"name: there is a saved search {name!r} already: choose another name")
