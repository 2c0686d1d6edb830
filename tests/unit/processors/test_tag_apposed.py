"""`Salma, Latakia`: what stands right beside a name tells where it lies; and names with nothing else around them."""

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
        ("Salma, Latakia: barrel bombs on the market.", "Salma", "place/C3704"),
        ("An air raid on al-Karama, east of Raqqa, hit a school.", "al-Karama", "place/C5766"),
        ("The dead were brought to Mansura (Raqqa).", "Mansura", "place/C5942"),
        ("Incident at Al Badiya school, Mansura, Raqqa.", "Mansura", "place/C5942"),
        ("Idlib countryside - Harem: a mortar shell fell on a house.", "Harem", "place/C4115"),
        ("Daraa: Jasim / shelling by tanks.", "Jasim", "place/C6111"),
        ("سقطت قذائف في الكرامة، الرقة.", "الكرامة", "place/C5766"),
        ("غارات على الباب شرقي حلب.", "الباب", "place/C1202"),
        ("ريف حلب الشرقي - الباب: قصف مدفعي.", "الباب", "place/C1202"),
        ("قصف مدفعي على نوى، درعا.", "نوى", "place/C6124"),
        # The namesake there, though another is the better known.
        ("A mortar round hit Suran, Hama.", "Suran", "place/C3026"),
        # A first name, a list of cities, and what lies elsewhere.
        ("The dead: Omar, Homs resident, and his son.", "Omar", ""),
        ("Ahmad Salma, Latakia's mayor, said so.", "Salma", ""),
        ("Protests in Hama, Harem of the palace, and Homs.", "Harem", ""),
        ("فتح الباب، الرقة هادئة.", "الباب", ""),
    ],
)
def test_what_it_lies_in_stands_beside_it(text: str, name: str, expected: str) -> None:
    assert found(text).get(name, "") == expected


def test_the_unit_beside_a_town_is_no_city() -> None:
    for text in ("Salma, Latakia: barrel bombs.", "قصف على نوى، درعا، أمس."):
        mentions = TAGGER.tag("", "", text).mentions
        assert [
            mention.rule for mention in mentions if mention.entity_id in ("place/SY06", "place/SY12")
        ] == ["place:unit"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jasim", {"Jasim": "place/C6111"}),
        ("الهول", {"الهول": "place/C4519"}),
        ("Jobar", {"Jobar": "place/C10011011"}),
        ("نبل والزهراء", {"نبل": "place/C1655", "الزهراء": "place/C1646"}),
        ("Jasim said", {}),
        ("فتح الباب", {}),
    ],
)
def test_names_alone_are_places(text: str, expected: dict[str, str]) -> None:
    assert found(text) == expected
