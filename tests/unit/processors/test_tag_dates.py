"""What the article's date decides, and what stays open: over a small lexicon of our own."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.tag.tagger import Tagger
from processors.tag.tags import Tags
from tests.unit.processors.small_lexicon import entities, lexicon

TAGGER = Tagger(lexicon())


def tag(text: str, day: date | None = date(2015, 10, 7), **more: str) -> Tags:
    return TAGGER.tag("", "", text, published=day, **more)


def found(tags: Tags) -> list[tuple[str, str]]:
    return [(each.entity_id, each.rule) for each in tags.mentions]


def test_a_shared_surname_is_whose_office_it_is() -> None:
    assert found(tag("Carter said so.", date(2011, 5, 1))) == [("person/ann-carter", "short:role")]
    assert found(tag("Carter said so.", date(2016, 5, 1))) == [("person/bob-carter", "short:role")]
    assert found(tag("Carter said so.", date(2012, 5, 1))) == []  # both are in office
    assert found(tag("Carter said so.", None)) == []


def test_a_title_decides_before_the_date() -> None:
    assert found(tag("Defense minister Carter said so.", date(2013, 1, 1))) == [
        ("person/ann-carter", "short:title")
    ]
    assert found(tag("The town's mayor Carter said so.", date(2013, 1, 1))) == [
        ("person/bob-carter", "short:title")
    ]


def test_who_is_named_in_full_decides_before_both() -> None:
    tags = tag("Ann Carter came. The mayor Carter said so.", date(2013, 1, 1))
    assert found(tags)[1] == ("person/ann-carter", "short:named")
    assert tags.evidence[1] == "named as Ann Carter"


@pytest.mark.parametrize(
    ("day", "role"),
    [
        (date(2014, 6, 30), "Minister of Defence"),
        (date(2014, 7, 1), ""),
        (datetime(2014, 6, 30, 23, tzinfo=UTC), "Minister of Defence"),
        (None, ""),
    ],
)
def test_a_person_has_the_role_of_that_day(day: date | None, role: str) -> None:
    assert [each.role for each in tag("Ann Carter came.", day).mentions] == [role]


def test_of_two_roles_the_later_one_is_told_in_the_language_there_is() -> None:
    assert tag("Bob Carter", date(2015, 1, 1)).mentions[0].role == "ministre"
    assert tag("Bob Carter", date(2018, 1, 1)).mentions[0].role == ""


def test_a_shared_name_is_of_who_was_active() -> None:
    assert found(tag("The Front said so.", date(2015, 1, 1))) == [("group/old-front", "name:date")]
    assert found(tag("The Front said so.", date(2017, 1, 1))) == [("group/new-front", "name:date")]
    assert found(tag("The Front said so.", None)) == []


def test_another_spelling_of_the_first_name() -> None:
    assert found(tag("Serguei Lavrov came.")) == [("person/serge-lavrov", "name:variant")]
    assert found(tag("Mikhail Lavrov came.")) == []


def test_another_romanisation_in_an_area_that_is_named() -> None:
    text = "In Upland governorate they came to Talbeesa Kabeera and to Bob Carter."
    assert ("place/C4", "place:variant") in found(tag(text))
    assert found(tag("They came to Talbeesa Kabeera.")) == []


def test_a_field_is_no_village() -> None:
    tags = tag("They took the Shaar gas field in Lowland. Shaar is lost.")
    assert ("place/gas", "place:named") in found(tags)
    assert all(each.entity_id != "place/C5" for each in tags.mentions)


def test_namesakes_are_told_apart_by_the_nearest_area() -> None:
    assert ("place/C2", "place:parent") in found(tag("The village of Tellbrook in Upland was hit."))
    assert ("place/C3", "place:parent") in found(tag("The village of Tellbrook in Lowland was hit."))
    tags = tag("The village of Tellbrook was hit.")
    assert found(tags) == []
    assert [(each.text, each.candidates) for each in tags.unresolved] == [
        ("Tellbrook", ("place/C2", "place/C3"))
    ]


def test_the_dateline_is_an_area_too() -> None:
    tags = tag("The village of Tellbrook was hit.", dateline="UPTOWN (Levant Wire)")
    assert found(tags) == []
    tags = tag("The village of Tellbrook was hit.", dateline="Lowland, Oct 7")
    assert found(tags) == [("place/C3", "place:parent")]


def test_unknown_names_are_kept_and_bounded() -> None:
    names = " ".join(
        f"Bob Carter saw the village of Kafr Foo{chr(97 + n // 26)}{chr(97 + n % 26)}." for n in range(99)
    )
    kept = tag(names).unresolved
    assert kept[0].text == "Kafr Fooaa"
    assert kept[0].reason == "place:unknown"
    assert len(kept) == 40


@given(st.permutations(entities()), st.sampled_from([None, date(2013, 1, 1), date(2016, 9, 1)]))
def test_the_order_of_rows_decides_nothing(order: list, day: date | None) -> None:
    text = (
        "The Front and Carter met in Tellbrook, in Upland. Ann Carter left Talbisa Kabira, a village; mayor Carter "
        "stayed at Shaar gas field and in Shaar. Serguei Lavrov spoke in the village of Tell Nowhere in Xland."
    )
    other = Tagger(lexicon(order)).tag("Carter in Uptown", "", text, published=day)
    assert other == TAGGER.tag("Carter in Uptown", "", text, published=day)
