"""What all servers of the stack share: where they live, how they are started, watched and stopped.

A server's module has `NAME`, `fetch()`, `start(folder) -> Running`, `healthy(url) -> version or None` and
`stop(running)`. `start` on the folder of an earlier run takes its data and its port again.
"""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import psutil

FAILED_LINES = 15


class StackError(Exception):
    """A server cannot be fetched or started; the text is one line for a person."""


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A started server. `url` is what its adapter takes; `seconds` is how long it took to become healthy."""

    name: str
    url: str
    version: str
    pid: int
    folder: str
    seconds: float


def cache() -> Path:
    """`SYRIAWIRE_TEST_CACHE`, or a folder of the user's cache: never inside the work tree."""
    return Path(os.environ.get("SYRIAWIRE_TEST_CACHE") or Path.home() / ".cache" / "syria-wire")


def need(tool: str, package: str) -> str:
    """The path of a program. Raises `StackError` that names the package which brings it."""
    found = shutil.which(tool)
    if found is None:
        raise StackError(f"{tool}: not found: install it (Debian: apt-get install {package})")
    return found


def port_of(folder: Path, purpose: str = "port") -> int:
    """A free port of loopback, the same one in every later run of this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / purpose
    if not file.exists():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            file.write_text(str(probe.getsockname()[1]))
    return int(file.read_text())


def spawn(command: Sequence[str], log: Path, environ: Mapping[str, str] | None = None) -> int:
    """Starts a process of its own session, that outlives us, with its output in `log`. Returns its pid."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=None if environ is None else {**os.environ, **environ},
        )
    process.returncode = 0  # it is stopped by its pid, maybe by another process: nobody waits for this object
    return process.pid


def wait_until_healthy(check: Callable[[], str | None], pid: int, log: Path, seconds: float) -> str:
    """Asks until the server tells its version. Raises `StackError` with the end of its log."""
    deadline = time.monotonic() + seconds
    while (version := check()) is None:
        if not alive(pid) or time.monotonic() > deadline:
            lines = log.read_text(errors="replace").splitlines()[-FAILED_LINES:]
            what = f"not healthy after {seconds:.0f} s" if alive(pid) else "it ended"
            raise StackError("\n".join([f"{log}: {what}:", *lines]))
        time.sleep(0.1)
    return version


def alive(pid: int) -> bool:
    """True while the process runs; one that ended is reaped if it is a child of ours."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            os.waitpid(pid, os.WNOHANG)
            return False
    except (psutil.NoSuchProcess, ChildProcessError):
        return False
    return True


def end(pid: int, sign: signal.Signals = signal.SIGTERM, patience: float = 30.0) -> None:
    """Sends the signal and waits; kills what does not go in `patience` seconds."""
    for each in (sign, signal.SIGKILL):
        if alive(pid):
            os.kill(pid, each)
        deadline = time.monotonic() + patience
        while alive(pid) and time.monotonic() < deadline:
            time.sleep(0.05)


def is_root() -> bool:
    """Postgres and Elasticsearch refuse to run as root."""
    return os.geteuid() == 0


def as_user(user: str) -> list[str]:
    """What to put before a command so that it runs as `user`; nothing when we are that user or not root."""
    if not is_root() or getpass.getuser() == user:
        return []
    return [need("setpriv", "util-linux"), f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"]
