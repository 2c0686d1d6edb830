"""`tag`: text in, what it names out; no network, no state."""

import re
import sys
from collections.abc import Iterator
from dataclasses import fields as fields_of
from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO

import click
import msgspec

from cli.output import json_line
from store.errors import SyriaWireError
from store.settings import Settings

_ISO = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)")


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of one JSON line; other fields are passed over, what is no text counts as empty."""

    id: Any = ""
    headline: Any = ""
    summary: Any = ""
    body: Any = ""
    published: Any = ""
    dateline: Any = ""


@click.command()
@click.argument("file", default="-", type=click.File("rb"))
@click.option(
    "--published",
    default="",
    help="The day of a plain text, such as 2015-10-07: it decides whose role it was.",
)
@click.option("--explain", is_flag=True, help="Add to each mention the evidence of its rule.")
@click.option("--html", "as_html", is_flag=True, help="Write a page with the names highlighted instead.")
@click.pass_obj
def tag(settings: Settings, file: BinaryIO, published: str, explain: bool, as_html: bool) -> None:
    """Tag plain text, or JSON lines with id, headline, body, published; one JSON line each."""
    from lexicon.load import load_lexicon
    from processors.tag.page import page, section
    from processors.tag.tagger import Tagger

    if published and day(published) is None:
        raise click.UsageError(f"--published {published}: write a day as 2015-10-07")
    tagger = Tagger(load_lexicon(settings.gazetteer))
    sections: list[str] = []
    for text in texts(file.read(), getattr(file, "name", "-"), published):
        fields = {name: string(getattr(text, name)) for name in ("headline", "summary", "body")}
        tags = tagger.tag(**fields, published=day(text.published), dateline=string(text.dateline))
        if as_html:
            sections.append(section(string(text.id), fields, tags))
            continue
        shown = {each.name: getattr(tags, each.name) for each in fields_of(tags) if each.name != "evidence"}
        if explain:
            shown["mentions"] = [
                {**msgspec.structs.asdict(mention), "evidence": why}
                for mention, why in zip(tags.mentions, tags.evidence, strict=True)
            ]
        json_line({"id": text.id, **shown})
    if as_html:
        sys.stdout.write(page(sections))


def texts(data: bytes, where: str, published: str = "") -> Iterator[Text]:
    """One of plain text; of JSON lines, which begin with a brace, one a line. Raises `SyriaWireError`."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.lstrip().startswith(b"{"):
        yield Text(body=data.decode("utf-8", "replace"), published=published)
        return
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield msgspec.json.decode(line, type=Text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SyriaWireError(
                f"{where}: line {number}: {error}: write one JSON object with id, headline and body a line"
            ) from error


def string(value: object) -> str:
    """A text as it is; a number in digits; everything else is empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def day(value: object) -> date | None:
    """The day of an ISO time or of a mail's date; None for everything else."""
    text = string(value)
    match = _ISO.match(text)
    try:
        return date(*map(int, match.groups())) if match else parsedate_to_datetime(text).date()
    except ValueError:
        return None
