"""Names, dates and highlighted text."""

from datetime import datetime, timedelta, timezone

import msgspec
import pytest

from search.highlight import cut, paragraphs, spans
from search.present import age, badges, direction, moment, prettified, wire_link
from search.request import query_text
from search.syntax import parse_query
from store.query import Term
from tests.unit.search.wire import BODY, NOW, Counted, article, mention


@pytest.mark.parametrize(
    ("entity_id", "name"),
    [
        ("person/bashar-al-assad", "Bashar al Assad"),
        ("state/united-states/pentagon", "Pentagon, United States"),
        ("place/SY04", "SY04"),
        ("weapon/su-30", "Su-30"),
        ("group/army-of-2012", "Army of 2012"),
        ("odd", "Odd"),
    ],
)
def test_prettified(entity_id: str, name: str) -> None:
    assert prettified(entity_id) == name


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=30), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(days=44), "44 days ago"),
        (timedelta(days=90), "3 months ago"),
        (timedelta(days=365 * 11), "11 years ago"),
        (-timedelta(minutes=5), "in 5 minutes"),
    ],
)
def test_age(ago: timedelta, text: str) -> None:
    assert age(NOW - ago, NOW) == text


def test_a_moment_keeps_its_zone() -> None:
    when = datetime(2015, 10, 5, 11, 40, tzinfo=timezone(timedelta(hours=3)))
    assert moment(when, NOW).text == "5 Oct 2015, 11:40 UTC+03:00"


@pytest.mark.parametrize(("code", "way"), [("ar", "rtl"), ("ar-SY", "rtl"), ("en", "ltr"), ("", "auto")])
def test_direction(code: str, way: str) -> None:
    assert direction(code) == way


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/b", "https://a.example/b"),
        ("javascript:alert(1)", ""),
        ("//a.example", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_wire_link(url: str, link: str) -> None:
    assert wire_link(url) == link


def test_paragraphs_keep_text_and_mentions() -> None:
    found = paragraphs(article(), prettified)
    assert len(found) == 2
    assert "\n\n".join("".join(span.text for span in paragraph) for paragraph in found) == BODY
    assert [span.text for paragraph in found for span in paragraph if span.link] == [
        "Islamic State",
        "Palmyra",
    ]


def test_mentions_that_overlap_or_do_not_fit_are_left_out() -> None:
    good = mention("group/islamic-state", "Islamic State", 0)
    inside = mention("place/x", "State", 0)
    wrong = msgspec.structs.replace(good, start=1, end=14)
    found = paragraphs(article(mentions=(inside, wrong, good)), prettified)
    assert [span.text for span in found[0] if span.link] == ["Islamic State"]


def test_a_field_without_mentions_is_one_span() -> None:
    assert [span.text for span in spans(article(), "headline", prettified)] == [article().headline]


@pytest.mark.parametrize(
    "entity_id", ["place/SY04", "person/bashar-al-assad", "state/united-states/pentagon", "theme/x(y"]
)
def test_the_text_for_an_entity_asks_for_it(entity_id: str) -> None:
    kind = entity_id.split("/", maxsplit=1)[0]
    assert parse_query(query_text(entity_id)) == Term(f"{kind}_ids", entity_id)  # type: ignore[arg-type]


def test_a_paragraph_reads_only_its_own_mentions() -> None:
    body = "Homs\n\n" * 8_000
    homs = mention("place/homs", "Homs", 0)
    all_of_them = [
        msgspec.structs.replace(homs, text="Homs", start=at, end=at + 4) for at in range(0, len(body), 6)
    ]
    found = paragraphs(article(body=body, mentions=tuple(all_of_them)), prettified)
    assert [[(span.text, span.link) for span in each] for each in found] == [
        [("Homs", "/entity/place/homs")]
    ] * 8_000
    mentions = Counted(all_of_them)
    assert [span.text for span in cut(body, mentions, 6_000, 6_004, prettified)] == ["Homs"]
    assert mentions.reads < 50


def test_a_mention_across_two_paragraphs_is_left_out() -> None:
    across = msgspec.structs.replace(mention("place/homs", "Homs", 0), text="a\n\nb", start=0, end=4)
    found = paragraphs(article(body="a\n\nb", mentions=(across,)), prettified)
    assert [[span.text for span in each] for each in found] == [["a"], ["b"]]


def test_a_copy_is_named_in_honest_words() -> None:
    found = badges(article(copy_of="a0", copy_kind="identical"))
    assert [(each.text, each.title) for each in found] == [
        ("copy", "Came with the same text as an article that reached us before")
    ]
