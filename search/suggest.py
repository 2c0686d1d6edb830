"""Names of the gazetteer that begin as a reader types: the suggestions under the search box. Pure."""

from bisect import bisect_left
from typing import NamedTuple

from lexicon.entries import Entity, Lexicon
from lexicon.fold import words

MOST = 8
_FEWEST_LETTERS = 2
_LOOKED_AT = 400


class Suggestion(NamedTuple):
    """An entity, and the spelling of it that was begun."""

    entity: Entity
    spelling: str


class Suggestions:
    """All spellings, folded and in order: a prefix is found by halving."""

    def __init__(self, lexicon: Lexicon) -> None:
        found = [
            (" ".join(words(spelling)), spelling, entity)
            for entity in lexicon.entities.values()
            for names in (entity.names, entity.short)
            for spellings in names.values()
            for spelling in spellings
        ]
        self._rows = sorted(found, key=lambda row: (row[0], row[2].id))
        self._keys = [row[0] for row in self._rows]

    def begun(self, text: str) -> list[Suggestion]:
        """Up to `MOST` entities with a name that begins with `text`; whole names first, then the shorter ones."""
        start = " ".join(words(text))
        if len(start) < _FEWEST_LETTERS:
            return []
        at = bisect_left(self._keys, start)
        end = bisect_left(self._keys, start + "\U0010ffff", at)
        rows = sorted(
            self._rows[at : min(end, at + _LOOKED_AT)], key=lambda row: (len(row[0]), _rank(row[2]))
        )
        found: dict[str, Suggestion] = {}
        for _, spelling, entity in rows:
            found.setdefault(entity.id, Suggestion(entity, spelling))
        return list(found.values())[:MOST]


def _rank(entity: Entity) -> tuple[int, str]:
    """People, groups and states before the thousands of villages; units of the map before what lies in them."""
    kinds = ("person", "group", "state", "weapon", "theme")
    if entity.type in kinds:
        return kinds.index(entity.type), entity.id
    units = ("country", "governorate", "city", "town")
    return len(kinds) + (units.index(entity.kind) if entity.kind in units else len(units)), entity.id
