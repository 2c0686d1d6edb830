"""Feeds over HTTP. A failure becomes a health state."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx
import msgspec

from ingest.catalogue import Feed
from ingest.fetch.answer import Fetched
from ingest.fetch.once import DEADLINE, LIMIT, Resolve, fetch, open_client, resolve_host
from store.state import FeedState

SPACING = 0.5
"""Seconds between two requests to one host; up to half of it is added by chance."""


def _now() -> datetime:
    return datetime.now(UTC)


class Fetcher:
    """Fetches feeds: one request at a time to a host, many hosts at once. One for each process or batch.

    `waits`: hosts that must not be asked before a time, by `Retry-After`; the fetcher keeps it up to date and
    the caller stores it. A feed of such a host is `rate_limited` without a request.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        waits: Mapping[str, datetime] | None = None,
        deadline: float = DEADLINE,
        limit: int = LIMIT,
        spacing: float = SPACING,
        clock: Callable[[], datetime] = _now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        resolve: Resolve = resolve_host,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`deadline`: seconds for one feed, redirects included, waiting for its turn not. `limit`: bytes after
        decompression. `transport`: answers instead of the network, for tests."""
        self.waits = dict(waits or {})
        self._user_agent = user_agent
        self._deadline = deadline
        self._limit = limit
        self._resolve = resolve
        self._transport = transport

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes all connections."""

    async def fetch(
        self, feed: Feed, known: FeedState | None, *, conditional: bool = True, at: str = ""
    ) -> Fetched:
        """Asks for the feed once, with the validators of `known`. Never raises for what host or network do.

        `conditional=False`: without validators, and past caches; what shows a cache that is stuck.
        `at`: an address that was adopted, instead of the catalogue's; the feed's own headers and password go
        there only if it is on the same host. A 304 to a request without validators is `stale`.
        """
        asked = msgspec.structs.replace(feed, url=at or feed.url)
        return await asyncio.to_thread(
            fetch,
            asked,
            known if conditional else None,
            self._client,
            user_agent=self._user_agent,
            deadline=self._deadline,
            limit=self._limit,
            resolve=self._resolve,
        )

    def _client(self, feed: Feed) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=self._transport) if self._transport else open_client(feed)
