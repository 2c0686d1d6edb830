"""The health checks of containers, which have no curl. Only the standard library: they are called every few seconds.

`python -m ops.healthy URL [PART]`: exit 0 if the URL answers well; with PART, if its JSON says that PART is healthy: a
component in the answer of Airflow's `/api/v2/monitor/health`, `scheduler`, `dag_processor`, `triggerer`.
`python -m ops.healthy FILE SECONDS`: exit 0 if the heartbeat of a worker, `SYRIAWIRE_HEARTBEAT`, is not older.
"""

import json
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

_SECONDS = 8.0


def healthy(url: str, part: str = "") -> str:
    """Why not, in one line; empty if all is well."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=_SECONDS) as answer:
            body = answer.read()
        state = json.loads(body)[part]["status"] if part else "healthy"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"{url}: {error}: see its log"
    return "" if state == "healthy" else f"{url}: {part} is {state}: see its log"


def beating(file: str, seconds: float, now: float) -> str:
    """As `healthy`, of a file that is touched at least so often."""
    try:
        silent = now - Path(file).stat().st_mtime
    except OSError as error:
        return f"{file}: {error.strerror}: see its log"
    return "" if silent <= seconds else f"{file}: silent for {silent:.0f} s: see its log, then restart it"


def main(arguments: Sequence[str]) -> int:
    """Exit code 1: not healthy; the reason on stderr, where Docker keeps it."""
    where, *how = arguments
    why = healthy(where, *how) if "://" in where else beating(where, float(how[0]), time.time())
    sys.stderr.write(why and f"{why}\n")
    return int(bool(why))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
