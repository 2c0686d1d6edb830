"""What must be right before anything starts. `up` stops on a problem, `doctor` shows them all."""

import errno
import os
import shutil
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil

from ops.processes import marked
from ops.programs import syriawire, wires_address
from store.settings import DEMO_FEEDS, Settings

PYTHONS = ((3, 11), (3, 14))
"""From (included), to (excluded); the same as `requires-python`."""
FREE_BYTES = 1 << 30


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; a failed one says `what: why: what to do`."""

    name: str
    ok: bool
    message: str


def problems(settings: Settings, demo: bool) -> list[str]:
    """The messages of the checks that failed."""
    return [check.message for check in checks(settings, demo) if not check.ok]


def checks(settings: Settings, demo: bool) -> list[Check]:
    """All checks for `up` with these settings, in the order in which one would mend them."""
    home = settings.home
    return [
        python(sys.version_info[:2]),
        *_installed(),
        *_home(home),
        _catalogue(DEMO_FEEDS if demo else settings.feeds),
        *_ports(settings, demo),
    ]


def python(running: tuple[int, int]) -> Check:
    """Pure."""
    low, high = PYTHONS
    shown = ".".join(map(str, running))
    if low <= running < high:
        return Check("python", True, f"python: {shown}")
    wanted = f"{low[0]}.{low[1]} to {high[0]}.{high[1] - 1}"
    return Check("python", False, f"python: this is {shown}: make the venv with Python {wanted}")


def free_space(home: Path, free: int) -> Check:
    """Pure: `free` in bytes."""
    shown = f"{free / (1 << 30):.1f} GiB free"
    if free >= FREE_BYTES:
        return Check("disk", True, f"disk: {shown} at {home}")
    return Check(
        "disk", False, f"disk: {shown} at {home}: make room for 1 GiB, or set SYRIAWIRE_HOME elsewhere"
    )


def _installed() -> Iterator[Check]:
    for module in ("airflow", "supervisor"):
        if find_spec(module):
            yield Check(module, True, f"{module}: installed")
        else:
            yield Check(module, False, f"{module}: not installed in {sys.prefix}: run `make install`")
    if os.access(syriawire(), os.X_OK):
        yield Check("syriawire", True, f"syriawire: {syriawire()}")
    else:
        yield Check("syriawire", False, f"syriawire: no command {syriawire()}: run `make install`")


def _home(home: Path) -> Iterator[Check]:
    mend = "set SYRIAWIRE_HOME to a folder that you may write"
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".preflight-", dir=home) as folder:
            journal = _journal_mode(Path(folder) / "try.db")
        free = shutil.disk_usage(home).free
    except (OSError, sqlite3.Error) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        yield Check("home", False, f"home: {home} cannot be written ({why}): {mend}")
        return
    yield Check("home", True, f"home: {home}")
    yield free_space(home, free)
    if journal == "wal":
        yield Check("sqlite", True, f"sqlite: {sqlite3.sqlite_version}, write-ahead log works")
    else:
        why = f"no write-ahead log at {home} (journal mode {journal!r}; a network disk?)"
        yield Check("sqlite", False, f"sqlite: {why}: set SYRIAWIRE_HOME to a folder on a local disk")


def _journal_mode(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("PRAGMA journal_mode=WAL").fetchone()[0])


def _catalogue(feeds: Path) -> Check:
    if any(feeds.glob("*.yml")):
        return Check("feeds", True, f"feeds: {feeds}")
    return Check(
        "feeds", False, f"feeds: no *.yml in {feeds}: set SYRIAWIRE_FEEDS to a folder with a catalogue"
    )


def _ports(settings: Settings, demo: bool) -> Iterator[Check]:
    wanted = [
        ("web", settings.web_host, settings.web_port, "SYRIAWIRE_WEB_PORT"),
        ("airflow", "127.0.0.1", settings.airflow_port, "SYRIAWIRE_AIRFLOW_PORT"),
    ]
    if demo:
        wanted.append(("wires", *wires_address(settings), "SYRIAWIRE_DEMO_URL"))
    taken_by: dict[int, str] = {}
    for name, host, port, setting in wanted:
        if port in taken_by:
            why = f"port {port} is also that of {taken_by[port]}"
            yield Check(f"port {name}", False, f"{name}: {why}: set {setting} to another")
            continue
        taken_by[port] = name
        yield _port(settings.home, name, host, port, setting)


def _port(home: Path, name: str, host: str, port: int, setting: str) -> Check:
    """Whether the port can be bound, or is held by a pipeline that runs in this home already."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return _taken(home, name, host, port, setting)
        why = error.strerror or str(error)
        return Check(f"port {name}", False, f"{name}: cannot listen on {host}:{port} ({why}): set {setting}")
    return Check(f"port {name}", True, f"{name}: {host}:{port} is free")


def _taken(home: Path, name: str, host: str, port: int, setting: str) -> Check:
    holder = _holder(port)
    if holder and holder.pid in {process.pid for process in marked(home)}:
        return Check(f"port {name}", True, f"{name}: {host}:{port}, in use by the pipeline in {home}")
    who = f" by {holder.name()} (pid {holder.pid})" if holder else ""
    mend = f"stop it, or set {setting} to another"
    return Check(f"port {name}", False, f"{name}: port {port} is taken{who}: {mend}")


def _holder(port: int) -> psutil.Process | None:
    """The process that listens there, if we may know it."""
    try:
        pids = [each.pid for each in psutil.net_connections("tcp") if each.laddr and each.laddr.port == port]
        return next((psutil.Process(pid) for pid in pids if pid), None)
    except psutil.Error:
        return None
