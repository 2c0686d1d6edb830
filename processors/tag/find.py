"""Candidates in one field: every spelling that stands there as a word of its own, the leftmost and longest."""

import re
from functools import lru_cache
from typing import Literal

import ahocorasick_rs

from lexicon.entries import Entity
from lexicon.fold import APOSTROPHES, fold_with_offsets
from processors.tag.spelling import Meaning, Pattern

FieldName = Literal["headline", "summary", "body"]

_ARABIC_PREFIX = re.compile(r"[وف]?[بلك]?(ال)?")
_ARABIC_PREFIXES = frozenset("وفبلك")
_LETTERS = re.compile(r"[^\W_]*")
# Folded, as the text is: й is и.
_RUSSIAN_ENDINGS = re.compile(
    r"[аеиоуыьюя]|[ая]ми|[ео]го|[ео]му|[ыи]ми|[ая]х|[ое]в|[ое]м|[ое]и|[ое]ю|[аяыи]м|[ыи]х|ую|юю|ая|яя|ое|ее|ые|ие|ия|"
    r"ию|ии|ием|иях|иям|иями|ью"
)
_TURKISH_ENDING = re.compile(r"y?[ieua]|n[ieua]n?|in|un|[dt][ea]n?|nd[ea]n?|y?l[ea]|[dt][ea]ki|l[iu]|s[iu]")
_TURKISH_NOUN = re.compile(
    r"(?:l[ae]r)?(?:[iu]n?|s[iu]n?)?(?:[dt][ae]n?|[iuae]|n[iu]n|y?l[ae]|[iu]n|[dt][ae]ki)?"
)
_INFLECTED = frozenset(("weapon", "theme", "group"))
_SHOUTED = 8
_ARABIC_FROM = "\u0600"


class Reading:
    """What a spelling may mean where it stands: entities by the way in which they are named. None: it hides."""

    __slots__ = ("facilities", "names", "places", "shorts", "spelled", "states", "surnames", "themes_only")

    def __init__(self, meanings: tuple[Meaning, ...]) -> None:
        def of(how: str, *, place: bool = False) -> tuple[Entity, ...]:
            found = {
                m.entity.id: m.entity
                for m in meanings
                if m.how == how and (m.entity.type == "place") is place
            }
            return tuple(found[each] for each in sorted(found))

        self.names = of("name")
        self.places = of("name", place=True)
        self.shorts = of("short")
        self.facilities = of("short", place=True)
        self.states = of("metonym")
        self.surnames = of("surname")
        self.spelled = of("spelling", place=True)
        self.themes_only = bool(meanings) and all(m.entity.type == "theme" for m in meanings)

    @property
    def hides(self) -> bool:
        """Whether it is a longer name of something that we do not know."""
        known = self.names or self.places or self.shorts or self.states or self.spelled
        return not (known or self.facilities or self.surnames)


NOTHING = Reading(())


class Field:
    """One field of an article, folded. `titled`: most words have a capital, so capitals tell nothing.

    `lists`, once asked, holds the words that tell the kind of all names in a list (`provinces`): (start, end, kind).
    """

    __slots__ = ("folded", "lists", "name", "same", "shouted", "source", "text", "titled")

    def __init__(self, name: FieldName, source: str) -> None:
        self.name = name
        self.source = source
        self.folded = fold_with_offsets(source)
        self.text = self.folded.text
        self.same = self.folded.same
        self.lists: list[tuple[int, int, str]] | None = None
        self.titled = name == "headline" and _titled(source)
        self.shouted = name == "headline" and len(source) > _SHOUTED and source.isupper()


class Hit:
    """A spelling in a field. `start` and `end` count in the folded text, `source` in the field's own.

    `word` is where its word begins, an Arabic prefix included. `cue` is the
    kind of place that the words beside it tell, once asked; `entity`, `rule` and `evidence` are what was decided.
    """

    __slots__ = ("cue", "end", "entity", "evidence", "field", "reading", "rule", "source", "start", "word")

    def __init__(
        self, field: Field, start: int, end: int, word: int, source: tuple[int, int], reading: Reading
    ) -> None:
        self.field = field
        self.start = start
        self.end = end
        self.word = word
        self.source = source
        self.reading = reading
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
        # Of a spelling that may be in any letter case, the case is not looked at.
        self._caseless = [
            bool(pattern.meanings) and all(meaning.case == "any" for meaning in pattern.meanings)
            for pattern in patterns
        ]
        self._readings: dict[int, Reading | None] = {}
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
            if start < reach and (
                theme is None or end > reach or start < inner or reading.names == theme.names
            ):
                continue
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
        text, size = field.text, len(field.text)
        patterns, readings, caseless = self._patterns, self._readings, self._caseless
        span, found = field.folded.source_span, []
        # Overlapping, as the longest match of the automaton may end inside a word and hide a true one.
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            word, flags = start, 0
            if start and text[start - 1].isalnum():
                if text[start] < _ARABIC_FROM or text[start - 1] not in _ARABIC_PREFIXES:
                    continue
                prefix = _word_before(text, start)
                if not _ARABIC_PREFIX.fullmatch(prefix):
                    continue
                word -= len(prefix)
                flags = _INFLECTED_FLAG if prefix.endswith("ال") else 0
            stop = end
            if end < size and text[end].isalnum():
                stop, plural = _right(field, patterns[index], end)
                if stop < 0:
                    continue
                flags |= plural
            elif patterns[index].stem:
                continue
            source = None
            if not caseless[index]:
                source = span(start, stop)
                flags |= _letter_case(field, source, plural=flags & _PLURAL_FLAG)
            known = index * _FLAGS + flags
            reading = readings[known] if known in readings else self._reading(index, flags)
            if reading is not None:
                found.append((start, -stop, index, word, reading, source))
        found.sort()
        return found

    def _reading(self, index: int, flags: int) -> Reading | None:
        number = index * _FLAGS + flags
        if number not in self._readings:
            given = self._patterns[index].meanings
            fitting = tuple(meaning for meaning in given if _fits(meaning, flags))
            fits = bool(fitting) or (not given and flags & _CASES != 0)
            self._readings[number] = Reading(fitting) if fits else None
        return self._readings[number]

    def _both(self, one: Reading, other: Reading) -> Reading:
        known = self._merged.get((one, other))
        if known is None:
            known = self._merged[one, other] = Reading(())
            for slot in ("facilities", "names", "places", "shorts", "spelled", "states", "surnames"):
                found = {each.id: each for each in (*getattr(one, slot), *getattr(other, slot))}
                setattr(known, slot, tuple(found[each] for each in sorted(found)))
            known.themes_only = one.themes_only and other.themes_only
        return known


# How a hit is written. The two low bits: 0 small letters, 1 some capital, 2 all capitals, 3 all in a shout.
_CASES = 3
_INFLECTED_FLAG = 4
_PLURAL_FLAG = 8
_FLAGS = 16
_INSIDE = (-1, 0)
_LONGEST_ENDING = 12  # `larinindaki`: a longer tail is none


def _letter_case(field: Field, source: tuple[int, int], *, plural: int) -> int:
    letters = field.source[source[0] : source[1] - 1 if plural else source[1]]
    if letters.islower():
        return 0
    if not letters.isupper():
        return 1
    return 3 if field.shouted and sum(map(str.isalpha, letters)) <= 3 else 2


def _fits(meaning: Meaning, flags: int) -> bool:
    if flags & (_INFLECTED_FLAG | _PLURAL_FLAG) and meaning.entity.type not in _INFLECTED:
        return False
    case = flags & _CASES
    if meaning.case == "any":
        return True
    if meaning.case == "capital":
        return case >= 1
    return case == 2  # in a shout, US and TOW may be words


def _titled(text: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", text[:2000]) if len(word) > 3]
    capitals = [word for word in words if word[0].isupper()]
    return len(capitals) > 0.7 * len(words)


def _word_before(text: str, start: int) -> str:
    """The letters of the same word before `start`, five at most: more is no prefix."""
    first, least = start, max(0, start - 5)
    while first > least and text[first - 1].isalnum():
        first -= 1
    return text[first:start]


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
    if pattern.turkish and _TURKISH_NOUN.fullmatch(tail):
        return end + len(tail), 0
    if not field.same and len(pattern.text) >= 2 and _is_turkish_ending(tail):
        stop = field.folded.source_index(end - 1) + 1
        apostrophe = field.source[stop : stop + 1]
        if apostrophe and apostrophe in APOSTROPHES:
            return end, 0
    return _INSIDE


# Remembered: the same few endings stand behind most names.
@lru_cache(maxsize=4_096)
def _is_russian_ending(tail: str) -> bool:
    return _RUSSIAN_ENDINGS.fullmatch(tail) is not None


@lru_cache(maxsize=4_096)
def _is_turkish_ending(tail: str) -> bool:
    return _TURKISH_ENDING.fullmatch(tail) is not None
