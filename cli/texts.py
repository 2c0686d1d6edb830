"""`parse`: bytes in, JSON lines out; no network, no state."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from cli.output import json_line


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--format", "format_", default="auto", show_default=True, help="auto, rss, rdf, atom or jsonfeed."
)
@click.option("--url", default="", help="The address it was fetched from; relative links need it.")
def parse(files: tuple[str, ...], format_: str, url: str) -> int:
    """Turn feed documents into articles, one JSON object a line; `-` reads standard input."""
    from ingest.formats.table import FORMATS
    from ingest.parse import parse_bytes

    if format_ not in ("auto", *FORMATS):
        raise click.UsageError(f"--format {format_}: one of auto, {', '.join(FORMATS)}")
    failed = False
    for name in files:
        try:
            data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            failed = _complain(name, f"cannot be read ({error.strerror})")
            continue
        result = parse_bytes(data, url=url, format=format_, now=datetime.now(UTC))
        if not result.readable:
            failed = _complain(name, f"{result.health}: {result.detail}")
        for article in result.articles:
            _line(article, name if len(files) > 1 else None)
    return int(failed)


def _complain(name: str, what: str) -> bool:
    click.echo(f"{name}: {what}: see docs/feeds.md", err=True)
    return True


def _line(article: object, source: str | None) -> None:
    shown = msgspec.to_builtins(article)
    json_line({**shown, "source_file": source} if source else shown)
