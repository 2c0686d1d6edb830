"""A fetcher for the tests: no pause between requests, a short deadline."""

import asyncio
from collections.abc import Iterable
from typing import Any

import httpcore

from ingest.catalogue import Feed
from ingest.fetch import Fetched, Fetcher
from ingest.fetch.dial import dial
from store.state import FeedState

PUBLIC = "93.184.216.34"
"""An address of the public net. Nothing here dials it: a `Net` stands between."""


def feed(url: str, **fields: Any) -> Feed:
    """A feed, in the private network unless said otherwise."""
    return Feed(id="levant-wire/top", publisher="x", scope="x", url=url, **{"allow_private": True, **fields})


def known(etag: str = '"1"') -> FeedState:
    """What an earlier poll left."""
    return FeedState(feed_id="levant-wire/top", etag=etag)


def ask(subject: str | Feed, state: FeedState | None = None, **options: Any) -> Fetched:
    """One feed, by a fetcher of its own. `conditional` and `at` go to the request, the rest to the fetcher."""
    return ask_all([subject], state, **options)[0]


def ask_all(subjects: Iterable[str | Feed], state: FeedState | None = None, **options: Any) -> list[Fetched]:
    """Several at once, by one fetcher."""
    question = {name: options.pop(name) for name in ("conditional", "at") if name in options}
    feeds = [each if isinstance(each, Feed) else feed(each) for each in subjects]

    async def all_of_them() -> list[Fetched]:
        settings = {"user_agent": "SyriaWire/test", "deadline": 5.0, "spacing": 0.0, "limit": 5_000_000}
        async with Fetcher(**{**settings, **options}) as fetcher:
            return await asyncio.gather(*(fetcher.fetch(each, state, **question) for each in feeds))

    return asyncio.run(all_of_them())


class Net:
    """Names and addresses as a test wants them; what looks public is dialled on loopback instead.

    A name whose answers are used up keeps the last.
    """

    def __init__(self, **names: list[list[str]]) -> None:
        self.names = {name.replace("_", "."): answers for name, answers in names.items()}
        self.asked: list[str] = []
        self.dialled: list[str] = []

    async def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def dial(self, address: str, port: int) -> httpcore.AsyncNetworkStream:
        self.dialled.append(address)
        return await dial("127.0.0.1", port)

    @property
    def options(self) -> dict[str, Any]:
        """For a fetcher that is to live in this net."""
        return {"resolve": self.resolve, "dial": self.dial}
