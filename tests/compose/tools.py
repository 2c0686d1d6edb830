"""Docker, compose v2 and a base image, where nothing can be pulled: all from Debian and the Go module proxy."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stack.running import StackError, alive, cache, end, need, spawn

COMPOSE = "v2.39.4"
BASE = "syria-wire-base"
SUITE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
PACKAGES = (
    "ca-certificates",
    "curl",
    "openjdk-17-jre-headless",
    "postgresql",
    "procps",
    "python3",
)
_MODULE = "github.com/docker/compose/v2"


def folder() -> Path:
    """Where all of it lies, outside the work tree."""
    path = cache() / "compose"
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def engine() -> Iterator[str]:
    """A Docker engine that answers, by its version. If there is none, one is started and later stopped.

    Raises `StackError`.
    """
    need("docker", "docker.io")
    started = None if _answers() else _start()
    try:
        yield run(["docker", "version", "--format", "{{.Server.Version}}"]).stdout.strip()
    finally:
        if started is not None:
            end(started)


def _start() -> int:
    """Its pid. `vfs` works everywhere, but copies every layer in full."""
    log = folder() / "dockerd.log"
    for driver in ("overlay2", "vfs"):
        pid = spawn([need("dockerd", "docker.io"), "--storage-driver", driver], log)
        deadline = time.monotonic() + 60
        while alive(pid) and time.monotonic() < deadline:
            if _answers():
                return pid
            time.sleep(0.5)
        end(pid)
    raise StackError(f"{log}: no Docker engine can be started: see there")


def compose_command() -> list[str]:
    """`docker compose`, or the same program built once. Raises `StackError`."""
    plain = [need("docker", "docker.io"), "compose"]
    if subprocess.run([*plain, "version"], capture_output=True, check=False).returncode != 0:
        plain = [str(_built_compose())]
    return plain


def run(command: list[str], *, check: bool = True, **options: object) -> subprocess.CompletedProcess[str]:
    """Runs it to the end. Raises `StackError` with its last lines if it failed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    if check and done.returncode != 0:
        lines = (done.stdout + done.stderr).strip().splitlines()[-8:]
        raise StackError("\n".join([f"{' '.join(command[:4])}: failed:", *lines]))
    return done  # type: ignore[no-any-return]


def base_image() -> None:
    """A Debian with what all stand-ins need, as one layer. The first call takes two minutes."""
    if run(["docker", "image", "inspect", BASE], check=False).returncode == 0:
        return
    root = folder() / "base"
    if not (root / "complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        include = f"--include={','.join(PACKAGES)}"
        run([need("debootstrap", "debootstrap"), "--variant=minbase", include, SUITE, str(root), MIRROR])
        (root / "complete").touch()
    archive = subprocess.Popen(["tar", "-C", str(root), "-c", "."], stdout=subprocess.PIPE)
    run(["docker", "import", "-", BASE], stdin=archive.stdout)
    if archive.wait() != 0:
        raise StackError(f"{root}: tar could not read it: remove the folder and try again")


def _answers() -> bool:
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


def _built_compose() -> Path:
    """Built out of its Go module. `go install` would refuse the exclude lines of its go.mod."""
    program = folder() / "docker-compose"
    if program.exists():
        return program
    go = need("go", "golang")
    build = folder() / "build"
    build.mkdir(exist_ok=True)
    (build / "go.mod").write_text("module build\n\ngo 1.24.0\n")
    environ = {**os.environ, "GOFLAGS": "-mod=mod"}
    found = run([go, "mod", "download", "-json", f"{_MODULE}@{COMPOSE}"], cwd=build, env=environ)
    theirs = Path(json.loads(found.stdout)["GoMod"]).read_text()
    needed = [f"require ({block})" for block in re.findall(r"require \((.*?)\)", theirs, re.DOTALL)]
    language = re.search(r"^go .*$", theirs, re.MULTILINE)
    ours = ["module build", language[0] if language else "go 1.24.0", f"require {_MODULE} {COMPOSE}", *needed]
    ours += re.findall(r"^replace .*$", theirs, re.MULTILINE)
    (build / "go.mod").write_text("\n\n".join(ours) + "\n")
    run([go, "build", "-o", str(program), f"{_MODULE}/cmd"], cwd=build, env=environ)
    return program
