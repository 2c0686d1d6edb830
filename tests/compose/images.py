"""Images under the names of the real ones, for a machine that cannot pull: `python -m tests.compose.images`."""

import shutil
import sys
from pathlib import Path

from tests.compose import tools
from tests.stack import elasticsearch, kafka
from tests.stack.running import StackError

HERE = Path(__file__).parent
IMAGES = {
    "kafka": f"apache/kafka:{kafka.VERSION}",
    "elasticsearch": f"elasticsearch:{elasticsearch.VERSION}",
    "postgres": "postgres:17",
}


def build() -> None:
    """Builds those that are missing. Raises `StackError`."""
    tools.engine()
    missing = [name for name, tag in IMAGES.items() if not _there(tag)]
    if not missing:
        return
    tools.base_image()
    context = _context()
    for name in missing:
        tag = ["--target", name, "--tag", IMAGES[name]]
        tools.run(["docker", "build", "--file", str(HERE / "Dockerfile"), *tag, str(context)])


def _there(tag: str) -> bool:
    return tools.run(["docker", "image", "inspect", tag], check=False).returncode == 0


def _context() -> Path:
    context = tools.folder() / "context"
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(kafka.fetch(), context / "kafka")
    shutil.copytree(elasticsearch.fetch(), context / "elasticsearch")
    shutil.copytree(elasticsearch.jdk(), context / "jdk", ignore=shutil.ignore_patterns("jmods", "src.zip"))
    shutil.copytree(HERE / "standins", context / "standins")
    return context


if __name__ == "__main__":
    try:
        build()
    except StackError as error:
        sys.exit(str(error))
