"""What readers see of a saved search: its question, its channels and how they are. Pure but for the store."""

from datetime import datetime
from typing import Literal

import msgspec

from search.access import Role
from search.reader import without_secrets
from search.saved_targets import shown_target
from store.records import Time
from store.saved import ATOM, Channel, Progress, SavedSearch, SavedSearches, Tally

MOST_ASIDE = 50


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """One channel. `state`: `new` until its first run; `failing` and `aside` need care, `problem` says why."""

    id: str
    kind: str
    target: str
    digest: bool
    state: Literal["new", "ok", "failing", "aside"]
    problem: str
    last_run: Time | None
    next_try: Time | None
    sent: int
    last_sent: Time | None
    aside: int


class AsideView(msgspec.Struct, frozen=True, kw_only=True):
    """A version that a receiver refused and that was set aside."""

    channel: str
    id: str
    version: int
    at: Time
    reason: str


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """A saved search. `aside` lists the newest `MOST_ASIDE`."""

    id: str
    name: str
    query: str
    copies: bool
    created: Time
    atom: str
    channels: tuple[ChannelView, ...]
    aside: tuple[AsideView, ...]


def may_keep(role: Role) -> bool:
    """Whether this role saves searches, and sees where they send."""
    return role in ("editor", "archivist")


def saved_view(store: SavedSearches, search: SavedSearch, role: Role, now: datetime) -> SavedView:
    """To who may not keep saved searches it tells no address."""
    progress, tallies = store.progress(search.id), store.tallies(search.id)
    aside = store.aside(search.id, MOST_ASIDE) if any(each.aside for each in tallies.values()) else []
    return SavedView(
        id=search.id,
        name=search.name,
        query=search.query,
        copies=search.copies,
        created=search.created,
        atom=f"/api/saved/{search.id}/atom" if ATOM.id in {each.id for each in search.channels} else "",
        channels=tuple(
            _channel(
                each,
                progress.get(each.id, Progress(search=search.id, channel=each.id)),
                tallies.get(each.id, Tally()),
                role,
                now,
            )
            for each in search.channels
        ),
        aside=tuple(
            AsideView(channel=each.channel, id=each.id, version=each.version, at=each.at, reason=each.refused)
            for each in aside
        ),
    )


def _channel(channel: Channel, far: Progress, tally: Tally, role: Role, now: datetime) -> ChannelView:
    state: Literal["new", "ok", "failing", "aside"] = "ok" if far.ran else "new"
    if tally.aside:
        state = "aside"
    if far.detail:
        state = "failing"
    return ChannelView(
        id=channel.id,
        kind=channel.kind,
        target=shown_target(channel) if may_keep(role) else "",
        digest=channel.digest,
        state=state,
        problem=without_secrets(far.detail) if may_keep(role) else "",
        last_run=far.ran,
        next_try=far.not_before if far.not_before and far.not_before > now else None,
        sent=tally.articles,
        last_sent=tally.last,
        aside=tally.aside,
    )
