"""The step enrich: what it adds, and that it leaves the wire's own words alone."""

import msgspec
import pytest

from lexicon.load import load_lexicon
from processors.enrich import Enrich
from store.records import decode_article, encode
from store.settings import ROOT
from tests.articles import article


@pytest.fixture(scope="module")
def enrich() -> Enrich:
    return Enrich(load_lexicon(ROOT / "config" / "gazetteer"))


def test_it_adds_tags_and_revision(enrich: Enrich) -> None:
    before = article(headline="Assad meets Shoigu in Homs province", body="Nothing more was said.")
    after = enrich(before)
    assert after.person_ids == ("person/bashar-al-assad", "person/sergei-shoigu")
    assert after.place_ids == ("place/SY04", "place/syria")
    assert [point.precision for point in after.geo] == ["governorate"]
    assert after.revision == load_lexicon(ROOT / "config" / "gazetteer").revision
    assert decode_article(encode(after)) == after


def test_of_a_retracted_article_only_the_headline_is_tagged(enrich: Enrich) -> None:
    told = article(
        headline="WITHDRAWN: Assad visits front",
        body="Shoigu met him in Homs province.",
        pubstatus="canceled",
    )
    after = enrich(told)
    assert after.entity_ids == ("person/bashar-al-assad",)
    assert after.geo == after.unresolved == ()


def test_it_touches_no_content(enrich: Enrich) -> None:
    before = article(summary="Turkey’s airspace", byline="A. Reporter")
    derived = (
        "revision",
        "mentions",
        "geo",
        *(name for name in before.__struct_fields__ if name.endswith("_ids")),
    )
    blank = {name: getattr(before, name) for name in derived}
    assert msgspec.structs.replace(enrich(before), **blank) == before


def test_language_is_that_of_the_text(enrich: Enrich) -> None:
    text = "قال ناشطون إن الطائرات استهدفت المدينة يوم الأربعاء"
    assert enrich(article(body=text, headline=text, language="")).language == "ar"
    assert enrich(article(body=text, headline=text, language="en")).language == "ar"
    assert enrich(article(headline="Strikes on Hama", body="", language="tr")).language == "tr"


def test_the_same_article_gives_the_same_result(enrich: Enrich) -> None:
    assert enrich(article()) == enrich(enrich(article()))
