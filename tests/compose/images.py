"""Images under the names of the real ones, for a machine that cannot pull: `python -m tests.compose.images`."""

import hashlib
import json
import shutil
import sys
from pathlib import Path

from tests.compose import tools
from tests.compose.deployment import Deployment, docker
from tests.stack import elasticsearch, kafka
from tests.stack.running import StackError

HERE = Path(__file__).parent
_LABEL = "syria-wire.stand-in"
_PULLED = "pulled"
"""What has no such label is the real image, and does better than any stand-in."""
IMAGES = {
    "kafka": f"apache/kafka:{kafka.VERSION}",
    "elasticsearch": f"elasticsearch:{elasticsearch.VERSION}",
    "postgres": "postgres:17",
    "kibana": f"kibana:{elasticsearch.VERSION}",
    "python": "python:3.11-slim-bookworm",
    "compiler": "python:3.11-bookworm",
}
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def build() -> str:
    """Pulls what is missing, and builds what cannot be had so. Returns what it did. Raises `StackError`."""
    ours = _digest()
    stale = [name for name, tag in IMAGES.items() if _built_from(tag) not in (ours, _PULLED)]
    missing = [
        name for name in stale if tools.run(["docker", "pull", IMAGES[name]], check=False).returncode != 0
    ]
    if not missing:
        return "all there"
    tools.base_image()
    context = _context()
    for name in missing:
        tag = ["--target", name, "--tag", IMAGES[name], "--label", f"{_LABEL}={ours}"]
        tools.run(["docker", "build", "--file", str(HERE / "Dockerfile"), *tag, str(context)])
    return f"built {', '.join(IMAGES[name] for name in missing)}"


def ours(deployment: Deployment) -> str:
    """Builds the image of docker/Dockerfile. Returns its size."""
    deployment.compose("build", "prepare")
    sizes = [
        int(each)
        for each in docker("history", "--human=false", "--format", "{{.Size}}", "syria-wire:local").split()
    ]
    base = int(docker("image", "inspect", "--format", "{{.Size}}", IMAGES["python"]))
    return f"{(sum(sizes) - base) / 1e6:.0f} MB on top of {IMAGES['python']}"


def _built_from(tag: str) -> str:
    """The mark of a stand-in; empty if there is no such image."""
    done = tools.run(["docker", "image", "inspect", "--format", "{{json .Config.Labels}}", tag], check=False)
    if done.returncode != 0:
        return ""
    return str((json.loads(done.stdout) or {}).get(_LABEL, _PULLED))


def _digest() -> str:
    files = [HERE / "Dockerfile", *sorted((HERE / "standins").iterdir())]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def _context() -> Path:
    context = tools.folder() / "context"
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(kafka.fetch(), context / "kafka")
    shutil.copytree(elasticsearch.fetch(), context / "elasticsearch")
    shutil.copytree(elasticsearch.jdk(), context / "jdk", ignore=shutil.ignore_patterns("jmods", "src.zip"))
    shutil.copytree(HERE / "standins", context / "standins")
    shutil.copy(CERTIFICATES, context)
    return context


if __name__ == "__main__":
    try:
        with tools.engine():
            sys.stdout.write(build() + "\n")
    except StackError as error:
        sys.exit(str(error))
