"""`parse` and `tag`: bytes and text in, JSON lines out; no network, no state."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from cli.output import json_line
from store.errors import SyriaWireError
from store.settings import Settings


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


class _Text(msgspec.Struct, frozen=True, kw_only=True):
    """What `tag` reads of one JSON line; other fields are passed over."""

    id: str = ""
    headline: str = ""
    summary: str = ""
    body: str = ""


@click.command()
@click.argument("file", default="-", type=click.File("rb"))
@click.pass_obj
def tag(settings: Settings, file: BinaryIO) -> None:
    """Tag plain text, or JSON lines with id, headline and body; one JSON line each."""
    from lexicon.load import load_lexicon
    from processors.tag.tagger import Tagger

    tagger = Tagger(load_lexicon(settings.gazetteer))
    for text in _texts(file.read(), file.name):
        tags = tagger.tag(text.headline, text.summary, text.body)
        json_line({"id": text.id, **{name: getattr(tags, name) for name in tags.__slots__}})


def _texts(data: bytes, where: str) -> Iterator[_Text]:
    """One of plain text; of JSON lines, which begin with a brace, one a line."""
    if not data.lstrip().startswith(b"{"):
        yield _Text(body=data.decode("utf-8", "replace"))
        return
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield msgspec.json.decode(line, type=_Text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SyriaWireError(
                f"{where}: line {number}: {error}: write one JSON object with id, headline and body a line"
            ) from error
