"""Postgres from Debian's package: a cluster of its own in a folder, never the system's."""

import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from tests.stack.running import (
    Running,
    StackError,
    alive,
    as_user,
    end,
    is_root,
    port_of,
    spawn,
    wait_until_healthy,
)

NAME = "postgres"
DATABASE = "postgres"
USER = "syriawire"
_UP_SECONDS = 30.0
_DEBIAN = Path("/usr/lib/postgresql")
_NOT_ROOT = ("postgres", "nobody")
_SERVER = ("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "shared_buffers=32MB")


def fetch() -> Path:
    """The folder of its programs. Raises `StackError` where it is not installed."""
    found = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    initdb = found[-1] if found else Path(shutil.which("initdb") or "")
    if not initdb.is_file():
        raise StackError("initdb: not found: install it (Debian: apt-get install postgresql)")
    return initdb.parent


def start(folder: Path) -> Running:
    """Starts it on the cluster and the port of `folder`; both are made on the first call. Raises `StackError`."""
    begun = time.monotonic()
    programs = fetch()
    folder.mkdir(parents=True, exist_ok=True)
    data = _data(folder, programs)
    log = folder / "postgres.log"
    port = port_of(folder)
    url = f"postgresql://{USER}@127.0.0.1:{port}/{DATABASE}"
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), *_SERVER]
    pid = spawn([*as_user(_user()), *command], log)
    try:
        version = wait_until_healthy(lambda: healthy(url), pid, log, _UP_SECONDS)
    except StackError:
        end(pid)
        raise
    seconds = round(time.monotonic() - begun, 1)
    return Running(name=NAME, url=url, version=version, pid=pid, folder=str(folder), seconds=seconds)


def healthy(url: str) -> str | None:
    """The server's version (`15.18`), None while it does not answer."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            row = connection.execute("SHOW server_version").fetchone()
    except psycopg.OperationalError:
        return None
    return str(row[0]).split()[0] if row else None


def stop(running: Running) -> None:
    """Ends it, sessions and all; its data stays."""
    if alive(running.pid):
        end(running.pid, signal.SIGINT)  # "fast": it does not wait until its clients go


def wipe(folder: Path) -> None:
    """Removes what lies outside of `folder`."""
    elsewhere = folder / "elsewhere"
    if elsewhere.exists():
        shutil.rmtree(Path(elsewhere.read_text()).parent, ignore_errors=True)


def _data(folder: Path, programs: Path) -> Path:
    """The cluster. It refuses root, and a user who is not root cannot enter root's folders: then it lies in /tmp."""
    elsewhere = folder / "elsewhere"
    if elsewhere.exists() and (Path(elsewhere.read_text()) / "PG_VERSION").exists():
        return Path(elsewhere.read_text())
    data = folder / "data"
    if is_root():
        parent = Path(tempfile.mkdtemp(prefix="syria-wire-postgres-"))
        shutil.chown(parent, _user(), pwd.getpwnam(_user()).pw_gid)
        data = parent / "data"
        elsewhere.write_text(str(data))
    if not (data / "PG_VERSION").exists():
        made = [
            "-D",
            str(data),
            "-U",
            USER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
        done = subprocess.run(
            [*as_user(_user()), str(programs / "initdb"), *made],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
        )
        if done.returncode != 0:
            raise StackError(f"postgres: initdb failed: {' '.join(done.stderr.split())}")
    return data


def _user() -> str:
    """Who runs it: Debian's `postgres`, or `nobody`; ourselves when we are not root."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((user for user in _NOT_ROOT if user in known), "nobody")
