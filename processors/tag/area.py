"""What lies in what, and near what: which of some places an article's other places speak for."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from lexicon.entity import Entity
from lexicon.entries import Lexicon
from processors.tag.distance import kilometres
from processors.tag.hits import Hit, Reading
from processors.tag.meaning import UNITS
from processors.tag.scene import FAR_OFF, Scene

WEAK: Final = frozenset(("village", "neighbourhood"))
AROUND: Final = {"place/SY01": "place/SY03"}  # news of Damascus is often from the towns around it
NEAR_KM: Final = 25.0
_FAR_KM: Final = 60.0
_CLOSE: Final = 0.5
_WIDE: Final = frozenset((*UNITS, "country", "water"))
_LARGE: Final = frozenset(("city", "town"))
_ROOT: Final = "place/syria"


class Found(NamedTuple):
    """A place that was decided on, and why."""

    entity: Entity
    rule: str
    evidence: str = ""


class Area:
    """Knows the lexicon's places by what they lie in. Holds no state but what follows from it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._above: dict[str, tuple[str, ...]] = {}
        self._lends: dict[tuple[Reading, str], set[str]] = {}

    def above(self, entity_id: str) -> tuple[str, ...]:
        """The ids above an entity, the nearest first."""
        known = self._above.get(entity_id)
        if known is None:
            known = self._above[entity_id] = tuple(self._lexicon.ancestors(entity_id))
        return known

    def lends(self, hit: Hit, place: Entity) -> set[str]:
        """What a decided place lends support to: itself, the units of its name, and all that lies in those."""
        about = (hit.reading, place.id)
        known = self._lends.get(about)
        if known is None:
            known = {place.id}
            if place.kind not in UNITS:
                units = {each.id for each in hit.reading.places if each.kind in UNITS}
                known |= units.intersection(self.above(place.id))
                known |= self._own_units(place)
            self._lends[about] = known
        return known

    def _own_units(self, place: Entity) -> set[str]:
        """The units that a settlement gave its name to."""
        name = place.names.get("ar", ("",))[0]
        above = [self._lexicon.entities[each] for each in self.above(place.id)]
        return {unit.id for unit in above if unit.kind in UNITS and name in unit.names.get("ar", ())}

    def meant(self, hit: Hit) -> set[str]:
        """The ids of all that a hit may name, and of what lies around it and is called so too."""
        ids = {place.id for place in hit.reading.where}
        return ids | {AROUND[each] for each in ids if each in AROUND}

    def governorate(self, place: Entity) -> str:
        """The id of the governorate that a place lies in; abroad the country, empty for what lies in none."""
        above = self.above(place.id)
        return above[-2] if len(above) > 1 else ""

    def contradicted(self, place: Entity, scene: Scene) -> bool:
        """Whether a brief text names governorates, and not that of a place."""
        if not scene.brief:
            return False
        if scene.governorates is None:
            named = {
                each.id for hit in scene.hits for each in hit.reading.where if each.kind == "governorate"
            }
            scene.governorates = frozenset(named)
        others = scene.governorates.difference(AROUND)  # Damascus is where it was written, too
        return bool(others) and self.governorate(place) not in scene.governorates

    def inside(self, place: Entity, scene: Scene) -> bool:
        """Whether the article names something above a place, Syria itself left out."""
        return any(each in scene.support for each in self.above(place.id) if each != _ROOT)

    def nearest(self, hit: Hit, candidates: Sequence[Entity], scene: Scene) -> Found | None:
        """The candidate whose district, governorate or city the article names nearest to it."""
        ranked: list[tuple[float, int, Entity, str]] = []
        for place in candidates:
            reached = [
                (distance, depth, each)
                for depth, each in enumerate(self.above(place.id))
                if each != _ROOT
                and (distance := scene.distance(hit, each)) is not None
                and distance < FAR_OFF
            ]
            if reached:
                distance, depth, each = min(reached)
                ranked.append((distance, depth, place, each))
        if not ranked:
            return None
        ranked.sort(key=lambda row: row[:2])
        if len(ranked) > 1 and ranked[0][0] > ranked[1][0] * _CLOSE and not _deeper(ranked):
            kinds = [place for distance, _, place, _ in ranked if distance == ranked[0][0]]
            large = [place for place in kinds if place.kind not in WEAK]
            if len(large) != 1:
                return None
            return Found(large[0], "place:parent", ranked[0][3])
        return Found(ranked[0][2], "place:parent", ranked[0][3])

    def near(self, candidates: Sequence[Entity], scene: Scene) -> Found | None:
        """The only candidate close to a settlement that the article names, the others being far from all."""
        points = scene.points
        if points is None:
            named = [
                each for each, where in scene.support.items() if max(where) >= 0
            ]  # not by a dateline only
            known = [self._lexicon.entities[each] for each in named if each in self._lexicon.entities]
            points = [place for place in known if place.kind not in _WIDE and place.parent != _ROOT]
            scene.points = points
        if not points:
            return None
        ranked = sorted((min(kilometres(place, point) for point in points), place.id) for place in candidates)
        if ranked[0][0] <= NEAR_KM and (len(ranked) == 1 or ranked[1][0] >= _FAR_KM):
            return Found(self._lexicon.entities[ranked[0][1]], "place:near", f"{ranked[0][0]:.0f} km")
        return None


def only(places: Sequence[Entity]) -> Entity | None:
    """The one of several, a city or town before villages."""
    large = [each for each in places if each.kind in _LARGE] or places
    return large[0] if len(large) == 1 else None


def _deeper(ranked: list[tuple[float, int, Entity, str]]) -> bool:
    """Whether of two as near in the text the first lies in what is named itself: Ashrafieh in the city of Aleppo."""
    return ranked[0][0] == ranked[1][0] and ranked[0][1] < ranked[1][1]
