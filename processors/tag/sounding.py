"""Places in Latin letters by their consonants, however they are romanised."""

import re
from collections.abc import Iterator
from typing import Final

from lexicon.entity import Entity
from lexicon.transliteration import key, vowels_agree
from processors.tag.apposed import around
from processors.tag.area import only
from processors.tag.capitals import bare_line
from processors.tag.context import Context
from processors.tag.hits import Hit
from processors.tag.lists import Listed, nearest
from processors.tag.meaning import UNITS
from processors.tag.places import Places
from processors.tag.scene import Scene

_HEAD: Final = re.compile(r"(kafr|khan|tal|deir|ein|beit|maar|jub|bir|um|abu|ras|tir)( ?)(\w{3}.*)")
_TOO_SHORT: Final = 3
_TELLING: Final = 6  # so many consonants tell a place whatever the vowels
_QUARTERS: Final = frozenset(("neighbourhood", "camp"))  # no village has these words behind it


class Sounding:
    """The lexicon's places by their keys (`lexicon.transliteration`)."""

    def __init__(self, context: Context, places: Places) -> None:
        self._context = context
        self._places = places
        self._names: dict[str, list[tuple[Entity, str]]] = {}

    def __contains__(self, known: str) -> bool:
        return known in self._names

    def learn(self, place: Entity, folded: str) -> None:
        """Takes in a folded name of a place."""
        for written in _joined_or_parted(folded):
            its_key = key(written)
            if len(its_key.replace(" ", "")) >= _TOO_SHORT:
                self._names.setdefault(its_key, []).append((place, written))

    def place(
        self, hit: Hit, known: str, folded: str, scene: Scene, listed: Listed, *, told: bool
    ) -> Entity | None:
        """The place of these consonants, where something tells that a place stands there, and which."""
        if folded in self._context.cue_only:
            return None
        rows = self._names[known]
        if self._context.is_quarter(hit):
            rows = [row for row in rows if row[0].kind in _QUARTERS]
        size = len(known.replace(" ", ""))
        long = size >= _TELLING
        alike = list({place.id: place for place, _ in rows}.values()) if size > _TOO_SHORT else []
        agreeing = list({p.id: p for p, name in rows if long or vowels_agree(folded, name)}.values())
        agreeing = [place for place in agreeing if place.kind not in UNITS] or agreeing
        bare = bare_line(scene)
        if bare and not scene.support:
            return only(alike) if size > _TOO_SHORT + 1 or " " in known else None
        if (other := around(hit, scene)) is not None:
            ids = self._places.area.meant(other)
            if inside := self._inside(ids, agreeing) or self._inside(ids, alike):
                return inside
        fitting = [each for each in agreeing if each.kind == "city" or self._places.area.inside(each, scene)]
        return self._chosen(hit, fitting, alike, scene, listed.beside(hit), told=told or bare)

    def _chosen(
        self,
        hit: Hit,
        fitting: list[Entity],
        alike: list[Entity],
        scene: Scene,
        beside: list[Entity],
        *,
        told: bool,
    ) -> Entity | None:
        """One of those that fit; in a list one that is near, with other vowels too where none fits."""
        if not (told or beside or self._context.where(hit)):
            return None
        if hit.cue and not scene.support and not beside:
            return only(alike)
        if len(fitting) == 1:
            return fitting[0]
        if beside and ((near := nearest(fitting or alike, beside)) is not None or not fitting):
            return near
        found = self._places.choose(hit, tuple(fitting), scene, last=True) if fitting else None
        return found.entity if found else None

    def _inside(self, ids: set[str], places: list[Entity]) -> Entity | None:
        return only([each for each in places if ids.intersection(self._places.area.above(each.id))])

    def alike(self, known: str) -> tuple[str, ...]:
        """The ids of the places of a key, eight at most."""
        return tuple(sorted({place.id for place, _ in self._names.get(known, ())}))[:8]


def _joined_or_parted(folded: str) -> Iterator[str]:
    """`kafr naha` and `kafrnaha`: both are written."""
    yield folded
    match = _HEAD.match(folded)
    if match and match[2] == " " and " " not in match[3]:
        yield match[1] + match[3]
    elif match and not match[2]:
        yield f"{match[1]} {match[3]}"
