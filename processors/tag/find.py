"""Candidates in one field: every spelling that stands there as a word of its own, the leftmost and longest."""

import re
from functools import lru_cache
from typing import Final

import ahocorasick_rs

from lexicon.fold import APOSTROPHES, Folded
from processors.tag.hits import UNFIT, Field, Hit, Reading
from processors.tag.meaning import ARABIC_FROM, Meaning
from processors.tag.spelling import Pattern

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
_INFLECTED: Final = frozenset(("weapon", "theme", "group"))
_SPELLED_SMALL: Final = frozenset(("place", "state"))
_DIRECTIONS: Final = ("eastern ", "western ", "northern ", "southern ", "upper ", "lower ", "big ", "small ")


class Finder:
    """The automaton over all patterns. Built once; what it remembers between calls changes no result."""

    def __init__(self, patterns: list[Pattern]) -> None:
        self._patterns = patterns
        self._automaton = ahocorasick_rs.AhoCorasick(
            [_looked_for(pattern.text) for pattern in patterns], matchkind=ahocorasick_rs.MatchKind.Standard
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
        text, folded, letters = f"{field.text} ", field.folded, field.source
        patterns, readings, traits, found = self._patterns, self._readings, self._traits, []
        # Overlapping, as the longest match of the automaton may end inside a word and hide a true one.
        spaced = _spaced(folded)
        for index, first, last in self._automaton.find_matches_as_indexes(spaced, overlapping=True):
            end, trait = last - 1, traits[index]
            start = first if trait & _BEGINS else first - 1
            if trait & _PARTED and text[start:end] != spaced[start + 1 : last]:
                continue  # it has spaces where this text has marks
            if trait & _MARKED and text[start:end] != patterns[index].text:
                continue
            stop, flags = _stop(field, patterns, index, trait, end, text[end])
            if stop < 0:
                continue
            word, source = start, None
            if not trait & _BEGINS and text[start - 1].isalnum():
                word, article = _left(text, start)
                if word < 0:
                    continue
                flags |= article
            if trait & _CASED:
                source = folded.source_span(start, stop)
                written = letters[source[0] : source[1] - 1 if flags & _PLURAL_FLAG else source[1]]
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
        return self._readings.setdefault(number, Reading(fitting) if fits else UNFIT)

    def _both(self, one: Reading, other: Reading) -> Reading:
        known = self._merged.get((one, other))
        if known is None:
            known = self._merged.setdefault((one, other), Reading((*one.meanings, *other.meanings)))
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
_BEGINS: Final = 8  # with a space, in the automaton: it is found at the beginning of a word only
_PARTED: Final = 16  # it has spaces, as which the automaton reads marks too
_MARKED: Final = 32  # it has marks
_INSIDE: Final = (-1, 0)
_MARKS: Final = "".join(char for char in map(chr, range(33, 127)) if not char.isalnum())
_RARE_MARK: Final = re.compile(r"[^\w ]|_")
_LONGEST_ENDING: Final = 12  # `larinindaki`: a longer tail is none


def _traits(pattern: Pattern) -> int:
    caseless = bool(pattern.meanings)
    for meaning in pattern.meanings:
        caseless = caseless and meaning.case == "any"
    text = pattern.text
    flags = pattern.stem * _STEM | pattern.turkish * _TURKISH | (not caseless) * _CASED
    marked = not text.replace(" ", "").isalnum()
    return flags | _begins(text) * _BEGINS | marked * _MARKED | (not marked and " " in text) * _PARTED


def _begins(text: str) -> bool:
    """Whether a pattern is found at the beginning of a word only: Arabic joins prefixes to words."""
    return text[0] < ARABIC_FROM and text[0].isalnum()


def _looked_for(text: str) -> str:
    """A pattern as the automaton has it. With a space before it, which most letters of a text are not."""
    bare = text if text.replace(" ", "").isalnum() else _RARE_MARK.sub(" ", text)
    return f" {bare}" if _begins(text) else bare


def _spaced(folded: Folded) -> str:
    """A text as the automaton reads it: with a space before it, and for every mark."""
    text = folded.text
    if folded.rare:
        text = _RARE_MARK.sub(" ", text)
    else:
        for mark in _MARKS:
            text = text.replace(mark, " ")
    return f" {text}"


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
    if len(written) > 1 and "A" <= written[0] <= "Z" and "a" <= written[1] <= "z":
        return 1  # as most are
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


def _left(text: str, start: int) -> tuple[int, int]:
    """Where the word begins that goes on at `start`, and the flag of an Arabic article; -1 inside other words."""
    if text[start] < ARABIC_FROM or text[start - 1] not in _PREFIX_ENDS:
        return _INSIDE
    first, least = start, max(0, start - _LONGEST_PREFIX - 1)
    while first > least and text[first - 1].isalnum():
        first -= 1
    prefix = text[first:start]
    if prefix not in _ARABIC_PREFIXES:
        return _INSIDE
    return first, _INFLECTED_FLAG if prefix.endswith("ال") else 0


def _stop(
    field: Field, patterns: list[Pattern], index: int, trait: int, end: int, behind: str
) -> tuple[int, int]:
    """Where the word of a match that ends at `end` ends, and the flag of a plural s; -1 for what is no whole word."""
    if not behind.isalnum():
        return _INSIDE if trait & _STEM else (end, 0)
    # Without endings of its own, only a plural s may follow a name, or what an apostrophe stood before.
    if behind != "s" and trait & _ENDINGS == 0 and end not in field.folded.steps:
        return _INSIDE
    return _right(field, patterns[index], end)


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
