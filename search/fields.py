"""The fields that a query can name, and what each does with its value. A new field is one line here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from search.names import Names
from store.query import KeywordField, Node, Or, Term, TextField, TimeField

STATUSES = ("usable", "withheld", "canceled")
_P_CODE = re.compile(r"[a-z]{1,2}\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Keyword:
    """A keyword field. `kind` is the prefix that its ids carry; `lower` folds what is never in capitals."""

    field: KeywordField
    kind: str = ""
    lower: bool = False
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class Text:
    """Words and phrases of this field only."""

    field: TextField


@dataclass(frozen=True)
class Time:
    """Days and spans of time."""

    field: TimeField


Field = Keyword | Text | Time

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
    "entity": Keyword("entity_ids"),
    "story": Keyword("story_id"),
    "status": Keyword("pubstatus", lower=True, among=STATUSES),
    "signal": Keyword("signals", lower=True),
    "headline": Text("headline"),
    "body": Text("body"),
    "published": Time("published"),
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
    ids = names.ids(field.kind, value) or names.ids(field.kind, _entity_id(field.kind, value))
    if not ids:
        raise ValueError(
            f"{name}: {value!r} is no name in the gazetteer: leave out `{name}:` to look for the word"
        )
    terms = tuple(Term(field.field, each) for each in ids)
    return terms[0] if len(terms) == 1 else Or(terms)


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
