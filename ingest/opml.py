"""The catalogue as OPML 2.0, and the feeds of an OPML file. Pure; no entities, no network, bounded."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from urllib.parse import urlsplit, urlunsplit
from xml.parsers import expat

import msgspec

from ingest.catalogue import Feed, is_web_address
from ingest.text import one_line
from store.errors import SyriaWireError

NAMESPACE = "https://syria-wire.example/ns/opml"
"""Of our own attributes, as OPML 2.0 lets one add them; a name, nothing is there."""
LARGEST = 5_000_000
MOST = 5_000
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
_DEEPEST = 20
_OWN = ("id", "every", "format", "country", "affiliation", "full_text", "guid")


class OpmlError(SyriaWireError):
    """The file is no OPML that we read."""


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """One feed of an OPML file. `group` is the outermost outline around it, or empty. `own`: our attributes."""

    url: str
    group: str = ""
    title: str = ""
    language: str = ""
    own: dict[str, str] = {}


def to_opml(feeds: Iterable[Feed], title: str) -> bytes:
    """One outline a publisher, its feeds in it. Without headers, proxies and passwords."""
    ET.register_namespace("wire", NAMESPACE)
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = title
    body = ET.SubElement(root, "body")
    for publisher, of_publisher in groupby(feeds, key=lambda feed: feed.publisher):
        group = ET.SubElement(body, "outline", text=publisher)
        for feed in of_publisher:
            ET.SubElement(group, "outline", _attributes(feed))
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _attributes(feed: Feed) -> dict[str, str]:
    name = feed.title or feed.id
    own = {
        "id": feed.id,
        "every": _duration(feed.every),
        "format": feed.format,
        "country": feed.country,
        "affiliation": feed.affiliation,
        "full_text": feed.full_text,
        "guid": feed.guid,
    }
    said = {"type": "rss", "text": name, "xmlUrl": _public(feed.url)}
    if feed.title:
        said["title"] = feed.title
    if feed.language:
        said["language"] = feed.language
    return said | {f"{{{NAMESPACE}}}{key}": value for key, value in own.items() if value}


def _duration(wait: timedelta) -> str:
    """As the catalogue writes it, in the largest unit that fits."""
    seconds = round(wait.total_seconds())
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size}{unit}"


def _public(url: str) -> str:
    """Without user and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def read_opml(data: bytes) -> list[Outline]:
    """The feeds of an OPML file in its order. Raises `OpmlError`."""
    if len(data) > LARGEST:
        raise OpmlError(f"OPML: more than {LARGEST} bytes: part it into smaller files")
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise OpmlError(f"OPML: not well-formed ({error}): export it anew, in UTF-8") from error
    if not reader.is_opml:
        raise OpmlError("OPML: its root is not <opml>: export the subscriptions of your reader as OPML")
    return reader.found


def _code(language: str) -> str:
    """`en-us` as it is; "" for `English`."""
    return language if _LANGUAGE.fullmatch(language) else ""


def _refuse_doctype(*_: object) -> None:
    raise OpmlError("OPML: has a DOCTYPE, which may hold entities: take the line out")


class _Reader:
    """Follows the outlines; those without an address are groups."""

    def __init__(self) -> None:
        self.found: list[Outline] = []
        self.is_opml = False
        self._open: list[str] = []
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise OpmlError(f"OPML: outlines deeper than {_DEEPEST}: flatten it")
        if self._depth == 1:
            self.is_opml = tag.lower() == "opml"
        if tag.lower() != "outline":
            return
        values = {name.lower(): one_line(value) for name, value in attributes.items()}
        name = values.get("title") or values.get("text", "")
        url = values.get("xmlurl", "").replace("feed://", "http://")
        self._open.append("" if url else values.get("text") or name)
        if not is_web_address(url):
            return
        if len(self.found) >= MOST:
            raise OpmlError(f"OPML: more than {MOST} feeds: part it into smaller files")
        own = {key: values[f"{NAMESPACE} {key}"] for key in _OWN if f"{NAMESPACE} {key}" in values}
        title = "" if own and "title" not in values else name
        group = next(filter(None, self._open), "")
        self.found.append(
            Outline(url=url, group=group, title=title, language=_code(values.get("language", "")), own=own)
        )

    def end(self, tag: str) -> None:
        self._depth -= 1
        if tag.lower() == "outline":
            self._open.pop()
