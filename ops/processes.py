"""Which processes belong to an `up`, and how to stop those that it lost.

Every child of `up` inherits two marks in its environment, so it is found whoever its parent is by now. They
do not begin with `SYRIAWIRE_`, since what begins so is a setting.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

HOME_MARK = "SYRIA_WIRE_UP"
PROGRAM_MARK = "SYRIA_WIRE_PROGRAM"


def marked(home: Path, program: str | None = None) -> list[psutil.Process]:
    """Living processes that an `up` in `home` started, or of one program of it; not the caller."""
    own = psutil.Process()
    kin = {own.pid, *(each.pid for each in own.parents())}
    wanted = {HOME_MARK: str(home)} | ({PROGRAM_MARK: program} if program is not None else {})
    return [
        process
        for process in psutil.process_iter()
        if process.pid not in kin and wanted.items() <= _environ(process).items()
    ]


def stop_marked(home: Path, program: str | None = None, *, patience: float) -> int:
    """Stops what `marked` finds: SIGTERM, SIGKILL after `patience` seconds. Returns how many there were."""
    stopped: set[int] = set()
    for _ in range(5):  # a dying parent may have started one more
        found = marked(home, program)
        if not found:
            break
        stopped.update(process.pid for process in found)
        if patience > 0:
            _each(found, psutil.Process.terminate)
            _, found = psutil.wait_procs(found, timeout=patience)
        _each(found, psutil.Process.kill)
        psutil.wait_procs(found, timeout=2)
    return len(stopped)


def _environ(process: psutil.Process) -> dict[str, str]:
    """Its environment; empty if it is gone, a zombie or somebody else's."""
    try:
        return process.environ()
    except (psutil.Error, OSError):
        return {}


def _each(processes: Iterable[psutil.Process], act: Callable[[psutil.Process], None]) -> None:
    for process in processes:
        try:
            act(process)
        except psutil.NoSuchProcess:
            continue  # gone by itself: that is what we want
