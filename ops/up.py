"""`up`: the whole pipeline on this machine, in the foreground, until Ctrl-C.

It holds the lock of its home, stops what a killed `up` left behind, starts supervisord with the programs,
waits until articles are found, and then watches. supervisord keeps the programs alive, `up` does so for it.
"""

import fcntl
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import yaml

from ops import airflow_home, preflight
from ops import programs as table
from ops.processes import HOME_MARK, stop_marked
from ops.readiness import Step, steps
from ops.screen import Screen
from ops.supervise import Program, Supervisor
from ops.watch import Watch
from store.errors import SyriaWireError
from store.settings import HOME_FILE, Settings

_TICK = 0.5
_LEFT_OVER_PATIENCE = 6.0


class StartError(SyriaWireError):
    """Something is in the way; the text says what to do."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one `up` runs: `first` starts a process that must end before the waiting programs start."""

    home: Path
    programs: Sequence[Program]
    env: Mapping[str, str]
    steps: Sequence[Step]
    first: Callable[[Mapping[str, str]], "First | None"]
    farewell: str


@dataclass(frozen=True)
class First:
    """A running process, and what to do with its exit code (which may raise `SyriaWireError`)."""

    what: str
    process: "subprocess.Popen[bytes]"
    finish: Callable[[int], None]


def up(given: Settings, *, demo: bool) -> int:
    """Runs the pipeline until SIGINT, SIGTERM or SIGHUP; then returns 0, or 1 if it could not start.

    0 also after Ctrl-C: that is how one ends it, and `make` would report an error for anything else.
    """
    os.umask(0o077)  # the archive holds withdrawn texts, the programs' table secrets: for the owner only
    settings = table.for_demo(given) if demo else given

    def start(stop: threading.Event) -> int:
        claim_home(given, demo=demo)
        if problems := preflight.problems(settings, demo):
            raise StartError("\n".join(problems))
        airflow_home.write_config(settings)
        return run(_plan(settings, demo=demo), screen, stop)

    with Screen() as screen:
        return hold(given.home, screen, start)


def hold(home: Path, screen: Screen, start: Callable[[threading.Event], int]) -> int:
    """Calls `start` as the only one in `home`, with nothing of an earlier run alive; 1 if that is not possible.

    The event it gets is set by the signals that mean "stop".
    """
    with _stop_signals() as stop:
        try:
            with _lock(home):
                _clean_start(home, screen)
                return start(stop)
        except (SyriaWireError, OSError) as error:
            head, *more = str(error).splitlines()
            screen.line("\n".join((f"syriawire up: {head}", *more)))
            return 1


def claim_home(settings: Settings, *, demo: bool) -> None:
    """A home is the demo's or a live one for good: made-up articles must never stand among true ones.

    The demo's home says in a file what it was started with, so that every command there speaks of the same.
    Raises `StartError`.
    """
    elsewhere = "set SYRIAWIRE_HOME to another folder, or unset it"
    if settings.demo and not demo:
        raise StartError(f"{settings.home}: holds the demo's made-up articles: {elsewhere}")
    if not demo:
        return
    if not settings.demo and (settings.home / "log.db").exists():
        raise StartError(f"{settings.home}: holds an archive that is not the demo's: {elsewhere}")
    ours = ("log", "index", "state", "archive", "demo_url", "web_port", "airflow_port")
    values = {name: getattr(settings, name) for name in ours}
    # What lies in the home itself is the default, and may be moved with it.
    kept = {"demo": True, **{name: v for name, v in values.items() if str(settings.home) not in str(v)}}
    text = "# Written by `syriawire up --demo`.\n" + yaml.safe_dump(kept)
    mark = settings.home / HOME_FILE
    mark.touch(mode=0o600)  # a URL may hold a password
    mark.write_text(text, encoding="utf-8")


def run(plan: Plan, screen: Screen, stop: threading.Event) -> int:
    """Starts, waits, watches, stops all. Raises `SyriaWireError` if a program cannot start."""
    env = {**plan.env, HOME_MARK: str(plan.home)}
    supervisor = Supervisor(plan.home, plan.programs, env)
    supervisor.open()
    try:
        watch = Watch(supervisor, screen.line)
        _first(plan, env, screen, stop)
        if not stop.is_set():
            watch.start({program.name for program in plan.programs if not program.starts_at_once})
        _wait_for(plan.steps, watch, screen, stop)
        if not stop.is_set():
            print(plan.farewell, flush=True)  # noqa: T201  (the result of the command)
        while not stop.wait(_TICK):
            watch.mend()
    finally:
        screen.wait("Stopping")
        supervisor.close()
        screen.line("syriawire up: stopped.")
    return 0


def _first(plan: Plan, env: Mapping[str, str], screen: Screen, stop: threading.Event) -> None:
    first = plan.first(env)
    if first is None:
        return
    screen.wait(first.what)
    try:
        while (code := first.process.poll()) is None and not stop.wait(0.1):
            pass
    finally:
        if first.process.poll() is None:
            first.process.kill()
            first.process.wait()
    if code is not None:
        first.finish(code)
        screen.done(first.what)


def _wait_for(todo: Sequence[Step], watch: Watch, screen: Screen, stop: threading.Event) -> None:
    for step in todo:
        screen.wait(step.what)
        while not stop.is_set() and not step.ready():
            watch.mend(starting=True)
            stop.wait(_TICK)
        if stop.is_set():
            return
        screen.done(step.what)


def _clean_start(home: Path, screen: Screen) -> None:
    screen.wait("Looking for what an earlier run left behind")
    if count := stop_marked(home, patience=_LEFT_OVER_PATIENCE):
        screen.line(f"syriawire up: stopped {count} processes that an earlier run in {home} left behind")


def _plan(settings: Settings, *, demo: bool) -> Plan:
    log = settings.home / "logs" / "airflow-migrate.log"

    def migrate(env: Mapping[str, str]) -> First | None:
        if not airflow_home.needs_migration(settings):
            return None
        process = airflow_home.migrate(settings, env, log)
        return First("Airflow's database", process, lambda code: airflow_home.adopt(settings, code, log))

    return Plan(
        home=settings.home,
        programs=table.programs(settings, demo=demo),
        env=table.environment(settings, os.environ),
        steps=steps(settings, demo=demo),
        first=migrate,
        farewell=_farewell(settings),
    )


def _farewell(settings: Settings) -> str:
    command = os.path.relpath(table.syriawire())
    if settings.home != Path("var").absolute():
        command = f"SYRIAWIRE_HOME={os.path.relpath(settings.home)} {command}"
    return f"""
Syria Wire is up.

  the news     http://{settings.web_host}:{settings.web_port}/
  Airflow      {airflow_home.base_url(settings)}/
  try          {command} search 'Qaryatain' --json
               {command} search 'القريتين'
  the logs     {os.path.relpath(settings.home / "logs")}/
  stop         Ctrl-C here
"""


@contextmanager
def _lock(home: Path) -> Iterator[None]:
    """One `up` a home. The kernel drops the lock with the process, however that ends."""
    (home / "run").mkdir(parents=True, exist_ok=True)
    with (home / "run" / "up.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            pid = file.read().strip()
            raise StartError(f"already running in {home} (pid {pid}): stop it first") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """An event that is set by the signals that mean "stop", however often they come."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  (the shape of a handler)
        stop.set()

    before = {each: signal.signal(each, ask) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
