"""The demo's wires on loopback, and the whole pipeline in one process, with everything real but the clock's pace."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import msgspec
import pytest

from ingest.desk import Desk
from ingest.fetch import Fetcher
from ops.poll import list_feeds, open_desk, poll
from ops.work import STAGES, work
from store.connect import open_index
from store.query import Query, Word
from store.records import Article
from store.settings import ROOT, Settings, load_settings
from tests.articles import NOON


class Pipeline:
    """Settings of an own home, and each step of the flow as a call. `clock` is that of the polls."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] | None = None) -> None:
        self.settings = settings
        self._clock = clock

    @contextmanager
    def _desk(self, settings: Settings) -> Iterator[Desk]:
        """The real ports, without the polite pause between two requests: the host is our own."""
        with open_desk(settings) as desk:
            yield replace(desk, fetcher=self._fetcher, clock=self._clock or desk.clock)

    def _fetcher(self, waits: Mapping[str, datetime]) -> Fetcher:
        return Fetcher(user_agent=self.settings.user_agent, waits=waits, spacing=0)

    def poll(self, *feed_ids: str) -> dict[str, str]:
        """Polls the feeds, all without names, whether due or not. Returns their health."""
        wanted = feed_ids or [feed.feed_id for feed in list_feeds(self.settings)]
        return {result.feed_id: result.health for result in poll(self.settings, wanted, desk=self._desk)}

    def work(self) -> dict[str, int]:
        """Runs every stage until nothing is left. Returns how many each has done."""
        stop = threading.Event()
        return {name: work(self.settings, name, stop, until_idle=True)["done"] for name in STAGES}

    def articles(self, word: str) -> list[Article]:
        """Every hit for a word."""
        index = open_index(self.settings)
        try:
            hits = index.search(Query(where=Word(word), now=None, limit=500)).hits
            return [hit.article for hit in hits]
        finally:
            index.close()

    def everything(self) -> list[Article]:
        """The newest version of every article."""
        index = open_index(self.settings)
        try:
            index.refresh()
            return list(index.scan(Query(now=None)))
        finally:
            index.close()

    def history(self, guid: str) -> list[Article]:
        """All versions of the article with this guid, newest first."""
        index = open_index(self.settings)
        try:
            found = [article for article in index.scan(Query(now=None)) if article.guid == guid]
            assert len(found) == 1, f"{guid}: {len(found)} articles"
            return index.history(found[0].id)
        finally:
            index.close()


Wires = Callable[..., str]


@contextmanager
def serve_wires(state: Path, *options: str) -> Iterator[str]:
    """Serves the demo's wires; gives their address."""
    command = [sys.executable, "-m", "demo.server", "--port", "0", "--state", str(state), *options]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        yield next(found[0] for line in process.stderr if (found := re.search(r"http://[\d.]+:\d+", line)))
    finally:
        process.terminate()
        process.wait(10)
        process.stderr.close()


@pytest.fixture
def wires(tmp_path: Path) -> Iterator[Wires]:
    """Starts the demo's wire server; returns its address."""
    with ExitStack() as running:
        numbers = count()

        def start(*options: str) -> str:
            return running.enter_context(serve_wires(tmp_path / f"wires{next(numbers)}.json", *options))

        yield start


@pytest.fixture
def pipeline(tmp_path: Path, wires: Wires) -> Pipeline:
    """A pipeline on the demo's catalogue."""
    return make_pipeline(tmp_path / "home", wires())


def make_pipeline(
    home: Path, url: str, *, clock: Callable[[], datetime] | None = None, **changes: object
) -> Pipeline:
    """A pipeline whose demo wires are at `url`."""
    environ = {
        **{name: value for name, value in os.environ.items() if name.startswith("SYRIAWIRE_")},
        "SYRIAWIRE_HOME": str(home),
        "SYRIAWIRE_DEMO_URL": url,
        "SYRIAWIRE_FEEDS": str(ROOT / "demo" / "feeds"),
    }
    return Pipeline(msgspec.structs.replace(load_settings(environ), **changes), clock)


class Ticking:
    """A clock that an hour passes on from poll to poll; none passes within one."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def tick(self) -> None:
        self.now += timedelta(hours=1)
