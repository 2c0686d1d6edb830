"""Replay: an index built anew beside the one that is read, and an archive tagged anew with another gazetteer.

Both go through the processors' own loop, with a consumer group of their own. What was killed goes on where it stopped.
"""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime

import msgspec

from lexicon.load import load_lexicon
from processors.enrich import Enrich, EnrichStage
from processors.index import IndexStage
from processors.run import Failure, Loop, Stage, run
from store.connect import open_index, open_log
from store.errors import SyriaWireError
from store.index import Index
from store.log import GROUPED, RAW, Log
from store.query import Query
from store.records import Article
from store.settings import Settings

Progress = Callable[[int], None]
"""Is told how many records are left."""


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What a rebuild has done. `versions`: how many it put. `shown`: readers see the new index; else it was stopped."""

    name: str
    versions: int
    dead: int
    shown: bool
    others: list[str]
    """The physical indices that nobody reads any more."""


def rebuild(
    log: Log, index: Index, name: str, stop: threading.Event, *, batch: int, progress: Progress
) -> Rebuilt:
    """Fills the physical index `name` from the log, shows it to readers and writers, then catches up.

    The index worker may go on: until the swap it writes into the old index what this reads from the log as well.
    Raises `SyriaWireError` where readers see `name` already.
    """
    names = index.names()
    if index.shown() == name:
        raise SyriaWireError(f"index {name}: readers see it already: choose a name that is new")
    group = f"rebuild-{name}"
    if name not in names and log.lag(GROUPED, group) != sum(log.ends(GROUPED).values()):
        raise SyriaWireError(f"index {name}: an index of this name was filled before: choose another name")
    target = index.named(name) if name in names else index.create(name)
    stage = _Watched(IndexStage(target, group), lambda: progress(log.lag(GROUPED, group)))
    loop = Loop(log=log, clock=_now, stop=stop, batch=batch, until_idle=True)
    counts = run(stage, loop)
    if not stop.is_set():
        index.swap(name)
        counts += run(stage, loop)  # what went into the old index before writers saw the swap
    target.close()
    return Rebuilt(
        name=name,
        versions=counts["done"],
        dead=counts["dead"],
        shown=index.shown() == name,
        others=[each for each in index.names() if each != name],
    )


def rebuild_index(settings: Settings, name: str, stop: threading.Event, progress: Progress) -> Rebuilt:
    """`rebuild` on the ports that the settings name."""
    with closing(open_log(settings)) as log, closing(open_index(settings)) as index:
        return rebuild(log, index, name, stop, batch=settings.batch, progress=progress)


def retag(settings: Settings, stop: threading.Event, progress: Progress) -> Counter[str]:
    """Sends every version of every article through the tagger again; the other processors do the rest.

    Several processes share the work where the log does. Raises `SyriaWireError` if the archive has this
    gazetteer's revision already: what is not greater never wins.
    """
    lexicon = load_lexicon(settings.gazetteer)
    group = f"retag-{lexicon.revision}"
    with closing(open_log(settings)) as log:
        if log.lag(RAW, group) == sum(log.ends(RAW).values()):
            _must_be_newer(settings, lexicon.revision)
        stage = EnrichStage(Enrich(lexicon), log, group)
        loop = Loop(log=log, clock=_now, stop=stop, batch=settings.batch, until_idle=True)
        return run(_Watched(stage, lambda: progress(log.lag(RAW, group))), loop)


def _must_be_newer(settings: Settings, revision: int) -> None:
    with closing(open_index(settings)) as index:
        hits = index.search(Query(now=None, sort="oldest", limit=1)).hits
    if hits and hits[0].article.revision >= revision:
        raise SyriaWireError(
            f"{settings.gazetteer / 'gazetteer.yml'}: revision {revision} is what the archive has: raise it by one"
        )


class _Watched:
    """A stage that tells how far it is."""

    def __init__(self, stage: Stage, tell: Callable[[], None]) -> None:
        self._tell = tell
        self.name = stage.name
        self.source = stage.source
        self.start = stage.start
        self.work = stage.work
        self._deliver = stage.deliver

    def deliver(self, articles: Sequence[Article]) -> list[Failure]:
        self._tell()
        return self._deliver(articles)


def _now() -> datetime:
    return datetime.now(UTC)
