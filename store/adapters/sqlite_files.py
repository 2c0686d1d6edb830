"""How we open SQLite: one connection a thread, WAL, every commit on disk before it returns."""

import fcntl
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

BUSY_SECONDS = 30.0


def make_room(path: Path) -> None:
    """Makes a database that is not there yet, in WAL mode from its first moment: two connections that switch the mode
    of one file at once do not wait for each other, one fails with "locked". Removes the side files of a database that
    was deleted: SQLite would take a write-ahead log that outlived it for a part of the new one. Raises `OSError`."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            for side in ("-wal", "-shm"):
                path.with_name(path.name + side).unlink(missing_ok=True)
            _make_empty(path.with_name(f"{path.name}.new")).replace(path)


def _make_empty(path: Path) -> Path:
    path.unlink(missing_ok=True)  # of a process that died here
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error as error:
        raise OSError(str(error)) from error
    return path


class SqliteFile:
    """A database file with its schema. Raises `error` for all that the world refuses."""

    def __init__(self, path: Path, schema: str, error: type[Exception]) -> None:
        self._path = path
        self._schema = schema
        self._error = error
        self._local = threading.local()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection outside a transaction."""
        try:
            yield self._connection()
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start; all of it or nothing is kept."""
        try:
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        """Closes this thread's connection; the next use opens a new one."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._open()
            self._local.connection = connection
        return connection

    def _open(self) -> sqlite3.Connection:
        try:
            make_room(self._path)
        except OSError as error:
            raise self._unavailable(error) from error
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.executescript(self._schema)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _unavailable(self, error: Exception) -> Exception:
        # A connection that met a full disk or a lost file may be of no use: the next call opens another.
        self.close()
        return self._error(f"{self._path}: {error}: free the disk or mend the file, it is tried again")
