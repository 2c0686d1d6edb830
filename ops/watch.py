"""Watching a running supervisord: says what went wrong with a program, and does what supervisord does not."""

import time
from collections.abc import Callable, Set
from pathlib import Path

from ops.processes import stop_marked
from ops.supervise import Status, Supervisor
from store.errors import SyriaWireError

RETRY_SECONDS = 60.0
"""So long after supervisord gave a program up it is asked to try again."""
_SHOWN_LINES = 15
_GIVEN_UP = "FATAL"
_RUNNING = "RUNNING"


class ProgramError(SyriaWireError):
    """A program ends again and again; the text names it and shows the end of its log."""


class Watch:
    """Call `mend` about twice a second."""

    def __init__(self, supervisor: Supervisor, say: Callable[[str], None]) -> None:
        self._supervisor = supervisor
        self._say = say
        self._pids: dict[str, int] = {}
        self._given_up_at: dict[str, float] = {}
        self._wanted: set[str] = set()
        self._to_start: set[str] = set()

    def start(self, names: Set[str]) -> None:
        """Starts waiting programs: at once if supervisord answers already, else in one of the next `mend`."""
        self._wanted |= names
        self._to_start |= names
        self.mend(starting=True)

    def mend(self, *, starting: bool = False) -> None:
        """Starts supervisord again if it is gone; tells of programs that ended; tries given-up ones again.

        Raises `SupervisorError` if supervisord will not start; while `starting` also `ProgramError` for a program that
        was given up, since there it is a mistake to mend and not a world to wait for.
        """
        code = self._supervisor.ended()
        if code is not None:
            self._reopen(code)
        self._to_start = {name for name in self._to_start if not self._supervisor.start(name)}
        for status in self._supervisor.statuses():
            if status.state == _RUNNING:
                self._running(status)
            elif status.state == _GIVEN_UP and starting:
                raise ProgramError(self._report(status))
            elif status.state == _GIVEN_UP:
                self._retry(status)

    def _reopen(self, code: int) -> None:
        self._say(f"syriawire up: supervisord ended ({code}): starting everything again")
        stop_marked(self._supervisor.home, patience=0)
        self._pids.clear()
        self._to_start = set(self._wanted)
        self._supervisor.open()

    def _running(self, status: Status) -> None:
        before = self._pids.get(status.name)
        self._pids[status.name] = status.pid
        if status.name in self._given_up_at:
            del self._given_up_at[status.name]
            self._say(f"syriawire up: {status.name} runs again")
        elif before not in (None, status.pid):
            log = self._supervisor.log_of(status.name)
            self._say(f"syriawire up: {status.name} had ended and was started again (its log: {log})")

    def _retry(self, status: Status) -> None:
        now = time.monotonic()
        if status.name not in self._given_up_at:
            self._given_up_at[status.name] = now
            self._say(self._report(status) + f"\nIt is tried again every {RETRY_SECONDS:.0f} s.")
        elif now - self._given_up_at[status.name] > RETRY_SECONDS:
            self._given_up_at[status.name] = now
            self._supervisor.start(status.name)

    def _report(self, status: Status) -> str:
        log = self._supervisor.log_of(status.name)
        lines = [f"    {line}" for line in last_lines(log, _SHOWN_LINES)]
        why = f" ({status.reason})" if status.reason else ""
        return "\n".join((f"{status.name}: ends again and again{why}: mend what its log says: {log}", *lines))


def last_lines(path: Path, count: int) -> list[str]:
    """The end of a log; none if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 16384))
            return file.read().decode("utf-8", "replace").splitlines()[-count:]
    except OSError:
        return []
