"""Start page, entities, versions, filters, suggestions and files, read as text."""

import csv
import html
import json
import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from lexicon.entries import Lexicon
from lexicon.load import load_lexicon
from search.app import create_app
from search.names import Names
from search.panel import narrowed
from search.request import SearchRequest
from search.serve import gazetteer_labels
from store.records import GeoPoint, Mention
from tests.fake_index import FakeIndex, FakeState
from tests.unit.search.wire import COPIED, NOW, SECRET, WITHDRAWN, Client, archive, article, feeds

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon(Path("config/gazetteer"))


@pytest.fixture(scope="module")
def site(lexicon: Lexicon) -> Client:
    """The archive with the real gazetteer, and articles of its places of today."""
    body = "Shells fell on Qaryatein and on Palmyra."
    here = [
        Mention(
            entity_id=id_, type="place", text=text, field="body", start=body.index(text),
            end=body.index(text) + len(text), rule="name", confidence=0.9,
        )
        for id_, text in (("place/C2663", "Qaryatein"), ("place/C2889", "Palmyra"))
    ]  # fmt: skip
    ids = tuple(each.entity_id for each in here)
    above = tuple(up for each in ids for up in lexicon.ancestors(each))
    near = article(
        "n1", headline="Shells near Palmyra", body=body, mentions=tuple(here), entity_ids=ids,
        place_ids=tuple(dict.fromkeys((*ids, *above))), group_ids=(), story_id="s1", published=NOW - timedelta(hours=2),
        first_seen=NOW - timedelta(hours=1), fetched=NOW - timedelta(hours=1),
        geo=tuple(GeoPoint(lat=34.55, lon=38.27, place_id=each, precision="city") for each in ids),
    )  # fmt: skip
    copy = msgspec.structs.replace(near, id="n2", headline="Shells near Tadmur", feed_id="echo-mill/world")
    index = FakeIndex([*archive(), near, copy, article(version=2, body="Changed wholly.", fetched=NOW)])
    names = Names(lambda: lexicon)
    app = create_app(
        index, FakeState(feeds()), clock=lambda: NOW, labels=gazetteer_labels(lexicon), names=names
    )
    return Client(app)


def test_the_start_page_tells_of_today(site: Client) -> None:
    text = site.get("/").text
    assert "Saturday, 10 October 2015" in text
    assert "Shells near Palmyra" in text
    assert "caspian-digest/world" in text, "a feed that needs care"
    assert "Minister accused" not in text


def test_the_number_of_what_was_changed_leads_to_all_of_it(lexicon: Lexicon) -> None:
    changed = [
        article(
            f"c{number}", version=2, pubstatus=status, signals=signals, fetched=NOW - timedelta(hours=number)
        )
        for number, (status, signals) in enumerate(
            [("canceled", ()), ("withheld", ()), ("usable", ("correction",)), ("usable", ("update",))] * 3,
            start=1,
        )
    ]
    late = article("late", version=2, signals=("correction",), fetched=NOW - timedelta(hours=30))
    app = create_app(
        FakeIndex([*changed, late]), FakeState(), clock=lambda: NOW, labels=gazetteer_labels(lexicon),
        names=Names(lambda: lexicon),
    )  # fmt: skip
    client = Client(app)
    link = re.search(r'<a href="([^"]*)">9</a>', client.get("/").text)
    assert link, "nine of the last 24 hours"
    found = client.get(html.unescape(link[1])).text
    assert "<strong>9</strong> articles" in found


def test_a_fold_can_be_opened(site: Client) -> None:
    text = site.get("/", q="shells tadmur OR palmyra", feed="").text
    assert "1 more tells this story" in text
    assert '<a href="/article/n1"' in text
    assert '<a href="/article/n2"' in text
    assert "more tell" not in site.get("/", q="shells", fold="none").text


@pytest.mark.parametrize(
    ("typed", "words", "asks"),
    [
        ("palmyra", "palmyra", "place:C2889"),
        ("nusra front airstrike", "nusra front", "group:nusra-front airstrike"),
        ("shells AND (حمص OR tadmur)", "حمص", "shells AND (place:SY04 OR tadmur)"),
        ("обстрел Хомс", "Хомс", "обстрел place:SY04"),
        ('"Bashar al-Assad" speech', '"Bashar al-Assad"', "person:bashar-al-assad speech"),
    ],
)
def test_a_word_that_is_a_name_offers_its_concept(site: Client, typed: str, words: str, asks: str) -> None:
    text = html.unescape(site.get("/", q=typed).text)
    offers = re.search(r'<p class="offers meta">.*?</p>', text, re.DOTALL)
    assert offers
    assert f">{words}</q>" in offers[0]
    links = [dict(parse_qsl(urlsplit(each).query))["q"] for each in re.findall(r'href="([^"]+)"', offers[0])]
    assert asks in links


def test_a_concept_is_offered_no_more_once_it_is_asked_for(site: Client) -> None:
    assert 'class="offers' not in site.get("/", q="place:C2889 group:nusra-front").text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("pal?yr*", '<bdi>pal?yr*</bdi> as <q dir="auto">Palmyra</q>'),
        ("near:34.55,38.27,20km", "within 20 km of 34.55, 38.27"),
        ("tadmur OR palmyra", "<mark>Palmyra</mark>"),
        ('"shells near"', "<mark>Shells</mark> <mark>near</mark>"),
    ],
)
def test_every_hit_says_why_it_matched(site: Client, asked: str, said: str) -> None:
    assert said in site.get("/", q=asked, fold="none").text


def test_a_hit_says_why_it_matched(site: Client) -> None:
    text = site.get("/", q="place:SY04", feed="").text
    assert "Homs (governorate)</bdi> as <q" in text


def test_places_stand_below_their_governorate_and_what_comes_along_has_no_row(site: Client) -> None:
    text = site.get("/filters", q="shells tadmur").text
    assert text.index("Homs (governorate)") < text.index('class="level1"')
    assert "(subdistrict)" not in text
    assert "Syria</bdi>" not in text[text.index("<h2>Places") :].split("</section>")[0]


def test_the_map_leads_to_what_is_near(site: Client) -> None:
    assert 'href="/?q=shells&amp;near=34.550,38.270,15"' in site.get("/filters", q="shells").text
    assert "<strong>2</strong> articles" in site.get("/", q="shells near", near="34.55,38.27,20").text
    assert "<strong>0</strong> articles" in site.get("/", q="shells near", near="36.2,37.1,20").text
    assert site.get("/", near="here").status_code == 400


@pytest.mark.parametrize(
    ("asked", "link"),
    [
        ("", "/?q=published:%5B2015-10-01+TO+2015-10-02%5D"),
        ("homs published:last-7d", "/?q=homs+published:%5B2015-10-01+TO+2015-10-02%5D"),
        ("homs OR hama", "/?q=%28homs+OR+hama%29+published:%5B2015-10-01+TO+2015-10-02%5D"),
    ],
)
def test_the_timeline_narrows_to_days(asked: str, link: str) -> None:
    assert narrowed(SearchRequest(q=asked), "2015-10-01", "2015-10-02") == link


def test_the_form_of_dates_leads_to_the_search(site: Client) -> None:
    answer = site.get("/dates", q="shells", first="2015-10-01", last="")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/?q=shells+published:%5B2015-10-01+TO+%2A%5D",
    )
    assert (
        site.get("/dates", q="shells", first='"><', last="//evil.example")
        .headers["location"]
        .startswith("/?q=")
    )


def test_suggestions_in_any_script(site: Client) -> None:
    assert "Bashar al-Assad" in site.get("/suggest", q="بشار").text
    assert "/?q=place:SY02" in site.get("/suggest", q="alepp").text
    assert "/?q=shells+place:SY02" in site.get("/suggest", q="shells alepp").text
    assert site.get("/suggest", q="a").text.strip() == ""


def test_an_entity_with_names_roles_and_stories(site: Client) -> None:
    text = site.get("/entity/person/bashar-al-assad").text
    assert '<dd dir="rtl" lang="ar">' in text
    assert "Syrian President" in text
    assert "No article names it yet" in text
    text = site.get("/entity/place/SY04").text
    assert "Shells near Palmyra" in text
    assert "Syria</bdi></a> ›" in text
    assert 'data-load="/around/place/SY04"' in text
    around = site.get("/around/place/SY04").text
    assert "Back to <bdi>Homs (governorate)</bdi>" in around
    assert 'aria-label="Articles over time"' in around
    assert "<h1>" not in site.ask("GET", "/around/place/SY04", headers={"X-Part": "1"}).text
    assert site.get("/around/nothing").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/entity/person/nobody-at-all",
        "/entity/..%2F..%2Fetc%2Fpasswd",
        "/entity/place/../../etc/passwd",
        "/article/..%2F..%2Fetc%2Fpasswd",
        "/article/x/version/1",
        "/article/x/compare?from=1&to=2",
        "/static/..%2Fpages.py",
        "/static/../pages.py",
        "/static/%2e%2e/templates/base.html",
    ],
)
def test_no_path_leads_out(site: Client, path: str) -> None:
    answer = site.get(path)
    assert answer.status_code == 404
    assert "root:" not in answer.text
    assert "import" not in answer.text


def test_versions_can_be_opened_and_compared(site: Client) -> None:
    text = site.get(f"/article/{COPIED}").text
    assert f'href="/article/{COPIED}/compare?from=1&amp;to=2"' in text
    assert len(re.findall(r">seen \d", text)) == 1, "the wire dates the first version and not the second"
    text = site.get(f"/article/{COPIED}/compare?from=1&to=2").text
    assert "<ins>" in text
    assert "<del>" in text
    assert "crossed out" in text
    assert "Version 1 of 2" in site.get(f"/article/{COPIED}/version/1").text
    assert site.get(f"/article/{COPIED}/version/7").status_code == 404
    assert "word for word" in site.get(f"/article/{COPIED}/compare?from=2&to=2").text
    assert site.get(f"/article/{COPIED}/compare").text.count("selected") == 2


@pytest.mark.parametrize(
    "path", ["", "/version/1", "/version/2", "/compare", "/compare?from=1&to=2", "/compare?from=1&to=1"]
)
def test_no_page_shows_what_was_taken_back(site: Client, path: str) -> None:
    answer = site.get(f"/article/{WITHDRAWN}{path}")
    assert answer.status_code == 200
    assert "The wire has withdrawn this story" in answer.text
    assert SECRET not in answer.text
    assert "accused of theft" not in answer.text


def test_a_version_that_was_withheld_is_not_compared_once_the_story_is_back() -> None:
    index = FakeIndex(
        [
            article("b", body="First text."),
            article("b", version=2, pubstatus="withheld", body=SECRET),
            article("b", version=3),
        ]
    )
    client = Client(create_app(index, FakeState(), clock=lambda: NOW))
    text = client.get("/article/b/compare?from=2&to=3").text
    assert SECRET not in text
    assert "no longer shown, nor compared" in text
    assert "First text." in client.get("/article/b/compare?from=1&to=3").text


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/api/export", {"format": "csv", "bom": "true"}),
        ("/api/export", {"format": "jsonl"}),
        ("/api/atom", {}),
    ],
)
def test_files_hold_every_match_and_nothing_taken_back(site: Client, path: str, more: dict[str, str]) -> None:
    text = site.get(path, q="shells near", **more).text
    assert "Shells near Palmyra" in text
    assert "Shells near Tadmur" in text
    text = site.get(path, q="minister", **more).text
    assert SECRET not in text
    assert "KILL: Minister" in text
    assert site.get(path, q='"', **more).status_code == 400


def test_files_can_be_read() -> None:
    evil = article(headline='=HYPERLINK("x")', story_id=EVIL, language=EVIL)
    client = Client(create_app(FakeIndex([evil]), FakeState(), clock=lambda: NOW))
    (row,) = csv.DictReader(
        client.get("/api/export?format=csv&bom=true&q=")
        .text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
        .splitlines()
    )
    assert row["headline"] == '\'=HYPERLINK("x")'
    assert json.loads(client.get("/api/export?format=jsonl&q=").text)["id"] == COPIED
    (entry,) = ET.fromstring(client.get("/api/atom?q=").text).iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == '=HYPERLINK("x")'


def test_no_field_can_put_a_script_into_any_page() -> None:
    mention = Mention(
        entity_id=f"place/{EVIL}",
        type="place",
        text="Arch",
        field="headline",
        start=0,
        end=4,
        rule=EVIL,
        confidence=1,
    )
    evil = article(
        headline=f"Arch {EVIL}", body=EVIL, summary=EVIL, feed_id=EVIL, byline=EVIL, dateline=EVIL, language=EVIL,
        ednote=EVIL, signals=(EVIL,), provider=EVIL, keywords=(EVIL,), story_id=EVIL, mentions=(mention,),
        entity_ids=(f"place/{EVIL}",), place_ids=(f"place/{EVIL}",), first_seen=NOW, fetched=NOW,
        geo=(GeoPoint(lat=34.5, lon=38.2, place_id=f"place/{EVIL}", precision="city"),),
    )  # fmt: skip
    older = msgspec.structs.replace(evil, version=0, headline=EVIL, body="before")
    state = FakeState([msgspec.structs.replace(feeds()[1], feed_id=EVIL, detail=EVIL)])
    client = Client(create_app(FakeIndex([evil, older]), state, clock=lambda: NOW))
    pages = ["/", "/?q=arch", "/filters?q=arch", "/feeds", f"/article/{COPIED}", f"/article/{COPIED}/version/0",
             f"/article/{COPIED}/compare?from=0&to=1"]  # fmt: skip
    answers = [client.get(path) for path in pages]
    answers += [
        client.get(path, q=EVIL, show=EVIL, near=EVIL, feed=EVIL, entity=EVIL)
        for path in ("/", "/feeds", "/filters", "/suggest")
    ]
    answers += [
        client.get(f"/entity/place/{EVIL}"),
        client.get(f"/entity/{EVIL}"),
        client.get(f"/article/{EVIL}"),
    ]
    for answer in answers:
        assert answer.status_code in (200, 400, 404)
        assert "<script>" not in answer.text
        assert "<img" not in answer.text


def test_feeds_can_be_filtered(site: Client) -> None:
    text = site.get("/feeds", show="care").text
    assert "caspian-digest/world" in text
    assert "levant-wire/all" not in text
    assert "No feed is like that" in site.get("/feeds", q="nowhere").text
