"""All saved objects, as lines of `syria-wire.ndjson`; `python -m ops.kibana.objects [--check]` writes the file.

Ids are made of the source's own names, so an import replaces what an earlier one brought. The versions of the objects'
forms are the oldest that have all we write: Kibana carries an older form to its own, and refuses a newer one.
"""

import re
import sys
from collections.abc import Iterator, Sequence

import msgspec

from ops.kibana import lens, maps
from ops.kibana.lens import Json, question
from ops.kibana.source import FOLDER, Dashboard, Panel, Search, Source, View, read_source

PREFIX = "syria-wire"
"""Of the indices in the committed file; the import puts another one where it is asked to."""
FILE = FOLDER / f"{PREFIX}.ndjson"
_CORE = "8.8.0"
FORMS = {
    "index-pattern": "8.0.0",
    "lens": "8.9.0",
    "map": "8.4.0",
    "search": "10.1.0",
    "dashboard": "10.1.0",
}
"""Type → `typeMigrationVersion`."""
_SOURCE = "kibanaSavedObjectMeta.searchSourceJSON.index"
_FILTER = "kibanaSavedObjectMeta.searchSourceJSON.filter[0].meta.index"
_EMBARGO = "embargoed_until"


def saved_objects(source: Source) -> list[Json]:
    """Every object, those first that others refer to."""
    found = [_view(view) for view in source.views.values()]
    found += [_search(search, source) for search in source.searches]
    for name, dashboard in source.dashboards.items():
        panels = [_panel(name, dashboard, panel, source) for panel in dashboard.panels]
        found += [*panels, _dashboard(name, dashboard, panels, source.views[dashboard.view])]
    return found


def ndjson(objects: Sequence[Json]) -> bytes:
    """One object a line."""
    return b"".join(msgspec.json.encode(each, order="sorted") + b"\n" for each in objects)


def read_ndjson(content: bytes) -> list[Json]:
    """The objects of a file."""
    return [msgspec.json.decode(line) for line in content.splitlines() if line]


def _view(view: View) -> Json:
    attributes = {
        "title": f"{PREFIX}-{view.index}",
        "name": f"Syria Wire: {view.name}",
        "timeFieldName": view.time,
        "fieldAttrs": _text({field: {"customLabel": label} for field, label in view.labels.items()}),
        "fieldFormatMap": _text({**view.formats, **{field: _names_come_later() for field in view.names}}),
        "runtimeFieldMap": _text(
            {
                field: {"type": each.type, "script": {"source": each.script}}
                for field, each in view.runtime.items()
            }
        ),
        "fields": "[]",
        "sourceFilters": "[]",
        "typeMeta": "{}",
    }
    return _object("index-pattern", _id(view.id), attributes, [])


def _names_come_later() -> Json:
    """The gazetteer's names are put in at the import: a lookup that knows nothing shows the ids."""
    return {"id": "static_lookup", "params": {"lookupEntries": []}}


def _search(search: Search, source: Source) -> Json:
    filters, references = _shown_now(source.views[search.view])
    asked = {"query": question(search.where), "filter": filters, "indexRefName": _SOURCE}
    attributes = {
        "title": f"Syria Wire: {search.title}",
        "description": search.description,
        "columns": list(search.columns),
        "sort": [[source.views[search.view].time, "desc"]],
        "grid": {},
        "hideChart": False,
        "isTextBasedQuery": False,
        "kibanaSavedObjectMeta": {"searchSourceJSON": _text(asked)},
    }
    references.append({"type": "index-pattern", "id": _id(search.view), "name": _SOURCE})
    return _object("search", _id(search.id), attributes, references)


def _panel(name: str, dashboard: Dashboard, panel: Panel, source: Source) -> Json:
    view = panel.view or dashboard.view
    id_ = _id(f"{name}-{_slug(panel.title)}")
    time = source.views[view].time
    if panel.kind == "map":
        attributes = maps.attributes(panel, time, dashboard.since)
        return _object("map", id_, attributes, maps.references(panel, _id(view)))
    return _object("lens", id_, lens.attributes(panel, time), lens.references(_id(view)))


def _shown_now(view: View) -> tuple[list[Json], list[Json]]:
    """A filter against what is under embargo, as our own search leaves it out; a person can switch it off."""
    if not view.embargoes:
        return [], []
    beyond = {"range": {_EMBARGO: {"gt": "now"}}}
    meta = {
        "alias": "Nothing under embargo",
        "disabled": False,
        "negate": True,
        "type": "custom",
        "key": "query",
        "value": _text(beyond),
        "indexRefName": _FILTER,
    }
    found = {"meta": meta, "query": beyond, "$state": {"store": "appState"}}
    return [found], [{"type": "index-pattern", "id": _id(view.id), "name": _FILTER}]


def _dashboard(name: str, dashboard: Dashboard, objects: Sequence[Json], view: View) -> Json:
    panels: list[Json] = []
    filters, references = _shown_now(view)
    for panel, shown in zip(dashboard.panels, objects, strict=True):
        index = _slug(panel.title)
        reference = f"panel_{index}"
        x, y, w, h = panel.place
        extra = maps.on_dashboard(panel) if panel.kind == "map" else {}
        panels.append(
            {
                "type": shown["type"],
                "title": panel.title,
                "gridData": {"x": x, "y": y, "w": w, "h": h, "i": index},
                "panelIndex": index,
                "embeddableConfig": {"enhancements": {}, "hidePanelTitles": panel.kind == "metric", **extra},
                "panelRefName": reference,
            }
        )
        references.append({"type": shown["type"], "id": shown["id"], "name": f"{index}:{reference}"})
    attributes = {
        "title": f"Syria Wire: {dashboard.title}",
        "description": dashboard.description,
        "panelsJSON": _text(panels),
        "optionsJSON": _text(
            {
                "useMargins": True,
                "syncColors": False,
                "syncCursor": True,
                "syncTooltips": False,
                "hidePanelTitles": False,
            }
        ),
        "timeRestore": True,
        "timeFrom": dashboard.since,
        "timeTo": "now",
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": _text({"query": {"query": "", "language": "kuery"}, "filter": filters})
        },
    }
    return _object("dashboard", _id(name), attributes, references)


def _object(kind: str, id_: str, attributes: Json, references: list[Json]) -> Json:
    return {
        "type": kind,
        "id": id_,
        "attributes": attributes,
        "references": references,
        "managed": False,
        "coreMigrationVersion": _CORE,
        "typeMigrationVersion": FORMS[kind],
    }


def _id(name: str) -> str:
    return f"{PREFIX}-{name}"


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _text(value: Json | list[Json]) -> str:
    return msgspec.json.encode(value).decode()


def main(arguments: Iterator[str]) -> int:
    """Exit code 1: the file is not what the source says."""
    content = ndjson(saved_objects(read_source()))
    if "--check" not in arguments:
        FILE.write_bytes(content)
    elif not FILE.exists() or FILE.read_bytes() != content:
        sys.stderr.write(f"{FILE}: does not fit the files beside it: run `make kibana`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(iter(sys.argv[1:])))
