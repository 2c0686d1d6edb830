"""The state store on SQLAlchemy Core. A row is a key and the JSON of its struct, so a new field needs no migration.

Postgres runs it under READ COMMITTED: what must not race (leases, claims) is one statement each.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from store.adapters.sql_engine import file_of, open_engine
from store.adapters.sql_saved import SqlSaved
from store.adapters.sql_schema import CLAIMS, FEEDS, LEASES, MARKS, SEEN, WAITS
from store.errors import SettingsError, StateUnavailable
from store.state import FeedState, Seen

_IDS_A_QUERY = 500
Insert = sqlite.Insert | postgresql.Insert


class SqlState(SqlSaved):
    """`store.state.State` and `store.saved.SavedSearches` on SQLite or Postgres.

    Safe to use from several processes and threads.
    Raises `SettingsError` for a URL that cannot be read; nothing is connected before the first call.
    """

    def __init__(self, url: str) -> None:
        try:
            self._url = sa.make_url(url)
        except (sa.exc.ArgumentError, ValueError) as error:
            raise SettingsError(
                "SYRIAWIRE_STATE: it cannot be read: write sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DB"
            ) from error
        # A query may hold a password as well as the part before the host may.
        self._shown = self._url.set(query={}).render_as_string(hide_password=True)
        self._lock = threading.Lock()
        self._engine: sa.Engine | None = None
        self._file: int | None = None

    def feed(self, feed_id: str) -> FeedState | None:
        return next(iter(self.feeds([feed_id])), None)

    def feeds(self, ids: Iterable[str] | None = None) -> list[FeedState]:
        parts = [None] if ids is None else _parts(ids)
        feeds: list[FeedState] = []
        with self._begin() as db:
            for part in parts:
                asked = sa.select(FEEDS.c.data)
                rows = db.execute(asked if part is None else asked.where(FEEDS.c.id.in_(part)))
                feeds.extend(msgspec.json.decode(row.data, type=FeedState) for row in rows)
        return sorted(feeds, key=lambda feed: feed.feed_id)  # a server's own order depends on its locale

    def save_feeds(self, feeds: Sequence[FeedState]) -> None:
        self._replace(FEEDS, [{"id": feed.feed_id, "data": _json(feed)} for feed in feeds])

    def waits(self, now: datetime) -> dict[str, datetime]:
        asked = sa.select(WAITS).where(WAITS.c.not_before > now.timestamp())
        with self._begin() as db:
            return {row.host: datetime.fromtimestamp(row.not_before, UTC) for row in db.execute(asked)}

    def save_waits(self, waits: Mapping[str, datetime]) -> None:
        rows = [{"host": host, "not_before": waits[host].timestamp()} for host in sorted(waits)]
        if rows:
            with self._begin() as db:
                insert = _insert(db, WAITS)
                later = insert.excluded.not_before > WAITS.c.not_before
                db.execute(_upsert(db, WAITS, where=later), rows)

    def seen(self, ids: Iterable[str]) -> dict[str, Seen]:
        found: dict[str, Seen] = {}
        with self._begin() as db:
            for part in _parts(ids):
                for row in db.execute(sa.select(SEEN.c.id, SEEN.c.data).where(SEEN.c.id.in_(part))):
                    found[row.id] = msgspec.json.decode(row.data, type=Seen)
        return found

    def save_seen(self, items: Sequence[Seen]) -> None:
        self._replace(SEEN, [{"id": item.id, "data": _json(item)} for item in items])

    def lease(self, name: str, owner: str, ttl: timedelta, now: datetime) -> bool:
        return name in self.lease_all([name], owner, ttl, now)

    def release(self, name: str, owner: str) -> None:
        self.release_all([name], owner)

    def lease_all(self, names: Iterable[str], owner: str, ttl: timedelta, now: datetime) -> frozenset[str]:
        # One statement a name, which the database repeats on the newest row when two come together.
        free = sa.or_(LEASES.c.owner == owner, LEASES.c.expires <= now.timestamp())
        row = {"owner": owner, "expires": (now + ttl).timestamp()}
        with self._begin() as db:
            taking = _upsert(db, LEASES, where=free).returning(LEASES.c.owner)
            return frozenset(
                name for name in sorted(set(names)) if db.execute(taking, {"name": name, **row}).first()
            )

    def release_all(self, names: Iterable[str], owner: str) -> None:
        with self._begin() as db:
            for part in _parts(names):
                db.execute(sa.delete(LEASES).where(LEASES.c.name.in_(part), LEASES.c.owner == owner))

    def claim(self, scope: str, wishes: Mapping[str, str]) -> dict[str, str]:
        held: dict[str, str] = {}
        with self._begin() as db:
            for part in _parts(wishes):
                rows = [{"scope": scope, "key": key, "value": wishes[key]} for key in part]
                db.execute(_insert(db, CLAIMS).on_conflict_do_nothing(), rows)
                asked = sa.select(CLAIMS.c.key, CLAIMS.c.value).where(
                    CLAIMS.c.scope == scope, CLAIMS.c.key.in_(part)
                )
                held.update((row.key, row.value) for row in db.execute(asked))
        return held

    def claimed(self, scope: str, keys: Iterable[str]) -> dict[str, str]:
        wanted = sorted(set(keys))
        held: dict[str, str] = {}
        with self._begin() as db:
            for start in range(0, len(wanted), _IDS_A_QUERY):
                asked = sa.select(CLAIMS.c.key, CLAIMS.c.value).where(
                    CLAIMS.c.scope == scope, CLAIMS.c.key.in_(wanted[start : start + _IDS_A_QUERY])
                )
                held.update((row.key, row.value) for row in db.execute(asked))
        return held

    def give_up(self, scope: str, kept: Mapping[str, str]) -> None:
        mine = CLAIMS.c.scope == scope
        with self._begin() as db:
            for part in _parts(kept):
                held = db.execute(
                    sa.select(CLAIMS.c.key, CLAIMS.c.value).where(mine, CLAIMS.c.value.in_(part))
                )
                gone = [row.key for row in held if row.key != kept[row.value]]
                db.execute(sa.delete(CLAIMS).where(mine, CLAIMS.c.key.in_(gone), CLAIMS.c.value.in_(part)))

    def mark(self, name: str) -> str | None:
        with self._begin() as db:
            return db.execute(sa.select(MARKS.c.value).where(MARKS.c.name == name)).scalar_one_or_none()

    def set_mark(self, name: str, value: str) -> None:
        self._replace(MARKS, [{"name": name, "value": value}])

    def close(self) -> None:
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()

    def _replace(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        key = table.columns.keys()[0]
        newest = {row[key]: row for row in rows}
        if newest:
            with self._begin() as db:
                db.execute(_upsert(db, table), [newest[each] for each in sorted(newest)])

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        try:
            with self._connect().begin() as connection:
                yield connection
        except (sa.exc.DBAPIError, OSError) as error:
            self.close()
            cause = getattr(error, "orig", None) or error
            raise StateUnavailable(
                f"{self._shown}: {' '.join(str(cause).split())}: mend it, it is tried again"
            ) from error

    def _connect(self) -> sa.Engine:
        with self._lock:
            if self._engine is not None and self._file != _identity(self._url):
                self._engine.dispose()  # it was deleted under a process that lives on; another may be there already
                self._engine = None
            if self._engine is None:
                self._engine = open_engine(self._url)
                self._file = _identity(self._url)
            return self._engine


def _identity(url: sa.URL) -> int | None:
    """Which file a database is; None for a server, and where there is none."""
    path = file_of(url)
    return path.stat().st_ino if path is not None and path.exists() else None


def _parts(keys: Iterable[str]) -> list[list[str]]:
    """In one order everywhere, so that two transactions cannot wait for each other."""
    ordered = sorted(set(keys))
    return [ordered[start : start + _IDS_A_QUERY] for start in range(0, len(ordered), _IDS_A_QUERY)]


def _insert(db: sa.Connection, table: sa.Table) -> Insert:
    return postgresql.insert(table) if db.dialect.name == "postgresql" else sqlite.insert(table)


def _upsert(db: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool] | None = None) -> Insert:
    """Inserts a row, or replaces the one with its key; with `where`, only if that holds for the old row."""
    insert = _insert(db, table)
    key, *others = table.columns.keys()
    return insert.on_conflict_do_update(
        index_elements=[key], set_={name: insert.excluded[name] for name in others}, where=where
    )


def _json(struct: msgspec.Struct) -> str:
    return msgspec.json.encode(struct).decode()
