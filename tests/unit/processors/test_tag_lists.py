"""Villages in lists, in any spelling: what stands beside a place in a list is a place too, and lies near it."""

import pytest

from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from store.settings import ROOT

TAGGER = Tagger(load_lexicon(ROOT / "config" / "gazetteer"))


def found(text: str) -> dict[str, str]:
    return {mention.text: mention.entity_id for mention in TAGGER.tag("", "", text).mentions}


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("In Idlib province jets raided Ariha, Kafarmid, Orum and Sermen.", "Kafarmid", "place/C4329"),
        ("In Idlib province jets raided Ariha, Kafarmid, Orum and Sermen.", "Sermen", "place/C3953"),
        ("Idlib: raids on Saraqib , Baftamon , Ariha.", "Baftamon", "place/C4321"),
        # Before the first name that is known, and a chain of those that are not.
        ("Raids in Idlib province: Baftamon, Kafarmid, Ariha.", "Baftamon", "place/C4321"),
        # Another vowel, where its neighbour in the list lies near.
        ("Idlib: raids on Jisr al-Shughur, al-Kastan and Ariha.", "al-Kastan", "place/C3170"),
        # The word for its kind has a capital; the article and its hyphen are parted.
        ("Idlib: barrel bombs fell on Ayn Laroz Village.", "Ayn Laroz", "place/C4299"),
        (
            "Idlib: clashes in the countryside of Jeser al- Shagour went on.",
            "Jeser al- Shagour",
            "place/C4199",
        ),
        # People in a list, and a list of cities elsewhere.
        ("In Idlib, Ahmad Sermen, Omar Hasan and Ali Saraqi were killed.", "Sermen", ""),
        ("From Idlib he went to Paris, Sermen, London.", "Sermen", ""),
        ("Idlib calm, Baftamon said on Monday.", "Baftamon", ""),
    ],
)
def test_beside_a_place_in_a_list(text: str, name: str, expected: str) -> None:
    assert found(text).get(name, "") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Umm Walad", {"Umm Walad": "place/C6046"}),
        ("Al-Mohsenli", {"Al-Mohsenli": "place/C2232"}),
        ("المحسنلي", {"المحسنلي": "place/C2232"}),
        ("Jub al-Jarrah / Umm Walad", {"Jub al-Jarrah": "place/C2947", "Umm Walad": "place/C6046"}),
        ("Yes", {}),
        ("Maria Lopez", {}),
        ("سلام عليكم", {}),
    ],
)
def test_a_name_alone_in_any_spelling(text: str, expected: dict[str, str]) -> None:
    assert found(text) == expected
