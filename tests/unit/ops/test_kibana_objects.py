"""What can be proved of the saved objects without a server: their forms, their references, their places.

The keys of a dashboard, a search and a data view are those that Kibana's own schemas allow for the versions we write.
"""

import json
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from ops.kibana.objects import FILE, FORMS, ndjson, read_ndjson, saved_objects
from ops.kibana.source import FOLDER, KibanaError, read_source

OBJECTS: list[dict[str, Any]] = read_ndjson(FILE.read_bytes())
_KEYS = {
    "dashboard": {
        "title", "description", "kibanaSavedObjectMeta", "timeRestore", "timeFrom", "timeTo", "panelsJSON",
        "optionsJSON",
    },
    "search": {
        "title", "description", "columns", "sort", "grid", "hideChart", "isTextBasedQuery", "kibanaSavedObjectMeta",
    },
    "map": {"title", "description", "layerListJSON", "mapStateJSON", "uiStateJSON"},
    "lens": {"title", "description", "visualizationType", "state"},
    "index-pattern": {
        "title", "name", "timeFieldName", "fieldAttrs", "fieldFormatMap", "runtimeFieldMap", "fields", "sourceFilters",
        "typeMeta",
    },
}  # fmt: skip
_PICTURES = {"lnsXY", "lnsMetric", "lnsPie", "lnsDatatable"}


def of(kind: str) -> list[dict[str, Any]]:
    return [each for each in OBJECTS if each["type"] == kind]


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(dashboard["attributes"]["panelsJSON"])
    return found


def test_the_committed_file_is_what_the_source_says() -> None:
    assert FILE.read_bytes() == ndjson(saved_objects(read_source()))


def test_what_is_asked_for_is_there() -> None:
    assert [each["attributes"]["title"] for each in of("dashboard")] == [
        "Syria Wire: Actors and weapons",
        "Syria Wire: Conflict map",
        "Syria Wire: Feed health and pipeline",
        "Syria Wire: Wire desk",
    ]
    assert {each["attributes"]["title"] for each in of("index-pattern")} == {
        "syria-wire-newest",
        "syria-wire-history",
        "syria-wire-health",
    }
    assert len(of("search")) >= 5


@pytest.mark.parametrize("each", OBJECTS, ids=lambda each: each["id"])
def test_the_form_of_an_object(each: dict[str, Any]) -> None:
    assert each["coreMigrationVersion"] == "8.8.0"
    assert each["typeMigrationVersion"] == FORMS[each["type"]]
    assert set(each) == {
        "type", "id", "attributes", "references", "managed", "coreMigrationVersion", "typeMigrationVersion",
    }  # fmt: skip
    assert set(each["attributes"]) == _KEYS[each["type"]]
    nested = {
        name for name, value in each["attributes"].items() if name.endswith(("JSON", "Map", "Attrs", "Meta"))
    }
    for name in nested - {"kibanaSavedObjectMeta"}:
        assert isinstance(each["attributes"][name], str)
        json.loads(each["attributes"][name])
    if meta := each["attributes"].get("kibanaSavedObjectMeta"):
        json.loads(meta["searchSourceJSON"])


def test_a_dashboard_is_of_the_forms_that_kibana_9_reads() -> None:
    assert FORMS["dashboard"].split(".")[0] == "10"
    assert {kind for kind in FORMS if FORMS[kind].startswith("10.")} == {"dashboard", "search"}


def test_ids_are_of_our_own_names_and_come_once() -> None:
    assert max(Counter((each["type"], each["id"]) for each in OBJECTS).values()) == 1
    assert all(each["id"].startswith("syria-wire-") for each in OBJECTS)


def test_every_reference_resolves_to_an_object_above_it() -> None:
    above: set[tuple[str, str]] = set()
    for each in OBJECTS:
        names = [reference["name"] for reference in each["references"]]
        assert len(set(names)) == len(names)
        for reference in each["references"]:
            assert (reference["type"], reference["id"]) in above, (each["id"], reference)
        above.add((each["type"], each["id"]))


def test_every_reference_is_used_and_every_use_has_one() -> None:
    for dashboard in of("dashboard"):
        used = {f"{panel['panelIndex']}:{panel['panelRefName']}" for panel in panels(dashboard)}
        assert used | _filters(dashboard) == {each["name"] for each in dashboard["references"]}
    for lens in of("lens"):
        layers = lens["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]
        used = {f"indexpattern-datasource-layer-{layer}" for layer in layers}
        assert used == {each["name"] for each in lens["references"]}
    for shown in of("map"):
        sources = [layer["sourceDescriptor"] for layer in json.loads(shown["attributes"]["layerListJSON"])]
        used = {each["indexPatternRefName"] for each in sources if "indexPatternRefName" in each}
        assert used == {each["name"] for each in shown["references"]}
    for search in of("search"):
        meta = json.loads(search["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
        assert {meta["indexRefName"]} | _filters(search) == {each["name"] for each in search["references"]}


def _filters(owner: dict[str, Any]) -> set[str]:
    meta = json.loads(owner["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
    return {each["meta"]["indexRefName"] for each in meta["filter"]}


def test_dashboards_hold_lens_and_maps_only_and_panels_do_not_overlap() -> None:
    for dashboard in of("dashboard"):
        shown = panels(dashboard)
        assert {panel["type"] for panel in shown} <= {"lens", "map"}
        assert len({panel["panelIndex"] for panel in shown}) == len(shown)
        places = [panel["gridData"] for panel in shown]
        assert all(place["x"] + place["w"] <= 48 and place["w"] > 0 < place["h"] for place in places)
        for one, other in combinations(places, 2):
            beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
            above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
            assert beside or above, (dashboard["id"], one, other)


def test_a_picture_of_lens_names_columns_that_its_layer_has() -> None:
    for lens in of("lens"):
        state = lens["attributes"]["state"]
        assert lens["attributes"]["visualizationType"] in _PICTURES
        ((layer_id, layer),) = state["datasourceStates"]["formBased"]["layers"].items()
        assert sorted(layer["columns"]) == sorted(layer["columnOrder"])
        named = set(_columns_of(state["visualization"], layer_id))
        assert named == set(layer["columns"]), lens["id"]
        buckets = [layer["columns"][column]["isBucketed"] for column in layer["columnOrder"]]
        assert buckets == sorted(buckets, reverse=True), "Lens wants the buckets first"


def _columns_of(picture: dict[str, Any], layer_id: str) -> list[str]:
    if "layers" not in picture:
        assert picture["layerId"] == layer_id
        return [picture["metricAccessor"]] if "metricAccessor" in picture else [
            each["columnId"] for each in picture["columns"]
        ]  # fmt: skip
    (layer,) = picture["layers"]
    assert layer["layerId"] == layer_id
    one = [layer[name] for name in ("xAccessor", "splitAccessor") if name in layer]
    many = [column for name in ("accessors", "primaryGroups", "metrics") for column in layer.get(name, ())]
    return one + many


def test_a_layer_of_a_map_asks_for_nothing_that_was_not_tried() -> None:
    for shown in of("map"):
        for layer in json.loads(shown["attributes"]["layerListJSON"]):
            assert layer["type"] in ("EMS_VECTOR_TILE", "GEOJSON_VECTOR")
            assert layer["sourceDescriptor"].get("resolution", "COARSE") == "COARSE"


def test_what_is_under_embargo_is_left_out_by_a_filter_that_can_be_seen() -> None:
    views = {"syria-wire-newest"}
    for owner in (*of("dashboard"), *of("search")):
        meta = json.loads(owner["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
        reads = {each["id"] for each in owner["references"] if each["type"] == "index-pattern"}
        if owner["type"] == "search" and not reads & views:
            continue
        if owner["id"] == "syria-wire-feed-health":
            assert meta["filter"] == []
            continue
        (kept,) = meta["filter"]
        assert kept["meta"]["negate"]
        assert kept["query"] == {"range": {"embargoed_until": {"gt": "now"}}}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("op: count", "op: guess", "guess"),
        ("view: newest", "view: oldest", "unknown view 'oldest'"),
        ("title: Wire desk", "titel: Wire desk", "titel"),
    ],
)
def test_a_mistake_in_the_source_is_named_with_its_file(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    for file in FOLDER.glob("*.yml"):
        text = file.read_text(encoding="utf-8")
        changed = text.replace(old, new) if file.stem == "wire-desk" else text
        (tmp_path / file.name).write_text(changed, encoding="utf-8")
    with pytest.raises(KibanaError, match=said) as error:
        read_source(tmp_path)
    assert "wire-desk.yml" in str(error.value)
