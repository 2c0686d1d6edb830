"""`export`."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.find import asked_for
from search.export import Format, lines
from store.connect import open_index
from store.query import Query
from store.records import Article
from store.settings import Settings


@click.command()
@click.argument("query", default="")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), required=True)
@click.option(
    "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Default: stdout."
)
@click.option(
    "--bom", is_flag=True, help="Begin a CSV with a mark without which spreadsheets misread Arabic."
)
@click.option("--no-copies", is_flag=True, help="Leave out articles that copy another.")
@click.pass_obj
def export(
    settings: Settings, query: str, form: Format, output: Path | None, bom: bool, no_copies: bool
) -> None:
    """Write all that a search finds, the newest first; what a wire took back comes as a recall, without text."""
    now = datetime.now(UTC)
    asked = Query(where=asked_for(settings, query, now), now=now, copies=not no_copies)
    index = open_index(settings)
    try:
        found = _watched(index.scan(asked), index.search(asked).total)
        with _opened(output) as file:
            file.write("\N{ZERO WIDTH NO-BREAK SPACE}" if bom and form == "csv" else "")
            file.writelines(lines(found, form))
    finally:
        index.close()


def _opened(output: Path | None) -> "nullcontext[IO[str]] | IO[str]":
    if output is None:
        return nullcontext(sys.stdout)
    try:
        return output.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise click.UsageError(f"{output}: cannot be written ({error.strerror}): mend --output") from error


def _watched(articles: Iterable[Article], total: int) -> Iterator[Article]:
    """The same, with a progress bar where somebody waits."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from articles
        return
    columns = (TextColumn("export"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        yield from progress.track(articles, total=total)
