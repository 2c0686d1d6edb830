"""The formats we read, and which of them a document is. A new format: one module, one line here."""

import re
from collections.abc import Callable

from ingest.formats import jsonfeed, syndication
from ingest.formats.entry import Parsed

FORMATS: dict[str, Callable[[bytes, str], Parsed]] = {
    "rss": syndication.parse,
    "jsonfeed": jsonfeed.parse,
}
"""Format → parser of (bytes, content type). It never raises; what it cannot read goes into `problems`."""

HTML = "html"
_HEAD = 65536
_DOCTYPE_HTML = re.compile(rb"<!doctype\s+html\b", re.IGNORECASE)
_ROOT = re.compile(rb"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_FEED_ROOT = re.compile(rb"<(rss|feed|([A-Za-z_][\w.-]*:)?RDF)[\s>]", re.IGNORECASE)
_PAGE_ROOTS = frozenset(
    {b"html", b"head", b"body", b"title", b"meta", b"script", b"div", b"center", b"h1", b"p"}
)


def detect(data: bytes) -> str:
    """The format's name in `FORMATS`, or `HTML` for a web page; by content, as servers lie about the type."""
    # Without its zero bytes the head of a UTF-16 document reads like ASCII.
    head = data[:_HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head.startswith((b"{", b"[")):
        return "jsonfeed"
    head = _without_comments(head)
    root = _ROOT.search(head)
    if root is None:
        return "rss"
    if _DOCTYPE_HTML.search(head, 0, root.start()) or root[2].lower() == b"html":
        return HTML
    # A server's warning in HTML may stand before the feed.
    if root[2].lower() in _PAGE_ROOTS and not _FEED_ROOT.search(head):
        return HTML
    return "rss"


def _without_comments(head: bytes) -> bytes:
    """In linear time: a pattern would try each of many open comments up to the end."""
    first, *rest = head.split(b"<!--")
    outside = (part.partition(b"-->")[2] for part in rest)
    return first + b"".join(outside)
