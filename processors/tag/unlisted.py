"""Names without capitals, or in Cyrillic, behind a word that tells what they are: `قرية …`, `العقيد …`, `деревня …`.

Such a name is looked up by its letters, without those that Arabic writers mix up: hamza, ة and ه and ا at the end,
doubled letters, ض and ظ, the article, the space after `عبد` or `كفر`. A place is taken only where the article names
what lies around it, and only one place there is written like that. What nobody knows is kept as unresolved.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

import ahocorasick_rs

from lexicon.entity import Entity
from lexicon.entries import Lexicon
from processors.tag.area import only
from processors.tag.context import Context
from processors.tag.hits import Field, Hit, in_order, within
from processors.tag.meaning import folded
from processors.tag.places import Places
from processors.tag.scene import Scene
from processors.tag.variants import Unknown

_Kind = Literal["place", "facility", "person", "group"]
_ABOUT_THE_WAR: Final = ("group/", "weapon/", "theme/", "person/", "state/syria", "place/SY", "place/C")
_ARABIC: Final = re.compile(r"[ء-ي]")
_ARABIC_WORD: Final = re.compile(r"[ء-ي]{3,}\Z")
_CYRILLIC: Final = re.compile(r"[а-я]{3,}\Z")
_PREFIXES: Final = ("", "و", "ب", "ل", "ف", "وب", "ول")
_LONGEST_PREFIX: Final = max(map(len, _PREFIXES))
_LINE: Final = re.compile(r"\s*([ء-ي]{4,}(?: [ء-ي]+){0,2})\s*")
_NEXT: Final = re.compile(r" ([^\W\d_]+)(?: ([^\W\d_]+)(?: ([^\W\d_]+))?)?")
_GLUED: Final = re.compile(r"([ء-ي]{3,})(?: ([ء-ي]+))?")
_DOUBLED: Final = re.compile(r"(.)\1+")
_ARTICLE: Final = re.compile(r"(?<![ء-ي])ال(?=[ء-ي]{3})")
_FINAL: Final = re.compile(r"[اه](?![ء-ي])")
_GOES_ON: Final = frozenset(("ابو", "ابي", "ابا", "ام", "ابن", "بن", "عبد", "ال"))
_SHORTEST_KEY: Final = 4
_SHORTEST_NAME: Final = 8
_WORLD: Final = frozenset(("country", "world-city", "water", "governorate"))
_MAY_BE: Final = 8
_NESTED: Final = 3  # names may lie in the phrase of a theme
_SAME_LETTERS: Final = "the same letters, but for those that are mixed up"


class _Word(NamedTuple):
    """A word that tells what follows it. `own`: it belongs to the name (`مطار`, `لواء`)."""

    kind: _Kind
    own: bool


_GOES_ON_WITH: Final = _Word("place", own=False)
_LISTED: Final = frozenset(("city", "town", "village", "neighbourhood"))


class Unlisted:
    """The lexicon's Arabic names by their letters, and the words that stand before names. Built once."""

    def __init__(self, lexicon: Lexicon, context: Context, places: Places) -> None:
        words = lexicon.words
        self._context = context
        self._places = places
        self._heads = frozenset(each for each in context.heads if _ARABIC.match(each)) | _GOES_ON
        self._given = frozenset(folded(each) for each in words.given_names if _ARABIC.match(each)) | {
            folded(name).split(" ")[0]
            for person in lexicon.entities.values()
            if person.type == "person"
            for name in person.names.get("ar", ())
        }
        self._words: dict[str, _Word] = {}
        self._bare: set[str] = set()
        self._learn("place", words.cues.settlement.before, own=False)
        self._learn("facility", words.facility_before, own=True)
        self._learn("person", words.person_before, own=False)
        self._learn("group", words.name_heads, own=True)
        self._automaton = ahocorasick_rs.AhoCorasick(
            sorted(self._bare), implementation=ahocorasick_rs.Implementation.DFA
        )
        self._known: dict[str, dict[str, Entity]] = {}
        for entity in lexicon.entities.values():
            if entity.type in ("person", "group", "place") and entity.kind not in _WORLD:
                for name in map(folded, entity.names.get("ar", ())):
                    noun, _, rest = name.partition(" ")
                    told = rest and self._words.get(noun)
                    self._known.setdefault(letters(rest if told and not told.own else name), {})[
                        entity.id
                    ] = entity

    def _learn(self, kind: _Kind, words: Iterable[str], *, own: bool) -> None:
        for word in map(folded, words):
            if _ARABIC.match(word) and " " not in word:
                self._bare.add(word)
                for prefix in _PREFIXES:
                    self._words.setdefault(prefix + word, _Word(kind, own))
            elif re.fullmatch("[а-я]+", word) and kind == "place":
                self._bare.add(word)
                self._words.setdefault(word, _Word(kind, own))

    def settle(self, scene: Scene) -> list[Unknown]:
        """Adds hits of variants to the scene, in order; returns what stays unknown."""
        if not any(hit.name.startswith(_ABOUT_THE_WAR) for hit in scene.hits):
            self._only_a_name(scene)
            return []
        unknown: list[Unknown] = []
        added: list[Hit] = []
        for field in scene.fields:
            if field.text.isascii() or field.shouted:
                continue
            here = [hit for hit in scene.hits if hit.field is field]
            told = self._told(field, here)
            if not told:
                continue
            begins, reach = [hit.word for hit in here], 0
            for start, end, word in told:
                if start < reach:
                    continue
                near = bisect_right(begins, end + 1)
                there = [hit for hit in here[max(0, near - _NESTED) : near] if end + 1 < hit.end]
                found = self._one(field, word, start, end, there, scene)
                if isinstance(found, Hit):
                    added.append(found)
                    reach = found.end
                elif found is not None:
                    unknown.append(found)
                    reach = end
        decided = [hit for hit in scene.hits if hit.entity is not None] if added else []
        added = [each for each in added if not any(within(hit, [each]) for hit in decided)]
        if added:
            scene.hits = [hit for hit in scene.hits if hit.entity is not None or not within(hit, added)]
            scene.hits = sorted((*scene.hits, *added), key=in_order)
        return unknown

    def _only_a_name(self, scene: Scene) -> None:
        """Decides an article that is nothing but one name of a place, if only one place is written like that."""
        field = scene.fields[0] if len(scene.fields) == 1 else None
        match = _LINE.fullmatch(field.text) if field is not None else None
        if field is None or match is None or any(hit.entity is not None for hit in scene.hits):
            return
        place = only(self._alike(match[1], _Word("place", own=False)))
        if place is not None:
            hit = Hit.at(field, field.folded.source_span(*match.span(1)))
            hit.decide(place, "place:variant", _SAME_LETTERS)
            scene.hits = [hit]

    def _told(self, field: Field, here: list[Hit]) -> list[tuple[int, int, _Word]]:
        """(where it begins, where it ends, what tells), in order; most texts have few such words.

        Of a list the `و` tells that stands behind a place: `كفرنبل وكرسعا`.
        """
        text = field.text
        spots = {
            (hit.end, hit.end + 2): _GOES_ON_WITH
            for hit in here
            if hit.entity is not None and hit.entity.kind in _LISTED and text.startswith(" و", hit.end)
        }
        for _, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if end == len(text) or text[end] != " ":
                continue
            first = start
            while first and text[first - 1].isalnum() and start - first <= _LONGEST_PREFIX:
                first -= 1
            word = self._words.get(text[first:end])
            if word is not None:
                spots[first, end] = word
        return [(start, end, spots[start, end]) for start, end in sorted(spots)]

    def _one(
        self, field: Field, word: _Word, start: int, end: int, there: list[Hit], scene: Scene
    ) -> Hit | Unknown | None:
        match = (_GLUED if word is _GOES_ON_WITH else _NEXT).match(field.text, end)
        if match is None:
            return None
        parts = [part for part in match.groups() if part]
        taken = any(hit.entity is not None or not word.own for hit in there)
        if taken or not self._may_begin(
            parts[0], word, field.source[field.folded.source_index(match.start(1))]
        ):
            return None
        begin = self._own_start(field, start, end) if word.own else match.start(1)
        stops = [match.end(size) for size in range(1, len(parts) + 1)]
        found = self._variant(field, word, begin, stops, scene)
        if isinstance(found, Hit):
            return found
        if word is _GOES_ON_WITH:
            return None
        size = self._length(word, parts)
        reason = "place:unknown" if word.kind == "facility" else f"{word.kind}:unknown"
        span = field.folded.source_span(begin, stops[max(0, size - 1)])
        return Unknown(field, span, reason, found) if size and not there else None

    def _may_begin(self, first: str, word: _Word, letter: str) -> bool:
        """Whether a name may begin with this word; `letter` is its first, as it is written."""
        if _CYRILLIC.match(first):
            return letter.isupper()
        if first in self._context.no_names or first in self._words:
            return False
        if not _ARABIC_WORD.match(first) and first not in _GOES_ON:
            return False
        return word.kind != "person" or first in self._given or first in _GOES_ON

    def _variant(
        self, field: Field, word: _Word, begin: int, stops: list[int], scene: Scene
    ) -> Hit | tuple[str, ...]:
        """The longest name that is written alike and fits; else the ids of those that are written alike."""
        several: tuple[str, ...] = ()
        for stop in reversed(stops):
            alike = self._alike(field.text[begin:stop], word)
            fitting = [each for each in alike if self._fits(each, scene)]
            if len(fitting) == 1:
                hit = Hit.at(field, field.folded.source_span(begin, stop))
                rule = "place:variant" if fitting[0].type == "place" else "name:variant"
                hit.decide(fitting[0], rule, _SAME_LETTERS)
                return hit
            several = several or tuple(each.id for each in alike)
        return several[:_MAY_BE]

    def _own_start(self, field: Field, start: int, end: int) -> int:
        """Where the noun begins without و and ب."""
        word = field.text[start:end]
        bare = next(
            (size for size in (2, 1) if word[:size] in _PREFIXES and word[size:] in self._words and
             self._words[word[size:]].own), 0
        )  # fmt: skip
        return start + bare

    def _alike(self, text: str, word: _Word) -> list[Entity]:
        its_letters = letters(text)
        least = _SHORTEST_KEY if word.kind in ("place", "facility") else _SHORTEST_NAME
        if len(its_letters) < least:
            return []
        kind = "place" if word.kind == "facility" else word.kind
        found = self._known.get(its_letters, {})
        return [found[each] for each in sorted(found) if found[each].type == kind]

    def _fits(self, entity: Entity, scene: Scene) -> bool:
        return entity.type != "place" or entity.kind == "city" or self._places.area.inside(entity, scene)

    def _length(self, word: _Word, parts: list[str]) -> int:
        """How many words an unknown name has, as far as its first ones tell; 0: too few to be one."""
        size = 1
        while size < len(parts) and parts[size - 1] in self._heads:
            size += 1
        if word.kind == "person" and parts[0] in self._given:
            size = max(size, 2)
            if len(parts) > size and parts[size - 1] in _GOES_ON:
                size += 1
        elif word.kind == "group" and len(parts) > size and parts[size].startswith("ال"):
            size += 1
        if size > len(parts) or (len(parts) >= size > 1 and parts[size - 1] in self._context.no_names):
            return 0
        return size


def letters(folded: str) -> str:
    """What is left of a folded Arabic name when all is taken out that writers mix up: `الزهراء`, `زهرا` → `زهره`."""
    bare = _FINAL.sub("ه", _ARTICLE.sub("", folded.strip().replace("ء", ""))).replace("ظ", "ض")
    return _DOUBLED.sub(r"\1", bare.replace(" ", ""))
