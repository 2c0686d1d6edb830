"""Phrases beside a name: the short way to ask for them says what the long one says."""

from hypothesis import given
from hypothesis import strategies as st

from processors.tag.hits import Field, Hit
from processors.tag.phrases import Phrases, following, preceding

_PHRASES = Phrases(("city", "city of", "près de", "bomb*", "محافظة", "rural dam*", "الريف"))
_PIECES = st.sampled_from(
    ("city", "of", "the", "The city", "bombed", "near", "près", "de", "l'", "محافظة", "ومحافظة", "بالريف", "rural",
     "damascus", "(city", "city,", '"bombs', "-", ".", "\n", "x", "of/city")
)  # fmt: skip
_SENTENCES = st.lists(_PIECES, max_size=5).map(" ".join)


@given(_SENTENCES, st.sampled_from((" ", ", ", ' "', "  ", "")), _SENTENCES)
def test_the_short_way_is_as_exact(before: str, joint: str, after: str) -> None:
    source = f"{before}{joint}Homs{joint}{after}"
    start = len(before) + len(joint)
    hit = Hit.at(Field("body", source), (start, start + 4))
    assert _PHRASES.stand_before(hit) == _PHRASES.end(preceding(hit))
    assert _PHRASES.stand_behind(hit) == _PHRASES.begin(following(hit))


def test_a_phrase_stands_on_its_side_only() -> None:
    hit = Hit.at(Field("body", "In the city of Homs bombs fell"), (15, 19))
    assert _PHRASES.stand_before(hit)
    assert _PHRASES.stand_behind(hit)
    hit = Hit.at(Field("body", "Bombs on Homs, city of old"), (9, 13))
    assert not _PHRASES.stand_before(hit)
    assert not _PHRASES.stand_behind(hit)
