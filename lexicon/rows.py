"""An entry of a YAML file of the gazetteer, as analysts write it, and the entity that it means."""

import msgspec

from lexicon.dated import Day, Link, Role, SideTaken, period
from lexicon.entity import Entity, EntityType, GroupKind, Names, Side


class _Dated(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    first: Day | None = msgspec.field(default=None, name="from")
    last: Day | None = msgspec.field(default=None, name="to")


class _Role(_Dated, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: dict[str, str]
    of: str = ""


class _Link(_Dated, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str


class _Side(_Dated, frozen=True, kw_only=True, forbid_unknown_fields=True):
    side: Side


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry. docs/gazetteer.md shows each field."""

    id: str
    names: Names
    source: str
    short: Names = {}
    metonyms: Names = {}
    alone: bool = False
    beside: tuple[str, ...] = msgspec.field(default=(), name="with")
    kind: GroupKind | None = None
    roles: tuple[_Role, ...] = ()
    parents: tuple[_Link, ...] = ()
    sides: tuple[_Side, ...] = ()
    became: tuple[_Link, ...] = ()
    active: _Dated = _Dated()


def organ_parent(entity_id: str) -> str:
    """`state/russia/kremlin` → `state/russia`; empty for what has nothing above it."""
    head, _, _ = entity_id.rpartition("/")
    return head if "/" in head else ""


def entity_of(row: Row, kind: EntityType) -> Entity:
    """The entity. Raises `ValueError` for a date that is none, or a period that ends before it begins."""
    return Entity(
        id=row.id,
        type=kind,
        names=row.names,
        source=row.source,
        short=row.short,
        metonyms=row.metonyms,
        alone=row.alone,
        beside=row.beside,
        parent=organ_parent(row.id) if kind == "state" else "",
        kind=row.kind or "",
        roles=tuple(Role(title=r.title, of=r.of, period=period(r.first, r.last)) for r in row.roles),
        parents=tuple(Link(id=m.id, period=period(m.first, m.last)) for m in row.parents),
        sides=tuple(SideTaken(side=s.side, period=period(s.first, s.last)) for s in row.sides),
        became=tuple(Link(id=b.id, period=period(b.first, b.last)) for b in row.became),
        active=period(row.active.first, row.active.last),
    )
