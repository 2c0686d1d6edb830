"""`The Front`, with its capital, after one group of that noun; `قالت الحركة` too."""

from datetime import date

import pytest

from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from store.settings import ROOT

TAGGER = Tagger(load_lexicon(ROOT / "config" / "gazetteer"))
NUSRA, HAZM, AHRAR = "group/nusra-front", "group/hazm-movement", "group/ahrar-al-sham"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nusra Front men left. The Front said so, and the Front's rivals.", [NUSRA, NUSRA, NUSRA]),
        ("Nusra Front men stormed a Hazm Movement base: the Movement is no more.", [NUSRA, HAZM, HAZM]),
        ("The Front is a place of business. Nusra Front men left.", [NUSRA]),
        ("Nusra Front and Levant Front met; the Front said so.", [NUSRA, "group/levant-front"]),
        ("Nusra Front men left the front, and the Front Royal road.", [NUSRA]),
        ("انسحبت حركة أحرار الشام، وقالت الحركة إنها باقية.", [AHRAR, AHRAR]),
        ("انسحبت حركة أحرار الشام، وتوقفت الحركة في السوق.", [AHRAR]),
        ("قالت حركة أحرار الشام وحركة حزم ذلك، وأعلنت الحركة هدنة.", [AHRAR, HAZM, "theme/ceasefire"]),
    ],
)
def test_the_noun_of_a_group(text: str, expected: list[str]) -> None:
    tags = TAGGER.tag("", "", text, published=date(2015, 3, 1))
    assert [each.entity_id for each in tags.mentions] == expected
    for each in tags.mentions:
        assert text[each.start : each.end] == each.text


def test_a_headline_in_capitals_tells_nothing() -> None:
    tags = TAGGER.tag("NUSRA FRONT LEAVES THE FRONT", "", "", published=date(2015, 3, 1))
    assert [each.text for each in tags.mentions] == ["NUSRA FRONT"]
