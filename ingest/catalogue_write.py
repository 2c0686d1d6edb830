"""New feeds as YAML of the catalogue: a file of their own, or more lines of the publisher's file. Pure."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import date
from urllib.parse import urlsplit

import msgspec
import yaml

from ingest.text import one_line

_FEED_LINE = re.compile(r"^( *)- +id:", re.MULTILINE)
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_HOST_NOISE = frozenset({"www", "feeds", "feed", "rss", "news", "en", "ar", "english", "arabic", "m"})


class NewFeed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A feed as it will be written; what is empty is left out."""

    id: str
    url: str
    title: str = ""
    verified: date | None = None
    language: str = ""
    every: str = "15m"
    format: str = "auto"
    country: str = ""
    affiliation: str = ""
    full_text: str = "feed"
    guid: str = "trust"
    allow_private: bool = False


def publisher_yaml(publisher: str, feeds: Sequence[NewFeed]) -> str:
    """A whole file."""
    return _lines({"publisher": _harmless(publisher)}) + "feeds:\n" + _entries(feeds, "  ")


def with_more(text: str, feeds: Sequence[NewFeed]) -> str:
    """A file of the catalogue with more feeds at its end; comments stay. The caller reads it before it is written."""
    indent = _FEED_LINE.search(text)
    return text.rstrip() + "\n" + _entries(feeds, indent[1] if indent else "  ")


def slug_of(publisher: str, url: str) -> str:
    """A file's name for a publisher: its name in plain letters, else the telling part of the host."""
    plain = unicodedata.normalize("NFKD", publisher).encode("ascii", "ignore").decode().lower()
    if slug := _NOT_SLUG.sub("-", plain).strip("-")[:40].strip("-"):
        return slug
    labels = [each for each in (urlsplit(url).hostname or "").split(".")[:-1] if each not in _HOST_NOISE]
    return _NOT_SLUG.sub("-", (labels or ["publisher"])[-1].lower()).strip("-") or "publisher"


def free_id(slug: str, name: str, taken: Collection[str]) -> str:
    """`slug/name`, or `slug/name-2` and so on: the first that no feed has."""
    part = _NOT_SLUG.sub("-", name.lower()).strip("-") or "top"
    wished = f"{slug}/{part}"
    numbers = (f"{wished}-{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (wished, *numbers) if each not in taken)


def _entries(feeds: Sequence[NewFeed], indent: str) -> str:
    return "".join(_entry(feed, indent) for feed in feeds)


def _entry(feed: NewFeed, indent: str) -> str:
    fields = msgspec.structs.asdict(msgspec.structs.replace(feed, title=_harmless(feed.title)))
    defaults = {field.name: field.default for field in msgspec.structs.fields(NewFeed)}
    kept = {
        name: value
        for name, value in fields.items()
        if name in {"verified", "every"} or value != defaults[name]
    }
    first, *rest = _lines(kept).splitlines()
    return "\n".join([f"{indent}- {first}", *(f"{indent}  {line}" for line in rest)]) + "\n"


def _lines(values: dict[str, object]) -> str:
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=100_000)


def _harmless(text: str) -> str:
    """A name from outside must not become a variable, or a second line."""
    return one_line(text).replace("${", "$ {")[:200].strip()
