"""The embedded log: one SQLite file, one partition a topic, one active consumer a group.

A group's consumer holds a lease in the same file. It runs out when its holder has not polled for `LEASE_SECONDS`,
or at once when its process is gone; then the next member takes over and the old one's commit raises `Revoked`.
"""

import os
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from store.adapters.sqlite_files import SqliteFile
from store.errors import LogUnavailable, Revoked
from store.log import Consumer, Ends, Entry, Record, Start

LEASE_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.05
_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    topic TEXT NOT NULL, position INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (topic, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS topic_ends (topic TEXT PRIMARY KEY, position INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS positions (
    topic TEXT NOT NULL, consumers TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (topic, consumers)
);
CREATE TABLE IF NOT EXISTS holders (
    topic TEXT NOT NULL, consumers TEXT NOT NULL, owner TEXT NOT NULL, pid INTEGER NOT NULL,
    started REAL NOT NULL, expires REAL NOT NULL,
    PRIMARY KEY (topic, consumers)
);
"""


class SqliteLog:
    """`store.log.Log` on one file. Safe to use from several processes and threads."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = SqliteFile(path, _SCHEMA, LogUnavailable)
        self._clock = clock

    def append(self, topic: str, records: Sequence[Entry]) -> None:
        if not records:
            return
        with self._file.write() as db:
            end = _end(db.execute("SELECT position FROM topic_ends WHERE topic = ?", (topic,)).fetchone())
            db.executemany(
                "INSERT INTO records VALUES (?, ?, ?, ?)",
                ((topic, end + n, entry.key, entry.value) for n, entry in enumerate(records)),
            )
            db.execute("INSERT OR REPLACE INTO topic_ends VALUES (?, ?)", (topic, end + len(records)))

    def consumer(self, topic: str, group: str | None, start: Start = "earliest") -> Consumer:
        first = 0 if start == "earliest" else self.ends(topic)[0]
        if group is None:
            return _Reader(self._file, topic, first)
        return _Member(self._file, topic, group, first, self._clock)

    def ends(self, topic: str) -> Ends:
        with self._file.read() as db:
            return {
                0: _end(db.execute("SELECT position FROM topic_ends WHERE topic = ?", (topic,)).fetchone())
            }

    def lag(self, topic: str, group: str) -> int:
        with self._file.read() as db:
            row = db.execute(
                "SELECT position FROM positions WHERE topic = ? AND consumers = ?", (topic, group)
            ).fetchone()
        return self.ends(topic)[0] - _end(row)

    def close(self) -> None:
        self._file.close()


def _end(row: tuple[int] | None) -> int:
    return row[0] if row else 0


class _Reader:
    """A consumer without a group: it reads from its own position and never commits."""

    def __init__(self, file: SqliteFile, topic: str, position: int) -> None:
        self._file = file
        self._topic = topic
        self._first = position
        self._position = position

    def poll(self, limit: int, timeout: float) -> list[Record]:
        deadline = time.monotonic() + timeout
        while not (records := _read(self._file, self._topic, self._position, limit)):
            if time.monotonic() >= deadline:
                return []
            time.sleep(_LOOK_AGAIN_SECONDS)
        self._position = records[-1].offset + 1
        return records

    def positions(self) -> Ends:
        return {0: self._position}

    def commit(self) -> None:
        """Nothing to do: no group, no position to keep."""

    def rewind(self) -> None:
        self._position = self._first

    def close(self) -> None:
        """Nothing to give back."""


class _Member:
    """A member of a group; it reads while it holds the group's lease."""

    def __init__(
        self, file: SqliteFile, topic: str, group: str, first: int, clock: Callable[[], float]
    ) -> None:
        self._file = file
        self._topic = topic
        self._group = group
        self._first = first
        self._clock = clock
        self._owner = uuid.uuid4().hex
        self._next: int | None = None  # what the next poll reads; None while another member holds the lease

    def poll(self, limit: int, timeout: float) -> list[Record]:
        deadline = time.monotonic() + timeout
        while True:
            if self._hold():
                records = _read(self._file, self._topic, self._from(), limit)
                if records:
                    self._next = records[-1].offset + 1
                    return records
            if time.monotonic() >= deadline:
                return []
            time.sleep(_LOOK_AGAIN_SECONDS)

    def commit(self) -> None:
        if self._next is None:
            return
        with self._file.write() as db:
            holder = db.execute(
                "SELECT owner FROM holders WHERE topic = ? AND consumers = ?", (self._topic, self._group)
            ).fetchone()
            if holder is None or holder[0] != self._owner:
                self._next = None
                raise Revoked(
                    f"log: group {self._group!r} on {self._topic!r} was taken over by another consumer: "
                    "its uncommitted records come again"
                )
            db.execute(
                "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)", (self._topic, self._group, self._next)
            )

    def positions(self) -> Ends:
        return {} if self._next is None else {0: self._next}

    def rewind(self) -> None:
        self._next = None

    def close(self) -> None:
        with self._file.write() as db:
            db.execute(
                "DELETE FROM holders WHERE topic = ? AND consumers = ? AND owner = ?",
                (self._topic, self._group, self._owner),
            )
        self._next = None

    def _hold(self) -> bool:
        """Takes or renews the lease. A read decides whether the write, which costs a sync, is needed."""
        now = self._clock()
        with self._file.read() as db:
            row = db.execute(_HOLDER, (self._topic, self._group)).fetchone()
        if row is not None and row[0] == self._owner and row[3] - now > LEASE_SECONDS / 2:
            return True
        if row is not None and not self._may_take(row, now):
            self._next = None
            return False
        with self._file.write() as db:
            row = db.execute(_HOLDER, (self._topic, self._group)).fetchone()
            if row is not None and not self._may_take(row, now):
                return False
            if row is None or row[0] != self._owner:
                self._next = None
            db.execute(
                "INSERT OR REPLACE INTO holders VALUES (?, ?, ?, ?, ?, ?)",
                (
                    self._topic,
                    self._group,
                    self._owner,
                    os.getpid(),
                    _process_start(os.getpid()),
                    now + LEASE_SECONDS,
                ),
            )
        return True

    def _may_take(self, row: tuple[str, int, float, float], now: float) -> bool:
        owner, pid, started, expires = row
        return owner == self._owner or expires <= now or _process_start(pid) != started

    def _from(self) -> int:
        if self._next is None:
            with self._file.read() as db:
                row = db.execute(
                    "SELECT position FROM positions WHERE topic = ? AND consumers = ?",
                    (self._topic, self._group),
                ).fetchone()
            self._next = row[0] if row else self._first
        return self._next


_HOLDER = "SELECT owner, pid, started, expires FROM holders WHERE topic = ? AND consumers = ?"


def _read(file: SqliteFile, topic: str, position: int, limit: int) -> list[Record]:
    with file.read() as db:
        rows = db.execute(
            "SELECT position, key, value FROM records WHERE topic = ? AND position >= ? ORDER BY position LIMIT ?",
            (topic, position, limit),
        ).fetchall()
    return [Record(topic, 0, offset, key, value) for offset, key, value in rows]


def _process_start(pid: int) -> float:
    """When the process began, 0 when there is none: a pid alone may belong to a later process."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return 0.0
