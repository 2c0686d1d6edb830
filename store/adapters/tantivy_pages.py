"""Pages of hits and the long walk over all of them, in the embedded index.

By time a page begins where the one before ended: at a key that two articles share by rare chance only, so the page
mark also names which articles (or folds) of that key were shown. By relevance it begins after so many hits: scores are
no place to come back to, so a deep page costs as much as all pages before it.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tantivy import DocAddress, Occur, Order, Searcher
from tantivy import Query as TantivyQuery

from store.adapters.tantivy_query import Translator
from store.adapters.tantivy_schema import DATED_KEY, FIRST_SEEN_KEY, FOLD_COPIES, FOLD_STORY, IDENTITY
from store.errors import BadPage
from store.query import Query, Sort

_ORDERS: dict[Sort, tuple[str, Order]] = {
    "newest": (DATED_KEY, Order.Desc),
    "oldest": (DATED_KEY, Order.Asc),
    "first_seen": (FIRST_SEEN_KEY, Order.Desc),
}
_FOLDS = {"story": FOLD_STORY, "copies": FOLD_COPIES, None: IDENTITY}
_LARGEST_CHUNK = 4096
_LONGEST_MARK = 2000
_WALK = 2000
_RANKED = re.compile(r"from-(?P<seen>[0-9]{1,12})")
_TIMED = re.compile(r"(?P<sort>newest|oldest|first_seen)-(?P<key>-?[0-9]{1,19})(?P<shown>(?:\.[0-9]{1,19})*)")


class Row(NamedTuple):
    """One hit before its article is read. `place` is its key or score, `fold` the number it is folded by."""

    place: float
    address: DocAddress
    fold: int


class Page(NamedTuple):
    """`total` counts all matches; `folded` says how many more matches each row stands for."""

    total: int
    rows: tuple[Row, ...]
    folded: tuple[int, ...]
    next: str | None


def read_page(searcher: Searcher, translator: Translator, query: Query) -> Page:
    """One page of `query`. Raises `BadPage`."""
    asked = translator.query(query)
    limit = max(1, min(query.limit, searcher.num_docs))  # tantivy sets this much memory aside
    by_time = query.sort != "relevance"
    total = _count(searcher, asked) if by_time or query.fold else None
    if query.sort != "relevance":
        found, next_ = _Timed(searcher, translator, query, asked).rows(limit)
    elif query.fold:
        found, next_ = _ranked_and_folded(searcher, query, asked, limit)
    else:
        found, next_, total = _ranked(searcher, query, asked, limit)
    counts = _fold_counts(searcher, translator, query, asked, found) if query.fold else {}
    return Page(
        total=total or 0,
        rows=tuple(found),
        folded=tuple(counts.get(row.fold, 1) - 1 for row in found),
        next=next_,
    )


def walk(searcher: Searcher, translator: Translator, query: Query) -> Iterator[list[DocAddress]]:
    """All matches, the newest first, some thousand at a time."""
    asked = translator.query(query)
    last: int | None = None
    shown: set[int] = set()
    while True:
        rest = asked if last is None else _all_of(asked, translator.numbers(DATED_KEY, None, last))
        rows = _search(searcher, rest, _FOLDS[None], limit=_WALK + len(shown), sort="newest")
        news = [row for row in rows if row.fold not in shown]
        if not news:
            return
        yield [row.address for row in news]
        before, last = last, int(news[-1].place)
        shown = {row.fold for row in news if row.place == last} | (shown if before == last else set())


class _Timed:
    """Pages in the order of time."""

    def __init__(self, searcher: Searcher, translator: Translator, query: Query, asked: TantivyQuery) -> None:
        self._searcher = searcher
        self._translator = translator
        self._query = query
        self._key, self._order = _ORDERS[query.sort]
        self._field = _FOLDS[query.fold]
        self._last, self._shown = _read_mark(query)
        self._asked = asked

    def rows(self, limit: int) -> tuple[list[Row], str | None]:
        """The next `limit` rows, and the mark of the page after them."""
        rest = self._asked
        if self._last is not None:
            rest = _all_of(rest, self._on_this_side(self._last))
        passed = set(self._shown)
        found: list[Row] = []
        size = limit + 1
        while len(found) <= limit:
            left = rest if not passed else _without(rest, self._translator.among(self._field, passed))
            rows = _search(self._searcher, left, self._field, limit=size, sort=self._query.sort)
            if not rows:
                break
            news = {row.fold for row in rows}
            passed |= self._on_pages_before(news)
            for row in rows:
                if row.fold not in passed:
                    passed.add(row.fold)
                    found.append(row)
            if self._query.fold is None and len(rows) < size:
                break
            size = min(size * 2, _LARGEST_CHUNK)
        return found[:limit], self._mark(found[:limit]) if len(found) > limit else None

    def _on_this_side(self, key: int) -> TantivyQuery:
        forward = self._order == Order.Asc
        return self._translator.numbers(self._key, key if forward else None, None if forward else key)

    def _on_pages_before(self, folds: set[int]) -> set[int]:
        """Those of the folds that have a match before this page."""
        if self._query.fold is None or self._last is None:
            return set()
        forward = self._order == Order.Asc
        last = self._last
        before = self._translator.numbers(
            self._key, None if forward else last + 1, last - 1 if forward else None
        )
        asked = _all_of(self._asked, before, self._translator.among(self._field, folds))
        return set(_terms(self._searcher, asked, self._field, len(folds)))

    def _mark(self, rows: Sequence[Row]) -> str:
        last = int(rows[-1].place)
        shown = [row.fold for row in rows if row.place == last]
        if last == self._last:
            shown += self._shown
        return f"{self._query.sort}-{last}{''.join(f'.{fold}' for fold in shown)}"


def _read_mark(query: Query) -> tuple[int | None, tuple[int, ...]]:
    if query.after is None:
        return None, ()
    found = _TIMED.fullmatch(query.after) if len(query.after) <= _LONGEST_MARK else None
    if found is None or found["sort"] != query.sort or abs(int(found["key"])) >= 2**63:
        raise _bad_page(query)
    return int(found["key"]), tuple(int(fold) for fold in found["shown"].split(".")[1:])


def _ranked(
    searcher: Searcher, query: Query, asked: TantivyQuery, limit: int
) -> tuple[list[Row], str | None, int]:
    offset = _read_offset(query, searcher)
    answer = searcher.search(asked, limit=limit, offset=offset)
    found = [Row(float(score), address, 0) for score, address in answer.hits]
    total, end = int(answer.count), offset + len(found)  # type: ignore[attr-defined]
    return found, f"from-{end}" if found and end < total else None, total


def _ranked_and_folded(
    searcher: Searcher, query: Query, asked: TantivyQuery, limit: int
) -> tuple[list[Row], str | None]:
    offset = _read_offset(query, searcher)
    size = offset + 2 * limit + 1
    while True:
        rows = _search(
            searcher, asked, _FOLDS[query.fold], limit=min(size, searcher.num_docs), sort="relevance"
        )
        seen = {row.fold for row in rows[:offset]}
        found: list[tuple[int, Row]] = []
        for place, row in enumerate(rows[offset:], offset + 1):
            if row.fold not in seen:
                seen.add(row.fold)
                found.append((place, row))
        if len(found) > limit or len(rows) < size:
            break
        size *= 2
    shown = found[:limit]
    return [row for _, row in shown], f"from-{shown[-1][0]}" if len(found) > limit else None


def _read_offset(query: Query, searcher: Searcher) -> int:
    """The page mark's number; beyond the index it could only come from elsewhere."""
    if query.after is None:
        return 0
    found = _RANKED.fullmatch(query.after)
    if found is None or int(found["seen"]) > searcher.num_docs:
        raise _bad_page(query)
    return int(found["seen"])


def _bad_page(query: Query) -> BadPage:
    return BadPage(f"page {(query.after or '')[:40]!r}: not one of this search: begin at its first page")


def _search(searcher: Searcher, asked: TantivyQuery, field: str, *, limit: int, sort: Sort) -> list[Row]:
    key, order = _ORDERS.get(sort, (None, Order.Desc))
    limit = max(1, min(limit, searcher.num_docs))
    hits = searcher.search(asked, limit=limit, count=False, order_by_field=key, order=order).hits
    folds = searcher.fast_field_values(field, [address for _, address in hits])
    return [Row(place, address, int(fold or 0)) for (place, address), fold in zip(hits, folds, strict=True)]


def _fold_counts(
    searcher: Searcher, translator: Translator, query: Query, asked: TantivyQuery, rows: Sequence[Row]
) -> dict[int, int]:
    if not rows:
        return {}
    field = _FOLDS[query.fold]
    members = _all_of(asked, translator.among(field, [row.fold for row in rows]))
    return _terms(searcher, members, field, len(rows))


def _terms(searcher: Searcher, asked: TantivyQuery, field: str, most: int) -> dict[int, int]:
    counted = {"folds": {"terms": {"field": field, "size": most, "segment_size": most}}}
    buckets = searcher.aggregate(asked, counted)["folds"]["buckets"]
    return {int(bucket["key"]): int(bucket["doc_count"]) for bucket in buckets}


def _count(searcher: Searcher, asked: TantivyQuery) -> int:
    return int(searcher.search(asked, limit=1).count)  # type: ignore[attr-defined]


def _all_of(*parts: TantivyQuery) -> TantivyQuery:
    return TantivyQuery.boolean_query([(Occur.Must, part) for part in parts])


def _without(asked: TantivyQuery, part: TantivyQuery) -> TantivyQuery:
    return TantivyQuery.boolean_query([(Occur.Must, asked), (Occur.MustNot, part)])
