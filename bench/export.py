"""`make bench-export`: what an export of the archive of `make bench-search` takes, and how much memory. Prints a table.

The page runs as a process of its own and streams over HTTP, as to a reader. Its memory is what it has allocated
(RssAnon, the most that was seen while it streamed): the index's mapped files belong to the system's cache.
`--index http://HOST:9200/PREFIX` for Elasticsearch, with the archive that `bench.search --index …` has made.
"""

import argparse
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

_SPANS = (
    ("a day", "[2015-10-01 TO 2015-10-01]"),
    ("24 days", "[2015-10-01 TO 2015-10-24]"),
    ("240 days", "[2015-03-01 TO 2015-10-26]"),
)
_PATIENCE = 120.0
_LOOK_EVERY = 0.25


class Taken(NamedTuple):
    """One export. `first`: seconds to the first byte; `peak`: MB that the page had allocated at most."""

    rows: int
    first: float
    seconds: float
    megabytes: float
    peak: float


def main() -> None:
    """Streams a part, a larger part and all, in both formats."""
    options = argparse.ArgumentParser(prog="bench.export", description=__doc__)
    options.add_argument("--articles", type=int, default=1_000_000)
    options.add_argument("--index", default="", help="an Elasticsearch URL; else the embedded index")
    options.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "syria-wire" / "bench-search")
    asked = options.parse_args()
    folder = asked.cache / str(asked.articles)
    url = f"{asked.index}-{asked.articles}" if asked.index else f"tantivy:///{folder / 'index'}"
    sys.stdout.write(f"{'export':24}{'rows':>10}{'first s':>9}{'all s':>9}{'MB':>9}{'peak MB':>9}\n")
    with _page(url, folder) as (base, pid):
        for form in ("jsonl", "csv"):
            for name, span in (*_SPANS, ("all", "")):
                taken = _export(base, pid, form, f"published:{span}" if span else "")
                row = f"{taken.rows:10}{taken.first:9.2f}{taken.seconds:9.1f}{taken.megabytes:9.1f}{taken.peak:9.0f}"
                sys.stdout.write(f"{f'{form}, {name}':24}{row}\n")
                sys.stdout.flush()


@contextmanager
def _page(index: str, home: Path) -> Iterator[tuple[str, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"INDEX": index, "HOME": str(home), "WEB_PORT": str(port), "LOG_LEVEL": "error"}
    environ = {**os.environ, **{f"SYRIAWIRE_{name}": value for name, value in settings.items()}}
    program = str(Path(sys.executable).with_name("syriawire"))
    page = subprocess.Popen([program, "serve"], env=environ)  # noqa: S603  (our own)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base)
        yield base, page.pid
    finally:
        page.terminate()
        page.wait()


def _wait(base: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not _answers(base):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{base}: no answer after {_PATIENCE:.0f} s: see what the page said above")
        time.sleep(_LOOK_EVERY)


def _answers(base: str) -> bool:
    try:
        httpx.get(f"{base}/api/search", params={"limit": 1}, timeout=_PATIENCE).raise_for_status()
    except httpx.TransportError:
        return False
    return True


def _export(base: str, pid: int, form: str, query: str) -> Taken:
    began = looked = time.perf_counter()
    first = 0.0
    rows = size = 0
    end, last = (b"\n" if form == "jsonl" else b"\r\n"), b""
    peak = _allocated(pid)
    asked = {"q": query, "format": form}
    with httpx.stream("GET", f"{base}/api/export", params=asked, timeout=_PATIENCE) as answer:
        answer.raise_for_status()
        for part in answer.iter_bytes():
            now = time.perf_counter()
            first = first or now - began
            size += len(part)
            rows += (last + part).count(end)
            last = part[-1:] if form == "csv" else b""
            if now - looked > _LOOK_EVERY:
                peak, looked = max(peak, _allocated(pid)), now
    peak = max(peak, _allocated(pid))
    return Taken(rows - (form == "csv"), first, time.perf_counter() - began, size / 1e6, peak)


def _allocated(pid: int) -> float:
    """MB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1000
    raise ProcessLookupError(f"process {pid}: says nothing of its memory: run this on Linux")


if __name__ == "__main__":
    main()
