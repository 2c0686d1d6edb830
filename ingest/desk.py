"""What a poll works with, and the lease that keeps two polls of one feed apart."""

import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from ingest.catalogue import Feed
from ingest.fetch import Fetched
from store.archive import Archive
from store.log import Log
from store.state import FeedState, State

LEASE_TTL = timedelta(minutes=5)
"""A process that died gives its feeds free after this. One that took longer, though nothing of it should, sends
nothing if another has decided meanwhile."""


class Fetching(Protocol):
    """`ingest.fetch.Fetcher`, as far as a poll needs it."""

    @property
    def waits(self) -> dict[str, datetime]:
        """Host → not to be asked before."""

    async def fetch(
        self, feed: Feed, known: FeedState | None, *, conditional: bool = True, at: str = ""
    ) -> Fetched:
        """See `ingest.fetch.Fetcher.fetch`."""


OpenFetcher = Callable[[Mapping[str, datetime]], AbstractAsyncContextManager[Fetching]]
"""Takes the hosts that must not be asked before a time."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a poll works with. `owner` must differ between any two that poll at the same time.

    Log, state and archive are used by the calling thread alone; the fetcher lives in a thread of its own.
    """

    log: Log
    state: State
    archive: Archive
    clock: Callable[[], datetime]
    fetcher: OpenFetcher
    user_agent: str = ""
    """What robots.txt is asked about."""
    owner: str = field(default_factory=lambda: uuid.uuid4().hex)


def lease_name(feed: Feed) -> str:
    """Feeds that share an identity scope share article ids, so only one of them may decide at a time."""
    return f"feed:{feed.id}" if feed.scope == feed.id else feed.scope
