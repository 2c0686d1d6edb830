"""A panel as Lens keeps it: columns of a form-based layer, and the picture that is made of them."""

from typing import Any

from ops.kibana.source import Metric, Panel, Terms

Json = dict[str, Any]

LAYER = "layer"
_SERIES = {"bars": "bar_stacked", "hbars": "bar_horizontal", "line": "line", "area": "area_stacked"}
_TIMES = ("at", "dated", "fetched", "last_success", "newest_item")
_OPERATION_OF_TEXT = "last_value"


def attributes(panel: Panel, time: str) -> Json:
    """The attributes of a saved object `lens`; `time` is the time field of its data view."""
    columns, order = _columns(panel, time)
    return {
        "title": panel.title,
        "description": "",
        "visualizationType": _TYPES[panel.kind],
        "state": {
            "visualization": _PICTURES[panel.kind](panel),
            "query": question(panel.where),
            "filters": [],
            "datasourceStates": {
                "formBased": {
                    "layers": {
                        LAYER: {
                            "columns": columns,
                            "columnOrder": order,
                            "incompleteColumns": {},
                            "sampling": 1,
                            "ignoreGlobalFilters": False,
                        }
                    }
                },
                "textBased": {"layers": {}},
            },
            "internalReferences": [],
            "adHocDataViews": {},
        },
    }


def references(view: str) -> list[Json]:
    """What the layer reads."""
    return [{"type": "index-pattern", "id": view, "name": f"indexpattern-datasource-layer-{LAYER}"}]


def question(where: str) -> Json:
    """Lucene's syntax: Kibana gives it to Elasticsearch as it is."""
    return {"query": where, "language": "lucene"}


def _columns(panel: Panel, time: str) -> tuple[Json, list[str]]:
    columns: Json = {}
    for number, terms in enumerate(panel.by):
        columns[_by(number)] = _terms(terms, panel.metrics[0])
    if panel.over:
        columns["over"] = _over(panel.over)
    for number, metric in enumerate(panel.metrics):
        columns[_metric(number)] = _number(metric, time)
    return columns, list(columns)


def _terms(terms: Terms, first: Metric) -> Json:
    by_number = {"type": "column", "columnId": _metric(0)}
    by_name = {"type": "alphabetical", "fallback": True}
    named = first.op == _OPERATION_OF_TEXT
    return {
        "label": terms.label or f"Top {terms.size} of {terms.field}",
        "customLabel": bool(terms.label),
        "dataType": "string",
        "operationType": "terms",
        "sourceField": terms.field,
        "isBucketed": True,
        "scale": "ordinal",
        "params": {
            "size": terms.size,
            "orderBy": by_name if named else by_number,
            "orderDirection": "asc" if named else "desc",
            "otherBucket": False,
            "missingBucket": False,
            "parentFormat": {"id": "terms"},
            "include": [terms.only] if terms.only else [],
            "exclude": [],
            "includeIsRegex": bool(terms.only),
            "excludeIsRegex": False,
        },
    }


def _over(field: str) -> Json:
    return {
        "label": field,
        "dataType": "date",
        "operationType": "date_histogram",
        "sourceField": field,
        "isBucketed": True,
        "scale": "interval",
        "params": {"interval": "auto", "includeEmptyRows": True, "dropPartials": False},
    }


def _number(metric: Metric, time: str) -> Json:
    params: Json = {"emptyAsNull": False}
    match metric.op:
        case "percentile":
            params = {"percentile": metric.percentile}
        case "last_value":
            # As an array it is read from the newest document (top_hits); the other way needs a module of Elastic's own.
            params = {"sortField": time, "showArrayValues": True}
        case "max" | "min" | "median":
            params = {}
    is_text, is_date = metric.op == _OPERATION_OF_TEXT, metric.field in _TIMES
    column = {
        "label": metric.label,
        "customLabel": True,
        "dataType": "string" if is_text else "date" if is_date else "number",
        "operationType": metric.op,
        "sourceField": metric.field or "___records___",
        "isBucketed": False,
        "scale": "ordinal" if is_text else "ratio",
        "params": params,
    }
    return {**column, "filter": question(metric.where)} if metric.where else column


def _xy(panel: Panel) -> Json:
    series = _SERIES[panel.kind]
    layer: Json = {
        "layerId": LAYER,
        "layerType": "data",
        "seriesType": series,
        "accessors": [_metric(number) for number in range(len(panel.metrics))],
        "xAccessor": "over" if panel.over else _by(0),
    }
    if panel.over and panel.by:
        layer["splitAccessor"] = _by(0)
    shown = {"x": False, "yLeft": False, "yRight": False}
    return {
        "legend": {"isVisible": True, "position": "right"},
        "valueLabels": "hide",
        "fittingFunction": "None" if panel.kind != "line" else "Linear",
        "axisTitlesVisibilitySettings": shown,
        "preferredSeriesType": series,
        "layers": [layer],
    }


def _pie(panel: Panel) -> Json:
    return {
        "shape": "pie",
        "layers": [
            {
                "layerId": LAYER,
                "layerType": "data",
                "primaryGroups": [_by(number) for number in range(len(panel.by))],
                "metrics": [_metric(0)],
                "numberDisplay": "percent",
                "categoryDisplay": "default",
                "legendDisplay": "default",
                "nestedLegend": False,
            }
        ],
    }


def _table(panel: Panel) -> Json:
    columns = [_by(number) for number in range(len(panel.by))]
    columns += [_metric(number) for number in range(len(panel.metrics))]
    return {
        "layerId": LAYER,
        "layerType": "data",
        "columns": [{"columnId": column, "isTransposed": False} for column in columns],
    }


def _one_number(_: Panel) -> Json:
    return {"layerId": LAYER, "layerType": "data", "metricAccessor": _metric(0)}


def _by(number: int) -> str:
    return f"by{number}"


def _metric(number: int) -> str:
    return f"metric{number}"


_TYPES = {
    "metric": "lnsMetric",
    "pie": "lnsPie",
    "table": "lnsDatatable",
    **dict.fromkeys(_SERIES, "lnsXY"),
}
_PICTURES = {"metric": _one_number, "pie": _pie, "table": _table, **dict.fromkeys(_SERIES, _xy)}
