"""`Suran in Hama province`: the governorate right behind a name tells which namesake is meant, or that none is."""

from datetime import date

import pytest

from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from store.settings import ROOT

TAGGER = Tagger(load_lexicon(ROOT / "config" / "gazetteer"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Warplanes struck Suran in Hama province.", {"Suran": "place/C3026"}),
        ("Warplanes struck Suran in rural northern Aleppo.", {"Suran": "place/C1664"}),
        (
            "Raids on Dana, Harem and Salma in southern rural Idleb.",
            {"Dana": "place/C4126", "Harem": "place/C4115"},
        ),
        ("Raids on Inkhil & Nawa in Daraa province.", {"Inkhil": "place/C6058", "Nawa": "place/C6124"}),
        ("Shells fell on Qraya (Suwayda province).", {"Qraya": "place/C6200"}),
        ("قصف على سراقب وحاس بريف إدلب.", {"سراقب": "place/C3916", "حاس": "place/C4058"}),
        # A town whose name is a word too, where its governorate, or a town beside it, is named.
        ("Inkhil is quiet, a man in Jasim said.", {"Jasim": "place/C6111"}),
        ("Clashes in Inkhil and Jasim.", {"Jasim": "place/C6111"}),
        ("Aleppo is quiet, a man in Jasim said.", {"Jasim": ""}),
        ("Inkhil is quiet, Jasim said.", {"Jasim": ""}),
        ("People in Nawa ate grass.", {"Nawa": "place/C6124"}),
        # A village of another governorate is not taken for one that no list has.
        ("Shells hit the village of Kafr Safra in Daraa province.", {"Kafr Safra": ""}),
        # No list has these together: `and` and `to` say nothing of where they lie.
        ("They drove from Suran to Hama province.", {"Suran": ""}),
        ("Fighters in Douma and Idlib province.", {"Douma": "place/C2338"}),
        ("Militants left Zabadani, Idlib province and Homs.", {"Zabadani": "place/C2429"}),
        ("Ahmad Nawa in Daraa province said so.", {"Nawa": ""}),
    ],
)
def test_the_governorate_behind_a_name(text: str, expected: dict[str, str]) -> None:
    tags = TAGGER.tag("", "", text, published=date(2016, 9, 20))
    found = {each.text: each.entity_id for each in tags.mentions}
    assert {name: found.get(name, "") for name in expected} == expected
