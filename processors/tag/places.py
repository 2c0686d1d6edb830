"""Which place a name means. The rules, in order, are told to analysts in docs/gazetteer.md."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lexicon.entries import Entity, Lexicon
from processors.tag.context import Context
from processors.tag.find import Hit

_UNITS = ("governorate", "district", "subdistrict")
_SETTLEMENTS = frozenset(("city", "town", "village", "neighbourhood"))
_WEAK = frozenset(("village", "neighbourhood"))
_ROOT = "place/syria"
_ARABIC = re.compile(r"[\u0600-\u06ff]")


@dataclass(frozen=True, slots=True)
class Found:
    """A place that was decided on, and why."""

    entity: Entity
    rule: str


class Places:
    """Decides between places of one name. Pure; `named` is what the article names without doubt."""

    def __init__(self, lexicon: Lexicon, context: Context) -> None:
        self._lexicon = lexicon
        self._context = context

    def choose(self, hit: Hit, candidates: Sequence[Entity], named: frozenset[str]) -> Found | None:
        """The place that is meant; None when that cannot be told from this article."""
        cue = self._context.kind_cue(hit)
        if cue in _UNITS:
            units = [place for place in candidates if place.kind == cue]
            if units:
                return Found(units[0], "place:cue") if len(units) == 1 else self._below(units, named)
        if not cue and hit.key in self._context.cue_only:
            return None
        if cue == "settlement":
            candidates = [place for place in candidates if place.kind in _SETTLEMENTS] or candidates
        found = self._plain(candidates, named, "place:cue" if cue == "settlement" else "place:name")
        if found is None or cue:
            return found
        return found if self._strong(hit, found) or self._supported(hit, found, named) else None

    def naming(self, candidates: Iterable[Entity], found: Found) -> set[str]:
        """What a decided place lends support to: itself, the units of its name, and for those their whole area."""
        units = {place.id for place in candidates if place.kind in _UNITS}
        return {found.entity.id} | units

    def _plain(self, candidates: Sequence[Entity], named: frozenset[str], rule: str) -> Found | None:
        units = [place for kind in _UNITS for place in candidates if place.kind == kind]
        others = [place for place in candidates if place.kind not in _UNITS]
        if units:
            ids = {unit.id for unit in units}
            seats = [place for place in others if ids.intersection(self._lexicon.ancestors(place.id))]
            large = [place for place in seats if place.kind not in _WEAK] or seats
            if len(large) == 1:
                return Found(large[0], rule if rule == "place:cue" else "place:seat")
            top = [unit for unit in units if unit.kind == units[0].kind]
            return Found(top[0], "place:unit") if len(top) == 1 else self._below(top, named)
        strong = [place for place in others if place.kind not in _WEAK]
        if len(strong) == 1:
            return Found(strong[0], rule)
        if len(others) == 1:
            return Found(others[0], rule)
        return self._below(strong or others, named)

    def _below(self, candidates: Sequence[Entity], named: frozenset[str]) -> Found | None:
        """The only candidate of which the article names a district, governorate or city above it."""
        inside = [place for place in candidates if self._parent_named(place, named)]
        return Found(inside[0], "place:parent") if len(inside) == 1 else None

    def _strong(self, hit: Hit, found: Found) -> bool:
        """Whether the name is clear enough without support from the rest of the article."""
        short = len(hit.key.replace(" ", "")) <= 4 and hit.key not in self._context.short_places
        return found.entity.kind not in _WEAK and found.rule != "place:parent" and not short

    def _supported(self, hit: Hit, found: Found, named: frozenset[str]) -> bool:
        if not self._parent_named(found.entity, named) or self._context.in_a_longer_name(hit):
            return False
        # Arabic has no capitals: a village of one word needs a cue, as most are words or first names too.
        return not (_ARABIC.search(hit.key) and " " not in hit.key and found.entity.kind in _WEAK)

    def _parent_named(self, place: Entity, named: frozenset[str]) -> bool:
        return any(above in named for above in self._lexicon.ancestors(place.id) if above != _ROOT)
