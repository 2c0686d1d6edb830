"""`up` with stand-ins for its programs: real supervisord, real signals, no Airflow."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from ops.processes import HOME_MARK, marked, stop_marked
from ops.supervise import socket_path

pytestmark = pytest.mark.slow

STAND_IN = """
import signal, sys, time
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "broken" in sys.argv:
    print("no disk today", flush=True)
    sys.exit(3)
while True:
    time.sleep(1)
"""

DRIVER = """
import os, sys
from pathlib import Path
from ops.readiness import Step
from ops.screen import Screen
from ops.supervise import Program
from ops.up import Plan, hold, run

home = Path(sys.argv[1])
programs = [
    Program(name=name, command=(sys.executable, str(home / "stand_in.py"), name), env={"NAME": 'a "b" % c, d'})
    for name in sys.argv[2:]
]
plan = Plan(
    home=home, programs=programs, env=os.environ, steps=[Step("a file", lambda: (home / "go").exists())],
    first=lambda env: None, farewell="READY",
)
with Screen() as screen:
    sys.exit(hold(home, screen, lambda stop: run(plan, screen, stop)))
"""


class Up:
    """One `up` in a process of its own, in the group of its children as under a shell."""

    def __init__(self, home: Path, *programs: str) -> None:
        self.home = home
        (home / "stand_in.py").write_text(STAND_IN)
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(home), *programs],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        )

    def wait_ready(self) -> None:
        (self.home / "go").touch()
        assert self.process.stdout
        for line in self.process.stdout:
            if line.strip() == "READY":
                return
        pytest.fail("ended before it was ready")

    def close(self) -> None:
        """Kills what a failed test has left running."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def end(self) -> str:
        """Waits for its end; the rest of what it printed."""
        rest, _ = self.process.communicate(timeout=20)
        return rest


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home whose path is too long for a socket and full of what configuration files trip over."""
    home = tmp_path / "a home, 100% ours" / ("long" * 25)
    home.mkdir(parents=True)
    yield home
    stop_marked(home, patience=0)
    shutil.rmtree(socket_path(home).parent)


@pytest.fixture
def up_with(home: Path) -> Iterator[Callable[..., Up]]:
    """Names of stand-ins → an `up` that runs them."""
    with ExitStack() as stack:

        def start(*programs: str) -> Up:
            up = Up(home, *programs)
            stack.callback(up.close)
            return up

        yield start


def _pid(home: Path, program: str) -> int:
    """Waits until the program runs as itself."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        for process in marked(home, program):
            try:
                if "stand_in.py" in " ".join(process.cmdline()) or program == "supervisord":
                    return process.pid
            except psutil.Error:
                continue
        time.sleep(0.1)
    pytest.fail(f"{program} does not run")


def _gone(home: Path, within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not marked(home):
            return True
        time.sleep(0.1)
    return False


def test_ctrl_c_twice_stops_all_even_the_stubborn(home: Path, up_with: Callable[..., Up]) -> None:
    up = up_with("good", "stubborn")
    up.wait_ready()
    _pid(home, "stubborn")
    os.killpg(up.process.pid, signal.SIGINT)
    time.sleep(0.2)
    os.killpg(up.process.pid, signal.SIGINT)
    assert "stopped" in up.end()
    assert up.process.returncode == 0
    assert marked(home) == []


def test_sigterm_before_all_is_ready_stops_too(home: Path, up_with: Callable[..., Up]) -> None:
    up = up_with("good")
    _pid(home, "good")
    up.process.terminate()
    up.end()
    assert up.process.returncode == 0
    assert marked(home) == []


def test_a_killed_program_comes_back(home: Path, up_with: Callable[..., Up]) -> None:
    up = up_with("good")
    up.wait_ready()
    before = _pid(home, "good")
    time.sleep(5)  # it has to have run for a while, else it counts as one that cannot start
    os.kill(before, signal.SIGKILL)
    while _pid(home, "good") == before:
        time.sleep(0.1)
    time.sleep(6)
    up.process.terminate()
    assert "good had ended and was started again" in up.end()


def test_a_killed_supervisord_comes_back(home: Path, up_with: Callable[..., Up]) -> None:
    up = up_with("good")
    up.wait_ready()
    _pid(home, "good")
    os.kill(before := _pid(home, "supervisord"), signal.SIGKILL)
    while _pid(home, "supervisord") == before:
        time.sleep(0.1)
    _pid(home, "good")
    up.process.terminate()
    assert "supervisord ended (-9)" in up.end()
    assert marked(home) == []


def test_what_a_killed_up_leaves_ends_by_itself(home: Path, up_with: Callable[..., Up]) -> None:
    up = up_with("good")
    up.wait_ready()
    _pid(home, "good")
    up.process.kill()
    up.end()
    assert _gone(home, within=10)


def test_left_overs_are_stopped_by_the_next_up(home: Path, up_with: Callable[..., Up]) -> None:
    left = subprocess.Popen(
        [sys.executable, "-c", STAND_IN], env={**os.environ, HOME_MARK: str(home)}, start_new_session=True
    )
    up = up_with("good")
    up.wait_ready()
    assert left.wait(5) == -signal.SIGTERM
    up.process.terminate()
    up.end()


def test_one_up_a_home(home: Path, up_with: Callable[..., Up]) -> None:
    first = up_with("good")
    first.wait_ready()
    second = up_with("good")
    said = second.end()
    assert f"already running in {home} (pid {first.process.pid}): stop it first" in said
    assert second.process.returncode == 1
    first.process.terminate()
    first.end()
    assert first.process.returncode == 0


def test_a_program_that_cannot_start_is_named_with_its_log(home: Path, up_with: Callable[..., Up]) -> None:
    up = up_with("good", "broken")
    said = up.process.communicate(timeout=60)[0]
    assert "broken: ends again and again" in said
    assert "no disk today" in said
    assert str(home / "logs" / "broken.log") in said
    assert up.process.returncode == 1
    assert marked(home) == []
