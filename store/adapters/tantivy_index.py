"""The embedded index: two tantivy indexes (newest, history) in a folder, one writing process, any number of readers."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from tantivy import Document, Order

from store.adapters.tantivy_files import Physical
from store.adapters.tantivy_schema import NEWEST_FIRST
from store.errors import BadPage, IndexUnavailable, SyriaWireError
from store.index import Collection, Key, Rejected
from store.query import FacetValue, Hit, Hits, KeywordField, Query
from store.records import Article

_POINTER = "current"
_DEFAULT = "articles"
_PAGE_MARK = "from-"
_ORDER_BY = {"relevance": None, "newest": NEWEST_FIRST, "first_seen": "first_seen"}
_decode = msgspec.json.Decoder(Article).decode


class TantivyIndex:
    """`store.index.Index` below `root`: `root/current` names the physical index, a folder beside it."""

    def __init__(self, root: Path, name: str | None = None) -> None:
        self._root = root
        self._fixed = name
        self._open: Physical | None = None
        self._opening = threading.Lock()

    def put(self, articles: Sequence[Article]) -> list[Rejected]:
        if not articles:
            return []
        with self._available():
            return self._physical(write=True).put(articles)

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
        with self._available():
            physical = self._physical()
            if not physical.exists():
                return Hits(total=0, hits=(), next=None)
            searcher = physical.newest.searcher()
            offset = _offset(query.after, searcher.num_docs)
            order_by = _ORDER_BY[query.sort]
            found = searcher.search(
                physical.translator.query(query),
                limit=max(1, min(query.limit, searcher.num_docs)),  # tantivy sets this much memory aside
                offset=offset,
                order_by_field=order_by,
                order=Order.Desc,
            )
            hits = tuple(
                Hit(article=_article(searcher.doc(address)), score=0.0 if order_by else float(score))
                for score, address in found.hits
            )
            total = int(found.count)  # type: ignore[attr-defined]
            end = offset + len(hits)
            return Hits(total=total, hits=hits, next=f"{_PAGE_MARK}{end}" if hits and end < total else None)

    def facets(self, query: Query, fields: Sequence[KeywordField], size: int) -> dict[str, list[FacetValue]]:
        with self._available():
            physical = self._physical()
            if not physical.exists():
                return {field: [] for field in fields}
            asked = {field: {"terms": {"field": field, "size": size}} for field in fields}
            answer = physical.newest.searcher().aggregate(physical.translator.query(query), asked)
        return {
            field: [
                FacetValue(bucket["key"], int(bucket["doc_count"])) for bucket in answer[field]["buckets"]
            ]
            for field in fields
        }

    def scan(self, query: Query) -> Iterator[Article]:
        with self._available():
            physical = self._physical()
            if not physical.exists():
                return
            searcher = physical.newest.searcher()
            asked = physical.translator.query(query)
            # All addresses at once, some dozen bytes each: paging by offset would collect all again for each page.
            addresses = [
                address for _, address in searcher.search(asked, limit=max(1, searcher.num_docs)).hits
            ]
        for address in addresses:
            with self._available():
                article = _article(searcher.doc(address))
            yield article

    def keys(self, collection: Collection) -> Iterator[Key]:
        with self._available():
            physical = self._physical()
            found = list(physical.part(collection).keys()) if physical.exists() else []
        yield from found

    def create(self, name: str) -> "TantivyIndex":
        if (self._root / name).exists():
            raise SyriaWireError(f"{self._root / name}: an index of this name is there: choose another name")
        created = TantivyIndex(self._root, name)
        with self._available():
            created._physical(write=True)
        return created

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

    def _by_id(self, collection: Collection, id_: str) -> Iterator[Article]:
        with self._available():
            physical = self._physical()
            documents = physical.part(collection).documents(id_) if physical.exists() else []
        yield from map(_article, documents)

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
            busy = "LockBusy" in str(error)
            why = "another process is its writer" if busy else str(error)
            do = "stop that one or wait for it" if busy else "free the disk or mend the folder"
            raise IndexUnavailable(f"{self._root}: {why}: {do}, it is tried again") from error


def _offset(after: str | None, most: int) -> int:
    """The page mark's number; beyond the index it could only come from elsewhere."""
    if after is None:
        return 0
    digits = after.removeprefix(_PAGE_MARK)
    if digits == after or not digits.isdecimal() or len(digits) > 12 or int(digits) > most:
        raise BadPage(f"page {after[:40]!r}: not one of this search: begin at its first page")
    return int(digits)


def _article(document: Document) -> Article:
    data: bytes = document["data"][0]
    return _decode(data)
