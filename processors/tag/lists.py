"""Lists of places: `Ariha, Kafarmid and Sermen`. What is joined to a place there is a place near it, spelled anyhow."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter
from typing import Final

from lexicon.entity import Entity
from processors.tag.distance import kilometres
from processors.tag.hits import Hit
from processors.tag.scene import Scene

_JOINT: Final = r"(?: ?(?:,|،|/|&|;)(?: ?(?:and|و))? ?| (?:and|und|et|ve|[–-]) | و|[-–])"
_ARTICLE: Final = r"(?:ال|ب|(?:[Aa]l|[Ee]l|[Aa]sh?|[Aa][trdzn])[ -]{1,2})?"
_NAME: Final = r"[A-ZÀ-ÖØ-Þ][\w'’-]+(?: [A-ZÀ-ÖØ-Þ][\w'’-]+)?"
_BETWEEN: Final = re.compile(rf"(?:{_JOINT}{_ARTICLE}{_NAME})?{_JOINT}{_ARTICLE}")
_WIDE: Final = frozenset(("", "governorate", "country", "region", "water", "world-city", "mountain", "road"))
_MAY_BEGIN: Final = frozenset(",،/&;-–aeuvو")  # behind the space, if there is one
_LONGEST: Final = 36  # characters of two joints and a name
_NEAR_KM: Final = 25.0
_FAR: Final = 2.0  # times as far as the nearest: no rival


class Listed:
    """The decided places of one field, in order, as a list of names sees them."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self._given = hits
        self._known: list[Hit] | None = None

    @property
    def _hits(self) -> list[Hit]:
        if self._known is None:  # most articles never ask
            self._known = [
                each
                for each in self._given
                if each.entity is not None and each.entity.type in ("place", "state")
            ]
        return self._known

    def add(self, hit: Hit) -> None:
        """Takes in a hit that was decided later."""
        self._hits.insert(self._index(hit), hit)

    def beside(self, hit: Hit) -> list[Entity]:
        """The places, but for wide ones, that a comma or an `and` joins to a name."""
        at = self._index(hit)
        source, found = hit.field.source, []
        start, end = hit.source
        if at:
            before = self._hits[at - 1]
            if _joined(source[before.source[1] : start]):
                found.append(before)
        if at < len(self._hits):
            behind = self._hits[at]
            if end < behind.source[0] and _joined(source[end : behind.source[0]]):
                found.append(behind)
        return [place for each in found if (place := _place(each)) is not None]

    def _index(self, hit: Hit) -> int:
        return bisect_left(self._hits, hit.source, key=_source)


def beside(hit: Hit, scene: Scene) -> list[Entity]:
    """The same for a hit of the scene; Arabic lists too, where `و` is written with the name behind it."""
    hits, at = scene.hits, scene.index(hit)
    found: list[Entity] = []
    if at < 0:
        return found  # a name that is looked at before it belongs to the scene
    for first, last in ((at - 1, at), (at, at + 1)):
        if not 0 <= first < last < len(hits):
            continue
        one, two = hits[first], hits[last]
        joined = one.field is two.field and _joined(one.field.source[one.source[1] : two.source[0]])
        other = _place(two if first == at else one) if joined else None
        if other is not None:
            found.append(other)
    return found


def may_be_wide(hit: Hit) -> bool:
    """Whether a name may be a governorate's: `Zara, Homs` is no list."""
    return any(place.kind == "governorate" for place in hit.reading.where)


def _place(hit: Hit) -> Entity | None:
    """The decided place of a hit, if a list of settlements may hold it."""
    here = hit.entity
    return None if here is None or here.kind in _WIDE or may_be_wide(hit) else here


def nearest(candidates: Sequence[Entity], beside: Sequence[Entity]) -> Entity | None:
    """The one candidate that is near to a place of the list, when no other is nearly as near."""
    ranked = sorted(
        ((min(kilometres(each, other) for other in beside), each.id, each) for each in candidates),
        key=itemgetter(0, 1),
    )
    if not ranked or ranked[0][0] > _NEAR_KM:
        return None
    rivals = len(ranked) > 1 and ranked[1][0] < ranked[0][0] * _FAR
    return None if rivals else ranked[0][2]


def _source(hit: Hit) -> tuple[int, int]:
    return hit.source


def _joined(between: str) -> bool:
    """Whether a comma or an `and` joins two names, or one more name of the list stands between them."""
    if len(between) > _LONGEST or between.lstrip()[:1] not in _MAY_BEGIN:
        return False
    return _BETWEEN.fullmatch(between) is not None
