"""`up`, `work`, `serve`: what runs until it is stopped."""

import signal
import threading
from types import FrameType

import click

from cli.output import json_line
from store.settings import Settings


@click.command()
@click.option("--demo", is_flag=True, help="With the made-up wires of demo/ instead of live feeds.")
@click.pass_obj
def up(settings: Settings, demo: bool) -> int:
    """Run the whole pipeline on this machine until Ctrl-C."""
    from ops.up import up as run_all

    return run_all(settings, demo=demo)


@click.command()
@click.argument("stage", type=click.Choice(["enrich", "group", "index"]))
@click.option("--until-idle", is_flag=True, help="End when nothing is left to do.")
@click.pass_obj
def work(settings: Settings, stage: str, until_idle: bool) -> None:
    """Run one processor."""
    from ops.work import STAGES
    from ops.work import work as run_stage

    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    name = next(each for each in STAGES if each == stage)
    json_line({"stage": name, **run_stage(settings, name, stop, until_idle=until_idle)})


@click.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Serve the web page and the API."""
    from ops.alert_runs import keeper
    from search.serve import serve as run_page

    run_page(settings, keeper)
