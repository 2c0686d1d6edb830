"""A feed that has moved for good: when its new address is taken up, and when it is given up again. Pure.

A single permanent redirect may be a mistake, a hijack or a login wall; decision 7 has the rules.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from store.health import SUCCESS
from store.state import FeedState

CONFIRMATIONS = 3
OVER = timedelta(days=2)
_LOST_FAILURES = 5


def moved(
    state: FeedState, moved_to: str, now: datetime, *, gave_items: bool, taken: Collection[str]
) -> FeedState:
    """The state after a poll (`health` and `failures` are of it) that was led to `moved_to`, "" if nowhere.

    The address is adopted once three polls in a row over two days were led there, if this one brought items from it,
    and if it is none of `taken`, the addresses of other feeds. One that fails five times is given up again.
    """
    if state.health not in SUCCESS:
        return _given_up(state) if state.address and state.failures >= _LOST_FAILURES else state
    if moved_to in {"", state.address or state.url}:
        return msgspec.structs.replace(state, moved_to="", moved_since=None, moved_seen=0)
    since = state.moved_since
    if moved_to != state.moved_to or since is None:
        return msgspec.structs.replace(state, moved_to=moved_to, moved_since=now, moved_seen=1)
    state = msgspec.structs.replace(state, moved_seen=state.moved_seen + 1)
    lasting = state.moved_seen >= CONFIRMATIONS and now - since >= OVER
    if not (lasting and gave_items and _adoptable(moved_to, state.url, taken)):
        return state
    address = "" if moved_to == state.url else moved_to  # it has come back
    return msgspec.structs.replace(state, address=address, moved_to="", moved_since=None, moved_seen=0)


def notice(state: FeedState) -> str:
    """What a person should know of the feed's move; empty if it has not moved."""
    if state.address:
        return f"read at {state.address}: put that address into the catalogue"
    if state.moved_to:
        return f"moved for good to {state.moved_to}: put that address into the catalogue"
    return ""


def _given_up(state: FeedState) -> FeedState:
    """The catalogue's address may be alive again, or redirect to yet another."""
    return msgspec.structs.replace(
        state, address="", moved_to="", moved_since=None, moved_seen=0, etag="", last_modified=""
    )


def _adoptable(target: str, url: str, taken: Collection[str]) -> bool:
    safe = urlsplit(target).scheme == "https" or urlsplit(url).scheme == "http"
    return safe and _place(target) not in {_place(other) for other in taken}


def _place(url: str) -> tuple[str, str, str]:
    """The same for what is one address to a person: with TLS or without, with `www` or without."""
    parts = urlsplit(url)
    return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/"), parts.query
