"""What Elasticsearch counts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from store import counts
from store.adapters.elastic_pages import Ask
from store.adapters.elastic_query import translate
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

_MORE_BUCKETS = 100  # each shard counts these beyond what is asked for, so that the sum is right
_MOST_BUCKETS = 65_000  # Elasticsearch gives out 65,536 in all
_HOUR = 3_600_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def facets(ask: Ask, query: Query, fields: Sequence[KeywordField], size: int) -> dict[str, list[FacetValue]]:
    """As in the port."""
    _, answer = _aggregated(ask, query, {field: _terms(field, size) for field in fields})
    return {
        field: [FacetValue(value, count) for value, count in _counted(answer, field).items()]
        for field in fields
    }


def timeline(ask: Ask, query: Query, interval: Interval, field: TimeField) -> list[Bucket]:
    """As in the port."""
    if interval == "hour":
        _, ends = _aggregated(
            ask, query, {"low": {"min": {"field": field}}, "high": {"max": {"field": field}}}
        )
        low, high = (ends.get(end, {}).get("value") for end in ("low", "high"))
        if low is not None and (high - low) / _HOUR > MOST_BUCKETS:
            raise counts.too_many(interval)
    times = {"date_histogram": {"field": field, "calendar_interval": interval, "min_doc_count": 1}}
    _, answer = _aggregated(ask, query, {"times": times})
    buckets = answer.get("times", {}).get("buckets", [])
    moments = ((_EPOCH + timedelta(milliseconds=each["key"]), int(each["doc_count"])) for each in buckets)
    return counts.timeline(moments, interval)


def cells(ask: Ask, query: Query, precision: int, bounds: Bounds | None, size: int) -> list[Cell]:
    """As in the port."""
    tiles = {"geotile_grid": {"field": "geo_points", "precision": precision, "size": counts.MOST_POINTS}}
    asked = {"tiles": tiles, "points": _terms("points", counts.MOST_POINTS)}
    _, answer = _aggregated(ask, query, asked)
    return counts.cells(_counted(answer, "tiles"), _counted(answer, "points"), precision, bounds, size)


def company(ask: Ask, query: Query, field: KeywordField, size: int) -> list[Companion]:
    """As in the port."""
    values = _terms(field, counts.MOST_COMPANIONS)
    total, answer = _aggregated(ask, query, {"values": values})
    together = _counted(answer, "values")
    if not together:
        return []
    values["terms"]["include"] = list(together)
    everything = Query(where=Everything(), now=query.now, copies=query.copies)
    all_, answer = _aggregated(ask, everything, {"values": values})
    return counts.company(together, total, _counted(answer, "values"), all_, size)


def _aggregated(ask: Ask, query: Query, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """How many matches, and what was counted of them: nothing while there is no index."""
    question = {"query": translate(query), "aggregations": asked, "size": 0, "track_total_hits": True}
    answer = ask(None, question)
    return int(answer["hits"]["total"]["value"]), answer.get("aggregations", {})


def _terms(field: str, size: int) -> dict[str, Any]:
    size = min(size, _MOST_BUCKETS // 2)
    return {"terms": {"field": field, "size": size, "shard_size": size + _MORE_BUCKETS}}


def _counted(answer: dict[str, Any], name: str) -> dict[str, int]:
    buckets = answer.get(name, {}).get("buckets", [])
    return {bucket["key"]: int(bucket["doc_count"]) for bucket in buckets}
