"""A deployment of its own, out of a copy of this tree: `docker compose` in it, and what Docker says of it."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.compose import tools
from tests.stack.running import StackError, port_of

PROJECT = "syria-wire-test"
ROOT = Path(__file__).parent.parent.parent
INSIDE = (Path(__file__).parent / "inside.py").read_text(encoding="utf-8")
SMALL = {
    "COMPOSE_PROFILES": "demo",
    "COMPOSE_PROJECT_NAME": PROJECT,
    "ELASTICSEARCH_HEAP": "768m",
    "ELASTICSEARCH_MEMORY": "1700m",
    "KIBANA_MEMORY": "256m",
    "KAFKA_HEAP": "384m",
    "KAFKA_MEMORY": "800m",
}
"""Room for it on a machine where others work too."""


class Deployment:
    """`docker compose` in `folder`. What fails raises `StackError`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ports = folder / "ports"
        self.ports = {name: port_of(ports, name) for name in ("PAGE_PORT", "AIRFLOW_PORT", "KIBANA_PORT")}
        self.environ = {**os.environ, **SMALL, **{name: str(port) for name, port in self.ports.items()}}

    def compose(
        self, *arguments: str, given: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Runs it, with `given` as its input."""
        command = [*tools.compose_command(), *arguments]
        return tools.run(command, check=check, cwd=self.folder, env=self.environ, input=given)

    def make(self, target: str) -> str:
        """What `make TARGET` prints."""
        with_compose = f"COMPOSE={' '.join(tools.compose_command())}"
        return tools.run(["make", target, with_compose], cwd=self.folder, env=self.environ).stdout

    def syriawire(self, *arguments: str) -> Any:
        """The JSON that a command prints in a container that has all settings."""
        done = self.compose("exec", "-T", "airflow-scheduler", "syriawire", *arguments, check=False)
        if not done.stdout.strip():
            raise StackError(f"syriawire {' '.join(arguments)}: {done.stderr.strip()[-500:]}")
        return json.loads(done.stdout)

    def inside(self, *arguments: str) -> Any:
        """What tests/compose/inside.py answers."""
        return json.loads(self.compose("exec", "-T", "group", "python", "-", *arguments, given=INSIDE).stdout)

    def page(self, path: str, *, token: bool = True) -> httpx.Response | None:
        """The page's answer; None while nobody answers."""
        secret = (self.folder / "secrets" / "page_token").read_text()
        headers = {"Authorization": f"Bearer {secret}"} if token else {}
        url = f"http://127.0.0.1:{self.ports['PAGE_PORT']}{path}"
        try:
            return httpx.get(url, headers=headers, timeout=10, trust_env=False)
        except httpx.HTTPError:
            return None

    def containers(self) -> dict[str, dict[str, Any]]:
        """Name without the project's → what `docker inspect` says, jobs included."""
        ids = docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={PROJECT}").split()
        found = json.loads(docker("inspect", *ids)) if ids else []
        names = {each["Name"].removeprefix(f"/{PROJECT}-"): each for each in found}
        return {name.removesuffix("-1"): names[name] for name in sorted(names)}

    def running(self) -> dict[str, dict[str, Any]]:
        """Those that are meant to run: all but the jobs."""
        return {
            name: each
            for name, each in self.containers().items()
            if each["HostConfig"]["RestartPolicy"]["Name"] != "no"
        }

    def unwell(self) -> dict[str, str]:
        """Container → what is wrong with it: a job that failed, a server that is not (yet) healthy."""
        wrong = {}
        for name, each in self.containers().items():
            state = each["State"]
            health = state.get("Health", {}).get("Status", "healthy")
            if name in self.running():
                if state["Status"] != "running" or health != "healthy":
                    wrong[name] = f"{state['Status']}, {health}"
            elif state["Status"] != "exited" or state["ExitCode"] != 0:
                wrong[name] = f"{state['Status']}, exit code {state['ExitCode']}"
        return wrong

    def logs(self, name: str, lines: int = 15) -> str:
        """The end of a container's log."""
        done = tools.run(["docker", "logs", "--tail", str(lines), self.containers()[name]["Id"]], check=False)
        return done.stdout + done.stderr


def docker(*arguments: str) -> str:
    """What `docker …` prints. Raises `StackError`."""
    return tools.run(["docker", *arguments]).stdout


def wait(what: str, seconds: float, ready: Callable[[], object]) -> None:
    """Asks until it says something true. Raises `StackError` with `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise StackError(f"{what}: not after {seconds:.0f} s")
        time.sleep(2)


@contextmanager
def of_this_tree() -> Iterator[Deployment]:
    """A deployment that is gone afterwards, with its volumes, its secrets and its folder."""
    folder = Path(tempfile.mkdtemp(prefix="syria-wire-"))
    listed = tools.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT).stdout
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    deployment = Deployment(folder)
    try:
        yield deployment
    finally:
        deployment.compose(
            "--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "10", check=False
        )
        shutil.rmtree(folder)


def left() -> list[str]:
    """Containers, volumes and networks of the project that are still there."""
    by = ("--filter", f"label=com.docker.compose.project={PROJECT}", "-q")
    kinds = (("ps", "-a"), ("volume", "ls"), ("network", "ls"))
    return [f"{kind[0]} {each}" for kind in kinds for each in docker(*kind, *by).split()]
