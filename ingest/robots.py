"""What a host's robots.txt lets us read. Feeds are published to be polled; for pages we ask first."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
from protego import Protego

from ingest.catalogue import Feed
from ingest.fetch import Fetched
from store.records import Time
from store.state import FeedState

KEPT = timedelta(days=1)
_AWAY = timedelta(minutes=10)
"""After so long a host is asked again for the rules that could not be had."""
_LONGEST = 500_000
"""Characters of rules that are read, as RFC 9309 wants it at least."""
_LONGEST_DELAY = 30.0
_NONE_THERE = frozenset({"not_found", "gone", "unauthorised", "blocked", "html_instead", "redirects"})
"""RFC 9309: who answers 4xx has no rules. Where the host cannot be reached nothing is allowed."""


class Fetching(Protocol):
    """`ingest.fetch.Fetcher`, as far as pages need it."""

    async def fetch(
        self, feed: Feed, known: FeedState | None, *, conditional: bool = True, at: str = ""
    ) -> Fetched:
        """See `ingest.fetch.Fetcher.fetch`."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The robots.txt of one host as it was at `at`; `reached` False: nobody knows what it says."""

    at: Time
    text: str = ""
    reached: bool = True

    def fresh(self, now: datetime) -> bool:
        """Whether it need not be asked for again."""
        return now < self.at + (KEPT if self.reached else _AWAY)


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """`allowed` None: not known now, ask later. `delay`: seconds between two pages of this host."""

    allowed: bool | None
    delay: float = 0.0


class Robots:
    """The rules of many hosts, each asked for once a day. `memory`: origin → rules; the caller stores it."""

    def __init__(
        self, fetcher: Fetching, user_agent: str, clock: Callable[[], datetime], memory: Mapping[str, Rules]
    ) -> None:
        self._fetcher = fetcher
        self._user_agent = user_agent
        self._clock = clock
        self._parsed: dict[str, Protego] = {}
        self.memory = dict(memory)

    async def ruling(self, feed: Feed, url: str) -> Ruling:
        """May the page at `url` be read for this feed? Never raises for what the host does."""
        origin = origin_of(url)
        if origin not in self.memory or not self.memory[origin].fresh(self._clock()):
            self.memory[origin] = await self._ask(feed, origin)
            self._parsed.pop(origin, None)
        rules = self.memory[origin]
        if not rules.reached:
            return Ruling(allowed=None)
        if origin not in self._parsed:
            self._parsed[origin] = Protego.parse(rules.text)
        agent = feed.user_agent or self._user_agent
        delay = self._parsed[origin].crawl_delay(agent) or 0.0
        return Ruling(
            allowed=self._parsed[origin].can_fetch(url, agent), delay=min(max(delay, 0.0), _LONGEST_DELAY)
        )

    async def _ask(self, feed: Feed, origin: str) -> Rules:
        answer = await self._fetcher.fetch(feed, None, at=f"{origin}/robots.txt")
        now = self._clock()
        if answer.health == "ok":
            return Rules(at=now, text=answer.body.decode("utf-8", "replace")[:_LONGEST])
        return Rules(at=now, reached=answer.health in _NONE_THERE)


def origin_of(url: str) -> str:
    """`https://host:port` of a web address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
