"""The state store on SQLAlchemy Core. A row is a key and the JSON of its struct, so a new field needs no migration."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from store.adapters.sqlite_files import BUSY_SECONDS, make_room
from store.errors import StateUnavailable
from store.state import FeedState, Seen

_IDS_A_QUERY = 500
_metadata = sa.MetaData()
_feeds = sa.Table(
    "feeds", _metadata, sa.Column("id", sa.Text, primary_key=True), sa.Column("data", sa.Text, nullable=False)
)
_seen = sa.Table(
    "seen", _metadata, sa.Column("id", sa.Text, primary_key=True), sa.Column("data", sa.Text, nullable=False)
)
_leases = sa.Table(
    "leases",
    _metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("expires", sa.Float, nullable=False),
)
_claims = sa.Table(
    "claims",
    _metadata,
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
_marks = sa.Table(
    "marks",
    _metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)


class SqlState:
    """`store.state.State` on a database that SQLAlchemy opens. Safe to use from several processes and threads."""

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url)
        self._engine: sa.Engine | None = None

    def feed(self, feed_id: str) -> FeedState | None:
        with self._begin() as db:
            row = db.execute(sa.select(_feeds.c.data).where(_feeds.c.id == feed_id)).first()
        return msgspec.json.decode(row.data, type=FeedState) if row else None

    def feeds(self) -> list[FeedState]:
        with self._begin() as db:
            rows = db.execute(sa.select(_feeds.c.data).order_by(_feeds.c.id)).all()
        return [msgspec.json.decode(row.data, type=FeedState) for row in rows]

    def save_feed(self, feed: FeedState) -> None:
        self._replace(_feeds, [{"id": feed.feed_id, "data": _json(feed)}])

    def seen(self, ids: Iterable[str]) -> dict[str, Seen]:
        wanted = sorted(set(ids))
        found: dict[str, Seen] = {}
        with self._begin() as db:
            for start in range(0, len(wanted), _IDS_A_QUERY):
                part = wanted[start : start + _IDS_A_QUERY]
                for row in db.execute(sa.select(_seen.c.id, _seen.c.data).where(_seen.c.id.in_(part))):
                    found[row.id] = msgspec.json.decode(row.data, type=Seen)
        return found

    def save_seen(self, items: Sequence[Seen]) -> None:
        self._replace(_seen, [{"id": item.id, "data": _json(item)} for item in items])

    def lease(self, name: str, owner: str, ttl: timedelta, now: datetime) -> bool:
        expires = (now + ttl).timestamp()
        with self._begin() as db:
            row = db.execute(sa.select(_leases).where(_leases.c.name == name)).first()
            if row is not None and row.owner != owner and row.expires > now.timestamp():
                return False
            db.execute(_upsert(_leases), [{"name": name, "owner": owner, "expires": expires}])
        return True

    def release(self, name: str, owner: str) -> None:
        with self._begin() as db:
            db.execute(sa.delete(_leases).where(_leases.c.name == name, _leases.c.owner == owner))

    def claim(self, scope: str, wishes: Mapping[str, str]) -> dict[str, str]:
        keys = sorted(wishes)
        held: dict[str, str] = {}
        with self._begin() as db:
            for start in range(0, len(keys), _IDS_A_QUERY):
                part = keys[start : start + _IDS_A_QUERY]
                rows = [{"scope": scope, "key": key, "value": wishes[key]} for key in part]
                db.execute(sqlite.insert(_claims).on_conflict_do_nothing(), rows)
                asked = sa.select(_claims.c.key, _claims.c.value).where(
                    _claims.c.scope == scope, _claims.c.key.in_(part)
                )
                held.update((row.key, row.value) for row in db.execute(asked))
        return held

    def mark(self, name: str) -> str | None:
        with self._begin() as db:
            return db.execute(sa.select(_marks.c.value).where(_marks.c.name == name)).scalar_one_or_none()

    def set_mark(self, name: str, value: str) -> None:
        self._replace(_marks, [{"name": name, "value": value}])

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _replace(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            with self._begin() as db:
                db.execute(_upsert(table), rows)

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        try:
            with self._connect().begin() as connection:
                yield connection
        except (sa.exc.DBAPIError, OSError) as error:
            self.close()
            cause = getattr(error, "orig", None) or error
            raise StateUnavailable(
                f"{self._url.render_as_string(hide_password=True)}: {cause}: mend it, it is tried again"
            ) from error

    def _connect(self) -> sa.Engine:
        path = Path(self._url.database or "")
        if self._engine is not None and not path.exists():
            self.close()  # it was deleted under a process that lives on
        if self._engine is None:
            make_room(path)
            # Autocommit in the driver: the transactions are begun below, as IMMEDIATE ones.
            engine = sa.create_engine(
                self._url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None}
            )
            sa.event.listen(engine, "connect", _prepare)
            sa.event.listen(engine, "begin", _begin_immediate)
            _metadata.create_all(engine)
            self._engine = engine
        return self._engine


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _begin_immediate(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later would fail with "locked" instead of waiting.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _upsert(table: sa.Table) -> sqlite.Insert:
    insert = sqlite.insert(table)
    key, *others = table.columns.keys()
    return insert.on_conflict_do_update(
        index_elements=[key], set_={name: insert.excluded[name] for name in others}
    )


def _json(struct: msgspec.Struct) -> str:
    return msgspec.json.encode(struct).decode()
