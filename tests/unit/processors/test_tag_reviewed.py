"""What a review of the rules for messy text found: names alone, odd lines, overlaps, long lists."""

from datetime import date
from itertools import pairwise

import pytest

from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from store.settings import ROOT

TAGGER = Tagger(load_lexicon(ROOT / "config" / "gazetteer"))
SYRIA = "state/syria"


def ids(text: str) -> list[str]:
    return [mention.entity_id for mention in TAGGER.tag("", "", text, published=date(2016, 5, 1)).mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rif Dimashq", ["place/SY03"]),
        ("ريف دمشق", ["place/SY03"]),
        ("Idlib Governorate", ["place/SY07"]),
        ("Rural Damascus", ["place/SY03"]),
        ("Homs, Qamishli", ["place/SY04", "place/C4564"]),
        ("Idlib, Palmyra, Afrin", ["place/SY07", "place/C2889", "place/C1366"]),
        ("حمص، القامشلي", ["place/SY04", "place/C4564"]),
        ("Nubl and Zahraa", ["place/C1655", "place/C1646"]),
        # Two governorates, and no village of the first name in the second.
        ("Hama, Raqqa and Homs were hit.", ["place/SY05", "place/SY11", "place/SY04"]),
        # In another spelling of the second, too.
        ("Raqqa, RAQQA", ["place/C5710", "place/SY11"]),
        ("Raqqa, ar-Raqqa", ["place/C5710", "place/SY11"]),
        # An address names nothing.
        ("قصف https://t.example/jasim via syria", []),
    ],
)
def test_names_and_odd_lines(text: str, expected: list[str]) -> None:
    found = [each for each in ids(text) if each.startswith(("place/", "state/"))]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("تركيا تجاه سورية", True),
        ("عودة سورية إلى الجامعة العربية", True),
        ("مشاركة سورية في المؤتمر", True),
        ("هذه سورية", True),
        ("قالت مصادر سورية", False),
        ("طائرات روسية وسورية", False),
    ],
)
def test_the_state_and_its_adjective(text: str, expected: bool) -> None:
    assert (SYRIA in ids(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In Syria the government's Defence Ministry denied it.", True),
        ("In Syria Assad's Defence Ministry denied it.", True),
        ("قالت وزارة الداخلية الحالية في سوريا", True),
        ("In Syria, Norway's Defence Ministry said so.", False),
        ("The Defence Ministry in Oslo spoke of Syria.", False),
    ],
)
def test_whose_ministry(text: str, expected: bool) -> None:
    assert (
        any(each.startswith("state/syria/") and each.endswith("-ministry") for each in ids(text)) is expected
    )


def test_a_line_of_hyphens_comes_to_an_end() -> None:
    assert TAGGER.tag("", "", "Aa-" * 24 + "1").mentions == ()  # each more took twice as long


def test_no_mention_lies_in_another_of_its_type() -> None:
    text = "Samir Abd al-Khlifawi was named in Syria. قرية ناحية غندورة في حلب"
    spans = [(each.start, each.end) for each in TAGGER.tag("", "", text).mentions]
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
