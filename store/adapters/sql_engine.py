"""How the state store opens its database: SQLite in a file, or Postgres through psycopg 3."""

import sqlite3
from pathlib import Path

import sqlalchemy as sa

from store.adapters.sql_schema import migrate
from store.adapters.sqlite_files import BUSY_SECONDS, make_room

_POSTGRES = {
    "application_name": "syriawire",
    "client_encoding": "utf8",  # a cluster that was made without a locale would send bytes
    "connect_timeout": 10,  # seconds
    "tcp_user_timeout": 30_000,  # milliseconds: a server that vanished is noticed, however quiet the network
}


def open_engine(url: sa.URL) -> sa.Engine:
    """An engine on a database whose tables are those of `sql_schema`. Raises `sa.exc.DBAPIError`, `OSError`,
    `SettingsError`."""
    engine = _postgres(url) if url.get_backend_name() == "postgresql" else _sqlite(url)
    try:
        with engine.begin() as connection:
            migrate(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


def file_of(url: sa.URL) -> Path | None:
    """Where an SQLite database lies; None for a server's."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _postgres(url: sa.URL) -> sa.Engine:
    # What the URL says (`?sslmode=verify-full&sslrootcert=…`) goes before our own wishes.
    options = {name: value for name, value in _POSTGRES.items() if name not in url.query}
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=options,
        pool_pre_ping=True,
        hide_parameters=True,  # articles and their feeds are no business of an error's text
    )


def _sqlite(url: sa.URL) -> sa.Engine:
    make_room(Path(url.database or ""))
    # Autocommit in the driver: the transactions are begun below, as IMMEDIATE ones.
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _begin_immediate(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later would fail with "locked" instead of waiting.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
