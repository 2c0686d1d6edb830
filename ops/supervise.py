"""Programs under supervisord: its configuration, starting, asking and stopping it."""

import configparser
import hashlib
import http.client
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import Faults, SupervisorTransport

from ops.launch import PROGRAMS_FILE
from ops.processes import HOME_MARK, stop_marked
from store.errors import SyriaWireError
from store.settings import ROOT

STOP_SECONDS = 5
"""How long a program may take to stop before it is killed."""
_GIVE_UP_SECONDS = STOP_SECONDS + 3
_STARTS_WITHIN = 5.0
_SOCKET_LIMIT = 90  # a unix socket's path holds 107 bytes, and supervisord adds its pid
_GROUP = "syriawire"
_SUPERVISORD = "supervisord"


class SupervisorError(SyriaWireError):
    """supervisord itself could not be started."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """One program to keep alive. `env` is added to what all programs get."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    starts_at_once: bool = True
    """False: it waits for `Supervisor.start`."""


@dataclass(frozen=True)
class Status:
    """What supervisord knows of one program: `state` is its word for it (RUNNING, BACKOFF, FATAL, …)."""

    name: str
    state: str
    pid: int
    reason: str


class Supervisor:
    """One supervisord with its programs, in a session of its own, so that a Ctrl-C reaches `up` only."""

    def __init__(self, home: Path, programs: Sequence[Program], env: Mapping[str, str]) -> None:
        self.home = home
        self._socket = socket_path(home)
        self._env = {**env, HOME_MARK: str(home), "PYTHONPATH": str(ROOT)}
        self._process: subprocess.Popen[bytes] | None = None
        self._opened = 0.0
        _write_files(home, programs, self._socket)

    def open(self) -> None:
        """Starts supervisord, which starts the programs."""
        with self.log_of(f"{_SUPERVISORD}-start").open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603  (our own Python, fixed arguments)
                (sys.executable, "-m", "ops.launch", _SUPERVISORD),
                env=self._env,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._opened = time.monotonic()

    def ended(self) -> int | None:
        """The exit code of supervisord if it is gone. Raises `SupervisorError` if it cannot even start."""
        code = self._process.poll() if self._process else None
        if code and code > 0 and time.monotonic() - self._opened < _STARTS_WITHIN:
            log = self.log_of(f"{_SUPERVISORD}-start")
            raise SupervisorError(f"supervisord: could not start (exit code {code}): see {log}")
        return code

    def statuses(self) -> list[Status]:
        """One for each program, by name; none while supervisord does not answer."""
        try:
            infos: Any = self._rpc().supervisor.getAllProcessInfo()
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return []
        return [Status(info["name"], info["statename"], info["pid"], info["spawnerr"]) for info in infos]

    def start(self, name: str) -> bool:
        """Starts a program that waits or was given up; False if supervisord would not."""
        try:
            return bool(self._rpc().supervisor.startProcess(f"{_GROUP}:{name}", False))
        except xmlrpc.client.Fault as fault:
            return bool(fault.faultCode == Faults.ALREADY_STARTED)
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return False

    def close(self) -> None:
        """Stops everything. Takes `STOP_SECONDS` and a little more at the most."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_GIVE_UP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        stop_marked(self.home, patience=0)
        if not self._socket.is_relative_to(self.home):
            shutil.rmtree(self._socket.parent, ignore_errors=True)

    def log_of(self, name: str) -> Path:
        """Where a program's output goes."""
        return self.home / "logs" / f"{name}.log"

    def _rpc(self) -> xmlrpc.client.ServerProxy:
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)


def socket_path(home: Path) -> Path:
    """`<home>/run/supervisor.sock`, or in the temporary folder where that is too long for a socket."""
    path = home / "run" / "supervisor.sock"
    if len(os.fsencode(path)) <= _SOCKET_LIMIT:
        return path
    mark = hashlib.blake2b(os.fsencode(home), digest_size=6).hexdigest()
    folder = Path(tempfile.gettempdir()) / f"syriawire-{os.getuid()}-{mark}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder}: belongs to somebody else: move SYRIAWIRE_HOME to a shorter path")
    return folder / "supervisor.sock"


def config_text(programs: Sequence[Program], socket: str) -> dict[str, dict[str, str]]:
    """supervisord.conf as section → option → value. Pure.

    All paths are relative to the home, where supervisord runs: it expands some values once and others twice, so that
    a `%` in the name of a folder could not be written down.
    """
    sections = {
        "supervisord": {
            "nodaemon": "true",
            "silent": "true",
            "logfile": "logs/supervisord.log",
            "logfile_maxbytes": "10MB",
            "logfile_backups": "2",
            "pidfile": "run/supervisord.pid",
            "childlogdir": "logs",
        },
        "unix_http_server": {"file": socket, "chmod": "0700"},
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        },
        # Groups stop one after the other, the programs of one group at the same time.
        f"group:{_GROUP}": {"programs": ",".join(program.name for program in programs)},
    }
    return sections | {f"program:{program.name}": _program_options(program) for program in programs}


def _program_options(program: Program) -> dict[str, str]:
    return {
        "command": shlex.join((sys.executable, "-m", "ops.launch", program.name)).replace("%", "%%"),
        "autostart": "true" if program.starts_at_once else "false",
        "autorestart": "true",
        "startsecs": "4",  # who dies earlier is started again after 1, 2, 3, … seconds
        "startretries": "5",
        "stopsignal": "TERM",
        "stopasgroup": "true",
        "killasgroup": "true",
        "stopwaitsecs": str(STOP_SECONDS),
        "redirect_stderr": "true",
        "stdout_logfile": f"logs/{program.name}.log",
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": "2",
    }


def _write_files(home: Path, programs: Sequence[Program], socket: Path) -> None:
    for folder in (home / "run", home / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
    config = configparser.RawConfigParser()
    near = os.path.relpath(socket, home) if socket.is_relative_to(home) else str(socket)
    config.read_dict(config_text(programs, near))
    conf = home / "run" / "supervisord.conf"
    with conf.open("w", encoding="utf-8") as file:
        config.write(file)
    table = {each.name: {"command": each.command, "env": dict(each.env)} for each in programs}
    run = (sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "--configuration", str(conf))
    table[_SUPERVISORD] = {"command": run, "env": {}}
    (home / PROGRAMS_FILE).write_text(json.dumps(table, indent=1), encoding="utf-8")
