"""Capitals that say nothing of a name: days, months, words that open a sentence."""

from datetime import date

import pytest

from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from store.settings import ROOT

TAGGER = Tagger(load_lexicon(ROOT / "config" / "gazetteer"))
ASSAD, PUTIN = "person/bashar-al-assad", "person/vladimir-putin"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("On Wednesday Putin said so, and in October Putin said it again.", [PUTIN, PUTIN]),
        ("Earlier Putin spoke. Later Assad left. Yesterday Putin agreed.", [PUTIN, ASSAD, PUTIN]),
        ("Should Assad go? Let Assad go. Perhaps Putin knows.", [ASSAD, ASSAD, PUTIN]),
        ("Сегодня Путин приехал. Вчера Асад уехал.", [PUTIN, ASSAD]),
        ("Bugün Putin geldi, Çarşamba Esad gitti.", [PUTIN, ASSAD]),
        ("Hier Poutine a parlé, puis Mardi Assad.", [PUTIN, ASSAD]),
        ("Gerald Putin spoke, and Marvin Assad too.", []),
        ("Theresa May and Sunday Putin", ["person/theresa-may", PUTIN]),
    ],
)
def test_a_surname_after_a_word_that_is_no_first_name(text: str, expected: list[str]) -> None:
    tags = TAGGER.tag("", "", text, published=date(2016, 10, 6))
    assert [each.entity_id for each in tags.mentions] == expected


@pytest.mark.parametrize("day", ["Sunday", "Sunday.", "September 4", "Sept. 4", ""])
def test_a_day_behind_a_village_is_no_part_of_its_name(day: str) -> None:
    tags = TAGGER.tag("", "", f"Ten died in Idlib province. They were killed in Barisha {day}")
    assert "place/C4164" in tags.entity_ids


def test_a_longer_name_is_still_one() -> None:
    tags = TAGGER.tag("", "", "Ten died in Idlib province. They were killed in Barisha Foqani.")
    assert "Barisha" not in [each.text for each in tags.mentions]
