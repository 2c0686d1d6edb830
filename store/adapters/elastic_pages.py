"""Pages of hits from Elasticsearch, folded or not.

Its own `collapse` cannot be paged. So we page over all matches, and ask for each page which of its hits is the first of
its fold: what is not was shown on this page or one before. Nothing is kept from page to page, so no depth is too deep.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from store.adapters.elastic_mapping import FOLDS
from store.adapters.elastic_query import bad_page, order, read_cursor, same_copy, translate, write_cursor
from store.errors import SyriaWireError
from store.query import Hit, Hits, Query
from store.records import Article

LARGEST_PAGE = 10_000  # what Elasticsearch gives out at once
_LARGEST_CHUNK = 1000
Ask = Callable[[SyriaWireError | None, dict[str, Any]], Any]


def read_page(ask: Ask, query: Query) -> Hits:
    """One page of `query`; `ask` searches the newest collection. Raises `BadPage`."""
    cursor = read_cursor(query)
    blamed = bad_page(query) if cursor else None
    asked = {
        "query": translate(query),
        "sort": order(query),
        "preference": same_copy(query),
        "track_total_hits": True,
    }
    place = cursor.place if cursor else None
    if query.fold:
        return _folded(ask, query, asked, place, blamed)
    size = min(query.limit, LARGEST_PAGE)
    answer = ask(blamed, {**asked, "size": size, "search_after": place})
    total = int(answer["hits"]["total"]["value"])
    found = answer["hits"]["hits"]
    seen = len(found) + (cursor.seen if cursor else 0)
    more = bool(found) and seen < total
    return Hits(
        total=total,
        hits=tuple(_hit(query, hit, 0) for hit in found),
        next=write_cursor(query, seen, found[-1]["sort"]) if more else None,
    )


def _folded(ask: Ask, query: Query, asked: dict[str, Any], place: Any, blamed: SyriaWireError | None) -> Hits:
    limit = min(query.limit, _LARGEST_CHUNK)
    field = FOLDS[query.fold or "story"]
    found: list[Hit] = []
    marks: list[Any] = []
    total, size = None, limit + 1
    while len(found) <= limit:
        page = {**asked, "size": size, "search_after": place, "source": False, "docvalue_fields": [field]}
        answer = ask(blamed, page)
        total = int(answer["hits"]["total"]["value"]) if total is None else total
        rows = answer["hits"]["hits"]
        if rows:
            firsts = _firsts(ask, asked, field, [row["fields"][field][0] for row in rows])
            for row in rows:
                if row["_id"] in firsts:
                    hit, more = firsts[row["_id"]]
                    found.append(_hit(query, hit, more))
                    marks.append(row["sort"])
        if len(rows) < size:
            break
        place, size = rows[-1]["sort"], min(size * 2, _LARGEST_CHUNK)
    next_ = write_cursor(query, 0, marks[limit - 1]) if len(found) > limit else None
    return Hits(total=total or 0, hits=tuple(found[:limit]), next=next_)


def _firsts(
    ask: Ask, asked: dict[str, Any], field: str, folds: Sequence[str]
) -> dict[str, tuple[dict[str, Any], int]]:
    """The id of each fold's first match → the hit, and how many more there are."""
    distinct = list(dict.fromkeys(folds))
    members = {"bool": {"must": [asked["query"]], "filter": [{"terms": {field: distinct}}]}}
    answer = ask(
        None,
        {
            **asked,
            "query": members,
            "collapse": {"field": field},
            "size": len(distinct),
            "docvalue_fields": [field],
            "aggregations": {"folds": {"terms": {"field": field, "size": len(distinct)}}},
        },
    )
    counted = {
        bucket["key"]: int(bucket["doc_count"]) for bucket in answer["aggregations"]["folds"]["buckets"]
    }
    return {hit["_id"]: (hit, counted.get(hit["fields"][field][0], 1) - 1) for hit in answer["hits"]["hits"]}


def _hit(query: Query, hit: dict[str, Any], folded: int) -> Hit:
    return Hit(
        article=msgspec.convert(hit["_source"], Article),
        score=float(hit["sort"][0]) if query.sort == "relevance" else 0.0,
        folded=folded,
    )
