"""A bare name of a city and of its governorate: decided by what stands around it, else left undecided with both."""

from datetime import date

import pytest

from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from processors.tag.tags import Tags
from store.settings import ROOT

TAGGER = Tagger(load_lexicon(ROOT / "config" / "gazetteer"))
CITY, PROVINCE = "place/C2528", "place/SY04"


def tag(text: str, dateline: str = "") -> Tags:
    return TAGGER.tag("", "", text, published=date(2016, 5, 1), dateline=dateline)


def homs(tags: Tags) -> list[tuple[str, str]]:
    return [
        (each.entity_id, each.rule)
        for each in tags.mentions
        if each.text in ("Homs", "HOMS", "حمص", "Хомсом", "Хомсе", "Humus")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Shells landed in Homs on Friday.",
        "Talks on Homs and Idlib failed.",
        "قتل ثلاثة في حمص أمس.",
        "В Хомсе закрылись школы.",
        "Humus'ta bir otobüs devrildi.",
        "In Homs province it rained. Then they drove to Homs.",
    ],
)
def test_undecided_with_candidates(text: str) -> None:
    tags = tag(text)
    last = [each for each in tags.mentions if each.rule == "place:undecided"][-1]
    assert last.entity_id in last.candidates
    cities = [each for each in last.candidates if each.startswith("place/C")]
    assert len(cities) == 1
    assert {*last.candidates, "place/syria"} <= set(tags.place_ids)
    point = next(each for each in tags.geo if each.place_id == cities[0])
    assert point.precision == "governorate"


@pytest.mark.parametrize(
    "text",
    [
        "HOMS, Syria (Levant Wire) - Shells landed on Friday.",
        "حمص (وكالة) - قتل ثلاثة.",
        "Rebels camped near Homs.",
        "The Homs-Palmyra highway was cut.",
        "They met in the city of Hama; shells hit Baba Amr in Homs.",
        "Троих задержали под Хомсом.",
        "Troops stood south of Homs.",
        "قصف في محيط حمص.",
    ],
)
def test_the_city(text: str) -> None:
    assert homs(tag(text)) == [(CITY, "place:seat")]
    assert not tag(text).mentions[-1].candidates


def test_the_city_by_the_dateline_of_the_article() -> None:
    assert homs(tag("Shells landed in Homs on Friday.", dateline="HOMS, Syria")) == [(CITY, "place:seat")]


def test_the_city_where_the_article_says_so_once() -> None:
    assert homs(tag("The city of Homs is quiet. Homs was hit before.")) == [
        (CITY, "place:cue"),
        (CITY, "place:named"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Barrels fell on Rastan, Homs, on Friday.",
        "Barrels fell on Talbiseh in Homs.",
        "Rebels in northern Homs gave up.",
        "سقطت براميل على مدينة الرستن في حمص.",
        "Homs's Rastan was shelled.",
    ],
)
def test_the_governorate(text: str) -> None:
    assert homs(tag(text)) == [(PROVINCE, "place:unit")]


@pytest.mark.parametrize("name", ["Damascus", "دمشق"])
def test_of_one_town_there_is_nothing_to_decide(name: str) -> None:
    mention = tag(f"{'Shells landed in' if name.isascii() else 'سقطت قذائف في'} {name}.").mentions[-1]
    assert (mention.entity_id, mention.rule, mention.candidates) == ("place/C1001", "place:seat", ())


def test_a_town_and_its_district_is_the_town() -> None:
    mention = tag("Shells landed in Manbij on Friday.").mentions[0]
    assert (TAGGER.lexicon.entities[mention.entity_id].kind, mention.rule) == ("town", "place:seat")


def test_both_readings_have_their_point() -> None:
    tags = tag("Shells landed near Homs. Talks on Homs failed.")
    assert [(each.place_id, each.precision) for each in tags.geo] == [(CITY, "city")]
