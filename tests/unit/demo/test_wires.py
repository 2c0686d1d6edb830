"""The demo's wires hold what the demo and other tests rely on, and render to feeds that parsers accept."""

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import feedparser
import pytest
import yaml

from demo.documents import documents
from demo.stages import Wire, WireError, items_at, load_wires, text_wire

WIRES = load_wires()
STAGES = (1, 2, 3)
ROOT = Path(__file__).parents[3]


def _guids(name: str, wire: Wire, stage: int) -> list[str]:
    body = documents(name, wire)[stage - 1].body
    if wire.format == "json":
        return [item["id"] for item in json.loads(body)["items"]]
    parsed = feedparser.parse(body)
    assert not parsed.bozo, (name, stage, parsed.get("bozo_exception"))
    return [entry.id for entry in parsed.entries]


def _kinds(name: str) -> Counter[str]:
    return Counter(later.kind for article in WIRES[name].articles for later in article.becomes)


def test_there_are_enough_distinct_articles() -> None:
    first_forms = {
        (article.headline, article.body, article.body_html)
        for wire in WIRES.values()
        for article in wire.articles
    }
    assert len(first_forms) >= 60


@pytest.mark.parametrize("name", WIRES)
def test_feed_parses_and_keeps_its_guids_at_every_stage(name: str) -> None:
    wire = WIRES[name]
    assert wire.stages == 3
    seen = [_guids(name, wire, stage) for stage in STAGES]
    for guids in seen:
        assert len(guids) == len(set(guids))
    for before, after in pairwise(seen):
        assert set(before) < set(after)
    if name != "echo-mill":  # which copies a poll later what the others carried
        assert len(seen[0]) > len(seen[2]) - len(seen[0])


@pytest.mark.parametrize("name", WIRES)
def test_document_is_the_same_each_time_and_differs_by_stage(name: str) -> None:
    pages = documents(name, WIRES[name])
    assert pages == documents(name, WIRES[name])
    assert len({page.etag for page in pages}) == 3
    assert all(before.modified < after.modified for before, after in pairwise(pages))
    assert all(page.modified.strftime("%Y-%m") == "2015-10" for page in pages)


@pytest.mark.parametrize("name", ["levant-wire", "orontes-desk", "caspian-digest"])
def test_each_format_has_update_correction_and_withdrawal(name: str) -> None:
    kinds = _kinds(name)
    assert {kinds["update"], kinds["correction"], kinds["withdrawal"]} == {1}


def test_changes_come_later_and_say_what_they_are() -> None:
    for wire in WIRES.values():
        for article in wire.articles:
            for later in article.becomes:
                assert later.stage > article.stage
                assert later.updated > article.published
                if later.kind == "correction":
                    assert re.match(r"CORRECTION: |Corrected: |تصحيح: ", later.headline)
                if later.kind == "withdrawal":
                    assert later.headline.startswith("WITHDRAWN: ")
                    assert article.body not in later.body


def test_withdrawal_reaches_the_reader_under_the_same_guid() -> None:
    wire = WIRES["levant-wire"]
    before = {item.guid: item for item in items_at(wire, 2)}["lw-20151007-05"]
    after = {item.guid: item for item in items_at(wire, 3)}["lw-20151007-05"]
    assert before.link == after.link
    assert after.headline == f"WITHDRAWN: {before.headline}"
    assert "Suicide bombers" in before.html
    assert "Suicide bombers" not in after.html


def test_echo_mill_carries_identical_copies() -> None:
    others = {
        (item.headline, item.paragraphs)
        for name, wire in WIRES.items()
        for item in items_at(wire, 1)
        if name != "echo-mill"
    }
    echoes = [item for item in items_at(WIRES["echo-mill"], 3) if (item.headline, item.paragraphs) in others]
    assert len(echoes) == 5


def test_echo_mill_carries_one_spun_text() -> None:
    texts = [" ".join(item.paragraphs) for item in items_at(WIRES["echo-mill"], 1)]
    assert sum("Russian Federation" in text for text in texts) == 1


def test_arabic_wire_is_in_arabic_script() -> None:
    items = items_at(WIRES["barada-arabic"], 3)
    assert len(items) >= 9
    for item in items:
        letters = [letter for letter in item.headline + "".join(item.paragraphs) if letter.isalpha()]
        assert all("\u0600" <= letter <= "\u06ff" for letter in letters), item.guid


@pytest.mark.parametrize("name", WIRES)
def test_no_word_mixes_cyrillic_and_latin(name: str) -> None:
    for item in items_at(WIRES[name], 3):
        text = " ".join((item.headline, *item.paragraphs))
        assert not re.search(r"[a-zA-Z][\u0400-\u04ff]|[\u0400-\u04ff][a-zA-Z]", text), item.guid


def test_entries_carry_text_byline_and_zone() -> None:
    rss = feedparser.parse(documents("levant-wire", WIRES["levant-wire"])[1].body)
    entry = next(entry for entry in rss.entries if entry.id == "lw-20151007-02")
    assert entry.author == "M. Haddad"
    assert entry.published == "Wed, 07 Oct 2015 14:15:00 +0300"
    assert entry.updated == "2015-10-08T09:30:00+03:00"
    assert entry.content[0].value.count("<p>") == 4
    assert entry.link == "https://levant-wire.example/2015/10/07/caspian-flotilla-26-kalibr"


def test_catalogue_names_each_feed_once() -> None:
    catalogue = [yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "demo/feeds").glob("*.yml")]
    feeds = [feed for publisher in catalogue for feed in publisher["feeds"]]
    suffix = {"rss": "xml", "atom": "xml", "json": "json"}
    assert {feed["url"]: feed["language"] for feed in feeds} == {
        f"${{SYRIAWIRE_DEMO_URL}}/feeds/{name}.{suffix[wire.format]}": wire.language
        for name, wire in WIRES.items()
    }
    assert len({feed["id"] for feed in feeds}) == len(WIRES)


def test_text_file_becomes_one_article(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("Headline & more\nFirst <line>.\n\nSecond line.\n", encoding="utf-8")
    parsed = feedparser.parse(documents("extra", text_wire(path))[0].body)
    assert [entry.title for entry in parsed.entries] == ["Headline & more"]
    assert parsed.entries[0].summary == "<p>First &lt;line&gt;.</p>\n<p>Second line.</p>"


def test_wrong_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yml"
    path.write_text("title: Wrong\nabuot: typo\n", encoding="utf-8")
    with pytest.raises(WireError, match=r"wrong\.yml.*abuot"):
        load_wires(tmp_path)
    with pytest.raises(WireError, match=r"none\.txt"):
        text_wire(tmp_path / "none.txt")


def test_copy_of_nothing_is_named(tmp_path: Path) -> None:
    source = (ROOT / "demo/wires/echo-mill.yml").read_text("utf-8")
    (tmp_path / "echo-mill.yml").write_text(source, encoding="utf-8")
    with pytest.raises(WireError, match=r"echo-mill\.yml: https\S+: copies 'levant-wire lw-20151005-03'"):
        load_wires(tmp_path)
