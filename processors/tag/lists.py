"""Lists of places: `Ariha, Kafarmid and Sermen`. What is joined to a place there is a place near it, spelled anyhow."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from lexicon.entries import Entity
from processors.tag.find import Hit
from processors.tag.places import kilometres

_JOINT: Final = re.compile(r" ?(?:,|،|/|&|;)(?: ?(?:and|و))? ?| (?:and|und|et|ve|[–-]) ")
_ARTICLE: Final = re.compile(r"(?:(?:[Aa]l|[Ee]l|[Aa]sh?|[Aa][trdzn])[ -]{1,2})?")
_SETTLED: Final = frozenset(("city", "town", "village", "neighbourhood", "subdistrict", "district", "camp"))
_LONGEST: Final = 12  # characters of a joint with an article
_NEAR_KM: Final = 25.0
_FAR: Final = 2.0  # times as far as the nearest: no rival


class Listed:
    """The decided places of one field, in order, as a list of names sees them."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self._hits = [
            each for each in hits if each.entity is not None and each.entity.type in ("place", "state")
        ]

    def add(self, hit: Hit) -> None:
        """Takes in a hit that was decided later."""
        self._hits.insert(self._index(hit), hit)

    def beside(self, hit: Hit) -> list[Entity]:
        """The settlements, and units named after one, that a comma or an `and` joins to a name."""
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
        return [each.entity for each in found if each.entity is not None and each.entity.kind in _SETTLED]

    def _index(self, hit: Hit) -> int:
        return bisect_left(self._hits, hit.source, key=_source)


def nearest(candidates: Sequence[Entity], beside: Sequence[Entity]) -> Entity | None:
    """The one candidate that is near to a place of the list, when no other is nearly as near."""
    ranked = sorted((min(kilometres(each, other) for other in beside), each.id, each) for each in candidates)
    if not ranked or ranked[0][0] > _NEAR_KM:
        return None
    rivals = len(ranked) > 1 and ranked[1][0] < ranked[0][0] * _FAR
    return None if rivals else ranked[0][2]


def _source(hit: Hit) -> tuple[int, int]:
    return hit.source


def _joined(between: str) -> bool:
    if len(between) > _LONGEST:
        return False
    match = _JOINT.match(between)
    return match is not None and _ARTICLE.fullmatch(between, match.end()) is not None
