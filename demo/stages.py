"""The made-up wires: read from `demo/wires/*.yml`, and shown as they stood at stage 1, 2 or 3 of the day."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml

WIRES = Path(__file__).parent / "wires"

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Stage = Annotated[int, msgspec.Meta(ge=1, le=3)]


class WireError(Exception):
    """A wire file cannot be used; the text says which file, where, and what is wrong."""


class Later(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an article turns into at a later stage, under the same guid."""

    stage: Stage
    kind: Literal["update", "correction", "withdrawal"]
    updated: Moment
    headline: str
    body: str


class Article(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One article as written. It has `body` (paragraphs apart by blank lines), or `body_html`, or `copies`.

    `copies` is "WIRE GUID": headline, byline and text are those the other wire sent first, letter by letter.
    """

    guid: str
    slug: str
    published: Moment
    headline: str = ""
    byline: str = ""
    categories: tuple[str, ...] = ()
    stage: Stage = 1
    body: str = ""
    body_html: str = ""
    copies: str | None = None
    becomes: tuple[Later, ...] = ()


class Wire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One feed. `carries` says whether RSS has the full text in content:encoded or in description alone."""

    title: str
    about: str
    home: str
    language: str
    format: Literal["rss", "atom", "json"]
    carries: Literal["encoded", "description"]
    articles: tuple[Article, ...]

    @property
    def stages(self) -> int:
        """The number of the last stage at which anything in this wire changes."""
        first = (article.stage for article in self.articles)
        return max(*first, 1, *(later.stage for article in self.articles for later in article.becomes))


@dataclass(frozen=True, kw_only=True)
class Item:
    """An article as one stage shows it; `paragraphs` is plain text, `html` the same as HTML."""

    guid: str
    link: str
    published: datetime
    updated: datetime
    headline: str
    byline: str
    categories: tuple[str, ...]
    paragraphs: tuple[str, ...]
    html: str


def load_wires(folder: Path = WIRES) -> dict[str, Wire]:
    """Read every `*.yml` in `folder` → wires by file stem, by name, copies filled in; else WireError."""
    written = {path.stem: read_wire(path) for path in sorted(folder.glob("*.yml"))}
    return {name: _with_copies(name, wire, written) for name, wire in written.items()}


def read_wire(path: Path) -> Wire:
    """Read one wire file, copies not yet filled in; WireError names the file and the field."""
    try:
        return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), Wire)
    except (msgspec.ValidationError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise WireError(f"{path}: {error}") from error


def text_wire(path: Path) -> Wire:
    """Make a wire with one article of a plain text file: headline first, then a paragraph a line."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise WireError(f"{path}: {error}: give a readable UTF-8 text file") from error
    if len(lines) < 2:
        raise WireError(f"{path}: no text: give a headline on the first line and a body below it")
    article = Article(
        guid="extra-1",
        slug="extra-1",
        published=datetime.fromisoformat("2015-10-07T20:00:00+00:00"),
        headline=lines[0],
        body="\n\n".join(lines[1:]),
    )
    return Wire(
        title="Extra",
        about="One text from outside the repository",
        home="https://extra.example/",
        language="en",
        format="rss",
        carries="description",
        articles=(article,),
    )


def items_at(wire: Wire, stage: int) -> list[Item]:
    """Return the items that the wire's window holds at `stage`, newest first; nothing ever drops out."""
    shown = [_item(wire, article, stage) for article in wire.articles if article.stage <= stage]
    return sorted(shown, key=lambda item: (item.published, item.guid), reverse=True)


def _with_copies(name: str, wire: Wire, wires: Mapping[str, Wire]) -> Wire:
    articles = tuple(
        _copied(name, article, wires) if article.copies else article for article in wire.articles
    )
    return msgspec.structs.replace(wire, articles=articles)


def _copied(name: str, article: Article, wires: Mapping[str, Wire]) -> Article:
    source, _, guid = str(article.copies).partition(" ")
    for original in wires[source].articles if source in wires else ():
        if original.guid == guid:
            return msgspec.structs.replace(
                article,
                headline=original.headline,
                byline=original.byline,
                body=original.body,
                body_html=original.body_html,
            )
    raise WireError(f"{name}.yml: {article.guid}: copies '{article.copies}', which no wire has")


def _item(wire: Wire, article: Article, stage: int) -> Item:
    now: Article | Later = article
    for later in article.becomes:
        if later.stage <= stage:
            now = later
    paragraphs, markup = _text(now)
    return Item(
        guid=article.guid,
        link=f"{wire.home}{article.published:%Y/%m/%d}/{article.slug}",
        published=article.published,
        updated=now.updated if isinstance(now, Later) else now.published,
        headline=now.headline,
        byline=article.byline,
        categories=article.categories,
        paragraphs=paragraphs,
        html=markup,
    )


def _text(form: Article | Later) -> tuple[tuple[str, ...], str]:
    if isinstance(form, Article) and form.body_html:
        blocks = re.split(r"</(?:p|li)>", form.body_html)
        plain = (html.unescape(" ".join(re.sub(r"<[^>]*>", "", block).split())) for block in blocks)
        return tuple(block for block in plain if block), form.body_html
    paragraphs = tuple(" ".join(block.split()) for block in form.body.split("\n\n") if block.strip())
    return paragraphs, "\n".join(f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in paragraphs)
