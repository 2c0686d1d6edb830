"""The groups of the gazetteer that ships: renames and sides, asked as of a day."""

from datetime import date
from pathlib import Path

import pytest

from lexicon.entity import Entity
from lexicon.entries import Lexicon
from lexicon.load import load_lexicon

FOLDER = Path(__file__).parents[3] / "config" / "gazetteer"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon(FOLDER)


def _groups(lexicon: Lexicon) -> list[Entity]:
    return [entity for entity in lexicon.entities.values() if entity.type == "group"]


def _heirs(lexicon: Lexicon, entity_id: str) -> list[str]:
    """What a group became, step by step; fails on a circle."""
    found: list[str] = []
    ahead = list(lexicon.entities[entity_id].became)
    while ahead:
        heir = ahead.pop().id
        assert heir not in found, f"{entity_id} becomes {heir} twice"
        found.append(heir)
        ahead += lexicon.entities[heir].became
    return found


def test_nusra_went_on_under_two_more_names(lexicon: Lexicon) -> None:
    assert _heirs(lexicon, "group/nusra-front") == [
        "group/jabhat-fatah-al-sham",
        "group/hayat-tahrir-al-sham",
    ]


def test_no_group_becomes_itself(lexicon: Lexicon) -> None:
    for group in _groups(lexicon):
        assert group.id not in _heirs(lexicon, group.id)


def test_a_renamed_group_has_ended_when_its_heir_begins(lexicon: Lexicon) -> None:
    for group in _groups(lexicon):
        for renaming in group.became:
            if group.active.last and renaming.period.first:
                assert renaming.period.first <= group.active.last, group.id


@pytest.mark.parametrize(
    ("group", "day", "side"),
    [
        ("group/hayat-tahrir-al-sham", date(2019, 5, 1), "jihadist"),
        ("group/hayat-tahrir-al-sham", date(2024, 12, 20), "transition"),
        ("group/levant-front", date(2015, 5, 1), "opposition"),
        ("group/levant-front", date(2019, 5, 1), "turkish-backed"),
        ("group/yarmouk-martyrs-brigade", date(2015, 6, 1), "islamic-state"),
    ],
)
def test_the_side_of_a_group_depends_on_the_day(lexicon: Lexicon, group: str, day: date, side: str) -> None:
    taken = [each.side for each in lexicon.entities[group].sides if each.period.holds(day)]
    assert taken == [side]


def test_every_group_has_a_kind_and_a_name_in_english_and_arabic(lexicon: Lexicon) -> None:
    for group in _groups(lexicon):
        assert group.kind, group.id
        assert group.names.get("en"), group.id
        assert group.names.get("ar"), group.id
