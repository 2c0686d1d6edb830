"""What a run of saved searches works with, and what it says."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

import msgspec

from search.names import Names
from search.saved import Item
from store.errors import SyriaWireError, Unavailable
from store.index import Index
from store.saved import Channel, SavedSearch, SavedSearches
from store.state import State

LEASE = timedelta(minutes=10)
"""Longer than one message can take, with all its attempts."""


class Undelivered(SyriaWireError):  # noqa: N818
    """A channel did not accept a message; it is tried again at a later run. `reason` is the text without the remedy."""

    def __init__(self, reason: str, remedy: str = "mend it, it is tried again") -> None:
        super().__init__(f"{reason}: {remedy}")
        self.reason = reason


class Refused(Undelivered):
    """The receiver is well and will not have this message; it may take the next."""


class Send(Protocol):
    """Hands a message over. Returns what the receiver said once it was accepted; raises `Undelivered`, `Refused`."""

    def __call__(self, search: SavedSearch, channel: Channel, items: Sequence[Item], at: datetime) -> str: ...


@dataclass(frozen=True)
class Desk:
    """What a run works with. `owner` names this runner in its leases; `refusals`: so often a receiver may refuse
    a message before it is set aside."""

    index: Index
    saved: SavedSearches
    state: State
    send: Send
    clock: Callable[[], datetime]
    names: Names | None = None
    overlap: timedelta = timedelta(minutes=10)
    batch: int = 100
    refusals: int = 5
    owner: str = field(default_factory=lambda: secrets.token_hex(8))

    def lease(self, search_id: str, channel_id: str) -> bool:
        """Whether this channel is ours, for `LEASE` from now on."""
        return self.state.lease(_lease(search_id, channel_id), self.owner, LEASE, self.clock())

    def release(self, search_id: str, channel_id: str) -> None:
        """Gives it back."""
        self.state.release(_lease(search_id, channel_id), self.owner)

    def take(self, search: SavedSearch, channel: Channel) -> None:
        """Takes the lease. Raises `Unavailable` while another runner has it."""
        if not self.lease(search.id, channel.id):
            raise Unavailable(f"saved search {search.name!r}: is sending just now: try again in a minute")


class ChannelRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did for one channel. `more`: the run was full, the next goes on. `aside`: articles set aside."""

    search: str
    channel: str
    result: Literal["ok", "more", "busy", "waiting", "failed"]
    sent: int = 0
    aside: int = 0
    detail: str = ""


def _lease(search_id: str, channel_id: str) -> str:
    return f"alerts:{search_id}:{channel_id}"
