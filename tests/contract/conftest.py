"""Which adapters the contracts are tested over: to add one, add a line."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.adapters.fsspec_archive import FsspecArchive
from store.adapters.sql_state import SqlState
from store.adapters.sqlite_log import SqliteLog
from store.adapters.tantivy_index import TantivyIndex
from store.archive import Archive
from store.index import Index
from store.log import Log
from store.state import State

LOGS: dict[str, Callable[[Path], Log]] = {"sqlite": lambda folder: SqliteLog(folder / "log.db")}
INDEXES: dict[str, Callable[[Path], Index]] = {"tantivy": lambda folder: TantivyIndex(folder / "index")}
STATES: dict[str, Callable[[Path], State]] = {
    "sqlite": lambda folder: SqlState(f"sqlite:///{folder}/state.db")
}
ARCHIVES: dict[str, Callable[[Path], Archive]] = {
    "folder": lambda folder: FsspecArchive(f"file://{folder}/archive"),
    "memory": lambda folder: FsspecArchive(f"memory://{folder}/archive"),
}


@pytest.fixture(params=LOGS)
def new_log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Log]]:
    """Opens the same log again and again, as other processes would."""
    opened: list[Log] = []

    def open_it() -> Log:
        opened.append(LOGS[request.param](tmp_path))
        return opened[-1]

    yield open_it
    for log in opened:
        log.close()


@pytest.fixture(params=INDEXES)
def new_index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Index]]:
    """Opens the same index again and again, as other processes would."""
    opened: list[Index] = []

    def open_it() -> Index:
        opened.append(INDEXES[request.param](tmp_path))
        return opened[-1]

    yield open_it
    for index in opened:
        index.close()


@pytest.fixture(params=STATES)
def new_state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], State]]:
    """Opens the same state store again and again, as other processes would."""
    opened: list[State] = []

    def open_it() -> State:
        opened.append(STATES[request.param](tmp_path))
        return opened[-1]

    yield open_it
    for state in opened:
        state.close()


@pytest.fixture(params=ARCHIVES)
def new_archive(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Archive]:
    """Opens the same archive again and again."""
    return lambda: ARCHIVES[request.param](tmp_path)
