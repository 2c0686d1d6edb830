"""Names in the names of media, and a government that another one took its name from. The real gazetteer."""

from datetime import date

import pytest

from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from store.settings import ROOT

TAGGER = Tagger(load_lexicon(ROOT / "config" / "gazetteer"))
INTERIM, TRANSITIONAL = "group/syrian-interim-government", "state/syria/transitional-government"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BEIRUT (Levant Wire) - They left.", ["BEIRUT"]),
        ("BEIRUT, Oct 7 (Levant Wire) - They left.", ["BEIRUT"]),
        ("BEIRUT - Levant Wire - They left.", ["BEIRUT"]),
        ("They left, a guard told the Syria Wire. - Levant Wire", []),
        ("Damascus Radio spoke of the Levant.", ["Levant"]),
        ("قالت إذاعة دمشق إن بيروت بعيدة.", ["بيروت"]),
        ("Damascus wire is cheap.", ["Damascus"]),
    ],
)
def test_the_name_of_a_medium_names_no_place(text: str, expected: list[str]) -> None:
    assert [each.text for each in TAGGER.tag("", "", text).mentions] == expected


@pytest.mark.parametrize(
    "name",
    [
        "Suriye Geçici Hükümeti",
        "Syrian Interim Government",
        "Syrian interim government",
        "الحكومة السورية المؤقتة",
        "Временное правительство Сирии",
        "gouvernement intérimaire syrien",
    ],
)
def test_the_interim_government_depends_on_the_day(name: str) -> None:
    def ids(day: date | None) -> list[str]:
        return [each.entity_id for each in TAGGER.tag("", "", f"{name}.", published=day).mentions]

    assert ids(date(2014, 5, 1)) == [INTERIM]
    assert ids(date(2025, 5, 1)) == [TRANSITIONAL]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("على قرية خان طومان", "place/C1015"),
        ("على قرية خانطومان", "place/C1015"),
        ("in Hajin", "place/C5175"),
        ("بلدة هجين", "place/C5175"),
        ("نظام هجين", None),
    ],
)
def test_spellings_and_words(text: str, place: str | None) -> None:
    assert [each.entity_id for each in TAGGER.tag("", "", text).mentions] == ([place] if place else [])


def test_a_role_says_of_whom() -> None:
    """Then a surname beside the group is enough, and a role tells who is whose."""
    persons = (each for each in TAGGER.lexicon.entities.values() if each.type == "person")
    assert [each.id for each in persons if any(not role.of for role in each.roles)] == []
