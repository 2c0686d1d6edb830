"""`replay index|tags|list|drop`: the archive built anew."""

import signal
import threading
from contextlib import closing

import click
from rich.console import Console

from cli.output import json_line, table
from store.connect import open_index
from store.settings import Settings


@click.group()
def replay() -> None:
    """Build the index, or all tags, anew out of the log, while everything runs."""


@replay.command("index")
@click.argument("name")
@click.pass_obj
def index_(settings: Settings, name: str) -> int:
    """Fill a new index NAME from the log, then show it to readers and writers.

    For an index that was lost, made by an older version, or needs more shards. What was stopped goes on with the same
    NAME; the old index stays until `replay drop`.
    """
    from ops.replay import rebuild_index

    stop = _until_stopped()
    with Console(stderr=True).status("reading the log") as shown:
        done = rebuild_index(settings, name, stop, lambda left: shown.update(f"{left} records left"))
    json_line(done)
    return int(not done.shown)


@replay.command()
@click.pass_obj
def tags(settings: Settings) -> None:
    """Tag every article anew with a gazetteer of a greater revision; the group and index workers go on from there.

    Start it several times to share the work, where the log is Kafka. What was stopped goes on.
    """
    from ops.replay import retag

    stop = _until_stopped()
    with Console(stderr=True).status("loading the gazetteer") as shown:
        done = retag(settings, stop, lambda left: shown.update(f"{left} records left"))
    json_line({"done": done["done"], "dead": done["dead"]})
    if not done and not stop.is_set():
        click.echo(
            "nothing to do: all of the log was tagged with this revision: raise it in gazetteer.yml", err=True
        )


@replay.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """List the indices that there are."""
    with closing(open_index(settings)) as index:
        shown = index.shown()
        table(("index", ""), [(name, "readers see it" if name == shown else "") for name in index.names()])


@replay.command()
@click.argument("name")
@click.pass_obj
def drop(settings: Settings, name: str) -> None:
    """Remove an index that nobody reads any more."""
    with closing(open_index(settings)) as index:
        index.drop(name)
        json_line({"dropped": name, "left": index.names()})


def _until_stopped() -> threading.Event:
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    return stop
