"""Concepts by name: `place:aleppo`, `group:ISIS`, `person:الأسد` → the ids that the gazetteer gives to that name."""

from bisect import bisect_left
from collections.abc import Callable, Collection
from functools import cached_property

from lexicon.entity import Entity
from lexicon.entries import Lexicon
from lexicon.fold import words

LONGEST = 6
"""Names of more words are not looked for in what is typed."""
_LOOKED_AT = 400
_KINDS = ("person", "group", "state", "weapon", "theme")
_UNITS = ("country", "governorate", "city", "town")


class Names:
    """The gazetteer's names, read when the first is asked for: most searches need none."""

    def __init__(self, load: Callable[[], Lexicon]) -> None:
        self._load = load

    def ready(self) -> "Names":
        """Itself, read and in order: else the first reader of a page waits for it, half a second and more."""
        self.meant_by("Syria")
        self.beginning("Syria", 1)
        return self

    def ids(self, kind: str, name: str, units: Collection[str] = ()) -> tuple[str, ...]:
        """Every entity of `kind` (`place`, `person`…) with this name or id, in any spelling or script; sorted.

        A name that a city, its district and its province share gives all three, unless `units` says which kinds
        of place are meant.
        """
        entity_id = f"{kind}/{name.removeprefix(f'{kind}/')}"
        for known in (entity_id, entity_id.lower(), f"{kind}/{entity_id.partition('/')[2].upper()}"):
            if known in self.lexicon.entities:
                return self._of(units, (known,))
        return self._of(units, sorted(self._by_name.get((kind, " ".join(words(name))), ())))

    def meant_by(self, spelling: str) -> tuple[str, ...]:
        """Every entity of any kind with this name; sorted."""
        return tuple(sorted(self._any_kind.get(" ".join(words(spelling)), ())))

    def entity(self, entity_id: str) -> Entity | None:
        """The gazetteer's entry."""
        return self.lexicon.entities.get(entity_id)

    def label(self, entity_id: str) -> str:
        """Its first English name, else any, else the id."""
        entity = self.entity(entity_id)
        spellings = (
            [*entity.names.get("en", ()), *(n for s in entity.names.values() for n in s)] if entity else []
        )
        return spellings[0] if spellings else entity_id

    def above(self, entity_id: str) -> tuple[str, ...]:
        """The ids that it lies in, the nearest first."""
        return tuple(self.lexicon.ancestors(entity_id))

    def points(self, name: str, units: Collection[str]) -> tuple[tuple[float, float], ...]:
        """(lat, lon) of the places with this name; those of `units` if there are any."""
        ids = self.ids("place", name, units) or self.ids("place", name)
        found = (self.lexicon.entities[each] for each in ids)
        return tuple(dict.fromkeys((each.lat, each.lon) for each in found if each.lat or each.lon))

    def beginning(self, typed: str, limit: int) -> list[tuple[Entity, str]]:
        """Entities with a name that begins so, and that name; whole names first, then the shorter ones."""
        start = " ".join(words(typed))
        if not start:
            return []
        keys, rows = self._sorted
        at = bisect_left(keys, start)
        end = bisect_left(keys, start + "\U0010ffff", at)
        begun = sorted(
            rows[at : min(end, at + _LOOKED_AT)], key=lambda row: (len(row[0]), _rank(row[1]), row[2])
        )
        found: dict[str, tuple[Entity, str]] = {}
        for _, entity, spelling in begun:
            found.setdefault(entity.id, (entity, spelling))
        return list(found.values())[:limit]

    def _of(self, units: Collection[str], ids: Collection[str]) -> tuple[str, ...]:
        return tuple(each for each in ids if not units or self.lexicon.entities[each].kind in units)

    @cached_property
    def lexicon(self) -> Lexicon:
        """The gazetteer itself."""
        return self._load()

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for entity in self.lexicon.entities.values():
            kind = entity.id.partition("/")[0]
            for spellings in (*entity.names.values(), *entity.short.values()):
                for spelling in spellings:
                    found.setdefault((kind, " ".join(words(spelling))), set()).add(entity.id)
        return found

    @cached_property
    def _any_kind(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for (_, spelling), ids in self._by_name.items():
            found.setdefault(spelling, set()).update(ids)
        return found

    @cached_property
    def _sorted(self) -> tuple[list[str], list[tuple[str, Entity, str]]]:
        """All spellings folded, in order, and for each the entity and the spelling: a beginning is found by halving."""
        rows = [
            (" ".join(words(spelling)), entity, spelling)
            for entity in self.lexicon.entities.values()
            for names in (entity.names, entity.short)
            for spellings in names.values()
            for spelling in spellings
        ]
        rows.sort(key=lambda row: (row[0], row[1].id))
        return [row[0] for row in rows], rows


def _rank(entity: Entity) -> tuple[int, str]:
    """People, groups and states before the thousands of villages; units of the map before what lies in them."""
    if entity.type in _KINDS:
        return _KINDS.index(entity.type), entity.id
    return len(_KINDS) + (_UNITS.index(entity.kind) if entity.kind in _UNITS else len(_UNITS)), entity.id
