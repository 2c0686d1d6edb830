"""Capitals in lists, after `neither` and in the Russian dative: the government or the place."""

from datetime import date

import pytest

from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from store.settings import ROOT

TAGGER = Tagger(load_lexicon(ROOT / "config" / "gazetteer"))
DAMASCUS, MOSCOW, TEHRAN = "state/syria", "state/russia", "state/iran"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She asked whether Damascus, Moscow and Tehran were serious.", [DAMASCUS, MOSCOW, TEHRAN]),
        ("Moscow and Tehran are at odds.", [MOSCOW, TEHRAN]),
        (
            "Schools in Damascus, Moscow and Tehran were shut.",
            ["place/C1001", "place/moscow", "place/tehran"],
        ),
        ("The east is outside Damascus' control.", [DAMASCUS]),
        ("The suburbs lie outside Damascus.", ["place/C1001"]),
        ("Les forces d'Ankara et de Damas ont tiré.", ["state/turkey", DAMASCUS]),
        ("ما دفع موسكو إلى الرد، وقال إنه يساعد دمشق.", [MOSCOW, DAMASCUS]),
        ("Londra merkezli bir kuruluş ifade etti.", ["place/london"]),
        ("Neither Moscow nor Tehran has an answer.", [MOSCOW, TEHRAN]),
        ("نفت موسكو قصفها، أما دمشق وطهران فلم تعلقا.", [MOSCOW, DAMASCUS, TEHRAN]),
        ("Координаты передали Лондону и Парижу.", ["state/united-kingdom", "state/france"]),
        ("Колонна шла по Лондону, потом к Парижу.", ["place/london", "place/paris"]),
        ("Alain Juppé exige de Damas un accès.", ["person/alain-juppe", DAMASCUS]),
    ],
)
def test_capitals(text: str, expected: list[str]) -> None:
    tags = TAGGER.tag("", "", text, published=date(2016, 9, 20))
    assert [each.entity_id for each in tags.mentions] == expected
