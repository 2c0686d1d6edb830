"""Which place a name means. The rules, in order, are told to analysts in docs/gazetteer.md."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter
from typing import Final, NamedTuple

from lexicon.entries import Entity, Lexicon
from processors.tag.apposed import around
from processors.tag.context import Context
from processors.tag.find import Hit, Reading
from processors.tag.scene import Scene

_UNITS: Final = ("governorate", "district", "subdistrict")
_WIDE: Final = frozenset((*_UNITS, "country", "region", "water"))
_SETTLEMENTS: Final = frozenset(("city", "town", "village", "neighbourhood", "camp", "region", "world-city"))
WEAK: Final = frozenset(("village", "neighbourhood"))
_ROOT: Final = "place/syria"
_ARABIC_FROM: Final = "\u0600"
_OF_THE_WORLD: Final = frozenset(("world-city", "country", "region", "water"))
_TOWNS: Final = frozenset(("city", "town"))
_TOWNS_AND_VILLAGES: Final = _TOWNS | {"village", "neighbourhood"}
_LISTED: Final = frozenset((" و", ", و", ", ", " and ", ", and ", " & "))
_NEAR_KM: Final = 25.0
_FAR_KM: Final = 60.0
_CLOSE: Final = 0.5
_ID: Final = attrgetter("id")
_LONG: Final = 6


class Found(NamedTuple):
    """A place that was decided on, and why."""

    entity: Entity
    rule: str
    evidence: str = ""


class Plain(NamedTuple):
    """What a bare name means by itself: the place, or None, and whether it needs no support."""

    found: Found | None
    strong: bool


class Places:
    """Decides between places of one name. Holds no state but what follows from the lexicon."""

    def __init__(self, lexicon: Lexicon, context: Context) -> None:
        self._lexicon = lexicon
        self._context = context
        self._no_places = context.heads | context.no_names
        self._above: dict[str, tuple[str, ...]] = {}
        self._lends: dict[tuple[Reading, str], set[str]] = {}
        self._plain: dict[tuple[str, Reading | tuple[str, ...]], Plain] = {}

    def above(self, entity_id: str) -> tuple[str, ...]:
        """The ids above an entity, the nearest first."""
        known = self._above.get(entity_id)
        if known is None:
            known = self._above[entity_id] = tuple(self._lexicon.ancestors(entity_id))
        return known

    def choose(self, hit: Hit, candidates: tuple[Entity, ...], scene: Scene, *, last: bool) -> Found | None:
        """The place that is meant; None when that cannot be told (yet, unless `last`)."""
        key = hit.key
        if key in self._no_places:
            return None  # `Tal`, `Kafr`: the beginning of a name that no list has; `قرية صغيرة`: a small one
        cue = self._context.cue(hit)
        if not cue:
            return self._bare(hit, key, candidates, scene, last=last)
        if cue in _UNITS:
            units = [place for place in candidates if place.kind == cue]
            if len(units) == 1:
                return Found(units[0], "place:cue", cue)
            return (
                self._nearest(hit, units, scene)
                if units
                else self._told(hit, candidates, scene, cue, last=last)
            )
        settlements = tuple(place for place in candidates if place.kind in _SETTLEMENTS) or candidates
        if len(settlements) > 1:
            # What decides may come later in the text.
            nearest = self._nearest(hit, settlements, scene) if last else None
            if nearest is not None or not last:
                return nearest
        return self._told(hit, settlements, scene, cue, last=last)

    def _told(
        self, hit: Hit, candidates: tuple[Entity, ...], scene: Scene, cue: str, *, last: bool
    ) -> Found | None:
        """A name of which a word beside it says that it is a place."""
        found = self._by_itself(hit, hit.key, candidates).found or self._nearest(hit, candidates, scene)
        if found is None or found.rule != "place:name":
            return found
        if found.entity.kind in WEAK:
            common = hit.key in self._context.cue_only or (len(hit.key) <= 4 and hit.key[0] < _ARABIC_FROM)
            elsewhere = not self.inside(found.entity, scene) and (scene.support or not last)
            if (common and elsewhere) or self._context.goes_on(hit):
                return (
                    None  # the article is about other parts, or the name is longer: no list has every village
                )
        return found._replace(rule="place:cue", evidence=cue)

    def lends(self, hit: Hit, place: Entity) -> set[str]:
        """What a decided place lends support to: itself, the units of its name, and all that lies in those."""
        about = (hit.reading, place.id)
        known = self._lends.get(about)
        if known is None:
            known = {place.id}
            if place.kind not in _UNITS:
                units = {each.id for each in hit.reading.places if each.kind in _UNITS}
                known |= units.intersection(self.above(place.id))
            self._lends[about] = known
        return known

    def _bare(
        self, hit: Hit, key: str, candidates: tuple[Entity, ...], scene: Scene, *, last: bool
    ) -> Found | None:
        if under := self._under(hit, key, candidates, scene):
            return under
        if scene.only_names:
            return self._nearest(hit, candidates, scene) if last else self._alone(candidates)
        if key in self._context.cue_only:
            if last and (found := self._listed(hit, candidates, scene) or self._said(hit, candidates, scene)):
                return found
            candidates = tuple(place for place in candidates if place.kind in _OF_THE_WORLD)
        return self._supported(hit, key, candidates, scene, last=last) if candidates else None

    def _supported(
        self, hit: Hit, key: str, candidates: tuple[Entity, ...], scene: Scene, *, last: bool
    ) -> Found | None:
        plain = self._by_itself(hit, key, candidates)
        if plain.strong:
            return None if self._context.after_given_name(hit) else plain.found
        if not last or self._context.in_a_longer_name(hit):
            return None
        found = plain.found or self._nearest(hit, candidates, scene) or self._near(candidates, scene)
        if found is not None and not self.inside(found.entity, scene):
            found = self._somewhere(hit, plain, scene)
        # Arabic has no capitals: a village of one word needs a cue, as most are words or first names too.
        one_word = (
            found is not None and key[0] > _ARABIC_FROM and " " not in key and found.entity.kind in WEAK
        )
        return None if one_word else found

    def _under(self, hit: Hit, key: str, candidates: tuple[Entity, ...], scene: Scene) -> Found | None:
        """`Salma, Latakia`: the one that lies in the place beside it; of a name that is a word too, no village."""
        other = around(hit, scene)
        if other is None:
            return None
        ids = {place.id for place in other.reading.where}
        inside = tuple(place for place in candidates if ids.intersection(self.above(place.id)))
        found = self._by_itself(hit, key, inside).found if inside else None
        if found is None or self._context.in_a_longer_name(hit):
            return None
        plain = self._by_itself(hit, key, candidates)
        if plain.found is not None and plain.found.entity is found.entity:
            return plain.found
        if found.entity.kind in WEAK and (key in self._context.cue_only or self._context.is_first_name(key)):
            return None
        unit = next(each for each in self.above(found.entity.id) if each in ids)
        return Found(found.entity, "place:parent", unit)

    def _alone(self, candidates: tuple[Entity, ...]) -> Found | None:
        """Where nothing but names is given, as in a list of places: the largest of that name, a village too."""
        found = self._seat(candidates)
        return (
            found._replace(rule="place:alone") if found is not None and found.entity.kind in WEAK else found
        )

    def _listed(self, hit: Hit, candidates: tuple[Entity, ...], scene: Scene) -> Found | None:
        """`سراقب وأريحا`: a town whose name is a word too, right beside a place that is near."""
        towns = [place for place in candidates if place.kind in _TOWNS]
        if len(towns) != 1:
            return None
        fields = scene.fields
        order = fields.index(hit.field) if hit.field in fields else -1
        at = bisect_left(
            scene.hits, (order, hit.source), key=lambda each: (fields.index(each.field), each.source)
        )
        for first, last in ((at - 1, at), (at, at + 1)):
            if not 0 <= first < last < len(scene.hits):
                continue
            one, two = scene.hits[first], scene.hits[last]
            other = (one if first != at else two).entity
            joined = one.field is two.field and one.field.text[one.end : two.start] in _LISTED
            if joined and other is not None and other.kind in _TOWNS_AND_VILLAGES:
                km = kilometres(towns[0], other)
                if km <= _NEAR_KM:
                    return Found(towns[0], "place:near", f"{km:.0f} km")
        return None

    def _said(self, hit: Hit, candidates: tuple[Entity, ...], scene: Scene) -> Found | None:
        """`in Jasim`: a town whose name is a word too, where the article names its governorate or what lies in that."""
        towns = [place for place in candidates if place.kind in _TOWNS]
        if len(towns) != 1 or hit.key[0] > _ARABIC_FROM or not self._context.struck(hit):
            return None
        if self._context.in_a_longer_name(hit) or any(place.kind in _OF_THE_WORLD for place in candidates):
            return None
        above = self.above(towns[0].id)
        unit = above[-2] if len(above) > 1 else ""
        near = any(unit == each or unit in self.above(each) for each in scene.support)
        return Found(towns[0], "place:parent", unit) if near else None

    def _somewhere(self, hit: Hit, plain: Plain, scene: Scene) -> Found | None:
        """`in Barisha`: a village whose long name no other place has, in a story on Syria that names no place near."""
        key = hit.key
        if plain.found is None or plain.found.rule != "place:name" or len(key) < _LONG or not key.isascii():
            return None
        if not self._context.where(hit) or not any(each.entity is not None for each in scene.hits):
            return None
        return plain.found._replace(rule="place:alone")

    def _by_itself(self, hit: Hit, key: str, candidates: tuple[Entity, ...]) -> Plain:
        whole = candidates is hit.reading.where
        about = (key, hit.reading if whole else tuple(map(_ID, candidates)))
        known = self._plain.get(about)
        if known is None:
            if len(self._plain) > 50_000:
                self._plain.clear()
            found = self._seat(candidates)
            short = len(key.replace(" ", "")) <= 4 and key not in self._context.short_places
            short = short and not all(place.kind == "world-city" for place in candidates)
            strong = found is not None and found.entity.kind not in WEAK and not short
            known = self._plain[about] = Plain(found, strong)
        return known

    def _seat(self, candidates: tuple[Entity, ...]) -> Found | None:
        """The settlement that gave its name to the units of that name, the only strong one, or the only one."""
        units = [place for kind in _UNITS for place in candidates if place.kind == kind]
        others = [place for place in candidates if place.kind not in _UNITS]
        if units:
            ids = {unit.id for unit in units}
            seats = [place for place in others if ids.intersection(self.above(place.id))]
            large = [place for place in seats if place.kind not in WEAK] or seats
            if len(large) == 1:
                return Found(large[0], "place:seat", f"or {units[0].id}")
            top = [unit for unit in units if unit.kind == units[0].kind]
            return Found(top[0], "place:unit") if len(top) == 1 else None
        strong = [place for place in others if place.kind not in WEAK]
        if len(strong) == 1:
            return Found(strong[0], "place:name")
        return Found(others[0], "place:name") if len(others) == 1 else None

    def _nearest(self, hit: Hit, candidates: Sequence[Entity], scene: Scene) -> Found | None:
        """The candidate whose district, governorate or city the article names nearest to it."""
        ranked: list[tuple[float, Entity, str]] = []
        for place in candidates:
            reached = [
                (distance, each)
                for each in self.above(place.id)
                if each != _ROOT and (distance := scene.distance(hit, each)) is not None
            ]
            if reached:
                distance, each = min(reached)
                ranked.append((distance, place, each))
        if not ranked:
            return None
        ranked.sort(key=lambda row: row[0])
        if len(ranked) > 1 and ranked[0][0] > ranked[1][0] * _CLOSE:
            kinds = [place for distance, place, _ in ranked if distance == ranked[0][0]]
            large = [place for place in kinds if place.kind not in WEAK]
            if len(large) != 1:
                return None
            return Found(large[0], "place:parent", ranked[0][2])
        return Found(ranked[0][1], "place:parent", ranked[0][2])

    def _near(self, candidates: Sequence[Entity], scene: Scene) -> Found | None:
        """The only candidate close to a settlement that the article names, the others being far from all."""
        known = [self._lexicon.entities[each] for each in scene.support if each in self._lexicon.entities]
        points = [place for place in known if place.kind not in _WIDE]
        if not points:
            return None
        ranked = sorted((min(kilometres(place, point) for point in points), place.id) for place in candidates)
        if ranked[0][0] <= _NEAR_KM and (len(ranked) == 1 or ranked[1][0] >= _FAR_KM):
            return Found(self._lexicon.entities[ranked[0][1]], "place:near", f"{ranked[0][0]:.0f} km")
        return None

    def inside(self, place: Entity, scene: Scene) -> bool:
        """Whether the article names something above a place, Syria itself left out."""
        return any(each in scene.support for each in self.above(place.id) if each != _ROOT)


def kilometres(one: Entity, other: Entity) -> float:
    """How far two places lie apart, on a plane: good enough within a country."""
    east = math.radians(one.lon - other.lon) * math.cos(math.radians(one.lat))
    return 6371.0 * math.hypot(math.radians(one.lat - other.lat), east)
