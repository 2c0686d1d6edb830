"""A bare `Homs`: the city or its governorate? What stands around it decides, or it stays undecided with both.

Districts and subdistricts are not asked for: whoever writes `Manbij` means the town, or that and what belongs to it.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from lexicon.entity import Entity
from lexicon.entries import Lexicon
from processors.tag.area import AROUND
from processors.tag.distance import kilometres
from processors.tag.hits import Hit, Reading
from processors.tag.phrases import Phrases, following, preceding
from processors.tag.places import Places
from processors.tag.scene import Scene
from store.records import GeoPoint

UNDECIDED: Final = "place:undecided"
_ONE_TOWN_KM: Final = 10.0  # Damascus governorate is the city: there is nothing to tell apart
_WITHIN_KM: Final = 3.0
_BESIDE_KM: Final = 8.0
_DATELINE: Final = re.compile(r"(?:, ?[^,.\n(–—-]{1,30})?(?: ?\(| ?/| ?[–—] ?| - )")
_JOINT: Final = re.compile(
    r"(?:[,،]| \(| in| of| \w{0,3}في| à| d[e']| в)? ?و?ب?\Z|, (?:in )?\Z", re.IGNORECASE
)
_POSSESSIVE: Final = re.compile(r"(?:['’]s?|['’]\w{2,3}) \Z")
_UNITS: Final = frozenset(("district", "subdistrict"))
_IN: Final = re.compile(r"(?: \w+)?, ?")
_TWICE: Final = re.compile(r"(, ?|، ?)|(?: ?: ?| [-–] )")
_HIGHWAY: Final = re.compile(r"-[^\W\d_ ]+(?: [^\W\d_]+)? (?:highway|road|motorway)")
_SETTLED: Final = frozenset(("city", "town", "village", "camp"))
_SMALL: Final = frozenset(("village", "neighbourhood"))
_NO_PART: Final = frozenset(("country", "region", "water", "road", "mountain", "world-city", "governorate"))


class Seats:
    """Reads the lexicon's words and places; holds no state but what follows from them."""

    def __init__(self, lexicon: Lexicon, places: Places) -> None:
        words = lexicon.words
        self._entities = lexicon.entities
        self._places = places
        self._city_before, self._city_after = Phrases(words.seat_before), Phrases(words.seat_after)
        self._unit_before = Phrases(words.unit_before)
        self._governorates = {
            each.id: each for each in lexicon.entities.values() if each.kind == "governorate"
        }
        settled = [each for each in lexicon.entities.values() if each.kind in _SETTLED]
        self._inside: dict[str, list[Entity]] = {each: [] for each in self._governorates}
        for place in settled:
            for above in places.area.above(place.id):
                if above in self._inside:
                    self._inside[above].append(place)
        self._wide: dict[str, bool] = {}
        self._candidates: dict[tuple[Reading, str], tuple[str, ...]] = {}

    def candidates(self, hit: Hit) -> tuple[str, ...]:
        """The ids that an undecided hit may mean: the governorate, the units of its name in it, the seat."""
        unit = hit.entity
        if unit is None or hit.rule != UNDECIDED:
            return ()
        about = (hit.reading, unit.id)
        known = self._candidates.get(about)
        if known is None:
            known = self._candidates[about] = tuple(
                each.id
                for each in hit.reading.where
                if each.kind not in _SMALL and (each is unit or unit.id in self._places.area.above(each.id))
            )
        return known

    def points(self, hits: Iterable[Hit], sure: Collection[str]) -> tuple[GeoPoint, ...]:
        """Where undecided hits lie: at the city, no more exactly than somewhere in its governorate.

        Cities whose ids are in `sure` have a point already.
        """
        seats = {
            each: hit.entity.kind
            for hit in hits
            for each in self.candidates(hit)
            if hit.entity is not None and self._entities[each].kind in _SETTLED and each not in sure
        }
        return tuple(
            GeoPoint(
                lat=self._entities[each].lat, lon=self._entities[each].lon, place_id=each, precision=kind
            )
            for each, kind in sorted(seats.items())
        )

    def settle(self, scene: Scene) -> None:
        """Decides anew the hits that were taken for the seat of a governorate without a word that says so."""
        self._countryside(scene.hits)
        open_hits = [
            (index, hit, unit)
            for index, hit in enumerate(scene.hits)
            if hit.rule == "place:seat" and (unit := self._governorate(hit)) is not None
        ]
        if not open_hits:
            return
        cities = {hit.name: hit for hit in scene.hits if hit.rule == "place:cue"}
        lines = {place.id for hit in scene.dateline for place in hit.reading.places}
        for index, hit, unit in open_hits:
            seat = hit.entity
            if seat is None:
                continue
            city = self._city(hit)
            if city or seat.id in lines:
                hit.decide(seat, "place:seat", city or "the dateline")
            elif self._unit_before.stand_before(hit):
                hit.decide(unit, "place:unit", "a part of it")
            elif self._by_neighbours(hit, seat, unit, scene.hits, index):
                continue
            elif seat.id in cities:
                hit.decide(seat, "place:named", f"said to be a city at {cities[seat.id].text}")
            else:
                hit.decide(unit, UNDECIDED, f"or the city, {seat.id}: nothing tells which")

    def _countryside(self, hits: Sequence[Hit]) -> None:
        """`Assal al-Ward nahiyah, Damascus`: a city behind a unit of the governorate around it is that governorate."""
        for index, hit in enumerate(hits):
            before = hits[index - 1] if index else None
            if hit.rule != "place:seat" or hit.entity is None or before is None or before.entity is None:
                continue
            around = {AROUND[each] for each in self._places.area.above(hit.name) if each in AROUND}
            unit = around.intersection(self._places.area.above(before.name))
            between = hit.field.source[before.source[1] : hit.source[0]]
            if unit and before.field is hit.field and before.entity.kind in _UNITS and _IN.fullmatch(between):
                hit.decide(self._entities[min(unit)], "place:unit", f"{before.text} lies in it")

    def _governorate(self, hit: Hit) -> Entity | None:
        """The governorate of the hit's name, where it is more than the town itself."""
        seat = hit.entity
        for place in hit.reading.where:
            if (
                seat is not None
                and place.kind == "governorate"
                and place.id in self._places.area.above(seat.id)
            ):
                return place if self._is_wide(place, seat) else None
        return None

    def _is_wide(self, unit: Entity, seat: Entity) -> bool:
        known = self._wide.get(unit.id)
        if known is None:
            known = self._wide[unit.id] = any(
                kilometres(seat, each) > _ONE_TOWN_KM for each in self._inside[unit.id]
            )
        return known

    def _city(self, hit: Hit) -> str:
        """The words that say that the city is meant, for `evidence`; empty when none do."""
        source = hit.field.source
        start, end = hit.source
        if hit.field.name == "body" and start == 0 and _DATELINE.match(source, end):
            return "the dateline"
        before = preceding(hit)
        if self._city_before.end(before):
            return " ".join(before[-2:])
        after = following(hit)
        if self._city_after.begin(after):
            return after[0]
        return "a road" if _HIGHWAY.match(source, end) else ""

    def _by_neighbours(self, hit: Hit, seat: Entity, unit: Entity, hits: Sequence[Hit], index: int) -> bool:
        """`Baba Amr in Homs` is the city, `Rastan, Homs` the governorate; whether that decides."""
        source = hit.field.source
        if (twice := _twice(hit, hits, index)) is not None:
            hit.decide(
                unit if twice == "unit" else seat,
                f"place:{twice}",
                "named twice: the city, and where it lies",
            )
            return True
        for step, joint in ((-1, _JOINT), (1, _POSSESSIVE)):
            other = hits[index + step] if 0 <= index + step < len(hits) else None
            if other is None or other.field is not hit.field or other.entity is None:
                continue
            first, last = (other, hit) if step < 0 else (hit, other)
            between = source[first.source[1] : last.source[0]]
            part = other.entity
            if part.type != "place" or part.kind in _NO_PART or not joint.fullmatch(between):
                continue
            above = self._places.area.above(part.id)
            if seat.id in above or kilometres(seat, part) < _WITHIN_KM:
                hit.decide(seat, "place:seat", f"{other.text} is a part of it")
                return True
            if unit.id in above and kilometres(seat, part) > _BESIDE_KM:
                hit.decide(unit, "place:unit", f"{other.text} lies in it")
                return True
        return False


def _twice(hit: Hit, hits: Sequence[Hit], index: int) -> str | None:
    """`Raqqa, Raqqa` and `ادلب : ادلب`: which of the two this is, `seat` or `unit`; None for a name alone."""
    for step in (-1, 1):
        other = hits[index + step] if 0 <= index + step < len(hits) else None
        if other is None or other.field is not hit.field or not _alike(other, hit):
            continue
        first, last = (other, hit) if step < 0 else (hit, other)
        match = _TWICE.fullmatch(hit.field.source, first.source[1], last.source[0])
        if match:
            return "seat" if (step > 0) is (match[1] is not None) else "unit"
    return None


def _alike(one: Hit, other: Hit) -> bool:
    """Whether two hits may name the same governorate, in whatever spelling."""
    units = {place.id for place in one.reading.where if place.kind == "governorate"}
    return any(place.id in units for place in other.reading.where)
