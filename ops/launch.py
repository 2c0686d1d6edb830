"""`python -m ops.launch PROGRAM`: becomes one program of an `up`, as `<home>/run/programs.json` describes it.

Two things must happen in the process itself before it turns into the program: it asks the kernel for a
SIGTERM when its parent dies, so that nothing lives on alone; and it stops what an earlier, killed instance of
the program left behind (Airflow's scheduler leaves its workers). Command and environment come from a JSON
file, since supervisord's own format cannot hold every path and value.
"""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

from ops.processes import HOME_MARK, PROGRAM_MARK, stop_marked

PROGRAMS_FILE = "run/programs.json"
_PR_SET_PDEATHSIG = 1


def main(name: str) -> None:
    """Never returns: the process becomes the program. Raises `OSError`, `KeyError` if it cannot."""
    home = Path(os.environ[HOME_MARK])
    program = json.loads((home / PROGRAMS_FILE).read_text(encoding="utf-8"))[name]
    die_with_parent()
    stop_marked(home, name, patience=0)
    env = {**os.environ, **program["env"], PROGRAM_MARK: name}
    os.execvpe(program["command"][0], program["command"], env)  # noqa: S606  (no shell is the point)


def die_with_parent() -> None:
    """SIGTERM for this process once its parent is gone. Linux only; elsewhere the next `up` cleans up."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died just before
        raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1])
