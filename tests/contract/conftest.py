"""Which adapters the contracts are tested over: to add one, add a line.

An adapter is tested over a place: what opens it again and again, as other processes would, until the test ends.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from store.adapters.fsspec_archive import FsspecArchive
from store.adapters.sql_state import SqlState
from store.adapters.sqlite_log import SqliteLog
from store.adapters.tantivy_index import TantivyIndex
from store.archive import Archive
from store.connect import open_index, open_log, open_state
from store.index import Index
from store.log import Log
from store.state import State
from tests.contract.servers import elastic_prefix, kafka_prefix, postgres_schema, settings


class Closable(Protocol):
    def close(self) -> None: ...


Port = TypeVar("Port", bound=Closable)
Place = Callable[[Path], AbstractContextManager[Callable[[], Port]]]


@contextmanager
def _kafka(_: Path) -> Iterator[Callable[[], Log]]:
    with kafka_prefix() as url:
        yield lambda: open_log(settings(log=url, kafka_timeout=10, kafka_session_timeout=6))


@contextmanager
def _elasticsearch(_: Path) -> Iterator[Callable[[], Index]]:
    with elastic_prefix() as url:
        yield lambda: open_index(settings(index=url))


@contextmanager
def _postgres(_: Path) -> Iterator[Callable[[], State]]:
    with postgres_schema() as url:
        yield lambda: open_state(settings(state=url))


LOGS: dict[str, Place[Log]] = {
    "sqlite": lambda folder: nullcontext(lambda: SqliteLog(folder / "log.db")),
    "kafka": _kafka,
}
INDEXES: dict[str, Place[Index]] = {
    "tantivy": lambda folder: nullcontext(lambda: TantivyIndex(folder / "index")),
    "elasticsearch": _elasticsearch,
}
STATES: dict[str, Place[State]] = {
    "sqlite": lambda folder: nullcontext(lambda: SqlState(f"sqlite:///{folder}/state.db")),
    "postgres": _postgres,
}
ARCHIVES: dict[str, Callable[[Path], Archive]] = {
    "folder": lambda folder: FsspecArchive(f"file://{folder}/archive"),
    "memory": lambda folder: FsspecArchive(f"memory://{folder}/archive"),
}
SERVERS = {"kafka", "elasticsearch", "postgres"}


def _params(adapters: dict[str, Place[Port]]) -> list[object]:
    return [
        pytest.param(name, marks=pytest.mark.servers) if name in SERVERS else pytest.param(name)
        for name in adapters
    ]


def _opener(place: AbstractContextManager[Callable[[], Port]]) -> Iterator[Callable[[], Port]]:
    opened: list[Port] = []
    with place as open_one:

        def open_it() -> Port:
            opened.append(open_one())
            return opened[-1]

        yield open_it
        for port in opened:
            port.close()


@pytest.fixture(params=_params(LOGS))
def new_log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Log]]:
    """Opens the same log again and again."""
    yield from _opener(LOGS[request.param](tmp_path))


@pytest.fixture(params=_params(INDEXES))
def new_index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Index]]:
    """Opens the same index again and again."""
    yield from _opener(INDEXES[request.param](tmp_path))


@pytest.fixture(params=_params(STATES))
def new_state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], State]]:
    """Opens the same state store again and again."""
    yield from _opener(STATES[request.param](tmp_path))


@pytest.fixture(params=ARCHIVES)
def new_archive(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Archive]:
    """Opens the same archive again and again."""
    return lambda: ARCHIVES[request.param](tmp_path)
