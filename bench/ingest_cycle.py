"""`make bench-ingest`: what a poll of a thousand feeds takes, each on a loopback address of its own. Asserts nothing.

The feeds come from a server in a process of its own, which answers what has not changed with 304. With `--airflow`
the same cycle runs through the DAG `poll_feeds` of a real Airflow as well, which takes a few minutes.
"""

import argparse
import asyncio
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx
import structlog

from ops import airflow_home, programs
from ops.poll import poll
from ops.supervise import Supervisor
from store.settings import Settings, load_settings

FEEDS = 1000
ITEMS = 20
CYCLES = 3
_A_FILE = 50


class Publisher(asyncio.Protocol):
    """Answers GET with a feed of its own, or with 304 who brings the validator; connections are kept."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        self._received += data
        while b"\r\n\r\n" in self._received and self._transport is not None:
            request, _, self._received = self._received.partition(b"\r\n\r\n")
            self._transport.write(_answer(request))


def _answer(request: bytes) -> bytes:
    path = request.split(b" ", 2)[1].decode()
    if b'"1"' in request:
        return b'HTTP/1.1 304 Not Modified\r\netag: "1"\r\n\r\n'
    items = "".join(
        f"<item><guid>{path}/{n}</guid><title>Report {n} of {path}</title>"
        f"<pubDate>Wed, 07 Oct 2015 {n:02}:00:00 GMT</pubDate><description>Shells fell near the town, "
        f"residents said; nobody was hurt. Report {n}.</description></item>"
        for n in range(ITEMS)
    )
    body = f"<rss version='2.0'><channel><title>{path}</title>{items}</channel></rss>".encode()
    return b'HTTP/1.1 200 OK\r\netag: "1"\r\ncontent-length: %d\r\n\r\n%b' % (len(body), body)


def serve(port: Connection) -> None:
    """Serves on every loopback address until the process ends; sends the port."""

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Publisher, "0.0.0.0", 0, backlog=1000)  # noqa: S104
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def write_catalogue(folder: Path, port: int, every: str) -> list[str]:
    """One feed an address, 127.1.0.1 and up; returns their ids."""
    folder.mkdir()
    ids = [f"wire-{n}/top" for n in range(FEEDS)]
    for start in range(0, FEEDS, _A_FILE):
        lines = [f"publisher: Wires from {start}", "feeds:"]
        for n in range(start, start + _A_FILE):
            url = f"http://127.1.{n // 250}.{n % 250 + 1}:{port}/feed"
            lines.append(f"  - {{id: {ids[n]}, url: '{url}', every: {every}, allow_private: true}}")
        (folder / f"wires-{start}.yml").write_text("\n".join(lines), encoding="utf-8")
    return ids


def cycle(settings: Settings, ids: list[str], name: str) -> None:
    """Polls all, and prints a line."""
    wall, cpu = time.perf_counter(), time.process_time()
    results = poll(settings, ids)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    health = ", ".join(f"{count} {each}" for each, count in Counter(each.health for each in results).items())
    new = sum(each.new for each in results)
    sys.stdout.write(f"{name:24}{wall:8.1f} s{cpu:8.1f} s CPU{rss:8.0f} MB{new:8} new   {health}\n")
    sys.stdout.flush()


def through_airflow(settings: Settings, runs: int = CYCLES) -> None:
    """The same by the schedule of a real Airflow, as `syriawire up` runs it; a line a run."""
    table = [each for each in programs.programs(settings, demo=False) if each.name in airflow_home.COMPONENTS]
    table = [replace(each, starts_at_once=True) for each in table]
    env = programs.environment(settings, {})
    airflow_home.write_config(settings)
    supervisor = Supervisor(settings.home, table, env)
    log = settings.home / "logs" / "migrate.log"
    airflow_home.adopt(settings, airflow_home.migrate(settings, env, log).wait(), log)
    supervisor.open()
    try:
        told: set[str] = set()
        while len(told) < runs:
            time.sleep(1)
            for run in _asked(settings, "?state=success&order_by=run_after").get("dag_runs", []):
                if run["dag_run_id"] not in told:
                    told.add(run["dag_run_id"])
                    _tell(settings, run)
    finally:
        supervisor.close()


def _tell(settings: Settings, run: dict[str, Any]) -> None:
    path = f"/{run['dag_run_id']}/taskInstances/summary/xcomEntries/return_value"
    began, ended = (datetime.fromisoformat(run[name]) for name in ("start_date", "end_date"))
    seconds = (ended - began).total_seconds()
    sys.stdout.write(f"{'a run of poll_feeds':24}{seconds:8.1f} s   {_asked(settings, path).get('value')}\n")
    sys.stdout.flush()


def _asked(settings: Settings, path: str) -> dict[str, Any]:
    """Empty while Airflow does not answer."""
    try:
        url = f"{airflow_home.base_url(settings)}/api/v2/dags/poll_feeds/dagRuns{path}"
        answer = httpx.get(url, trust_env=False, timeout=30)
    except httpx.TransportError:
        return {}
    found: dict[str, Any] = answer.json() if answer.is_success else {}
    return found


def main() -> None:
    """Prints a table: the first poll, which parses and appends all, then cycles of nothing new."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--airflow", action="store_true", help="through the DAG poll_feeds too")
    chosen = parser.parse_args()
    structlog.configure(processors=[structlog.processors.LogfmtRenderer()], logger_factory=_silent)
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    server = context.Process(target=serve, args=(sender,), daemon=True)
    server.start()
    port = receiver.recv()
    with tempfile.TemporaryDirectory() as folder:
        ids = write_catalogue(Path(folder) / "feeds", port, "30s" if chosen.airflow else "15m")
        environ = {
            "SYRIAWIRE_HOME": f"{folder}/var",
            "SYRIAWIRE_FEEDS": f"{folder}/feeds",
            "SYRIAWIRE_AIRFLOW_PORT": str(port + 1),
        }
        settings = load_settings(environ)
        sys.stdout.write(f"{FEEDS} feeds on as many addresses, {os.cpu_count()} cores, peak memory\n")
        cycle(settings, ids, f"all new, {ITEMS} items each")
        for number in range(CYCLES):
            cycle(settings, ids, f"all 304, cycle {number + 1}")
        if chosen.airflow:
            through_airflow(settings)
    server.terminate()
    server.join()


def _silent(*_: object) -> structlog.BoundLogger:
    return structlog.PrintLogger(Path(os.devnull).open("w"))


if __name__ == "__main__":
    main()
