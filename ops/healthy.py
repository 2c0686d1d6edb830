"""`python -m ops.healthy URL [PART]`: exit 0 if the URL answers well; with PART, if its JSON says that PART is healthy.

For the health checks of containers, which have no curl. PART is a component in the answer of Airflow's
`/api/v2/monitor/health`: `scheduler`, `dag_processor`, `triggerer`. Only the standard library: it is
called every few seconds.
"""

import json
import sys
import urllib.request
from collections.abc import Sequence

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


def main(arguments: Sequence[str]) -> int:
    """Exit code 1: not healthy; the reason on stderr, where Docker keeps it."""
    why = healthy(*arguments)
    sys.stderr.write(why and f"{why}\n")
    return int(bool(why))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
