"""What the embedded index counts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tantivy import Searcher

from store import counts
from store.adapters.tantivy_query import Translator
from store.adapters.tantivy_schema import POINTS, tile_field
from store.bounds import MOST_BUCKETS
from store.query import (
    Bounds,
    Bucket,
    Cell,
    Companion,
    Everything,
    FacetValue,
    Interval,
    KeywordField,
    Query,
    TimeField,
)

_DAY = 86_400_000
_HOUR = 3_600_000
_MOST_VALUES = 60_000  # tantivy gives out 65,000 buckets in all
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Counter:
    """Counts what one `searcher` sees."""

    def __init__(self, searcher: Searcher, translator: Translator) -> None:
        self._searcher = searcher
        self._translator = translator

    def facets(self, query: Query, fields: Sequence[KeywordField], size: int) -> dict[str, list[FacetValue]]:
        """As in the port."""
        size = min(size, _MOST_VALUES)
        answer = self._aggregated(query, {field: _terms(field, size) for field in fields})
        return {
            field: [FacetValue(value, count) for value, count in _counted(answer[field])] for field in fields
        }

    def timeline(self, query: Query, interval: Interval, field: TimeField) -> list[Bucket]:
        """As in the port. Longer intervals are added up from days: tantivy knows no calendar."""
        width = _HOUR if interval == "hour" else _DAY
        ends = self._aggregated(query, {"low": {"min": {"field": field}}, "high": {"max": {"field": field}}})
        low, high = ends["low"]["value"], ends["high"]["value"]
        if low is None:
            return []
        if interval in ("hour", "day") and (high - low) / width > MOST_BUCKETS:
            raise counts.too_many(interval)
        asked = {"times": {"histogram": {"field": field, "interval": width, "min_doc_count": 1}}}
        buckets = self._aggregated(query, asked)["times"]["buckets"]
        moments = (
            (_EPOCH + timedelta(milliseconds=int(each["key"])), int(each["doc_count"])) for each in buckets
        )
        return counts.timeline(moments, interval)

    def cells(self, query: Query, precision: int, bounds: Bounds | None, size: int) -> list[Cell]:
        """As in the port."""
        counts.check_precision(precision)
        asked = {
            "tiles": _terms(tile_field(precision), counts.MOST_POINTS),
            "points": _terms(POINTS, counts.MOST_POINTS),
        }
        answer = self._aggregated(query, asked)
        tiles = {
            f"{precision}/{int(tile) >> precision}/{int(tile) & (1 << precision) - 1}": count
            for tile, count in _counted(answer["tiles"])
        }
        return counts.cells(tiles, dict(_counted(answer["points"])), precision, bounds, size)

    def company(self, query: Query, field: KeywordField, size: int) -> list[Companion]:
        """As in the port."""
        together = dict(_counted(self._aggregated(query, {"t": _terms(field, counts.MOST_COMPANIONS)})["t"]))
        if not together:
            return []
        everything = Query(where=Everything(), now=query.now, copies=query.copies)
        values = _terms(field, counts.MOST_COMPANIONS)
        values["terms"]["include"] = list(together)
        background = dict(_counted(self._aggregated(everything, {"b": values})["b"]))
        return counts.company(together, self._total(query), background, self._total(everything), size)

    def _total(self, query: Query) -> int:
        answer = self._searcher.search(self._translator.query(query), limit=1)
        return int(answer.count)  # type: ignore[attr-defined]

    def _aggregated(self, query: Query, asked: dict[str, Any]) -> dict[str, Any]:
        return self._searcher.aggregate(self._translator.query(query), asked)


def _terms(field: str, size: int) -> dict[str, Any]:
    """Each segment counts all its values: what is rare in one may be frequent in the next."""
    return {"terms": {"field": field, "size": size, "segment_size": _MOST_VALUES}}


def _counted(answer: dict[str, Any]) -> list[tuple[Any, int]]:
    return [(bucket["key"], int(bucket["doc_count"])) for bucket in answer["buckets"]]
