"""What `up` runs: the table of programs, and the environment that all of them get."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from ops import airflow_home
from ops.supervise import Program
from store.settings import DEMO_FEEDS, PREFIX, Settings

DEMO_POLL_EVERY = 30.0


def for_demo(settings: Settings) -> Settings:
    """The same settings with the made-up catalogue and a quicker rhythm."""
    return msgspec.structs.replace(
        settings, demo=True, feeds=DEMO_FEEDS, poll_every=min(settings.poll_every, DEMO_POLL_EVERY)
    )


def programs(settings: Settings, *, demo: bool) -> tuple[Program, ...]:
    """All of them. Airflow's wait until its database is ready."""
    return (
        *((_wires(settings),) if demo else ()),
        *(Program(name=step, command=(syriawire(), "work", step)) for step in ("enrich", "group", "index")),
        Program(name="web", command=(syriawire(), "serve")),
        *(
            Program(name=name, command=airflow_home.command(*arguments), starts_at_once=False)
            for name, arguments in airflow_home.COMPONENTS.items()
        ),
        Program(
            name="airflow-clean", command=(sys.executable, "-m", "ops.airflow_clean"), starts_at_once=False
        ),
    )


def environment(settings: Settings, outside: Mapping[str, str]) -> dict[str, str]:
    """What every program gets: each setting, and `outside` without what could change one behind our back.

    Somebody else's `AIRFLOW__…` in the shell must not lead our Airflow to their database.
    """
    kept = {name: value for name, value in outside.items() if not name.startswith((PREFIX, "AIRFLOW"))}
    ours = {
        PREFIX + name.upper(): str(value)
        for name, value in msgspec.structs.asdict(settings).items()
        if value is not None
    }
    search_path = os.pathsep.join((str(_bin()), outside.get("PATH", os.defpath)))
    return {
        **kept,
        **ours,
        **airflow_home.environment(settings),
        "PATH": search_path,
        "PYTHONUNBUFFERED": "1",
        "PYTHONSAFEPATH": "1",  # no import from the folder where they run, which is full of data
        "SPT_NOENV": "1",  # setproctitle leaves the environment readable, by which we find our processes
    }


def syriawire() -> str:
    """The `syriawire` command beside this Python."""
    return str(_bin() / "syriawire")


def wires_address(settings: Settings) -> tuple[str, int]:
    """Host and port of the demo wires."""
    parts = urlsplit(settings.demo_url)
    return parts.hostname or "127.0.0.1", parts.port or 80


def _wires(settings: Settings) -> Program:
    host, port = wires_address(settings)
    state = settings.home / "demo-wires.json"
    return Program(
        name="wires",
        command=(
            *(sys.executable, "-m", "demo.server"),
            *("--host", host, "--port", str(port), "--state", str(state)),
        ),
    )


def _bin() -> Path:
    return Path(sys.executable).parent
