"""What a spelling may stand for, and how."""

from functools import lru_cache
from typing import Final, Literal, NamedTuple

from lexicon.entity import Entity
from lexicon.fold import fold

How = Literal[
    "name", "spelling", "short", "metonym", "surname"
]  # of a place, `short` is `Sha'ar` for the gas field
Case = Literal["any", "capital", "capitals"]
ARABIC_FROM: Final = "\u0600"  # the first letter of that script
UNITS: Final = ("governorate", "district", "subdistrict")


class Meaning(NamedTuple):
    """What a spelling may stand for, and the letter case its source text must have."""

    entity: Entity
    how: How
    case: Case


def case_of(value: str) -> Case:
    """What a name asks of the letters of a text: small ones ask nothing, an acronym capitals only."""
    if value == value.lower():
        return "any"
    short = " " not in value and value.isupper() and 1 < sum(map(str.isalpha, value)) <= 6
    return "capitals" if short else "capital"


@lru_cache(maxsize=200_000)
def folded(value: str) -> str:
    """A name folded, without spaces around it."""
    return fold(value).strip()
