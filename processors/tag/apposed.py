"""What stands right beside a name as what it lies in: `Salma, Latakia`, `الباب شرقي حلب`, `Idlib - Harem`."""

import re
from typing import Final

from processors.tag.hits import Hit
from processors.tag.scene import Scene

_ENGLISH: Final = (
    r"(?:(?:north|south)?(?:east|west)(?:ern)?|(?:north|south)(?:ern)?|"
    r"rural|central|the|countryside|area|of|in) "
)
_ARABIC: Final = r"(?:ب?ريف|ب?محافظة|مدينة|وسط|(?:شمال|جنوب)ي?|(?:(?:شمال|جنوب)ي? )?(?:شرق|غرب)ي?) "
_BEHIND: Final = re.compile(
    rf"(?:, ?| [-–—/] |/| \()(?:{_ENGLISH})*(?=[^\W\d_])"
    rf"|(?: ?[،,] ?| [-–—/] | \()(?:{_ARABIC})*(?=[ء-ي])"
    rf"| (?:area|town|village|city|neighbou?rhood) (?:of|in) (?:{_ENGLISH})*(?=[^\W\d_])"
    rf"| (?:{_ARABIC})+(?=[ء-ي])",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(
    r"(?: (?:countryside|province|governorate|(?:الشمالي|الجنوبي)(?: (?:الشرقي|الغربي))?|الشرقي|الغربي|الأوسط))?"
    r"(?: [-–—/] | ?: ?|/)| (?:countryside|province|governorate), ",
    re.IGNORECASE,
)
# What the first two characters behind a name are then: cheaper to ask than the pattern.
_FIRST: Final = frozenset(",/، ")
_SECOND: Final = frozenset("-–—/(،,atvcnATVCNبرموشجغ")
_MAY_END: Final = ("- ", "– ", "— ", "/ ", ": ", ":", "/", "e, ")


def around(hit: Hit, scene: Scene) -> Hit | None:
    """The hit that may name a place and is joined to `hit` as the place that it lies in; behind it, else before it."""
    source = hit.field.source
    start, end = hit.source
    behind = _BEHIND.match(source, end) if _may_go_on(source, end) else None
    if behind is not None:
        other = scene.starting(hit.field, behind.end())
        if other is not None and other.reading.where:
            return other
    if source.endswith(_MAY_END, 0, start):
        other = scene.before(hit.field, start)
        if other is not None and _BEFORE.fullmatch(source, other.source[1], start):
            return other
    return None


def _may_go_on(source: str, end: int) -> bool:
    """Whether `_BEHIND` may match there: never wrongly false."""
    if end + 1 >= len(source) or source[end] not in _FIRST:
        return False
    return source[end] != " " or source[end + 1] in _SECOND
