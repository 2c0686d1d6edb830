"""How results are printed: a table for eyes, JSON lines for machines."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


def json_line(value: Any) -> None:
    """One JSON object and a newline; characters of every script as they are."""
    click.echo(msgspec.json.encode(value).decode("utf-8"))


def json_lines(values: Iterable[Any]) -> None:
    """One object a line."""
    for value in values:
        json_line(value)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A plain table, as wide as the terminal; whole lines, the headings first, where stdout is no terminal."""
    console = Console(soft_wrap=False)
    if not console.is_terminal:
        for row in (headings, *rows):
            click.echo("\t".join(map(cell, row)))
        return
    shown = Table(*headings, box=None, pad_edge=False)
    for row in rows:
        shown.add_row(*map(cell, row))
    console.print(shown, markup=False)


def cell(value: object) -> str:
    """A value as a person reads it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    return "" if value is None else str(value)
