"""The saved searches, their progress and their ledger on SQLAlchemy Core."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from store.adapters.sql_schema import PROGRESS, SAVED, SENT
from store.errors import NotFound
from store.saved import Place, Progress, SavedSearch, Sent, Tally

_IDS_A_QUERY = 500
_NEWER = SENT.alias("newer")
_HAS_NEWER = (
    _NEWER.c.search == SENT.c.search,
    _NEWER.c.channel == SENT.c.channel,
    _NEWER.c.id == SENT.c.id,
    _NEWER.c.version > SENT.c.version,
)
_WENT_OUT = (SENT.c.kind != "old", SENT.c.refused == "")


class SqlSaved:
    """`store.saved.SavedSearches`, over the transactions of the state store."""

    def _begin(self) -> AbstractContextManager[sa.Connection]:
        raise TypeError("SqlSaved: has no database of its own: use SqlState")

    def searches(self) -> list[SavedSearch]:
        with self._begin() as db:
            found = [
                msgspec.json.decode(data, type=SavedSearch) for data in db.scalars(sa.select(SAVED.c.data))
            ]
        return sorted(found, key=lambda search: search.name)

    def add_search(self, search: SavedSearch, progress: Sequence[Progress], known: Sequence[Sent]) -> bool:
        row = {"id": search.id, "name": search.name, "data": _json(search)}
        with self._begin() as db:
            # One statement decides who gets the name, also when two come together.
            added = db.execute(_insert(db, SAVED).on_conflict_do_nothing().returning(SAVED.c.id), row).first()
            if added is None:
                return False
            for each in progress:
                _save_progress(db, each)
            _record(db, known)
        return True

    def change_search(self, search: SavedSearch, progress: Sequence[Progress], known: Sequence[Sent]) -> bool:
        channels = [each.id for each in search.channels]
        with self._begin() as db:
            others = sa.select(SAVED.c.id).where(SAVED.c.name == search.name, SAVED.c.id != search.id)
            if db.execute(others).first() is not None:
                return False
            changed = sa.update(SAVED).where(SAVED.c.id == search.id)
            if not db.execute(changed.values(name=search.name, data=_json(search))).rowcount:
                raise NotFound(f"saved search {search.name!r}: not here any more: save it anew")
            for table in (SENT, PROGRESS):
                gone = (table.c.search == search.id, table.c.channel.not_in(channels))
                db.execute(sa.delete(table).where(*gone))
            for each in progress:
                _save_progress(db, each)
            _record(db, known)
        return True

    def drop_search(self, search_id: str) -> None:
        with self._begin() as db:
            db.execute(sa.delete(SENT).where(SENT.c.search == search_id))
            db.execute(sa.delete(PROGRESS).where(PROGRESS.c.search == search_id))
            db.execute(sa.delete(SAVED).where(SAVED.c.id == search_id))

    def progress(self, search_id: str) -> dict[str, Progress]:
        with self._begin() as db:
            rows = db.scalars(sa.select(PROGRESS.c.data).where(PROGRESS.c.search == search_id))
            found = [msgspec.json.decode(data, type=Progress) for data in rows]
        return {each.channel: each for each in found}

    def save_progress(self, progress: Progress) -> None:
        with self._begin() as db:
            _save_progress(db, progress)

    def sent(self, search_id: str, channel: str, ids: Iterable[str]) -> dict[str, Sent]:
        wanted = sorted(set(ids))
        found: dict[str, Sent] = {}
        with self._begin() as db:
            for start in range(0, len(wanted), _IDS_A_QUERY):
                part = SENT.c.id.in_(wanted[start : start + _IDS_A_QUERY])
                asked = sa.select(SENT).where(SENT.c.search == search_id, SENT.c.channel == channel, part)
                for row in db.execute(asked.order_by(SENT.c.version)):
                    found[row.id] = _line(row)
        return found

    def record_sent(self, lines: Sequence[Sent]) -> None:
        with self._begin() as db:
            _record(db, lines)

    def newest_sent(self, search_id: str, channel: str, limit: int, after: Place | None = None) -> list[Sent]:
        asked = sa.select(SENT).where(SENT.c.search == search_id, SENT.c.channel == channel, *_WENT_OUT)
        if after is not None:
            at, id_, version = after[0].timestamp(), after[1], after[2]
            later = sa.and_(
                SENT.c.at == at, sa.or_(SENT.c.id > id_, sa.and_(SENT.c.id == id_, SENT.c.version < version))
            )
            asked = asked.where(sa.or_(SENT.c.at < at, later))
        order = (SENT.c.at.desc(), SENT.c.id, SENT.c.version.desc())
        with self._begin() as db:
            return [_line(row) for row in db.execute(asked.order_by(*order).limit(limit))]

    def aside(self, search_id: str, limit: int) -> list[Sent]:
        asked = sa.select(SENT).where(*_aside(search_id)).order_by(SENT.c.at.desc(), SENT.c.id).limit(limit)
        with self._begin() as db:
            return [_line(row) for row in db.execute(asked)]

    def take_back(self, progress: Progress, lines: Sequence[Sent]) -> None:
        with self._begin() as db:
            for line in lines:
                key = (SENT.c.search == line.search, SENT.c.channel == line.channel, SENT.c.id == line.id)
                db.execute(sa.delete(SENT).where(*key, SENT.c.version == line.version))
            _save_progress(db, progress)

    def tallies(self, search_id: str) -> dict[str, Tally]:
        counts = sa.func.count(sa.distinct(SENT.c.id)), sa.func.max(SENT.c.at)
        sent = sa.select(SENT.c.channel, *counts).where(SENT.c.search == search_id, *_WENT_OUT)
        aside = sa.select(SENT.c.channel, sa.func.count()).where(*_aside(search_id))
        with self._begin() as db:
            found = {
                channel: Tally(articles=articles, last=datetime.fromtimestamp(last, UTC))
                for channel, articles, last in db.execute(sent.group_by(SENT.c.channel))
            }
            for channel, count in db.execute(aside.group_by(SENT.c.channel)):
                found[channel] = msgspec.structs.replace(found.get(channel, Tally()), aside=count)
        return found

    def prune_sent(self, before: datetime) -> int:
        # A line that was set aside replaces none: what went out before says how to go on.
        superseded = sa.exists().where(*_HAS_NEWER, _NEWER.c.refused == "")
        with self._begin() as db:
            return db.execute(sa.delete(SENT).where(SENT.c.at < before.timestamp(), superseded)).rowcount


def _aside(search_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return SENT.c.search == search_id, SENT.c.refused != "", sa.not_(sa.exists().where(*_HAS_NEWER))


def _save_progress(db: sa.Connection, progress: Progress) -> None:
    insert = _insert(db, PROGRESS)
    db.execute(
        insert.on_conflict_do_update(
            index_elements=["search", "channel"], set_={"data": insert.excluded.data}
        ),
        {"search": progress.search, "channel": progress.channel, "data": _json(progress)},
    )


def _record(db: sa.Connection, lines: Sequence[Sent]) -> None:
    rows = [{**msgspec.structs.asdict(line), "at": line.at.timestamp()} for line in lines]
    if rows:
        db.execute(_insert(db, SENT).on_conflict_do_nothing(), rows)


def _line(row: sa.Row[Any]) -> Sent:
    values = {**row._mapping, "at": datetime.fromtimestamp(row.at, UTC)}
    return Sent(**values)


def _insert(db: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if db.dialect.name == "postgresql" else sqlite.insert(table)


def _json(struct: msgspec.Struct) -> str:
    return msgspec.json.encode(struct).decode()
