"""Politeness: one request at a time to a host, spaced; and no request to a host that has asked for a rest."""

import asyncio
import math
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

AT_ONCE = 64
"""Requests under way, of all hosts together."""


class Resting(Exception):  # noqa: N818  (an answer about a host, not a fault)
    """The host has said, by `Retry-After`, that it is not to be asked yet."""

    def __init__(self, host: str, remaining: timedelta) -> None:
        super().__init__(f"{host} has asked for a pause of another {math.ceil(remaining.total_seconds())} s")
        self.remaining = remaining


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass
class _Lane:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free: datetime = _LONG_AGO


class Lanes:
    """`waits`: hosts with the time before which they must not be asked; past ones are forgotten."""

    def __init__(
        self,
        waits: Mapping[str, datetime],
        *,
        spacing: float,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        jitter: Callable[[], float],
    ) -> None:
        """`spacing`: seconds; up to half of it is added by `jitter`, which gives 0 to 1."""
        self.waits = {host: until for host, until in waits.items() if until > clock()}
        self._spacing = spacing
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._lanes: defaultdict[str, _Lane] = defaultdict(_Lane)
        self._slots = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Waits until the host may be asked, and keeps others from asking it meanwhile. Raises `Resting`."""
        lane = self._lanes[host]
        async with lane.lock:
            self._check(host)
            # A clock that was set back must not make us wait for longer than the spacing.
            pause = min((lane.free - self._clock()).total_seconds(), 1.5 * self._spacing)
            if pause > 0:
                await self._sleep(pause)
            async with self._slots:
                try:
                    yield
                finally:
                    lane.free = self._clock() + timedelta(seconds=self._spacing * (1 + self._jitter() / 2))

    def rest(self, host: str, pause: timedelta) -> None:
        """Nobody asks `host` before `pause` has passed."""
        self.waits[host] = max(self._clock() + pause, self.waits.get(host, self._clock()))

    def _check(self, host: str) -> None:
        if host in self.waits:
            if (remaining := self.waits[host] - self._clock()) > timedelta():
                raise Resting(host, remaining)
            del self.waits[host]
