"""The whole demo, real Airflow included: `kill -9` of any one process loses and doubles nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest

from ops.processes import PROGRAM_MARK, marked
from ops.programs import for_demo, programs
from store.settings import ROOT, Settings, load_settings
from tests.contract.servers import elastic_prefix, kafka_prefix, postgres_schema, server
from tests.dags.test_scheduled import free_port
from tests.stack.__main__ import SERVERS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SYRIAWIRE = str(Path(sys.executable).parent / "syriawire")
WHOLE_DAY = 60
"""Fewer articles than the demo has in its last stage."""


class Demo:
    """`syriawire up --demo` on free ports, in a home of its own."""

    def __init__(self, home: Path, **places: str) -> None:
        self.home = home
        self.web = f"http://127.0.0.1:{free_port()}"
        self.environ = {
            **os.environ,
            "SYRIAWIRE_HOME": str(home),
            "SYRIAWIRE_WEB_PORT": self.web.rpartition(":")[2],
            "SYRIAWIRE_AIRFLOW_PORT": str(free_port()),
            "SYRIAWIRE_DEMO_URL": f"http://127.0.0.1:{free_port()}",
            **{f"SYRIAWIRE_{name.upper()}": value for name, value in places.items()},
        }
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns when it says that it is up."""
        self.process = subprocess.Popen(
            [SYRIAWIRE, "up", "--demo"],
            env=self.environ,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if "Ctrl-C here" in line:
                return
        pytest.fail("".join(said))

    def interrupt(self) -> int:
        """Ctrl-C: SIGINT to the whole group. Returns the exit code."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.communicate(timeout=60)
        return self.process.returncode

    def settings(self) -> Settings:
        return for_demo(load_settings({k: v for k, v in self.environ.items() if k.startswith("SYRIAWIRE_")}))

    def processes(self, program: str) -> list[psutil.Process]:
        """Those of one program, the oldest first."""
        mine = [each for each in marked(self.home) if _environ(each).get(PROGRAM_MARK) == program]
        return sorted(mine, key=lambda each: each.create_time())

    def kill(self, program: str) -> None:
        """Kills the oldest process of a program, and waits until another has taken its place."""
        oldest = self.processes(program)[0]
        oldest.kill()
        until(lambda: any(each.create_time() > oldest.create_time() for each in self.processes(program)))

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SYRIAWIRE, *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def verify(self) -> dict[str, int]:
        """Its counts; fails the test unless it exits 0."""
        done = self.command("verify", "--json", "--wait", "90")
        assert done.returncode == 0, done.stdout + done.stderr
        counts: dict[str, int] = json.loads(done.stdout)
        return counts

    def articles(self) -> int:
        """As the page tells; 0 while it does not answer."""
        with suppress(httpx.TransportError):
            answer = httpx.get(f"{self.web}/api/search", params={"limit": 1}, trust_env=False)
            return int(answer.json().get("total", 0)) if answer.is_success else 0
        return 0


def _environ(process: psutil.Process) -> dict[str, str]:
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return process.environ()
    return {}


def until(what: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"waited {seconds} s"
        time.sleep(0.5)


@contextmanager
def running(demo: Demo) -> Iterator[Demo]:
    """Started, and whatever a failed test has left is killed."""
    try:
        demo.start()
        yield demo
    finally:
        for process in marked(demo.home):
            process.kill()
        if demo.process is not None:
            demo.process.kill()
            demo.process.communicate()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with running(Demo(tmp_path / "var")) as demo:
        yield demo


def test_nothing_is_lost_whatever_is_killed(demo: Demo) -> None:
    found = demo.command("search", "Qaryatain", "--json")
    assert all(json.loads(line)["headline"] for line in found.stdout.splitlines())
    assert found.stdout
    assert demo.command("search", "القريتين", "--json").stdout
    for program in [each.name for each in programs(demo.settings(), demo=True)]:
        demo.kill(program)
        demo.verify()
    until(lambda: demo.articles() >= WHOLE_DAY)
    demo.verify()

    assert demo.process is not None
    demo.process.kill()
    demo.process.communicate()
    demo.start()
    assert demo.articles() >= WHOLE_DAY
    counts = demo.verify()
    assert counts["articles"] == counts["indexed"]
    assert counts["dead"] == 0

    assert demo.interrupt() == 0
    until(lambda: marked(demo.home) == [])
    assert demo.verify()["articles"] == counts["articles"]


@pytest.mark.servers
def test_nothing_is_lost_whatever_worker_is_killed_or_server_restarted(tmp_path: Path) -> None:
    for name in ("KAFKA", "ELASTICSEARCH", "POSTGRES"):
        server(name)  # skips, or fails in CI
    with ExitStack() as stack:
        places = {
            "log": stack.enter_context(kafka_prefix()),
            "index": stack.enter_context(elastic_prefix()),
            "state": stack.enter_context(postgres_schema()),
        }
        demo = stack.enter_context(running(Demo(tmp_path / "var", **places)))
        assert demo.command("search", "Qaryatain", "--json").stdout
        for program in ("enrich", "group", "index", "web"):
            demo.kill(program)
            demo.verify()
        for name in SERVERS:
            restart(name)
            demo.verify()
        until(lambda: demo.articles() >= WHOLE_DAY, 180)
        counts = demo.verify()
        assert counts["articles"] == counts["indexed"]
        assert counts["dead"] == 0
        assert demo.interrupt() == 0


def restart(name: str) -> None:
    """Stops a server of the stack and starts it on the same data and port."""
    for action in ("stop", "start"):
        done = subprocess.run(
            [sys.executable, "-m", "tests.stack", action, name],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
