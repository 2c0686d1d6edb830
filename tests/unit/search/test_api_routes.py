"""The routes of the API over a real embedded index: stories, entities, counts, exports, Atom."""

import csv
import io
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from search.access import add_token
from search.app import create_app
from search.export import chunks, lines
from store.adapters.fsspec_archive import FsspecArchive
from store.adapters.tantivy_index import TantivyIndex
from store.index import Index
from store.records import Article
from tests.fake_index import FakeIndex, FakeState
from tests.queries.corpus import NAMES, NOW, corpus
from tests.unit.search.wire import BODY, SECRET, Client, article

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    opened = TantivyIndex(tmp_path_factory.mktemp("routes") / "index")
    opened.put(corpus())
    bare: dict[str, Any] = {"place_ids": (), "entity_ids": (), "group_ids": ()}
    killed = {
        "headline": "=KILL",
        "body": SECRET,
        "pubstatus": "canceled",
        "ednote": "Taken back",
        "story_id": "s9",
    }
    opened.put([article("killed", body=SECRET, **bare), article("killed", version=2, **killed, **bare)])
    hostile = {
        "headline": '=cmd|"/c calc"!A1',
        "body": "\x0b-1+1 <script>alert(1)</script>" + BODY,
        "language": "",
    }
    opened.put([article("hostile", **hostile, **bare)])
    opened.refresh()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(index: Index) -> Client:
    return Client(create_app(index, FakeState(), clock=lambda: NOW, names=NAMES))


def test_a_search_says_why_it_matched_and_what_words_can_mean(client: Client) -> None:
    answer = client.get("/api/search", q="Homs theme:airstrike", language="en").json()
    (hit,) = answer["hits"]
    assert hit["id"] == "homs-en"
    assert {"asked": "Homs", "kind": "word", "field": "headline", "forms": ["Homs"]} in hit["matched"]
    assert "theme/airstrike" in [each["asked"] for each in hit["matched"]]
    (offered,) = answer["suggestions"]
    assert (offered["words"], offered["position"]) == ("Homs", 1)
    queries = [each["query"] for each in offered["concepts"]]
    assert "place:SY04 theme:airstrike" in queries
    assert client.get("/api/search", q="place:SY04 theme:airstrike").json()["total"] == 10


@pytest.mark.parametrize(
    ("query", "kind", "forms"),
    [
        ("qar*tain", "wildcard", ["Qaryatain"]),
        ("hosta*", "prefix", ["hostages"]),
        ('"frees hostages"', "phrase", ["frees hostages"]),
        ('"frees Qaryatain"~3', "phrase", ["frees hostages from Qaryatain"]),
        ("hostage", "word", ["hostages"]),
    ],
)
def test_why_names_the_form_that_stands_there(
    client: Client, query: str, kind: str, forms: list[str]
) -> None:
    (hit,) = client.get("/api/search", q=f"{query} id:qaryatain-en").json()["hits"]
    said = [(each["kind"], each["field"], each["forms"]) for each in hit["matched"]]
    assert (kind, "headline", forms) in said


def test_folding_by_story(client: Client) -> None:
    answer = client.get("/api/search", q="place:SY04", fold="story").json()
    assert answer["total"] == 20
    assert sorted((hit["story_id"], hit["folded"]) for hit in answer["hits"]) == [
        ("homs", 4), ("palmyra", 4), ("qaryatain", 4), ("talbiseh", 4),
    ]  # fmt: skip


def test_a_story(client: Client) -> None:
    answer = client.get("/api/stories/palmyra").json()
    assert [each["id"] for each in answer["articles"]] == [
        f"palmyra-{each}" for each in ("en", "ar", "ru", "tr", "fr")
    ]
    page = client.get("/api/stories/palmyra", limit=2).json()
    rest = client.get("/api/stories/palmyra", limit=3, after=page["next"]).json()
    assert [each["id"] for each in page["articles"] + rest["articles"]] == [
        each["id"] for each in answer["articles"]
    ]
    assert client.get("/api/stories/none").json()["error"].startswith("story none: not here")
    assert client.get("/api/stories/hmeimim").json()["total"] == 4  # the fifth is under embargo


def test_copies_and_mentions(client: Client) -> None:
    assert [each["id"] for each in client.get("/api/articles/homs-en/copies").json()["articles"]] == [
        "homs-fr"
    ]
    found = client.get("/api/articles/hostile/mentions").json()
    assert [each["entity_id"] for each in found] == ["group/islamic-state", "place/palmyra"]
    assert found[0]["name"] == "Islamic State"
    assert client.get("/api/articles/killed/mentions").json() == []
    assert client.get("/api/articles/hmeimim-fr/mentions").status_code == 404
    assert client.get("/api/articles/hmeimim-fr/copies").status_code == 404


def test_an_entity(client: Client) -> None:
    answer = client.get("/api/entities/place/SY04").json()
    assert {"en", "ar"} <= set(answer["names"])
    assert answer["articles"] == 20
    assert answer["articles_naming_it"] == 0
    assert answer["by_language"]["ar"] == 4
    assert answer["above"][0]["id"] == "place/syria"
    person = client.get("/api/entities/person/bashar-al-assad").json()
    assert person["roles"]
    assert person["articles"] == 5
    for unknown in ("person/nobody", "nobody", "../../etc/passwd", "place/%00"):
        assert client.get(f"/api/entities/{unknown}").status_code == 404


def test_typing_a_name_is_completed(client: Client) -> None:
    answer = client.get("/api/entities", q="palmy").json()
    assert {"id": "place/C2889", "query": "place:C2889"}.items() <= answer[0].items() or "place/C2889" in [
        each["id"] for each in answer
    ]
    assert client.get("/api/entities", q="").json() == []


def test_facets(client: Client) -> None:
    answer = client.get("/api/facets", q="theme:airstrike", field=["language", "place_ids"], size=100).json()
    assert {each["value"]: each["count"] for each in answer["language"]} == dict.fromkeys(
        ("en", "ar", "ru", "tr", "fr"), 4
    )
    homs = next(each for each in answer["place_ids"] if each["value"] == "place/SY04")
    assert homs["count"] == 10
    assert homs["name"]


def test_a_timeline(client: Client) -> None:
    answer = client.get("/api/timeline", q="theme:airstrike").json()
    assert [(each["start"][:10], each["count"]) for each in answer["buckets"]] == [
        ("2015-10-06", 10), ("2015-10-07", 5), ("2015-10-08", 5),
    ]  # fmt: skip


def test_cells_of_the_map(client: Client) -> None:
    answer = client.get("/api/cells", q="place:SY04", zoom=12, bounds="34,36,35,37").json()
    assert sorted((each["count"], each["places"]) for each in answer["cells"]) == [
        (5, ["place/C2528"]), (5, ["place/C2882"]),
    ]  # fmt: skip
    for wrong in ("1,2,3", "a,b,c,d", "nan,0,1,1", "50,0,40,1"):
        assert client.get("/api/cells", bounds=wrong).json()["error"].startswith("bounds: ")


def test_company(client: Client) -> None:
    answer = client.get("/api/company", q="place:kobani", field="group_ids").json()
    assert [(each["value"], each["count"], each["background"]) for each in answer] == [("group/ypg", 5, 5)]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_is_complete_and_holds_no_withdrawn_text(client: Client, form: str) -> None:
    answer = client.get("/api/export", format=form)
    assert answer.headers["content-disposition"].startswith('attachment; filename="syria-wire-2015-10-10T')
    rows = _rows(answer.text, form)
    assert len(rows) == 61
    ours = {each.id for each in corpus() if not each.embargoed_until}
    assert {each["id"] for each in rows} == ours | {"killed", "hostile"}
    assert SECRET not in answer.text
    killed = next(each for each in rows if each["id"] == "killed")
    assert killed["recalled"] in (True, "yes")
    assert killed["ednote"] == "Taken back"
    assert not killed.get("body")
    assert not killed.get("place_ids")


def _rows(text: str, form: str) -> list[dict[str, object]]:
    if form == "csv":
        return list(csv.DictReader(io.StringIO(text, newline="")))
    return [json.loads(line) for line in text.splitlines()]


def test_no_cell_is_a_formula(client: Client) -> None:
    rows = list(csv.reader(io.StringIO(client.get("/api/export", format="csv").text, newline="")))
    assert any(cell == '\'=cmd|"/c calc"!A1' for row in rows for cell in row)
    assert any(cell == "'=KILL" for row in rows for cell in row)
    for cell in (cell for row in rows for cell in row):
        assert not cell.strip(" \x0b").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_an_export_says_at_once_what_will_not_do(client: Client) -> None:
    answer = client.get("/api/export", q="(a", format="csv")
    assert answer.status_code == 400
    assert answer.json()["position"] == 1
    assert client.get("/api/export", format="xls").status_code == 400


def test_an_export_reads_no_further_than_it_has_sent() -> None:
    read: list[int] = []

    def endless() -> Iterator[Article]:
        for number in count():
            read.append(number)
            yield article(f"a{number}")

    sent = chunks(lines(endless(), "jsonl"))
    next(sent)
    first = len(read)
    next(sent)
    assert first < 1000
    assert len(read) == 2 * first


def test_atom_out_of_a_search(client: Client) -> None:
    answer = client.get("/api/atom", q="group:ISIS language:ar")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)
    assert [each.findtext(f"{ATOM}id") for each in feed.findall(f"{ATOM}entry")] == [
        f"urn:syriawire:article:{each}-ar" for each in ("qaryatain", "raqqa", "palmyra")
    ]
    link = feed.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == "http://wire.test/?q=group:ISIS+language:ar"
    assert client.get("/api/atom", q="((").status_code == 400


def test_atom_keeps_the_rules_and_is_xml_whatever_a_wire_sends(client: Client) -> None:
    answer = client.get("/api/atom")
    feed = ET.fromstring(answer.content)
    titles = [each.findtext(f"{ATOM}title") or "" for each in feed.findall(f"{ATOM}entry")]
    assert "Withdrawn: =KILL" in titles
    assert SECRET not in answer.text
    assert "<script>" not in answer.text
    assert not any(each.findtext(f"{ATOM}id") == "urn:syriawire:article:hmeimim-fr" for each in feed.iter())


BOMBS = {
    "everything with a": "*a*",
    "10,000 clauses": " OR ".join("c" * 10_000),
    "deep brackets": "(" * 500 + "a" + ")" * 500,
    "a giant text": "x" * 50_000,
    "many wildcards": " ".join(f"a{letter}*b" for letter in "bcdefghij"),
}


@pytest.mark.parametrize("route", ["search", "facets", "timeline", "cells", "company", "export", "atom"])
@pytest.mark.parametrize("bomb", BOMBS)
def test_query_bombs_are_refused_with_a_message(client: Client, route: str, bomb: str) -> None:
    answer = client.get(f"/api/{route}", q=BOMBS[bomb])
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("query: character ")


@pytest.mark.parametrize(
    ("path", "giant"),
    [
        ("/", {"limit": "1000000"}),
        ("/", {"limit": "9" * 5000}),
        ("/", {"after": "x" * 5000}),
        ("/api/search", {"limit": "1000000"}),
        ("/api/search", {"after": "x" * 5000}),
        ("/api/facets", {"size": "1000000"}),
        ("/api/company", {"size": "1000000"}),
        ("/api/cells", {"size": "1000000"}),
        ("/api/cells", {"zoom": "29"}),
        ("/api/entities", {"q": "a", "limit": "1000000"}),
        ("/api/articles/a1/copies", {"limit": "1000000"}),
        ("/api/stories/palmyra", {"limit": "1000000"}),
    ],
)
def test_giant_pages_are_refused_with_a_message(client: Client, path: str, giant: dict[str, str]) -> None:
    answer = client.get(path, **{"q": "syria", **giant})
    assert answer.status_code == 400
    assert next(iter(set(giant) - {"q"})) in answer.text


def test_raw_responses_are_the_archivists(tmp_path: Path) -> None:
    archive = FsspecArchive(f"file://{tmp_path}/archive")
    index = FakeIndex([article(raw_ref=archive.put(b"<rss>as it came</rss>") + "#3"), article("bare")])
    state = FakeState()
    token = add_token(state, "archive", "archivist", NOW)
    client = Client(create_app(index, state, clock=lambda: NOW, archive=archive))
    answer = client.get("/api/articles/a1/raw")
    assert answer.status_code == 403
    assert answer.json()["error"].startswith("raw responses: for archivists only")
    answer = client.ask("GET", "/api/articles/a1/raw", headers={"Authorization": f"Bearer {token}"})
    assert answer.content == b"<rss>as it came</rss>"
    assert answer.headers["content-type"] == "application/octet-stream"
    answer = client.ask("GET", "/api/articles/bare/raw", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["error"].startswith("article bare: no response is archived")
