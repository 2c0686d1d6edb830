"""The formats we read, and which of them a document is. A new format: one module, one line here."""

import re
from collections.abc import Callable

from ingest.formats import jsonfeed, syndication
from ingest.formats.entry import Parsed

FORMATS: dict[str, Callable[[str], Parsed]] = {
    "rss": syndication.parse,
    "rdf": syndication.parse,
    "atom": syndication.parse,
    "jsonfeed": jsonfeed.parse,
}
"""Format → parser of the document's text. It never raises; what it cannot read goes into `problems`."""

HTML = "html"
_HEAD = 65536
_DOCTYPE_HTML = re.compile(r"<!doctype\s+html\b", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)", re.ASCII)
_FEED_ROOT = re.compile(r"<(rss|feed|([A-Za-z_][\w.-]*:)?RDF)[\s>]", re.IGNORECASE)
_PAGE_ROOTS = frozenset({"html", "head", "body", "title", "meta", "script", "div", "center", "h1", "p"})


def detect(text: str) -> str:
    """The format's name in `FORMATS`, or `HTML` for a web page; by content, as servers lie about the type."""
    head = text[:_HEAD].lstrip("\ufeff\0 \t\r\n")
    if head.startswith(("{", "[")):
        return "jsonfeed"
    head = _without_comments(head)
    root = _ROOT.search(head)
    if root is None:
        return "rss"
    if _FEED_ROOT.match(head, root.start()):  # some generators put HTML's document type before it
        return "rss"
    if _DOCTYPE_HTML.search(head, 0, root.start()) or root[2].lower() == "html":
        return HTML
    # A server's warning in HTML may stand before the feed.
    if root[2].lower() in _PAGE_ROOTS and not _FEED_ROOT.search(head):
        return HTML
    return "rss"


def _without_comments(head: str) -> str:
    """In linear time: a pattern would try each of many open comments up to the end."""
    first, *rest = head.split("<!--")
    outside = (part.partition("-->")[2] for part in rest)
    return first + "".join(outside)
