import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from queue import Queue

from store.adapters.sqlite_files import make_room


def test_a_database_is_in_wal_mode_before_anyone_else_can_open_it(tmp_path: Path) -> None:
    # Found as a start that failed with "locked": the mode was switched by all who opened the file at once.
    failed: Queue[str] = Queue()
    modes: Queue[str] = Queue()
    for n in range(40):
        start = threading.Barrier(6)
        threads = [
            threading.Thread(target=_open, args=(tmp_path / str(n) / "state.db", start, modes, failed))
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [failed.get() for _ in range(failed.qsize())] == []
    assert {modes.get() for _ in range(modes.qsize())} == {"wal"}


def test_what_a_dead_process_left_half_made_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "state.db.new").write_text("half a database")
    (tmp_path / "state.db-wal").write_text("of a database that was deleted")
    make_room(tmp_path / "state.db")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["state.db", "state.db.lock"]


def _open(path: Path, start: threading.Barrier, modes: Queue[str], failed: Queue[str]) -> None:
    start.wait()
    try:
        make_room(path)
        with closing(sqlite3.connect(path)) as connection:
            modes.put(connection.execute("PRAGMA journal_mode").fetchone()[0])
    except (OSError, sqlite3.Error) as error:
        failed.put(str(error))
