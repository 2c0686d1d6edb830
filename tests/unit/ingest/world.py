"""A desk over fakes, and a publisher whose answers a test chooses."""

from collections.abc import Mapping
from datetime import datetime

import httpx

from ingest.catalogue import Feed
from ingest.desk import Desk
from ingest.fetch import Fetcher
from ingest.recover import MARK
from store.log import RAW
from store.records import Article, decode_article
from tests.articles import NOON
from tests.fakes import FakeArchive, FakeClock, FakeLog, FakeState

FEED = Feed(
    id="levant-wire/top",
    url="https://levant-wire.example/feed",
    publisher="Levant Wire",
    scope="levant-wire/top",
    allow_private=True,
)


DATED = "<pubDate>Wed, 07 Oct 2015 11:30:00 GMT</pubDate>"


def rss(*headlines: str, stamp: int = 0) -> bytes:
    items = "".join(
        f"<item><guid>{n}</guid><title>{each}</title>{DATED}</item>" for n, each in enumerate(headlines)
    )
    return f"<rss><channel><ttl>{stamp}</ttl>{items}</channel></rss>".encode()


class World:
    """One desk whose publisher serves `body`, or fails."""

    def __init__(self) -> None:
        self.log = FakeLog()
        self.state = FakeState()
        self.state.set_mark(MARK, "before")
        self.archive = FakeArchive()
        self.clock = FakeClock(NOON)
        self.body = rss("One", "Two")
        self.status = 200
        self.etag = '"1"'
        self.asked: list[httpx.Request] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.etag and request.headers.get("if-none-match") == self.etag:
            return httpx.Response(304)
        return httpx.Response(
            self.status, content=self.body, headers={"etag": self.etag} if self.etag else {}
        )

    def transport(self) -> httpx.AsyncBaseTransport:
        def answer(request: httpx.Request) -> httpx.Response:
            if "broken" in request.url.host:
                raise KeyError("a fault of ours")
            return self.answer(request)

        return httpx.MockTransport(answer)

    def fetcher(self, waits: Mapping[str, datetime]) -> Fetcher:
        return Fetcher(user_agent="x", waits=waits, spacing=0, clock=self.clock, transport=self.transport())

    def desk(self, owner: str = "me") -> Desk:
        return Desk(
            log=self.log,
            state=self.state,
            archive=self.archive,
            clock=self.clock,
            fetcher=self.fetcher,
            owner=owner,
        )

    def articles(self) -> list[Article]:
        return [decode_article(record.value) for record in self.log.topics.get(RAW, [])]
