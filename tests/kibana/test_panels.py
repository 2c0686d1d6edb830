"""Every panel, as it is imported, on a real Elasticsearch over the demo's wire day: its fields, search and numbers."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from luqum.parser import parser
from luqum.tree import SearchField
from luqum.visitor import TreeVisitor

from cli.find import search
from store.query import Query
from tests.kibana.ask import Asked, Json, Objects, Span, rows, runtime
from tests.kibana.conftest import Newsroom

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
_TYPES = {
    "string": {"keyword"},
    "number": {"long", "integer", "float"},
    "date": {"date"},
}


def ask(newsroom: Newsroom, asked: Asked) -> Json:
    return dict(newsroom.raw.search(index=asked.index, allow_partial_search_results=False, **asked.body))


def every_search(objects: Objects, span: Span) -> Iterator[Asked]:
    for dashboard in objects.of("dashboard"):
        yield from objects.asked(dashboard, span)


def panel(newsroom: Newsroom, name: str) -> list[Json]:
    """The rows of one panel, by `dashboard: title`."""
    (asked,) = (
        each for each in every_search(newsroom.objects, newsroom.span) if each.name.endswith(f"-{name}")
    )
    return rows(asked, ask(newsroom, asked))


def test_every_panel_gets_buckets(newsroom: Newsroom) -> None:
    empty = []
    seen = 0
    for asked in every_search(newsroom.objects, newsroom.span):
        answer = ask(newsroom, asked)
        seen += 1
        if asked.columns:
            table = rows(asked, answer)
            missing = [id_ for id_ in asked.columns if all(row.get(id_) is None for row in table)]
            if not table or missing:
                empty.append((asked.name, missing, len(table)))
            elif not answer["hits"]["total"]["value"]:
                empty.append((asked.name, "no document", len(table)))
        elif "aggs" in asked.body and not answer["aggregations"]["grid"]["buckets"]:
            empty.append((asked.name, "no tile", 0))
        elif "aggs" not in asked.body and not answer["hits"]["hits"]:
            empty.append((asked.name, "no article", 0))
    assert empty == []
    assert seen > 40


def test_every_saved_search_finds_something_and_shows_its_columns(newsroom: Newsroom) -> None:
    never = {"syria-wire-chemical-attacks"}  # the demo's day tells of none
    for saved in newsroom.objects.of("search"):
        answer = ask(newsroom, newsroom.objects.of_search(saved, newsroom.span))
        hits = answer["hits"]["hits"]
        assert bool(hits) != (saved["id"] in never), saved["id"]
        shown = {field for hit in hits for field in hit["fields"]}
        optional = {
            "ednote",
            "weapon_ids",
            "state_ids",
            "person_ids",
            "group_ids",
            "last_success",
            "copy_kind",
        }
        assert not hits or set(saved["attributes"]["columns"]) - optional <= shown, saved["id"]


def known_fields(newsroom: Newsroom, view: Json) -> Json:
    answer = newsroom.raw.field_caps(
        index=view["attributes"]["title"], fields="*", runtime_mappings=runtime(view) or None
    )
    return dict(answer["fields"])


def test_every_field_exists_with_a_type_that_can_be_aggregated(newsroom: Newsroom) -> None:
    objects = newsroom.objects
    caps = {view["id"]: known_fields(newsroom, view) for view in objects.of("index-pattern")}
    checked = 0
    for lens in objects.of("lens"):
        (view,) = (each["id"] for each in lens["references"])
        (layer,) = lens["attributes"]["state"]["datasourceStates"]["formBased"]["layers"].values()
        for column in layer["columns"].values():
            if (field := column["sourceField"]) == "___records___":
                continue
            ((kind, how),) = caps[view][field].items()
            assert how["aggregatable"], (lens["id"], field)
            asks_for = "string" if column["operationType"] == "terms" else column["dataType"]
            if column["operationType"] != "unique_count":
                assert kind in _TYPES[asks_for], (lens["id"], field, kind)
            checked += 1
    assert checked > 40
    for shown in objects.of("map"):
        view = shown["references"][0]["id"]
        for layer in json.loads(shown["attributes"]["layerListJSON"]):
            source = layer["sourceDescriptor"]
            if "geoField" in source:
                assert caps[view][source["geoField"]]["geo_point"]["aggregatable"]
            assert set(source.get("tooltipProperties", ())) <= set(caps[view])
    for saved in objects.of("search"):
        view = saved["references"][-1]["id"]
        assert set(saved["attributes"]["columns"]) <= set(caps[view]), saved["id"]


def test_every_field_of_a_data_view_exists(newsroom: Newsroom) -> None:
    for view in newsroom.objects.of("index-pattern"):
        fields = known_fields(newsroom, view)
        attributes = view["attributes"]
        named = {attributes["timeFieldName"]}
        named |= set(json.loads(attributes["fieldAttrs"])) | set(json.loads(attributes["fieldFormatMap"]))
        assert named <= set(fields), view["id"]
        assert "date" in fields[attributes["timeFieldName"]]


class _Fields(TreeVisitor):  # type: ignore[misc]
    """The fields that a question in Lucene's syntax names."""

    def visit_search_field(self, node: SearchField, context: dict[str, Any]) -> Iterator[str]:
        yield str(node.expr) if node.name == "_exists_" else node.name
        yield from self.generic_visit(node, context)


def questions(objects: Objects) -> Iterator[tuple[str, str, str]]:
    """(object, its data view, a question) wherever one stands: in an unknown field Elasticsearch finds just nothing."""
    for lens in objects.of("lens"):
        state = lens["attributes"]["state"]
        (layer,) = state["datasourceStates"]["formBased"]["layers"].values()
        asked = [state["query"], *(each["filter"] for each in layer["columns"].values() if "filter" in each)]
        yield from ((lens["id"], lens["references"][0]["id"], each["query"]) for each in asked)
    for shown in objects.of("map"):
        for layer in json.loads(shown["attributes"]["layerListJSON"]):
            asked_for = layer.get("query", {"query": ""})["query"]
            yield shown["id"], shown["references"][0]["id"], asked_for
    for saved in objects.of("search"):
        meta = json.loads(saved["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
        yield saved["id"], saved["references"][-1]["id"], meta["query"]["query"]


def test_every_question_names_fields_that_exist(newsroom: Newsroom) -> None:
    caps = {view["id"]: known_fields(newsroom, view) for view in newsroom.objects.of("index-pattern")}
    named = 0
    for owner, view, text in questions(newsroom.objects):
        for field in _Fields().visit(parser.parse(text)) if text else ():
            assert field in caps[view], (owner, field)
            named += 1
    assert named > 20


def found_by_search(newsroom: Newsroom, text: str) -> int:
    """What `syriawire search` counts for the span of the dashboards."""
    day = "%Y-%m-%d"
    span = f"date:[{newsroom.span.low:{day}} TO {newsroom.span.high - timedelta(days=1):{day}}]"
    asked = f"({text}) AND {span}" if text else span
    done = CliRunner().invoke(search, [asked, "--limit", "1"], obj=newsroom.settings)
    assert done.exit_code == 0, done.output
    found = re.search(r"of (\d+) articles", done.stderr)
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wire-desk: Articles", ""),
        ("wire-desk: Corrections", "signal:correction"),
        ("wire-desk: Withdrawn", "status:canceled OR status:withheld"),
        ("actors-and-weapons: Articles that tell of an air strike", "theme:airstrike"),
    ],
)
def test_a_number_equals_what_search_counts(newsroom: Newsroom, name: str, text: str) -> None:
    (row,) = panel(newsroom, name)
    assert row["metric0"] == found_by_search(newsroom, text) > 0


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("wire-desk: Sources", "feed_id"),
        ("actors-and-weapons: People", "person_ids"),
        ("actors-and-weapons: Groups", "group_ids"),
        ("actors-and-weapons: Weapons", "weapon_ids"),
        ("actors-and-weapons: Themes", "theme_ids"),
    ],
)
def test_bars_equal_the_facets_of_search(newsroom: Newsroom, name: str, field: Any) -> None:
    counted = {row["by0"]: row["metric0"] for row in panel(newsroom, name)}
    everything = Query(now=datetime.now(UTC))
    facets = {each.value: each.count for each in newsroom.index.facets(everything, [field], 1000)[field]}
    assert counted
    assert counted == {value: facets[value] for value in counted}
    assert min(counted.values()) >= max(
        [each for value, each in facets.items() if value not in counted], default=0
    )


def test_bars_over_time_equal_the_timeline_of_search(newsroom: Newsroom) -> None:
    days: dict[datetime, int] = {}
    for row in panel(newsroom, "wire-desk: Volume by language"):
        moment = datetime.fromtimestamp(row["over"] / 1000, UTC)
        days[moment] = days.get(moment, 0) + row["metric0"]
    timeline = newsroom.index.timeline(Query(now=datetime.now(UTC)), "day")
    assert {day: count for day, count in days.items() if count} == {
        each.start: each.count for each in timeline if each.count
    }


def test_governorates_equal_a_search_by_place(newsroom: Newsroom) -> None:
    counted = {row["by0"]: row["metric0"] for row in panel(newsroom, "conflict-map: Governorates")}
    assert len(counted) > 3
    for place, count in counted.items():
        assert count == found_by_search(newsroom, f"place:{place.removeprefix('place/')}")


def test_names_are_those_of_the_gazetteer(newsroom: Newsroom) -> None:
    (view,) = (each for each in newsroom.objects.of("index-pattern") if each["id"] == "syria-wire-newest")
    formats = json.loads(view["attributes"]["fieldFormatMap"])
    for name, field in (("People", "person_ids"), ("Groups", "group_ids"), ("Weapons", "weapon_ids")):
        known = {each["key"] for each in formats[field]["params"]["lookupEntries"]}
        assert {row["by0"] for row in panel(newsroom, f"actors-and-weapons: {name}")} <= known
