"""The searches that Kibana sends for a panel, made of the saved objects that are imported, and of nothing else.

It follows what Lens does with a form-based layer: buckets nest in the order of the columns, a column with a filter is
counted inside a filter, `count` is the bucket's own. An automatic interval is one of a day here: Kibana takes it from
the width of the picture.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Json = dict[str, Any]
_AUTO = "1d"
_ZOOM = 6


@dataclass(frozen=True)
class Span:
    """What the time picker says."""

    low: datetime
    high: datetime


@dataclass(frozen=True)
class Asked:
    """One search for one panel, or one layer of a map. `columns`: those of Lens, in their order."""

    name: str
    index: str
    body: Json
    columns: Mapping[str, Json]


class Objects:
    """The saved objects of one file, by type and id."""

    def __init__(self, objects: Sequence[Json]) -> None:
        self.all = list(objects)
        self._by_key = {(each["type"], each["id"]): each for each in objects}

    def of(self, kind: str) -> list[Json]:
        return [each for each in self.all if each["type"] == kind]

    def refers(self, owner: Json, name: str) -> Json:
        """The object behind one of the owner's references."""
        (reference,) = (each for each in owner["references"] if each["name"] == name)
        return self._by_key[reference["type"], reference["id"]]

    def panels(self, dashboard: Json) -> Iterator[tuple[Json, Json]]:
        """Each panel of a dashboard with the object that it shows."""
        for panel in json.loads(dashboard["attributes"]["panelsJSON"]):
            yield panel, self.refers(dashboard, f"{panel['panelIndex']}:{panel['panelRefName']}")

    def asked(self, dashboard: Json, span: Span) -> Iterator[Asked]:
        """All searches of a dashboard."""
        meta = json.loads(dashboard["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
        for panel, shown in self.panels(dashboard):
            name = f"{dashboard['id']}: {panel['title']}"
            if shown["type"] == "map":
                yield from self._of_map(name, shown, meta, span)
            else:
                yield self._of_lens(name, shown, meta, span)

    def of_search(self, search: Json, span: Span) -> Asked:
        """What Discover sends for a saved search."""
        attributes = search["attributes"]
        meta = json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])
        view = self.refers(search, meta["indexRefName"])
        body = {
            **_head(view, meta, [meta["query"]], span),
            "size": 50,
            "fields": [{"field": field, "include_unmapped": "true"} for field in attributes["columns"]],
            "sort": [{field: order} for field, order in attributes["sort"]],
        }
        return Asked(search["id"], view["attributes"]["title"], body, {})

    def _of_lens(self, name: str, shown: Json, meta: Json, span: Span) -> Asked:
        state = shown["attributes"]["state"]
        ((layer_id, layer),) = state["datasourceStates"]["formBased"]["layers"].items()
        view = self.refers(shown, f"indexpattern-datasource-layer-{layer_id}")
        columns = {column: layer["columns"][column] for column in layer["columnOrder"]}
        body = {
            **_head(view, meta, [state["query"]], span),
            "size": 0,
            "track_total_hits": True,
            "aggs": aggregations(columns),
        }
        return Asked(name, view["attributes"]["title"], body, columns)

    def _of_map(self, name: str, shown: Json, meta: Json, span: Span) -> Iterator[Asked]:
        attributes = shown["attributes"]
        whole = json.loads(attributes["mapStateJSON"])["query"]
        for layer in json.loads(attributes["layerListJSON"]):
            source = layer["sourceDescriptor"]
            if "indexPatternRefName" not in source:
                continue  # the base map
            view = self.refers(shown, source["indexPatternRefName"])
            head = _head(view, meta, [whole, layer["query"]], span)
            yield Asked(
                f"{name}: {layer['label']}", view["attributes"]["title"], {**head, **_layer(source)}, {}
            )


def runtime(view: Json) -> Json:
    """The fields that the data view computes."""
    fields: Json = json.loads(view["attributes"]["runtimeFieldMap"])
    return fields


def aggregations(columns: Mapping[str, Json]) -> Json:
    """The aggregations of Lens columns, the first bucket outermost."""
    inner: Json = {}
    for id_, column in columns.items():
        if not column["isBucketed"] and (made := _metric(column)):
            kept = column.get("filter")
            inner[id_] = {"filter": question(kept), "aggs": {"value": made}} if kept else made
        elif not column["isBucketed"] and column.get("filter"):
            inner[id_] = {"filter": question(column["filter"])}
    for id_ in reversed([each for each, column in columns.items() if column["isBucketed"]]):
        inside = {**inner, **_ordered_by(columns[id_], columns)}
        inner = {id_: {**_bucket(columns[id_], columns), **({"aggs": inside} if inside else {})}}
    return inner


def question(query: Json) -> Json:
    """A query in Lucene's syntax goes to Elasticsearch as it is."""
    if not query["query"]:
        return {"match_all": {}}
    assert query["language"] == "lucene"
    return {"query_string": {"query": query["query"], "analyze_wildcard": True}}


def rows(asked: Asked, answer: Json) -> list[Json]:
    """Column → value, a row for each innermost bucket, as Lens lays its table out."""
    buckets = [id_ for id_, column in asked.columns.items() if column["isBucketed"]]
    found: list[Json] = []

    def walk(level: int, here: Json, row: Json) -> None:
        if level < len(buckets):
            for bucket in here[buckets[level]]["buckets"]:
                walk(level + 1, bucket, {**row, buckets[level]: bucket["key"]})
            return
        for id_, column in asked.columns.items():
            if not column["isBucketed"]:
                row = {**row, id_: _value(column, here.get(id_), here["doc_count"])}
        found.append(row)

    total = answer["hits"]["total"]["value"]
    walk(0, {**answer.get("aggregations", {}), "doc_count": total}, {})
    return found


def _head(view: Json, meta: Json, queries: Sequence[Json], span: Span) -> Json:
    """What the dashboard adds to every search: its time, its filters, the runtime fields."""
    time = view["attributes"]["timeFieldName"]
    within = {time: {"gte": span.low.isoformat(), "lte": span.high.isoformat()}}
    must: list[Json] = [{"range": within}, *(question(query) for query in queries)]
    without = [each["query"] for each in meta["filter"] if each["meta"]["negate"]]
    must += [each["query"] for each in meta["filter"] if not each["meta"]["negate"]]
    return {"query": {"bool": {"filter": must, "must_not": without}}, "runtime_mappings": runtime(view)}


def _bucket(column: Json, columns: Mapping[str, Json]) -> Json:
    field, params = column["sourceField"], column["params"]
    if column["operationType"] == "date_histogram":
        interval = _AUTO if params["interval"] == "auto" else params["interval"]
        return {"date_histogram": {"field": field, "calendar_interval": interval, "min_doc_count": 0}}
    assert column["operationType"] == "terms", column
    terms: Json = {"field": field, "size": params["size"], "order": _order(params, columns)}
    if params["include"]:
        terms["include"] = params["include"][0] if params["includeIsRegex"] else params["include"]
    return {"terms": terms}


def _order(params: Json, columns: Mapping[str, Json]) -> Json:
    by, direction = params["orderBy"], params["orderDirection"]
    if by["type"] == "alphabetical":
        return {"_key": direction}
    column = columns[by["columnId"]]
    assert "filter" not in column, "Lens orders by a filtered column in a way that is not followed here"
    return {"_count" if column["operationType"] == "count" else by["columnId"]: direction}


def _ordered_by(column: Json, columns: Mapping[str, Json]) -> Json:
    """The number that a bucket is sorted by stands right inside it, even where more buckets lie between."""
    by = column["params"].get("orderBy", {}).get("columnId")
    made = _metric(columns[by]) if by else {}
    return {by: made} if made else {}


def _metric(column: Json) -> Json:
    field, params = column["sourceField"], column.get("params", {})
    match column["operationType"]:
        case "count":
            return {}
        case "unique_count":
            return {"cardinality": {"field": field}}
        case "max" | "min" as op:
            return {op: {"field": field}}
        case "median":
            return {"percentiles": {"field": field, "percents": [50]}}
        case "percentile":
            return {"percentiles": {"field": field, "percents": [params["percentile"]]}}
        case "last_value":
            assert params["showArrayValues"], "else it is top_metrics, which is not in this distribution"
            newest = {"sort": [{params["sortField"]: "desc"}], "size": 1, "fields": [field], "_source": False}
            return {"top_hits": newest}
        case other:
            raise AssertionError(f"no translation for the operation {other}")


def _value(column: Json, found: Json | None, documents: int) -> Any:
    if column.get("filter") and found is not None:
        return _value({**column, "filter": None}, found.get("value"), found["doc_count"])
    if found is None:
        return documents
    if "hits" in found:
        hits = found["hits"]["hits"]
        return hits[0].get("fields", {}).get(column["sourceField"], [None])[0] if hits else None
    return next(iter(found["values"].values())) if "values" in found else found["value"]


def _layer(source: Json) -> Json:
    field = source["geoField"]
    if source["type"] == "ES_GEO_GRID":
        assert source["resolution"] != "SUPER_FINE", "that one asks for vector tiles"
        grid = {"geotile_grid": {"field": field, "precision": _ZOOM, "size": 10_000}}
        return {"size": 0, "aggs": {"grid": {**grid, "aggs": {"centre": {"geo_centroid": {"field": field}}}}}}
    assert (source["type"], source["scalingType"]) == ("ES_SEARCH", "LIMIT")
    return {
        "size": 50,
        "fields": [field, *source["tooltipProperties"]],
        "_source": False,
        "sort": [{source["sortField"]: source["sortOrder"]}],
    }
