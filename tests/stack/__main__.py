"""`python -m tests.stack start|stop|wipe|status [SERVER…]`. Prints `export SYRIAWIRE_TEST_…` lines for a shell."""

import argparse
import importlib
import logging
import shutil
import sys
from pathlib import Path
from types import ModuleType

import msgspec
import psutil

from tests.stack.running import Running, StackError, alive, cache

SERVERS = ("kafka", "postgres", "elasticsearch")


def main() -> int:
    """Exit 0, or 1 with one line on stderr for each server that it could not serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.stack", description=__doc__)
    parser.add_argument("action", choices=["start", "stop", "wipe", "status", "fetch"])
    parser.add_argument(
        "servers", nargs="*", metavar="SERVER", help=f"{', '.join(SERVERS)}; none: all of them"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.servers) - set(SERVERS):
        parser.error(f"no server is called {', '.join(sorted(unknown))}")
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it complains while a broker starts
    action = {"start": start, "stop": stop, "wipe": wipe, "status": status, "fetch": fetch}[arguments.action]
    failed = 0
    for name in arguments.servers or SERVERS:
        try:
            action(name, importlib.import_module(f"tests.stack.{name}"))
        except StackError as error:
            failed = 1
            say(f"{name}: {error}")
    return failed


def start(name: str, server: ModuleType) -> None:
    """Starts it, unless it runs; its URL goes to stdout."""
    running = known(name)
    if running is None or server.healthy(running.url) is None:
        say(f"{name}: starting (the first time it is fetched, which takes a minute) …")
        running = server.start(home(name))
        note(name).write_bytes(msgspec.json.encode((running, psutil.Process(running.pid).create_time())))
    say(f"{name} {running.version}: up after {running.seconds} s, log in {running.folder}")
    sys.stdout.write(f"export SYRIAWIRE_TEST_{name.upper()}={running.url}\n")


def stop(name: str, server: ModuleType) -> None:
    """Stops it; its data stay."""
    running = known(name)
    if running is not None:
        server.stop(running)
        say(f"{name}: stopped")
    note(name).unlink(missing_ok=True)


def wipe(name: str, server: ModuleType) -> None:
    """Stops it and removes its data; what was fetched stays."""
    stop(name, server)
    if hasattr(server, "wipe"):
        server.wipe(home(name))
    shutil.rmtree(home(name), ignore_errors=True)


def status(name: str, server: ModuleType) -> None:
    """One line: its version and URL, or that it is down."""
    running = known(name)
    version = server.healthy(running.url) if running is not None and alive(running.pid) else None
    sys.stdout.write(
        f"{name} {running.version} {running.url}\n" if running and version else f"{name} is down\n"
    )


def fetch(name: str, server: ModuleType) -> None:
    """Fills the cache."""
    server.fetch()
    say(f"{name}: fetched")


def known(name: str) -> Running | None:
    """The server that the last `start` noted, if that very process still runs: its pid may be another's now."""
    if not note(name).exists():
        return None
    running, began = msgspec.json.decode(note(name).read_bytes(), type=tuple[Running, float])
    same = alive(running.pid) and psutil.Process(running.pid).create_time() == began
    return running if same else None


def home(name: str) -> Path:
    """Its data, port and log."""
    return cache() / "run" / name


def note(name: str) -> Path:
    """Where a started server is noted."""
    (cache() / "run").mkdir(parents=True, exist_ok=True)
    return cache() / "run" / f"{name}.json"


def say(line: str) -> None:
    """To a person."""
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
