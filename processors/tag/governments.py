"""Capitals that stand for governments: `Moscow says`, `between Ankara and Tehran`; `in Moscow` is the place."""

from processors.tag.context import Context
from processors.tag.find import Hit
from processors.tag.scene import Scene

_AND = frozenset(
    (" and ", ", ", ", and ", " as well as ", " и ", " ve ", " et ", " و", " or ", " или ", " veya ")
)


class Governments:
    """Decides between a capital and its government."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def settle(self, scene: Scene) -> None:
        """Decides the capitals of a scene that are governments; of two that are coordinated both are the same."""
        hits = [hit for hit in scene.hits if hit.entity is None and len(hit.reading.states) == 1]
        if not hits:
            return
        why = [self._context.government(hit) for hit in hits]
        for index in range(1, len(hits)):
            if not why[index] and why[index - 1] in ("before", "place", "case") and _joined(hits, index):
                why[index] = why[index - 1]
        for index in reversed(range(1, len(hits))):
            if not why[index - 1] and why[index] in ("saying", "case") and _joined(hits, index):
                why[index - 1] = why[index]
        for hit, reason in zip(hits, why, strict=True):
            if reason and reason != "place":
                hit.decide(hit.reading.states[0], f"metonym:{reason}")


def _joined(hits: list[Hit], index: int) -> bool:
    first, second = hits[index - 1], hits[index]
    return first.field is second.field and first.field.text[first.end : second.start] in _AND
