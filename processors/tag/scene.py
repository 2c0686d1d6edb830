"""One article while it is being read: its fields, its date, and what has been decided so far."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from typing import Final

from lexicon.entity import Entity
from processors.tag.hits import Field, Hit

_FIELD_GAP: Final = 3_000
_FEW: Final = 100
_BRIEF: Final = 300
FAR_OFF: Final = 10_000_000  # characters: farther than any text is long
_WORD: Final = re.compile(r"(?<![^\W_])(?!and\b|و\b)[^\W_]+")
_SENTENCE_ENDS: Final = (". ", "! ", "? ", "\n", "؟ ", "。")


class Scene:
    """The hits of all fields in order; `day` is the article's date, `dateline` the hits of its dateline.

    `governorates`, once asked, are those that a hit may name; `points` the places of `support` that are small enough
    to be near to; `syrian` is whether a word says that it is about Syria.
    `brief`: a sentence or two, as of a note of an incident; `only_names`: nothing but names.
    """

    __slots__ = (
        "_ends", "_starts", "_starts_of", "brief", "dateline", "day", "fields", "governorates", "hits", "only_names",
        "points", "support", "syrian",
    )  # fmt: skip

    def __init__(self, fields: list[Field], hits: list[Hit], day: date | None, dateline: list[Hit]) -> None:
        for number, field in enumerate(fields):
            field.number = number
        self.fields = fields
        self.hits = hits
        self.day = day
        self.dateline = dateline
        self.support: dict[str, list[int]] = {}
        self.brief = sum(len(field.text) for field in fields) <= _BRIEF
        self.governorates: frozenset[str] | None = None
        self.points: list[Entity] | None = None
        self._starts_of: list[Hit] | None = None
        self._starts: dict[tuple[int, int], Hit] = {}
        self._ends: dict[int, list[Hit]] = {}
        self.syrian: bool | None = None
        self.only_names = _only_names(fields, hits)

    def starting(self, field: Field, at: int) -> Hit | None:
        """The hit that begins at a place of a field's own text."""
        self._learn()
        return self._starts.get((id(field), at))

    def before(self, field: Field, at: int) -> Hit | None:
        """The last hit that may name a place and ends before a place of a field's own text."""
        self._learn()
        places = self._ends.get(id(field), [])
        index = bisect_left(places, at, key=_source_end)
        return places[index - 1] if index else None

    def index(self, hit: Hit) -> int:
        """Where in `hits` a hit stands; -1 for what is none of them."""
        number, start = hit.field.number, hit.source[0]
        low, high = 0, len(self.hits)
        while low < high:
            middle = (low + high) // 2
            other = self.hits[middle]
            its = other.field.number
            if its < number or (its == number and other.source[0] < start):
                low = middle + 1
            else:
                high = middle
        while low < len(self.hits) and self.hits[low].source[0] == start:
            if self.hits[low] is hit:
                return low
            low += 1
        return -1

    def _learn(self) -> None:
        if self._starts_of is not self.hits:
            self._starts_of = self.hits
            self._starts = {(id(hit.field), hit.source[0]): hit for hit in reversed(self.hits)}
            self._ends = {}
            for hit in self.hits:
                if hit.reading.where:
                    self._ends.setdefault(id(hit.field), []).append(hit)

    def named(self) -> dict[str, list[int]]:
        """Entity id → the indices of the hits that name it, as far as decided."""
        found: dict[str, list[int]] = {}
        for index, hit in enumerate(self.hits):
            name = hit.name
            if name:
                known = found.get(name)
                if known is None:
                    found[name] = [index]
                else:
                    known.append(index)
        return found

    def add_support(self, hit: Hit, ids: Iterable[str]) -> None:
        """Notes that a hit lends support to places of these ids and to what lies in them."""
        where = self.position(hit)
        self.points = None
        for each in ids:
            known = self.support.get(each)
            if known is None:
                self.support[each] = [where]
            else:
                known.append(where)

    def add_around(self, ids: Iterable[str]) -> None:
        """Notes support that counts only where nothing else does."""
        self.points = None
        for each in ids:
            self.support.setdefault(each, []).append(-2 * FAR_OFF)

    def position(self, hit: Hit) -> int:
        """A distance-like place of a hit in the article: other fields and the dateline are far away."""
        number = hit.field.number
        return -_FIELD_GAP if number < 0 else number * _FIELD_GAP * 10 + hit.start

    def distance(self, hit: Hit, entity_id: str) -> int | None:
        """How far the nearest mention of `entity_id` is, in characters; None: it is not named."""
        where = self.position(hit)
        return min((abs(each - where) for each in self.support.get(entity_id, ())), default=None)


def _source_end(hit: Hit) -> int:
    return hit.source[1]


def _only_names(fields: list[Field], hits: list[Hit]) -> bool:
    """Whether there is nothing but a few names, as where somebody asks for the place of an incident."""
    if len(fields) != 1 or len(fields[0].text) > _FEW:
        return False
    text, reach = fields[0].text, 0
    for hit in hits:
        apart = not reach or text[reach : hit.word] != " " or text[hit.word : hit.start].startswith("و")
        if not apart or _WORD.search(text, reach, hit.word):
            return False  # a sentence; or a first name and a surname
        reach = hit.end
    return bool(hits) and _WORD.search(text, reach) is None
