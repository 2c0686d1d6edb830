"""Candidates in one field: every spelling that stands there as a word of its own, the leftmost and longest."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import ahocorasick_rs

from lexicon.fold import APOSTROPHES, Folded, fold_with_offsets
from processors.tag.spelling import Meaning, Pattern

FieldName = Literal["headline", "summary", "body"]

_ARABIC_PREFIX = re.compile(r"[وف]?[بلك]?(ال)?")
_TAIL = re.compile(r"\w*")
# Folded, as the text is: й is и.
_RUSSIAN_ENDING = re.compile(
    r"(?:ами|ями|ого|его|ому|ему|ыми|ими|ах|ях|ов|ев|ом|ем|ои|еи|ою|ею|ам|ям|ым|им|[аеиоуыьюя])"
)
_TURKISH_ENDING = re.compile(r"y?[ieua]|n[ieua]n?|in|un|[dt][ea]n?|nd[ea]n?|y?l[ea]|[dt][ea]ki|l[iu]|s[iu]")
_PLURAL_TYPES = frozenset(("weapon", "theme", "group"))
_ARTICLE_TYPES = frozenset(("weapon", "theme", "group"))
_SHOUTED = 8


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an article, folded. `titled`: most words have a capital, so capitals tell nothing."""

    name: FieldName
    folded: Folded
    titled: bool
    shouted: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A spelling in a field. `start` and `end` count in the folded text, `source` in the field's own."""

    field: Field
    start: int
    end: int
    source: tuple[int, int]
    meanings: tuple[Meaning, ...]

    @property
    def text(self) -> str:
        """What stands there, in the field's own spelling."""
        return self.field.folded.source[slice(*self.source)]

    @property
    def key(self) -> str:
        """What stands there, folded."""
        return self.field.folded.text[self.start : self.end]

    @property
    def before(self) -> str:
        """The folded text before it, as far as a cue can reach."""
        return self.field.folded.text[max(0, self.start - 40) : self.start]

    @property
    def after(self) -> str:
        """The folded text after it, as far as a cue can reach."""
        return self.field.folded.text[self.end : self.end + 40]


class Finder:
    """The automaton over all patterns. Built once; holds no state between calls."""

    def __init__(self, patterns: list[Pattern]) -> None:
        self._patterns = patterns
        self._automaton = ahocorasick_rs.AhoCorasick(
            [pattern.text for pattern in patterns], matchkind=ahocorasick_rs.MatchKind.Standard
        )

    def find(self, name: FieldName, text: str) -> list[Hit]:
        """All hits of a field, in order. None overlap, but that a theme may lie inside another theme's phrase."""
        if not text:
            return []
        field = _field(name, text)
        hits = sorted(self._hits(field), key=lambda hit: (hit.start, -hit.end))
        kept: list[Hit] = []
        longest: Hit | None = None
        for hit in hits:
            if longest is None or hit.start >= longest.end:
                longest = hit
                kept.append(hit)
            elif (hit.start, hit.end) == (kept[-1].start, kept[-1].end):
                kept[-1] = _merged(kept[-1], hit)
                longest = kept[-1] if longest.start == hit.start else longest
            elif _other_theme(hit, longest):
                kept.append(hit)
        return kept

    def _hits(self, field: Field) -> Iterator[Hit]:
        text = field.folded.text
        # Overlapping, as the longest match of the automaton may end inside a word and hide a true one.
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            pattern = self._patterns[index]
            prefix = _word_before(text, start)
            stop, plural = _right(field, pattern, end)
            if stop < 0 or (prefix and not _ARABIC_PREFIX.fullmatch(prefix)):
                continue
            source = field.folded.source_span(start, stop)
            meanings = tuple(
                meaning
                for meaning in pattern.meanings
                if _fits(meaning, field, source, plural=plural, article=prefix.endswith("ال"))
            )
            if meanings:
                yield Hit(field, start, stop, source, meanings)


def _field(name: FieldName, text: str) -> Field:
    words = [word for word in re.findall(r"[^\W\d_]+", text[:2000]) if len(word) > 3]
    capital = sum(word[0].isupper() for word in words)
    shouted = len(text) > _SHOUTED and text == text.upper() and text != text.lower()
    return Field(name, fold_with_offsets(text), name == "headline" and capital > 0.7 * len(words), shouted)


def _word_before(text: str, start: int) -> str:
    """The letters of the same word before `start`, five at most: more is no prefix."""
    first = start
    while first > max(0, start - 5) and (text[first - 1].isalnum() or text[first - 1] == "_"):
        first -= 1
    return text[first:start]


def _right(field: Field, pattern: Pattern, end: int) -> tuple[int, bool]:
    """Where the word ends (folded index) and whether that took a plural s; -1 when the match ends inside a word."""
    tail_match = _TAIL.match(field.folded.text, end)
    tail = tail_match[0] if tail_match else ""
    if not tail:
        return (-1 if pattern.stem else end), False
    if pattern.stem:
        return (end + len(tail) if _RUSSIAN_ENDING.fullmatch(tail) else -1), False
    if tail == "s":
        return end + 1, True
    _, stop = field.folded.source_span(end - 1, end)
    apostrophe = field.folded.source[stop : stop + 1]
    if apostrophe and apostrophe in APOSTROPHES and len(pattern.text) >= 3:
        return (end if _TURKISH_ENDING.fullmatch(tail) else -1), False
    return -1, False


def _fits(meaning: Meaning, field: Field, source: tuple[int, int], *, plural: bool, article: bool) -> bool:
    kind = meaning.entity.type
    if (plural and kind not in _PLURAL_TYPES) or (article and kind not in _ARTICLE_TYPES):
        return False
    if meaning.case == "any":
        return True
    letters = [char for char in field.folded.source[slice(*source)] if char.isalpha()]
    if meaning.case == "capital":
        return any(char.isupper() for char in letters) or not any(char.islower() for char in letters)
    if field.shouted and len(letters) <= 3:
        return False  # in a headline all in capitals, US and TOW may be words
    return all(char.isupper() for char in (letters[:-1] if plural else letters))


def _merged(one: Hit, other: Hit) -> Hit:
    return Hit(one.field, one.start, one.end, one.source, one.meanings + other.meanings)


def _other_theme(hit: Hit, longer: Hit) -> bool:
    inner = {meaning.entity.id for meaning in hit.meanings}
    outer = {meaning.entity.id for meaning in longer.meanings}
    themes = all(meaning.entity.type == "theme" for meaning in (*hit.meanings, *longer.meanings))
    return themes and hit.end <= longer.end and inner.isdisjoint(outer)
