"""The fetcher in a thread of its own: while one answer is parsed, the others come in, and no deadline runs out."""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from ingest.catalogue import Feed
from ingest.complete import Completer
from ingest.desk import Desk, Fetching, OpenFetcher
from ingest.fetch import Fetched
from ingest.page import Pages
from ingest.robots import Robots
from store.state import FeedState


@dataclass(frozen=True)
class Asking:
    """Requests that are under way, seen from the calling thread."""

    _loop: asyncio.AbstractEventLoop
    _fetcher: Fetching
    _end: asyncio.Event

    @property
    def waits(self) -> dict[str, datetime]:
        """Hosts that must not be asked before a time."""
        return dict(self._fetcher.waits)

    def ask(self, feed: Feed, known: FeedState, *, conditional: bool) -> Future[Fetched]:
        """Begins a request, at the address where the feed is read now."""
        asked = self._fetcher.fetch(feed, known, conditional=conditional, at=known.address)
        return asyncio.run_coroutine_threadsafe(asked, self._loop)

    def completer(self, desk: Desk) -> Completer:
        """Reads the pages of this batch with the same fetcher, while the calling thread waits."""
        robots = Robots(self._fetcher, desk.user_agent, desk.clock, {})
        return Completer(
            state=desk.state,
            pages=Pages(self._fetcher, robots),
            robots=robots,
            run=lambda asked: asyncio.run_coroutine_threadsafe(asked, self._loop).result(),
            clock=desk.clock,
        )

    def end(self) -> None:
        """Lets the fetcher close."""
        self._loop.call_soon_threadsafe(self._end.set)


@contextmanager
def asking(open_fetcher: OpenFetcher, waits: Mapping[str, datetime]) -> Iterator[Asking]:
    """Opens a fetcher; afterwards what is still under way is dropped, and all connections are closed."""
    opened: Future[Asking] = Future()
    with ThreadPoolExecutor(1, "fetcher") as thread:
        running = thread.submit(lambda: asyncio.run(_serve(open_fetcher, waits, opened)))
        try:
            running.add_done_callback(lambda ended: _pass_on(ended, opened))
            yield opened.result()
        finally:
            if not running.done():
                opened.result().end()
        running.result()


async def _serve(open_fetcher: OpenFetcher, waits: Mapping[str, datetime], opened: Future[Asking]) -> None:
    end = asyncio.Event()
    async with open_fetcher(waits) as fetcher:
        opened.set_result(Asking(asyncio.get_running_loop(), fetcher, end))
        await end.wait()


def _pass_on(ended: Future[None], opened: Future[Asking]) -> None:
    """Why a fetcher could not be opened goes to who waits for it."""
    if not opened.done():
        opened.set_exception(ended.exception() or RuntimeError("the fetcher ended before it was open"))


def any_done(futures: Collection[Future[Fetched]]) -> set[Future[Fetched]]:
    """Waits until at least one has ended; returns all that have."""
    return wait(futures, return_when=FIRST_COMPLETED).done
