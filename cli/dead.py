"""`dead list|show|retry`."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import click
import msgspec

from cli.output import json_line, json_lines, json_option, table
from ops.dead import find, letters
from ops.dead import retry as send_back
from store.connect import open_log
from store.records import DeadLetter
from store.settings import Settings


@click.group()
def dead() -> None:
    """What could not be processed, with the reason."""


@dead.command("list")
@click.option("--all", "retried", is_flag=True, help="Also those that were sent back.")
@json_option
@click.pass_obj
def list_(settings: Settings, retried: bool, as_json: bool) -> None:
    """List the dead letters."""
    with closing(open_log(settings)) as log:
        found = letters(log, retried=retried)
    if as_json:
        json_lines(_readable(found))
        return
    table(
        ("letter", "when", "stage", "article", "reason"),
        [(letter.id[:12], letter.at, letter.stage, letter.key, letter.reason) for letter in found],
    )


@dead.command()
@click.argument("letter")
@click.pass_obj
def show(settings: Settings, letter: str) -> None:
    """Show one dead letter whole; the beginning of its id is enough."""
    with closing(open_log(settings)) as log:
        json_line(next(_readable([find(log, letter)])))


@dead.command()
@click.argument("letter", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that were not sent back yet.")
@click.pass_obj
def retry(settings: Settings, letter: tuple[str, ...], everything: bool) -> int:
    """Send dead letters back to the topic that they came from; exit 1 if one cannot go."""
    if bool(letter) == everything:
        raise click.UsageError("name the letters to retry, or say --all")
    with closing(open_log(settings)) as log:
        chosen = letters(log) if everything else [find(log, each) for each in letter]
        refused = send_back(log, chosen, datetime.now(UTC))
    json_line({"retried": len(chosen) - len(refused), "refused": len(refused)})
    for each in refused:
        click.echo(f"{each.letter.id}: cannot go back: {each.reason}", err=True)
    return int(bool(refused))


def _readable(found: list[DeadLetter]) -> Iterator[object]:
    """The record inside as text: it is JSON, unless that is what is wrong with it."""
    for letter in found:
        yield {**msgspec.to_builtins(letter), "value": letter.value.decode("utf-8", "backslashreplace")}
