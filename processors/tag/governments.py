"""Capitals that stand for governments: `Moscow says`, `between Ankara and Tehran`; `in Moscow` is the place."""

import re
from typing import Final

from lexicon.entries import Words
from lexicon.fold import APOSTROPHES
from processors.tag.hits import Hit
from processors.tag.meaning import ARABIC_FROM, folded
from processors.tag.phrases import Phrases, following, preceding
from processors.tag.scene import Scene

_AND: Final = frozenset(
    (" and ", ", ", ", and ", " as well as ", " и ", " ve ", " et ", " و", " or ", " или ", " veya ", " nor ", " ни ",
     " ni ")
)  # fmt: skip
_AND_OF: Final = frozenset((" et de ", " et d "))  # of two governments, if the first is one
_WERE: Final = (" were ", " are ")  # of several capitals: cities hardly ever do or suffer anything together
_SYRIA: Final = "state/syria"  # its capital is besieged, bombed and entered: there a bare name is the city
_SYRIAN: Final = "سوريه"  # folded
_SENTENCE: Final = 240
_BETWEEN: Final = 40
_QUOTES: Final = frozenset(APOSTROPHES)
_QUOTE: Final = f"[{re.escape(APOSTROPHES)}]"
_INSTRUMENTAL: Final = re.compile(r"[а-я]+(?:ои|ом|ем|еи)\Z")
_TURKISH_OBJECT: Final = re.compile(rf"{_QUOTE}(?:y?[ıiuüae])(?!\w)")
_TURKISH_PLACE: Final = re.compile(rf"{_QUOTE}(?:n?[dt][ae]n?(?:ki)?)(?!\w)")
_POSSESSIVE: Final = re.compile(rf"{_QUOTE}(?:[sS](?!\w)| [a-z])")  # `Damascus' plan`
_POWER: Final = re.compile(
    rf"{_QUOTE}[sS]? (?:control|rule|grip|authority|orbit|influence|approval|consent)\b"
)
_RUSSIAN_PLACE: Final = Phrases(("под", "над", "за", "перед", "рядом с"))
_RUSSIAN_TOWARDS: Final = Phrases(("к", "ко", "по", "навстречу", "благодаря", "вопреки", "подобно"))
_BACKED: Final = Phrases(
    ("backed", "led", "aligned", "allied", "sponsored", "supported", "brokered", "friendly")
)
_DASHES: Final = (" (", " -", " —", " –")


class Governments:
    """Decides between a capital and its government."""

    def __init__(self, words: Words) -> None:
        self._place_before = Phrases(words.place_before)
        self._state_before = Phrases(words.state_before)
        self._saying = Phrases(words.saying)
        self._saying_last = Phrases(words.saying_last)
        self._moving = Phrases(words.moving)
        self._city_nouns = Phrases(words.city_nouns)
        self._syrian_nouns = frozenset(map(folded, words.syrian_nouns))

    def is_adjective(self, hit: Hit) -> bool:
        """`حكومة سورية`, `طائرات روسية وسورية`: Arabic writes the adjective like the state."""
        if hit.field.text[hit.start] < ARABIC_FROM or hit.key != _SYRIAN:
            return False
        before = preceding(hit)[-1:]
        if not before:
            return False
        word = before[0]
        joined = hit.field.text[hit.word] == "و" and word.endswith("يه")
        return joined or any(word[cut:] in self._syrian_nouns for cut in range(3))

    def settle(self, scene: Scene) -> None:
        """Decides the capitals of a scene that are governments; of two that are coordinated both are the same."""
        hits = [hit for hit in scene.hits if hit.entity is None and len(hit.reading.states) == 1]
        if not hits:
            return
        why = [self.reason(hit) for hit in hits]
        for index in range(1, len(hits)):
            if why[index] == "place" and why[index - 1] == "before" and _joined(hits, index, _AND_OF):
                why[index] = "before"
            elif not why[index] and why[index - 1] in ("before", "place", "case") and _joined(hits, index):
                why[index] = why[index - 1]
            elif not why[index] and not why[index - 1] and _were(hits[index]) and _joined(hits, index):
                why[index] = "saying"
        for index in reversed(range(1, len(hits))):
            if not why[index - 1] and why[index] in ("saying", "case") and _joined(hits, index):
                why[index - 1] = why[index]
        for hit, reason in zip(hits, why, strict=True):
            if reason and reason != "place":
                hit.decide(hit.reading.states[0], f"metonym:{reason}")

    def reason(self, hit: Hit) -> str:
        """`saying`, `possessive`, `before`, `case`: the government; `place` or empty: the place."""
        if hit.field.text[hit.start] > ARABIC_FROM:
            return self._arabic(hit, preceding(hit), following(hit))
        end = hit.source[1]
        tail = hit.field.source[end : end + 6]
        if self._state_before.stand_before(hit) or _is_to_act(hit):
            return "before"
        ending = tail if tail[:1] in _QUOTES else ""
        power = bool(ending) and _POWER.match(hit.field.source, end) is not None
        if not power and self._is_place(hit, ending):
            return "place"
        if power or (ending and _POSSESSIVE.match(ending)):
            return "possessive"
        if self._saying.stand_behind(hit) or _BACKED.stand_behind(hit) or self._said_at_the_end(hit):
            return "saying"
        by_case = (
            (ending and _TURKISH_OBJECT.match(ending))
            or _is_instrumental(hit)
            or _is_dative(hit)
            or _is_russian_subject(hit)
        )
        return "case" if by_case else ""

    def _is_place(self, hit: Hit, tail: str) -> bool:
        if (tail and _TURKISH_PLACE.match(tail)) or self._city_nouns.stand_behind(hit):
            return True
        return self._place_before.stand_before(hit) and not (tail and _TURKISH_OBJECT.match(tail))

    def _arabic(self, hit: Hit, before: tuple[str, ...], after: tuple[str, ...]) -> str:
        """In Arabic a place has a preposition; a government does or suffers something, as a woman: `وردت أنقرة`."""
        text = hit.field.text
        prefix = text[hit.word : hit.start].removeprefix("و").removeprefix("ف")
        if self._place_before.end(before) or prefix == "ب" or text[hit.end : hit.end + 2] in _DASHES:
            return "place"
        if self._state_before.end(before) or prefix == "ل":
            return "before"
        if self._saying.begin(after) or (after and _is_feminine_verb(after[0])):
            return "saying"
        if hit.reading.states[0].id == _SYRIA or not before or self._moving.end(before):
            return ""
        if _is_feminine_verb(before[-1]):
            return "before"
        # `وطهران` goes on with what stands before it, unless that is one side of a `بين`.
        goes_on = text[hit.word] == "و" and " بين " not in text[max(0, hit.word - _BETWEEN) : hit.word]
        return "" if goes_on or self._city_nouns.begin(after) else "before"

    def _said_at_the_end(self, hit: Hit) -> bool:
        """`Ankara … açıkladı.`: the verb ends a Turkish sentence, and a capital without an ending is its subject."""
        text, end = hit.field.text, hit.end
        if text[end : end + 1] not in (" ", ","):
            return False
        stops = [at for mark in ".!?\n" if (at := text.find(mark, end, end + _SENTENCE)) != -1]
        stop = min(stops, default=end)
        return text[text.rfind(" ", end, stop) + 1 : stop] in self._saying_last


def _joined(hits: list[Hit], index: int, joints: frozenset[str] = _AND) -> bool:
    first, second = hits[index - 1], hits[index]
    return first.field is second.field and first.field.text[first.end : second.start] in joints


def _is_to_act(hit: Hit) -> bool:
    """`for Ankara to`"""
    if not hit.field.text.startswith(" to", hit.end):
        return False
    return preceding(hit)[-1:] == ("for",) and following(hit)[0] == "to"


def _is_instrumental(hit: Hit) -> bool:
    """`с Москвой`, but not `под Москвой`, nor a city whose name happens to end like that."""
    if hit.field.text[hit.end - 1] not in "ми" or _INSTRUMENTAL.match(hit.key) is None:
        return False
    before = preceding(hit)
    return bool(before) and not _RUSSIAN_PLACE.end(before)


def _is_dative(hit: Hit) -> bool:
    """`передали Лондону`, but not `по Лондону`, `к Парижу`."""
    if hit.field.text[hit.end - 1] != "у":
        return False
    before = preceding(hit)
    return bool(before) and not _RUSSIAN_TOWARDS.end(before)


def _were(hit: Hit) -> bool:
    return hit.field.text.startswith(_WERE, hit.end)


def _is_russian_subject(hit: Hit) -> bool:
    """In Russian a place has a preposition and a case; a foreign capital that has neither is no place."""
    source = hit.field.source
    start, end = hit.source
    state = hit.reading.states[0]
    if not "а" <= hit.key[0] <= "я" or state.id == _SYRIA or source[start:end].isupper():
        return False
    return (
        start > 0
        and source[start:end] in state.metonyms.get("ru", ())
        and source[end : end + 2] not in _DASHES
    )


def _is_feminine_verb(word: str) -> bool:
    """`أبلغت`, `ورحبت`; not the plural of a noun, `قوات`."""
    return len(word) >= 4 and word[-1] == "ت" and word[-2] != "ا"
