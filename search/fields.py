"""The fields that a query can name, and what each does with its value. A new field is one line here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from search.names import Names
from store.bounds import MOST_KM
from store.query import KeywordField, Near, Node, Or, Term, TextField, TimeField

STATUSES = ("usable", "withheld", "canceled")
SIGNALS = (
    "completion", "correction", "date-future", "date-guessed", "date-old", "date-unread", "edited", "update",
    "withdrawal",
)  # fmt: skip
"""What `ingest` marks an article with; a test there holds the two together."""
SETTLEMENTS = ("city", "town", "village", "neighbourhood", "camp")
_P_CODE = re.compile(r"[a-z]{1,2}\d+", re.IGNORECASE)
_NUMBER = r"\s*([+-]?\d{1,5}(?:\.\d{1,9})?)\s*"
_CIRCLE = re.compile(rf"{_NUMBER},{_NUMBER},{_NUMBER}km", re.IGNORECASE)
_AROUND = re.compile(rf"(?P<name>.+?),{_NUMBER}km", re.IGNORECASE)
_HOW_NEAR = "write near:34.72,37.26,20km (degrees north, degrees east, kilometres) or near:palmyra,20km"


@dataclass(frozen=True)
class Keyword:
    """A keyword field. `kind` is the prefix that its ids carry; `lower` folds what is never in capitals.

    `units`: of the places with a name those of these kinds only.
    """

    field: KeywordField
    kind: str = ""
    lower: bool = False
    among: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True)
class Text:
    """Words and phrases of this field only."""

    field: TextField


@dataclass(frozen=True)
class Time:
    """Days and spans of time."""

    field: TimeField


@dataclass(frozen=True)
class Circle:
    """A point or a place, and kilometres around it."""


Field = Keyword | Text | Time | Circle

ENTITY_FIELDS: Mapping[str, KeywordField] = {
    "person": "person_ids",
    "group": "group_ids",
    "state": "state_ids",
    "place": "place_ids",
    "weapon": "weapon_ids",
    "theme": "theme_ids",
}

FIELDS: Mapping[str, Field] = {
    "feed": Keyword("feed_id"),
    "language": Keyword("language", lower=True),
    "lang": Keyword("language", lower=True),
    "id": Keyword("id"),
    **{name: Keyword(field, kind=name) for name, field in ENTITY_FIELDS.items()},
    "city": Keyword("place_ids", kind="place", units=SETTLEMENTS),
    "province": Keyword("place_ids", kind="place", units=("governorate",)),
    "district": Keyword("place_ids", kind="place", units=("district",)),
    "near": Circle(),
    "entity": Keyword("entity_ids"),
    "story": Keyword("story_id"),
    "status": Keyword("pubstatus", lower=True, among=STATUSES),
    "signal": Keyword("signals", lower=True, among=SIGNALS),
    "headline": Text("headline"),
    "body": Text("body"),
    "copy_of": Keyword("copy_of"),
    "provider": Keyword("provider"),
    "date": Time("dated"),
    "published": Time("published"),
    "updated": Time("updated"),
    "first_seen": Time("first_seen"),
    "fetched": Time("fetched"),
}


def keyword_term(name: str, field: Keyword, value: str, names: Names | None = None) -> Node:
    """`place` and `SY04`, `place/SY04` or, with `names`, `Homs` → the term, or one of several terms.

    Raises `ValueError` with what is wrong and what to do.
    """
    value = value.strip()
    if field.lower:
        value = value.lower()
    if field.kind and names is not None:
        return _named(name, field, value, names)
    if field.kind:
        value = _entity_id(field.kind, value)
    elif field.field == "entity_ids":
        kind, slash, rest = value.partition("/")
        if not slash or kind.lower() not in ENTITY_FIELDS:
            raise ValueError(
                f"{name}: {value!r} does not say what it is: write it like {name}:person/bashar-al-assad"
            )
        value = _entity_id(kind.lower(), rest)
    if field.among and value not in field.among:
        raise ValueError(f"{name}: {value!r} is not known: use {', '.join(field.among)}")
    return Term(field.field, value)


def _named(name: str, field: Keyword, value: str, names: Names) -> Node:
    units = field.units
    ids = names.ids(field.kind, value, units) or names.ids(field.kind, _entity_id(field.kind, value), units)
    if not ids:
        raise ValueError(
            f"{name}: {value!r} is no name in the gazetteer: leave out `{name}:` to look for the word"
        )
    terms = tuple(Term(field.field, each) for each in ids)
    return terms[0] if len(terms) == 1 else Or(terms)


def circle(value: str, names: Names | None) -> Node:
    """`34.72,37.26,20km` or, with `names`, `palmyra,20km` → what to be near to. Raises `ValueError`."""
    if point := _CIRCLE.fullmatch(value):
        return _near(float(point[1]), float(point[2]), float(point[3]))
    around = _AROUND.fullmatch(value)
    if around is None:
        raise ValueError(f"near: {value!r} is no circle: {_HOW_NEAR}")
    points = names.points(around["name"], SETTLEMENTS) if names is not None else ()
    if not points:
        raise ValueError(f"near: {around['name']!r} is no place of the gazetteer: {_HOW_NEAR}")
    circles = tuple(_near(lat, lon, float(around[2])) for lat, lon in points)
    return circles[0] if len(circles) == 1 else Or(circles)


def _near(lat: float, lon: float, km: float) -> Near:
    if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 < km <= MOST_KM):
        raise ValueError(f"near: {lat:g},{lon:g},{km:g}km lies on no map: {_HOW_NEAR}")
    return Near(lat, lon, km)


def entity_term(entity_id: str) -> Node:
    """`place/SY04` → the term over places and what lies in them. Raises `ValueError`."""
    kind, slash, _ = entity_id.partition("/")
    if not slash or kind not in ENTITY_FIELDS:
        raise ValueError(f"entity: {entity_id!r} is no entity: write it like place/SY04")
    return Term(ENTITY_FIELDS[kind], entity_id)


def _entity_id(kind: str, value: str) -> str:
    """Slugs are small letters with hyphens, P-codes (`SY04`) capitals."""
    slug = value.lower().removeprefix(f"{kind}/")
    if kind == "place" and _P_CODE.fullmatch(slug):
        return f"{kind}/{slug.upper()}"
    return f"{kind}/{'-'.join(slug.split())}"
