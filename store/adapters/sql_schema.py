"""The tables of the state store, and the steps that bring an older database to them.

A step is SQL that SQLite and Postgres both understand. Steps are only ever added: a step that has run somewhere is
never changed. `schema_version` holds the number of the last one; tests/contract/test_state.py compares the tables
that the steps make with those that are declared here.
"""

import sqlalchemy as sa

from store.errors import SettingsError

_ADVISORY_LOCK = 7_961_422_105  # any number that no other program of the same database takes
_metadata = sa.MetaData()
FEEDS = sa.Table(
    "feeds", _metadata, sa.Column("id", sa.Text, primary_key=True), sa.Column("data", sa.Text, nullable=False)
)
SEEN = sa.Table(
    "seen", _metadata, sa.Column("id", sa.Text, primary_key=True), sa.Column("data", sa.Text, nullable=False)
)
LEASES = sa.Table(
    "leases",
    _metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("expires", sa.Double, nullable=False),
)
CLAIMS = sa.Table(
    "claims",
    _metadata,
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Index("claims_by_value", "scope", "value"),
)
MARKS = sa.Table(
    "marks",
    _metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
WAITS = sa.Table(
    "waits",
    _metadata,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("not_before", sa.Double, nullable=False),
)
SAVED = sa.Table(
    "saved_searches",
    _metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("data", sa.Text, nullable=False),
)
PROGRESS = sa.Table(
    "saved_progress",
    _metadata,
    sa.Column("search", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("data", sa.Text, nullable=False),
)
SENT = sa.Table(
    "saved_sent",
    _metadata,
    sa.Column("search", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("refused", sa.Text, nullable=False, server_default=""),
    sa.Index("saved_sent_by_time", "search", "channel", "at"),
)
TABLES = tuple(_metadata.sorted_tables)

STEPS: tuple[tuple[str, ...], ...] = (
    (  # 1: IF NOT EXISTS, since databases made before there were steps have these tables
        "CREATE TABLE IF NOT EXISTS feeds (id TEXT NOT NULL PRIMARY KEY, data TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS seen (id TEXT NOT NULL PRIMARY KEY, data TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS leases"
        " (name TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, expires DOUBLE PRECISION NOT NULL)",
        "CREATE TABLE IF NOT EXISTS claims"
        " (scope TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (scope, key))",
        "CREATE TABLE IF NOT EXISTS marks (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
    ),
    ("CREATE INDEX IF NOT EXISTS claims_by_value ON claims (scope, value)",),
    ("CREATE TABLE waits (host TEXT NOT NULL PRIMARY KEY, not_before DOUBLE PRECISION NOT NULL)",),
    (
        "CREATE TABLE saved_searches"
        " (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, data TEXT NOT NULL)",
        "CREATE TABLE saved_progress"
        " (search TEXT NOT NULL, channel TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (search, channel))",
        "CREATE TABLE saved_sent (search TEXT NOT NULL, channel TEXT NOT NULL, id TEXT NOT NULL,"
        " version INTEGER NOT NULL, kind TEXT NOT NULL, at DOUBLE PRECISION NOT NULL,"
        " PRIMARY KEY (search, channel, id, version))",
        "CREATE INDEX saved_sent_by_time ON saved_sent (search, channel, at)",
    ),
    ("ALTER TABLE saved_sent ADD COLUMN refused TEXT NOT NULL DEFAULT ''",),
    (  # versions are times in milliseconds, too large for an INTEGER of Postgres; SQLite cannot change a type
        "CREATE TABLE saved_sent_wide (search TEXT NOT NULL, channel TEXT NOT NULL, id TEXT NOT NULL,"
        " version BIGINT NOT NULL, kind TEXT NOT NULL, at DOUBLE PRECISION NOT NULL, refused TEXT NOT NULL DEFAULT '',"
        " PRIMARY KEY (search, channel, id, version))",
        "INSERT INTO saved_sent_wide (search, channel, id, version, kind, at, refused)"
        " SELECT search, channel, id, version, kind, at, refused FROM saved_sent",
        "DROP TABLE saved_sent",
        "ALTER TABLE saved_sent_wide RENAME TO saved_sent",
        "CREATE INDEX saved_sent_by_time ON saved_sent (search, channel, at)",
    ),
)


def migrate(connection: sa.Connection, steps: tuple[tuple[str, ...], ...] = STEPS) -> None:
    """Runs the steps that this database has not seen, in the transaction of `connection`. Raises `SettingsError`
    for a database of a newer program. Processes that start together take turns."""
    if connection.dialect.name == "postgresql":  # in SQLite, the transaction is the only one that writes
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
    connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
    version = connection.exec_driver_sql("SELECT max(version) FROM schema_version").scalar_one() or 0
    if version > len(steps):
        raise SettingsError(
            f"SYRIAWIRE_STATE: its tables are of version {version}, this program knows {len(steps)}: "
            "run the newer program"
        )
    for number, statements in enumerate(steps[version:], start=version + 1):
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.execute(sa.text("INSERT INTO schema_version VALUES (:version)"), {"version": number})
