"""Candidates in one field: every spelling that stands there as a word of its own, the leftmost and longest."""

import re
from functools import lru_cache
from typing import Final, Literal

import ahocorasick_rs

from lexicon.entries import Entity
from lexicon.fold import APOSTROPHES, fold_with_offsets
from processors.tag.meaning import Meaning
from processors.tag.spelling import Pattern

FieldName = Literal["headline", "summary", "body"]

_ARABIC_PREFIXES: Final = frozenset(
    f"{joined}{case}{article}"
    for joined in ("", "و", "ف")
    for case in ("", "ب", "ل", "ك")
    for article in ("", "ال")
)
_PREFIX_ENDS: Final = frozenset(prefix[-1] for prefix in _ARABIC_PREFIXES if prefix)
_LONGEST_PREFIX: Final = max(map(len, _ARABIC_PREFIXES))
_LETTERS: Final = re.compile(r"[^\W_]*")
# Folded, as the text is: й is и.
_RUSSIAN_ENDINGS: Final = re.compile(
    r"[аеиоуыьюя]|[ая]ми|[ео]го|[ео]му|[ыи]ми|[ая]х|[ое]в|[ое]м|[ое]и|[ое]ю|[аяыи]м|[ыи]х|ую|юю|ая|яя|ое|ее|ые|ие|ия|"
    r"ию|ии|ием|иях|иям|иями|ью"
)
_TURKISH_ENDING: Final = re.compile(
    r"y?[ieua]|n[ieua]n?|in|un|[dt][ea]n?|nd[ea]n?|y?l[ea]|[dt][ea]ki|l[iu]|s[iu]"
)
_TURKISH_NOUN: Final = re.compile(
    r"(?:l[ae]r)?(?:[iu]n?|s[iu]n?)?(?:[dt][ae]n?|[iuae]|n[iu]n|n[iuae]|nd[ae]n?|y?l[ae]|[iu]n|[dt][ae]ki)?"
)
_QUOTES: Final = re.compile('["“”„«»](?:(?=[ء-ي])|(?<=[ء-ي].))')
_INFLECTED: Final = frozenset(("weapon", "theme", "group"))
_SPELLED_SMALL: Final = frozenset(("place", "state"))
_SHOUTED: Final = 8
_DIRECTIONS: Final = ("eastern ", "western ", "northern ", "southern ", "upper ", "lower ", "big ", "small ")
_ARABIC_FROM: Final = "\u0600"


class Reading:
    """What a spelling may mean where it stands: entities by the way in which they are named.

    `sole` is the entity of a name that means nothing else wherever it stands, `somewhere` whether it may be a place
    or a state. `where` are the places that it may be: those of that name, else those of that spelling. What `hides`
    is a longer name of something that we do not know.
    """

    __slots__ = (
        "facilities",
        "hides",
        "meanings",
        "names",
        "places",
        "shorts",
        "sole",
        "somewhere",
        "spelled",
        "states",
        "surnames",
        "themes_only",
        "where",
    )

    def __init__(self, meanings: tuple[Meaning, ...]) -> None:
        def of(how: str, *, place: bool = False) -> tuple[Entity, ...]:
            found = {
                m.entity.id: m.entity
                for m in meanings
                if m.how == how and (m.entity.type == "place") is place
            }
            return tuple(found[each] for each in sorted(found))

        self.meanings = meanings
        self.names = of("name")
        self.places = of("name", place=True)
        self.shorts = of("short")
        self.facilities = of("short", place=True)
        self.states = of("metonym")
        self.surnames = of("surname")
        self.spelled = of("spelling", place=True)
        self.where = self.places or self.spelled
        self.themes_only = bool(meanings) and all(m.entity.type == "theme" for m in meanings)
        alone = len(self.names) == 1 and self.names[0].type != "state"
        self.sole = self.names[0] if alone else None
        a_state = bool(self.names) and self.names[0].type == "state"
        self.somewhere = a_state or bool(self.where or self.states)
        known = self.names or self.where or self.shorts or self.states
        self.hides = not (known or self.facilities or self.surnames)


NOTHING: Final = Reading(())
UNFIT: Final = Reading(())
"""Of a spelling that means nothing as it is written."""


class Field:
    """One field of an article, folded. `titled`: most words have a capital, so capitals tell nothing. `small`: no
    word has one.

    `begins` is its place in an article, for what measures distances: None outside of one.
    `lists`, once asked, holds the words that tell the kind of all names in a list (`provinces`): (start, end, kind);
    `near_lists` has the numbers of the parts of the text around them.
    """

    __slots__ = (
        "begins", "folded", "lists", "name", "near_lists", "shouted", "small", "source", "text", "titled",
    )  # fmt: skip

    def __init__(self, name: FieldName, source: str) -> None:
        self.name = name
        self.source = source
        self.folded = fold_with_offsets(_without_marks(source))
        self.text = self.folded.text
        self.begins: int | None = None
        self.near_lists: frozenset[int] = frozenset()
        self.lists: list[tuple[int, int, str]] | None = None
        self.titled = name == "headline" and _titled(source)
        self.small = source.islower()
        self.shouted = name == "headline" and len(source) > _SHOUTED and source.isupper()


class Hit:
    """A spelling in a field. `start` and `end` count in the folded text, `source` in the field's own.

    `word` is where its word begins, an Arabic prefix included. `before` are the words before it, once asked, and `cue`
    the kind of place that the words beside it tell; `entity`, `rule` and `evidence` are what was decided.
    """

    __slots__ = (
        "before", "cue", "end", "entity", "evidence", "field", "reading", "rule", "source", "start", "word",
    )  # fmt: skip

    def __init__(
        self, field: Field, start: int, end: int, word: int, source: tuple[int, int], reading: Reading
    ) -> None:
        self.field = field
        self.start = start
        self.end = end
        self.word = word
        self.source = source
        self.reading = reading
        self.before: tuple[str, ...] | None = None
        self.cue: str | None = None
        self.entity: Entity | None = None
        self.rule = ""
        self.evidence = ""

    @classmethod
    def at(cls, field: Field, source: tuple[int, int]) -> "Hit":
        """What stands at `source` in the field's own text, and is no spelling that we know."""
        start = field.folded.text_index(source[0])
        end = field.folded.text_index(source[1])
        return cls(field, start, end, start, source, NOTHING)

    @property
    def text(self) -> str:
        """What stands there, in the field's own spelling."""
        return self.field.source[self.source[0] : self.source[1]]

    @property
    def key(self) -> str:
        """What stands there, folded."""
        return self.field.text[self.start : self.end]

    def decide(self, entity: Entity, rule: str, evidence: str = "") -> None:
        """Settles what is meant, and why."""
        self.entity = entity
        self.rule = rule
        self.evidence = evidence


class Finder:
    """The automaton over all patterns. Built once; what it remembers between calls changes no result."""

    def __init__(self, patterns: list[Pattern]) -> None:
        self._patterns = patterns
        self._automaton = ahocorasick_rs.AhoCorasick(
            [pattern.text for pattern in patterns], matchkind=ahocorasick_rs.MatchKind.Standard
        )
        self._traits = bytes(map(_traits, patterns))
        self._readings: dict[int, Reading] = {}
        self._merged: dict[tuple[Reading, Reading], Reading] = {}

    def find(self, field: Field) -> list[Hit]:
        """All hits of a field, in order. None overlap, but that a phrase of a theme does not hide names in it."""
        kept: list[Hit] = []
        reach = inner = 0
        theme: Reading | None = None
        last_start = last_end = -1
        for start, negative, _, word, reading, source in self._spans(field):
            end = -negative
            if start == last_start and end == last_end:
                kept[-1].reading = self._both(kept[-1].reading, reading)
                continue
            surname = (
                start == last_start
                and end < last_end
                and not (kept[-1].reading.where or kept[-1].reading.names)
            )
            if surname and _ends_in_turkish(field, end, last_end):
                kept.pop()  # Turkish `Hama'da`, not `Hamada`
                reach = start
            if start < reach and (
                theme is None or end > reach or start < inner or reading.names == theme.names
            ):
                longer = end > reach and end - start > reach - kept[-1].start
                if not longer and (end <= reach or not _only_a_direction(kept[-1], source)):
                    continue
                kept.pop()  # `the regime` in `the regime forces`, `eastern Deir` in `eastern Deir ez-Zor`
                reach, theme = start, None
            span = source or field.folded.source_span(start, end)
            kept.append(Hit(field, start, end, word, span, reading))
            last_start, last_end = start, end
            if start >= reach:
                reach, inner, theme = end, start, reading if reading.themes_only else None
            else:
                inner = end
        return [hit for hit in kept if not hit.reading.hides]

    def _spans(self, field: Field) -> list[tuple[int, int, int, int, Reading, tuple[int, int] | None]]:
        """(start, -end, pattern, start of the word, reading, span in the source if known) of words, sorted.

        No two have the same start, end and pattern. Most matches end inside a word: they are let go first.
        """
        # With a space behind, which is before the first letter too: no match needs to ask whether it is at an end.
        text, steps, letters = f"{field.text} ", field.folded.steps, field.source
        readings, traits, span, found = self._readings, self._traits, field.folded.source_span, []
        # Overlapping, as the longest match of the automaton may end inside a word and hide a true one.
        for index, start, end in self._automaton.find_matches_as_indexes(field.text, overlapping=True):
            behind = text[end]
            if behind.isalnum():
                # Without endings of its own, only a plural s may follow a name, or what an apostrophe stood before.
                if behind != "s" and end not in steps and traits[index] & _ENDINGS == 0:
                    continue
                stop, flags = _right(field, self._patterns[index], end)
                if stop < 0:
                    continue
            elif traits[index] & _STEM:
                continue
            else:
                stop, flags = end, 0
            word, source = start, None
            if text[start - 1].isalnum():
                word, article = _left(text, start)
                if word < 0:
                    continue
                flags |= article
            if traits[index] & _CASED:
                first, last = source = span(start, stop)
                written = letters[first : last - 1 if flags & _PLURAL_FLAG else last]
                flags |= _capitals(field, written)
            number = index * _FLAGS + flags
            reading = readings.get(number) or self._reading(number)
            if reading is not UNFIT:
                found.append((start, -stop, index, word, reading, source))
        found.sort()
        return found

    def _reading(self, number: int) -> Reading:
        """What a pattern means with the flags of `number`; remembered."""
        index, flags = divmod(number, _FLAGS)
        given = self._patterns[index].meanings
        fitting = tuple(meaning for meaning in given if _fits(meaning, flags))
        fits = bool(fitting) or (not given and flags & _CASES != 0)
        known = self._readings[number] = Reading(fitting) if fits else UNFIT
        return known

    def _both(self, one: Reading, other: Reading) -> Reading:
        known = self._merged.get((one, other))
        if known is None:
            known = self._merged[one, other] = Reading((*one.meanings, *other.meanings))
        return known


# How a hit is written. The two low bits: 0 small letters, 1 some capital, 2 all capitals, 3 all in a shout.
_CASES: Final = 3
_INFLECTED_FLAG: Final = 4
_PLURAL_FLAG: Final = 8
_SMALL_FLAG: Final = 16  # in a text without any capital
_FLAGS: Final = 32
# What a pattern asks for, in a byte. A cased one is not looked for in small letters.
_STEM: Final = 1
_TURKISH: Final = 2
_ENDINGS: Final = _STEM | _TURKISH
_CASED: Final = 4
_INSIDE: Final = (-1, 0)
_LONGEST_ENDING: Final = 12  # `larinindaki`: a longer tail is none


def _traits(pattern: Pattern) -> int:
    caseless = bool(pattern.meanings) and all(meaning.case == "any" for meaning in pattern.meanings)
    return pattern.stem * _STEM | pattern.turkish * _TURKISH | (not caseless) * _CASED


def _ends_in_turkish(field: Field, end: int, last: int) -> bool:
    """Whether what a longer hit has behind `end` is an apostrophe and a Turkish ending."""
    if end not in field.folded.steps:
        return False
    stop = field.folded.source_index(end - 1) + 1
    return field.source[stop : stop + 1] in APOSTROPHES and _is_turkish_ending(field.text[end:last])


def _only_a_direction(hit: Hit, source: tuple[int, int] | None) -> bool:
    """Whether a hit begins with a direction or a small letter, and what overlaps with it with a capital."""
    letters = hit.field.source
    if source is None or not letters[source[0]].isupper():
        return False
    return letters[hit.source[0]].islower() or hit.key.startswith(_DIRECTIONS)


def _capitals(field: Field, written: str) -> int:
    """The flags for the letter case of a spelling."""
    if written.islower():
        return _SMALL_FLAG if field.small else 0
    if not written.isupper():
        return 1
    return 3 if field.shouted and sum(map(str.isalpha, written)) <= 3 else 2


def _fits(meaning: Meaning, flags: int) -> bool:
    if flags & (_INFLECTED_FLAG | _PLURAL_FLAG) and meaning.entity.type not in _INFLECTED:
        return False
    case = flags & _CASES
    if meaning.case == "any":
        return True
    if meaning.case == "capital":
        return case >= 1 or (flags & _SMALL_FLAG != 0 and meaning.entity.type in _SPELLED_SMALL)
    return case == 2  # in a shout, US and TOW may be words


def _without_marks(source: str) -> str:
    """A text of the same length without what may stand within a name: `#حزب_الله`, `تنظيم "الدولة"`."""
    text = source.replace("_", " ") if "_" in source else source
    return text if source.isascii() else _QUOTES.sub(" ", text)


def _titled(text: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", text[:2000]) if len(word) > 3]
    capitals = [word for word in words if word[0].isupper()]
    return len(capitals) > 0.7 * len(words)


def _left(text: str, start: int) -> tuple[int, int]:
    """Where the word begins that goes on at `start`, and the flag of an Arabic article; -1 inside other words."""
    if text[start] < _ARABIC_FROM or text[start - 1] not in _PREFIX_ENDS:
        return _INSIDE
    first, least = start, max(0, start - _LONGEST_PREFIX - 1)
    while first > least and text[first - 1].isalnum():
        first -= 1
    prefix = text[first:start]
    if prefix not in _ARABIC_PREFIXES:
        return _INSIDE
    return first, _INFLECTED_FLAG if prefix.endswith("ال") else 0


def _right(field: Field, pattern: Pattern, end: int) -> tuple[int, int]:
    """Where the word ends (folded index) and the flag of a plural s; -1 when the match ends inside a word."""
    tail = field.text[end : end + _LONGEST_ENDING + 1]
    if not tail.isalnum():
        match = _LETTERS.match(tail)
        tail = match[0] if match else ""
    elif len(tail) > _LONGEST_ENDING:
        return _INSIDE
    if pattern.stem:
        return (end + len(tail), 0) if _is_russian_ending(tail) else _INSIDE
    if tail == "s":
        return end + 1, _PLURAL_FLAG
    if end in field.folded.steps and len(pattern.text) >= 2 and _is_turkish_ending(tail):
        stop = field.folded.source_index(end - 1) + 1
        apostrophe = field.source[stop : stop + 1]
        if apostrophe and apostrophe in APOSTROPHES:
            return end, 0
    if pattern.turkish and _TURKISH_NOUN.fullmatch(tail):
        return end + len(tail), 0
    return _INSIDE


# Remembered: the same few endings stand behind most names.
@lru_cache(maxsize=4_096)
def _is_russian_ending(tail: str) -> bool:
    return _RUSSIAN_ENDINGS.fullmatch(tail) is not None


@lru_cache(maxsize=4_096)
def _is_turkish_ending(tail: str) -> bool:
    return _TURKISH_ENDING.fullmatch(tail) is not None
