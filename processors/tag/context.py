"""The words around a name, and what they decide: kinds of places, governments behind capitals, whose surname."""

import re
from collections.abc import Iterable

from lexicon.entries import Cues, Lexicon
from lexicon.fold import APOSTROPHES, fold
from processors.tag.find import Hit

_NEXT_WORD = re.compile(r"\W*(\w+)")
_LAST_WORD = re.compile(r"([^\W\d_]+)[ ]\Z")


class Context:
    """The folded words of a lexicon, ready to be asked about a hit."""

    def __init__(self, lexicon: Lexicon) -> None:
        words = lexicon.words
        cues = {
            "governorate": words.cues.governorate,
            "district": words.cues.district,
            "subdistrict": words.cues.subdistrict,
            "settlement": words.cues.settlement,
        }
        self._cues = {kind: (_before(cue), _after(cue.after)) for kind, cue in cues.items()}
        self._place_before = _before(Cues(before=words.place_before))
        self._state_before = _before(Cues(before=words.state_before))
        self._saying = _after(words.saying)
        self._city_nouns = _folded(words.city_nouns)
        self._titles = _folded(words.titles)
        self.short_places = _folded(words.short_places)
        self.cue_only = _folded(name for names in words.cue_only for name in names)

    def kind_cue(self, hit: Hit) -> str:
        """`governorate`, `district`, `subdistrict`, `settlement`, or empty when no word beside it tells."""
        for kind, (before, after) in self._cues.items():
            if before.search(hit.before) or after.match(hit.after):
                return kind
        return ""

    def government(self, hit: Hit) -> str:
        """Why a capital means its government here: `saying`, `possessive`, `before`; empty: it is the place."""
        if self._place_before.search(hit.before):
            return ""
        if self._state_before.search(hit.before):
            return "before"
        if self._saying.match(hit.after):
            return "saying"
        source = hit.field.folded.source
        end = hit.source[1]
        if source[end : end + 1] in tuple(APOSTROPHES) and source[end + 1 : end + 2] == "s":
            following = _NEXT_WORD.match(hit.after)
            return "" if following and following[1] in self._city_nouns else "possessive"
        return ""

    def stands_alone(self, hit: Hit) -> bool:
        """Whether no other capitalised word stands right before it, as in `Jimmy Carter`."""
        if hit.field.titled:
            return True
        before = hit.field.folded.source[: hit.source[0]]
        word = _LAST_WORD.search(before[-60:])
        return word is None or not word[1][0].isupper() or fold(word[1]) in self._titles

    def in_a_longer_name(self, hit: Hit) -> bool:
        """Whether a capitalised word touches it on either side, as in `Rami Khatib`. Latin and Cyrillic only."""
        source = hit.field.folded.source
        following = source[hit.source[1] : hit.source[1] + 2]
        return not self.stands_alone(hit) or (
            len(following) == 2 and following[0] in " -" and following[1].isupper()
        )


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(word).strip() for word in words)


def _choice(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(_folded(words), key=len, reverse=True)) or r"(?!)"


def _before(cues: Cues) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:[وفبل]?)(?:{_choice(cues.before)}) (?:the |al )?\Z")


def _after(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf" (?:{_choice(words)})(?!\w)")
