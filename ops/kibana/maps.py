"""A map as Kibana's Maps keeps it: Elastic's base map below, layers over `geo_points`, counted by tiles."""

from typing import Any

import msgspec

from ops.kibana.lens import Json, question
from ops.kibana.source import Layer, Panel

_POINTS = "geo_points"
_SMALLEST, _LARGEST = 7, 32


def attributes(panel: Panel, time: str, since: str) -> Json:
    """The attributes of a saved object `map`."""
    layers = [_ground(), *(_layer(layer, number, time) for number, layer in enumerate(panel.layers, start=1))]
    lat, lon, zoom = panel.centre
    state = {
        "zoom": zoom,
        "center": {"lat": lat, "lon": lon},
        "timeFilters": {"from": since, "to": "now"},
        "refreshConfig": {"isPaused": True, "interval": 0},
        "query": question(panel.where),
        "filters": [],
        "settings": {"autoFitToDataBounds": False},
    }
    return {
        "title": panel.title,
        "description": "",
        "layerListJSON": _text(layers),
        "mapStateJSON": _text(state),
        "uiStateJSON": _text({"isLayerTOCOpen": True, "openTOCDetails": []}),
    }


def references(panel: Panel, view: str) -> list[Json]:
    """What each layer reads; the base map is layer 0 and reads nothing."""
    return [
        {"type": "index-pattern", "id": view, "name": _reference(number)}
        for number in range(1, len(panel.layers) + 1)
    ]


def on_dashboard(panel: Panel) -> Json:
    """What the dashboard keeps of its map."""
    lat, lon, zoom = panel.centre
    return {
        "isLayerTOCOpen": True,
        "hiddenLayers": [],
        "openTOCDetails": [],
        "mapCenter": {"lat": lat, "lon": lon, "zoom": zoom},
    }


def _ground() -> Json:
    return {
        **_common("ground", "", visible=True, from_zoom=0),
        "label": None,
        "alpha": 1,
        "type": "EMS_VECTOR_TILE",
        "style": {"type": "EMS_VECTOR_TILE", "color": ""},
        "sourceDescriptor": {
            "type": "EMS_TMS",
            "isAutoSelect": True,
            "lightModeDefault": "road_map_desaturated",
        },
    }


def _layer(layer: Layer, number: int, time: str) -> Json:
    name = f"layer{number}"
    source: Json = {
        "id": f"{name}-source",
        "geoField": _POINTS,
        "applyGlobalQuery": True,
        "applyGlobalTime": True,
        "applyForceRefresh": True,
        "indexPatternRefName": _reference(number),
    }
    if layer.kind == "clusters":
        source |= {
            "type": "ES_GEO_GRID",
            "requestType": "point",
            "resolution": "COARSE",
            "metrics": [{"type": "count"}],
        }
    else:
        source |= {
            "type": "ES_SEARCH",
            "scalingType": "LIMIT",
            "filterByMapBounds": True,
            "tooltipProperties": list(layer.shows),
            "sortField": time,
            "sortOrder": "desc",
        }
    return {
        **_common(name, layer.title, visible=not layer.hidden, from_zoom=layer.from_zoom),
        "alpha": 0.75,
        "type": "GEOJSON_VECTOR",
        "joins": [],
        "query": question(layer.where),
        "style": {"type": "VECTOR", "properties": _style(layer), "isTimeAware": True},
        "sourceDescriptor": source,
    }


def _common(id_: str, label: str, *, visible: bool, from_zoom: int) -> Json:
    return {
        "id": id_,
        "label": label,
        "minZoom": from_zoom,
        "maxZoom": 24,
        "visible": visible,
        "includeInFitToBounds": True,
    }


def _style(layer: Layer) -> Json:
    style: Json = {
        "fillColor": {"type": "STATIC", "options": {"color": layer.colour}},
        "lineColor": {"type": "STATIC", "options": {"color": "#ffffff"}},
        "lineWidth": {"type": "STATIC", "options": {"size": 1}},
        "iconSize": {"type": "STATIC", "options": {"size": _SMALLEST}},
    }
    if layer.kind == "clusters":
        counted = {"name": "doc_count", "origin": "source"}
        style["labelText"] = {"type": "DYNAMIC", "options": {"field": counted}}
        style["iconSize"] = {
            "type": "DYNAMIC",
            "options": {
                "field": counted,
                "minSize": _SMALLEST,
                "maxSize": _LARGEST,
                "fieldMetaOptions": {"isEnabled": True, "sigma": 3},
            },
        }
    return style


def _reference(number: int) -> str:
    return f"layer_{number}_source_index_pattern"


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
