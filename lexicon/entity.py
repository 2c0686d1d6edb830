"""One entity of the gazetteer. A plain class, not a record: the compiled tagger reads its attributes all the time."""

from dataclasses import dataclass, field
from typing import Final, Literal

from lexicon.dated import Link, Period, Role, SideTaken

EntityType = Literal["person", "group", "state", "place", "weapon", "theme"]
PlaceKind = Literal[
    "governorate",
    "district",
    "subdistrict",
    "city",
    "town",
    "village",
    "neighbourhood",
    "facility",
    "crossing",
    "region",
    "water",
    "country",
    "world-city",
    "airbase",
    "airport",
    "military-base",
    "port",
    "dam",
    "gas-field",
    "oil-field",
    "prison",
    "camp",
    "road",
    "mountain",
]
GroupKind = Literal[
    "armed",
    "alliance",
    "political",
    "government",
    "civil",
    "monitor",
    "media",
    "humanitarian",
    "tribal",
    "other",
]
Side = Literal[
    "government",
    "iran-backed",
    "opposition",
    "turkish-backed",
    "jihadist",
    "islamic-state",
    "kurdish-led",
    "coalition",
    "transition",  # the authorities since December 2024
    "neutral",
]
Names = dict[str, tuple[str, ...]]
_ALWAYS: Final = Period()


@dataclass(kw_only=True, eq=False)
class Entity:
    """One person, group, state, place, weapon or theme. Nobody changes it once the gazetteer is read.

    `names`, `short` and `metonyms` map a language (`und`: a Latin spelling of no known language) to spellings.
    `names` match anywhere. `short` match where the article names the entity in full, everywhere when `alone`, or
    beside an entity of `beside`. `metonyms` match where the words around them say that the state is meant.
    `lat`, `lon` (WGS 84) are set for places only; `parent` for places and for organs of states; `kind` for places and
    groups. `roles` are a person's; `parents`, `sides`, `became` and `active` a group's.
    """

    id: str
    type: EntityType
    names: Names
    source: str
    short: Names = field(default_factory=dict)
    metonyms: Names = field(default_factory=dict)
    alone: bool = False
    beside: tuple[str, ...] = ()
    parent: str = ""
    kind: PlaceKind | GroupKind | Literal[""] = ""
    lat: float = 0.0
    lon: float = 0.0
    roles: tuple[Role, ...] = ()
    parents: tuple[Link, ...] = ()
    sides: tuple[SideTaken, ...] = ()
    became: tuple[Link, ...] = ()
    active: Period = _ALWAYS
