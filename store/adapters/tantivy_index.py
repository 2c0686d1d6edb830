"""The embedded index: two tantivy indexes (newest, history) in a folder, one writing process, any number of readers."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
from tantivy import Document, Searcher

from store.adapters.tantivy_counts import Counter
from store.adapters.tantivy_files import Physical
from store.adapters.tantivy_pages import read_page, walk
from store.adapters.tantivy_query import Translator
from store.bounds import check
from store.counts import check_precision
from store.errors import IndexUnavailable, SyriaWireError
from store.index import Collection, Key, Rejected
from store.query import (
    Bounds,
    Bucket,
    Cell,
    Companion,
    FacetValue,
    Hit,
    Hits,
    Interval,
    KeywordField,
    Query,
    TimeField,
)
from store.records import Article

_POINTER = "current"
_DEFAULT = "articles"
Counted = TypeVar("Counted")
_decode = msgspec.json.Decoder(Article).decode


class TantivyIndex:
    """`store.index.Index` below `root`: `root/current` names the physical index, a folder beside it.

    `clock`: seconds since 1970, for `indexed`.
    """

    def __init__(
        self, root: Path, name: str | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._root = root
        self._clock = clock
        self._fixed = name
        self._open: Physical | None = None
        self._opening = threading.Lock()

    def put(self, articles: Sequence[Article]) -> list[Rejected]:
        if not articles:
            return []
        with self._available():
            return self._physical(write=True).put(articles, int(self._clock() * 1000))

    def refresh(self) -> None:
        with self._available():
            physical = self._physical()
            if physical.exists():
                physical.newest.refresh()
                physical.history.refresh()

    def get(self, id: str) -> Article | None:  # noqa: A002
        found = list(self._by_id("newest", id))
        return found[0] if found else None

    def history(self, id: str) -> list[Article]:  # noqa: A002
        return sorted(self._by_id("history", id), key=lambda article: article.order, reverse=True)

    def search(self, query: Query) -> Hits:
        check(query)
        with self._available():
            seen = self._seen()
            if seen is None:
                return Hits(total=0, hits=(), next=None)
            searcher, translator = seen
            page = read_page(searcher, translator, query)
            hits = tuple(
                Hit(
                    article=_article(searcher.doc(row.address)),
                    score=float(row.place) if query.sort == "relevance" else 0.0,
                    folded=folded,
                )
                for row, folded in zip(page.rows, page.folded, strict=True)
            )
            return Hits(total=page.total, hits=hits, next=page.next)

    def facets(self, query: Query, fields: Sequence[KeywordField], size: int) -> dict[str, list[FacetValue]]:
        nothing: dict[str, list[FacetValue]] = {field: [] for field in fields}
        return self._counted(query, lambda counter: counter.facets(query, fields, size), nothing)

    def timeline(self, query: Query, interval: Interval, field: TimeField = "dated") -> list[Bucket]:
        return self._counted(query, lambda counter: counter.timeline(query, interval, field), [])

    def cells(
        self, query: Query, precision: int, bounds: Bounds | None = None, size: int = 1000
    ) -> list[Cell]:
        check_precision(precision)
        return self._counted(query, lambda counter: counter.cells(query, precision, bounds, size), [])

    def company(self, query: Query, field: KeywordField, size: int) -> list[Companion]:
        return self._counted(query, lambda counter: counter.company(query, field, size), [])

    def scan(self, query: Query, collection: Collection = "newest") -> Iterator[Article]:
        check(query)
        with self._available():
            seen = self._seen()
        if seen is None:
            return
        searcher, translator = seen
        pages = walk(searcher, translator, query)
        while True:
            with self._available():
                articles = [_article(searcher.doc(address)) for address in next(pages, ())]
            if not articles:
                return
            for article in articles:
                yield from self.history(article.id) if collection == "history" else (article,)

    def keys(self, collection: Collection) -> Iterator[Key]:
        with self._available():
            physical = self._physical()
            found = list(physical.part(collection).keys()) if physical.exists() else []
        yield from found

    def names(self) -> list[str]:
        with self._available():
            return sorted(path.parent.parent.name for path in self._root.glob("*/newest/meta.json"))

    def shown(self) -> str | None:
        pointed = self._pointed()
        return pointed if pointed in self.names() else None

    def create(self, name: str) -> "TantivyIndex":
        if (self._root / name).exists():
            raise SyriaWireError(f"{self._root / name}: an index of this name is there: choose another name")
        created = TantivyIndex(self._root, name, clock=self._clock)
        with self._available():
            created._physical(write=True)
        return created

    def named(self, name: str) -> "TantivyIndex":
        return TantivyIndex(self._root, self._known(name), clock=self._clock)

    def drop(self, name: str) -> None:
        if self._known(name) == self.shown():
            raise SyriaWireError(f"{self._root / name}: readers see this index: swap to another one first")
        with self._available():
            shutil.rmtree(self._root / name)

    def swap(self, name: str) -> None:
        if not (self._root / name).is_dir():
            raise SyriaWireError(f"{self._root / name}: there is no such index: create it first")
        with self._available():
            pointer = self._root / f"{_POINTER}.new"
            pointer.write_text(name, encoding="utf-8")
            pointer.replace(self._root / _POINTER)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _known(self, name: str) -> str:
        if name not in (names := self.names()):
            there = f"there are {', '.join(names) or 'none'}"
            raise SyriaWireError(f"{self._root / name}: there is no such index: {there}")
        return name

    def _by_id(self, collection: Collection, id_: str) -> Iterator[Article]:
        with self._available():
            physical = self._physical()
            documents = physical.part(collection).documents(id_) if physical.exists() else []
        yield from map(_article, documents)

    def _seen(self) -> tuple[Searcher, Translator] | None:
        """What can be searched now; None while there is no index."""
        physical = self._physical()
        if not physical.exists():
            return None
        searcher = physical.newest.searcher()
        return searcher, Translator(physical.newest.schema, searcher)

    def _counted(self, query: Query, count: Callable[[Counter], Counted], nothing: Counted) -> Counted:
        check(query)
        with self._available():
            seen = self._seen()
            return nothing if seen is None else count(Counter(*seen))

    def _physical(self, *, write: bool = False) -> Physical:
        name = self._fixed or self._pointed()
        with self._opening:
            if self._open is None or self._open.name != name:
                self.close()
                self._open = Physical(self._root, name)
            physical = self._open
        if write:
            physical.create()
        return physical

    def _pointed(self) -> str:
        try:
            return (self._root / _POINTER).read_text(encoding="utf-8").strip() or _DEFAULT
        except FileNotFoundError:
            return _DEFAULT

    @contextmanager
    def _available(self) -> Iterator[None]:
        """tantivy raises ValueError for all that goes wrong with its files, RuntimeError once its writer is gone."""
        try:
            yield
        except (ValueError, RuntimeError, OSError) as error:
            self.close()
            raise IndexUnavailable(f"{self._root}: {_remedy(str(error))}, it is tried again") from error


def _article(document: Document) -> Article:
    data: bytes = document["data"][0]
    return _decode(data)


def _remedy(why: str) -> str:
    """What is wrong and what to do, for an error of tantivy."""
    if "LockBusy" in why:
        return "another process is its writer: stop that one or wait for it"
    if "schema does not match" in why:
        return "another version of this program made this index: `syriawire replay index NAME` makes it anew"
    return f"{why}: free the disk or mend the folder"
