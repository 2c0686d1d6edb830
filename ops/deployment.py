"""One-shot jobs of docker-compose.yml: `python -m ops.deployment claim demo|live`, `python -m ops.deployment topics`.

Each can be called again and again.
"""

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import yaml

from ops.programs import DEMO_POLL_EVERY
from store.connect import open_log
from store.errors import SyriaWireError
from store.log import TOPICS, Log
from store.settings import HOME_FILE, load_settings

_KINDS = ("demo", "live")


class ClaimError(SyriaWireError):
    """This deployment holds the other kind of articles."""


def claim(home: Path, kind: str) -> None:
    """Writes into `home` what it is for, once and for good: made-up articles must never stand among true ones.

    Raises `ClaimError` if it was claimed for the other kind.
    """
    mark = home / HOME_FILE
    demo = kind == "demo"
    if mark.exists():
        kept = bool((yaml.safe_load(mark.read_text(encoding="utf-8")) or {}).get("demo"))
        if kept != demo:
            raise ClaimError(
                f"{home}: holds the articles of profile {_KINDS[not kept]}: go on with that one, give this one a "
                "project of its own (docker compose -p NAME), or remove all (docker compose down -v)"
            )
        return
    home.mkdir(parents=True, exist_ok=True)
    values = {"demo": True, "poll_every": DEMO_POLL_EVERY} if demo else {"demo": False}
    fresh = mark.with_suffix(".new")
    fresh.write_text(f"# Written by the job claim-{kind}.\n{yaml.safe_dump(values)}", encoding="utf-8")
    fresh.replace(mark)


def topics(log: Log) -> dict[str, int]:
    """Makes the topics that are missing. Returns topic → records in it. Raises `LogUnavailable`."""
    return {topic: sum(log.ends(topic).values()) for topic in TOPICS}


def main(arguments: Sequence[str]) -> int:
    """Exit code 1: it failed; 2: called wrongly."""
    try:
        match list(arguments):
            case ["claim", kind] if kind in _KINDS:
                claim(load_settings().home, kind)
                sys.stdout.write(f"claimed for {kind}\n")
            case ["topics"]:
                with closing(open_log(load_settings())) as log:
                    for topic, records in topics(log).items():
                        sys.stdout.write(f"{topic}: {records} records\n")
            case _:
                sys.stderr.write(f"{__doc__}\n")
                return 2
    except SyriaWireError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
