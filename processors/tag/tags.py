"""What the tagger gives out: mentions, flat arrays of ids, points, what stays open."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from lexicon.entity import Entity
from processors.tag.area import Area
from processors.tag.hits import Hit
from processors.tag.people import People, role_text
from processors.tag.scene import Scene
from processors.tag.seats import UNDECIDED, Seats
from processors.tag.variants import Unknown
from store.records import GeoPoint, Mention, Unresolved

# How sure each rule is. Measured on few texts only: an order, not a probability.
CONFIDENCE: Final[Mapping[str, float]] = {
    "name": 0.95,
    "name:date": 0.85,
    "name:variant": 0.7,
    "short:named": 0.9,
    "short:title": 0.9,
    "short:alone": 0.85,
    "short:role": 0.75,
    "short:beside": 0.7,
    "metonym:before": 0.75,
    "metonym:saying": 0.8,
    "metonym:possessive": 0.75,
    "metonym:case": 0.7,
    "place:cue": 0.95,
    "place:name": 0.85,
    "place:seat": 0.75,
    "place:unit": 0.75,
    "place:named": 0.8,
    "place:parent": 0.6,
    "place:near": 0.55,
    "place:spelling": 0.6,
    "place:alone": 0.5,
    "place:undecided": 0.5,
    "place:variant": 0.5,
}
UNRESOLVED_AT_MOST: Final = 40
_PRECISION: Final = {
    "crossing": "point",
    "facility": "point",
    "airbase": "point",
    "airport": "point",
    "military-base": "point",
    "port": "point",
    "dam": "point",
    "gas-field": "point",
    "oil-field": "point",
    "prison": "point",
    "camp": "point",
    "world-city": "city",
    "road": "region",
    "mountain": "region",
}
_TYPES: Final = tuple(
    (kind, f"{kind}/", f"{kind}0")  # 0 comes after /
    for kind in ("person", "group", "state", "place", "weapon", "theme")
)
_NO_POINT: Final = frozenset(("country", "water"))


@dataclass(frozen=True, slots=True)
class Tags:
    """What an article names. The id tuples are sorted and unique; the fields are those of `Article`.

    `evidence` has one text for each mention: what made the rule decide. It is for people, not for records.
    """

    mentions: tuple[Mention, ...]
    entity_ids: tuple[str, ...]
    person_ids: tuple[str, ...]
    group_ids: tuple[str, ...]
    state_ids: tuple[str, ...]
    place_ids: tuple[str, ...]
    weapon_ids: tuple[str, ...]
    theme_ids: tuple[str, ...]
    geo: tuple[GeoPoint, ...]
    unresolved: tuple[Unresolved, ...]
    evidence: tuple[str, ...]


class Results:
    """Makes them; what it remembers between articles are points of places."""

    def __init__(self, area: Area, people: People, seats: Seats) -> None:
        self._area = area
        self._people = people
        self._seats = seats
        self._points: dict[str, GeoPoint] = {}

    def tags(self, scene: Scene, unknown: list[Unknown]) -> Tags:
        """What the hits and the unknown names of a scene come to."""
        entities: dict[str, Entity] = {}
        mentions, evidence, sure, vague = [], [], set(), []
        for hit in scene.hits:
            entity = hit.entity
            if entity is None:
                continue
            entities[hit.name] = entity
            if hit.rule == UNDECIDED:
                vague.append(hit)
            else:
                sure.add(hit.name)
            mentions.append(self._mention(hit, entity, scene.day))
            evidence.append(hit.evidence)
        ids = set(entities)
        for each, entity in entities.items():
            if entity.parent:
                ids.update(self._area.above(each))
        ids.update(each for hit in vague for each in self._seats.candidates(hit))
        unknown.sort(key=lambda each: (each.field.number, each.source))
        in_order = tuple(sorted(ids))
        by_type = _by_type(in_order)
        return Tags(
            mentions=tuple(mentions),
            entity_ids=in_order,
            person_ids=by_type["person"],
            group_ids=by_type["group"],
            state_ids=by_type["state"],
            place_ids=by_type["place"],
            weapon_ids=by_type["weapon"],
            theme_ids=by_type["theme"],
            geo=(
                *(point for each in sorted(sure) if (point := self._point(entities[each])) is not None),
                *self._seats.points(vague, sure),
            ),
            unresolved=tuple(map(_unresolved, unknown[:UNRESOLVED_AT_MOST])),
            evidence=tuple(evidence),
        )

    def _mention(self, hit: Hit, entity: Entity, day: date | None) -> Mention:
        start, end = hit.source
        role = self._people.role(entity, day) if entity.roles and day is not None else None
        return Mention(
            entity_id=hit.name,
            type=entity.type,
            text=hit.field.source[start:end],
            field=hit.field.name,
            start=start,
            end=end,
            rule=hit.rule,
            confidence=CONFIDENCE[hit.rule],
            role=role_text(role) if role is not None else "",
            candidates=self._seats.candidates(hit) if hit.rule == UNDECIDED else (),
        )

    def _point(self, place: Entity) -> GeoPoint | None:
        if place.type != "place" or place.kind in _NO_POINT:
            return None
        known = self._points.get(place.id)
        if known is None:
            precision = _PRECISION.get(place.kind, place.kind)
            known = GeoPoint(lat=place.lat, lon=place.lon, place_id=place.id, precision=precision)
            self._points[place.id] = known
        return known


def _unresolved(unknown: Unknown) -> Unresolved:
    start, end = unknown.source
    return Unresolved(
        text=unknown.field.source[start:end],
        field=unknown.field.name,
        start=start,
        end=end,
        reason=unknown.reason,
        candidates=unknown.candidates,
    )


def _by_type(ids: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Sorted ids, which begin with their type: type → its own."""
    return {kind: ids[bisect_left(ids, first) : bisect_left(ids, last)] for kind, first, last in _TYPES}
