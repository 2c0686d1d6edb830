"""Feeds over HTTP, conditional, bounded in time, size and redirects. A failure becomes a health state."""

import asyncio
import functools
import random
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import httpx

from ingest.address import shown
from ingest.catalogue import Feed
from ingest.fetch.answer import Fetched, read
from ingest.fetch.dial import Dial, Names, Resolve, dial
from ingest.fetch.lanes import AT_ONCE, Lanes, Resting
from ingest.fetch.routes import Routes
from ingest.fetch.trip import Trip
from ingest.fetch.trouble import BROKEN, Lost, diagnose
from ingest.fetch.vet import vet_spelling
from ingest.fetch.wall import login_wall
from store.state import FeedState

LIMIT = 20_000_000
"""Bytes of one response, counted after decompression."""
DEADLINE = 30.0
"""Seconds for one feed, redirects included, waiting for its turn not."""
SPACING = 0.5
"""Seconds between two requests to one host; up to half of it is added by chance."""
REDIRECTS = 5
_LINE = 500
"""Characters of a detail: hosts write parts of it."""
_UNSAID = timedelta(minutes=10)
"""The rest for a host that says 429 without saying for how long."""


def _now() -> datetime:
    return datetime.now(UTC)


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


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
        resolve: Resolve | None = None,
        dial: Dial = dial,
        tls: ssl.SSLContext | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`deadline` and `spacing` in seconds, `limit` in bytes after decompression. `resolve`, None: the system's.
        `transport`: answers instead of the network, for tests."""
        self._user_agent = user_agent
        self._deadline = deadline
        self._limit = limit
        self._clock = clock
        self._lanes = Lanes(waits or {}, spacing=spacing, clock=clock, sleep=sleep, jitter=jitter)
        self._names = Names(AT_ONCE)
        self._routes = Routes(resolve or self._names, dial, tls or _tls())
        self._transport = transport
        self._stack = AsyncExitStack()

    @property
    def waits(self) -> dict[str, datetime]:
        """Host → not to be asked before."""
        return self._lanes.waits

    async def __aenter__(self) -> Self:
        self._stack.callback(self._names.close)
        await self._stack.enter_async_context(self._routes)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes all connections."""
        await self._stack.aclose()

    async def fetch(
        self, feed: Feed, known: FeedState | None, *, conditional: bool = True, at: str = ""
    ) -> Fetched:
        """Asks for the feed once, with the validators of `known`. Never raises for what host or network do.

        `conditional=False`: without validators, and past caches; what shows a cache that is stuck.
        `at`: an address that was adopted, instead of the catalogue's; the feed's own headers and password go
        there only if it is on the same host. A 304 to a request without validators is `stale`.
        """
        try:
            trip = Trip(feed, known if conditional else None, self._user_agent, at, fresh=not conditional)
            fetched = await self._travel(trip)
        except Resting as resting:
            fetched = Fetched(health="rate_limited", detail=str(resting), retry_after=resting.remaining)
        except TimeoutError:
            fetched = Fetched(health="timeout", detail=f"no complete response within {self._deadline:g} s")
        except BROKEN as error:
            health, detail = diagnose(error)
            fetched = Fetched(health=health, detail=detail)
        return replace(fetched, detail=shown(fetched.detail)[:_LINE])

    async def _travel(self, trip: Trip) -> Fetched:
        loop = asyncio.get_running_loop()
        left = self._deadline
        for _ in range(REDIRECTS + 1):
            if not trip.feed.allow_private:
                vet_spelling(trip.host)  # a proxy, who looks names up himself, would not
            async with self._lanes.turn(trip.host):
                started = loop.time()
                # A timeout for each read would let a host that drips byte by byte hold us for ever.
                async with asyncio.timeout(left):
                    fetched = await self._ask(trip)
                left -= loop.time() - started
            if fetched is not None:
                return fetched
        raise Lost(f"more than {REDIRECTS} redirects, the last to {trip.url}")

    async def _ask(self, trip: Trip) -> Fetched | None:
        """One request; None: it was redirected, and `trip` has its next address."""
        wire = self._transport or self._routes.wire(trip.feed, trip.url)
        host = trip.host
        response = await wire.handle_async_request(trip.request())
        try:
            if trip.redirected(response):
                return None
            fetched = await read(response, self._limit, self._clock(), conditional=trip.conditional)
        finally:
            await response.aclose()
        if fetched.health == "rate_limited" or (fetched.status in {429, 503} and fetched.retry_after):
            self._lanes.rest(host, fetched.retry_after or _UNSAID)
        if trip.hops and login_wall(trip.url, trip.asked.path, fetched.body):
            detail = f"redirected to a login: {trip.url}"
            fetched = replace(fetched, health="unauthorised", detail=detail, body=b"")
        return replace(
            fetched, url=str(trip.url), moved_to=trip.moved_to, detail=fetched.detail or trip.advice
        )
