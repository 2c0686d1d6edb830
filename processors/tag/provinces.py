"""`Suran in Hama province`: a name right before a governorate, said to be one, lies in that governorate."""

from collections.abc import Sequence
from typing import Final

from lexicon.entity import Entity
from processors.tag.area import WEAK
from processors.tag.context import Context
from processors.tag.hits import Hit
from processors.tag.places import Places
from processors.tag.scene import Scene

_SAID: Final = frozenset(("place:cue", "place:unit"))
_SETTLED: Final = frozenset(("city", "town", "village", "neighbourhood", "world-city"))
# Folded. What may stand between the two, besides a comma or a bracket.
_BETWEEN: Final = frozenset(
    ("in", "the", "of", "rural", "countryside", "province", "governorate", "central", "north", "south", "east", "west",
     "northern", "southern", "eastern", "western", "northeast", "northwest", "southeast", "southwest", "northeastern",
     "northwestern", "southeastern", "southwestern", "s.", "n.", "e.", "w.", "dans", "la", "le", "de", "d",
     "gouvernorat", "в", "провинции", "ريف", "بريف", "في", "محافظه", "بمحافظه")
)  # fmt: skip
_JOINTS: Final = frozenset((", ", " and ", ", and ", " & ", " و", ", و", " et ", " ve ", " и "))


def settle(scene: Scene, places: Places, context: Context) -> None:
    """Decides the names, and lists of names, that stand before a governorate; a village elsewhere is none of them."""
    told = [index for index, hit in enumerate(scene.hits) if hit.rule in _SAID]
    for index in told:
        unit = scene.hits[index].entity
        if unit is not None and unit.kind == "governorate":
            _told(scene.hits, index, unit, places, context)


def _told(hits: Sequence[Hit], index: int, unit: Entity, places: Places, context: Context) -> None:
    behind = hits[index]
    text = behind.field.text
    for at in range(index - 1, -1, -1):
        hit = hits[at]
        if hit.field is not behind.field:
            return
        between = text[hit.end : behind.word]
        if hit.entity is not None and hit.entity.kind == "governorate":
            return  # what stands before that lies in that
        joined = _is_in(between) if at == index - 1 else text[hit.end : behind.start] in _JOINTS
        if not joined or not _lies_in(hit, unit, places, context):
            return
        behind = hit


def _is_in(between: str) -> bool:
    if between.strip() == "":
        return False
    return _BETWEEN.issuperset(between.replace(",", " ").replace("(", " ").split())


def _lies_in(hit: Hit, unit: Entity, places: Places, context: Context) -> bool:
    """Decides a hit that is in the governorate `unit`; false when it names no settlement."""
    here = hit.entity
    if here is not None and (here.kind not in _SETTLED or unit.id in places.area.above(here.id)):
        return here.type == "place"
    inside = [
        place
        for place in hit.reading.where
        if place.kind in _SETTLED and unit.id in places.area.above(place.id)
    ]
    if len(inside) > 1:
        inside = [place for place in inside if place.kind not in WEAK]
    if (
        len(inside) == 1
        and not context.is_a_word(hit.key)
        and not context.in_a_longer_name(hit)
        and not context.is_first_name(hit.key)
    ):
        hit.decide(inside[0], "place:parent", unit.id)
    elif here is not None and here.kind in WEAK:
        hit.reopen()
    return True
