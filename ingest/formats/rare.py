"""Documents that our reader of trees does not know, such as CDF: through feedparser, which reads feeds of every age."""

import io
import re
from typing import Any

import feedparser

from ingest.formats.entry import Entry, Parsed
from ingest.text import html_to_text, paragraphs_to_html

_LONGEST = 1_000_000
_TAGS = 30_000
"""It takes some 30 microseconds for each."""
_STRAY = re.compile(r"&(?!#?\w{1,32};)")
_STRAY_WORK = 1_000_000_000
"""Characters copied: it copies the rest of the document for each stray ampersand."""
_HEADERS = {"content-type": "application/xml; charset=utf-8"}


def parse(text: str) -> Parsed:
    """Never raises. No entries where it finds none, or where it would take seconds to look."""
    text = text.lstrip("\ufeff\0 \t\r\n")
    if text.startswith("<?"):  # it looks for the charset there, in quadratic time; ours is known
        text = text.partition(">")[2]
    if len(text) > _LONGEST or text.count("<") > _TAGS:
        return Parsed()
    if sum(1 for _ in _STRAY.finditer(text)) * len(text) > _STRAY_WORK:
        return Parsed()
    try:
        document = feedparser.parse(
            io.BytesIO(text.encode()),  # never plain bytes: feedparser would first open a file of that name
            response_headers=_HEADERS,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
        found = [_entry(dict(entry), position) for position, entry in enumerate(document.entries)]
        feed = dict(document.feed)
    except Exception:  # noqa: BLE001  (it raises on some documents: then this one stays unread, and is said to be)
        return Parsed()
    return Parsed(
        entries=tuple(entry for entry in found if entry.title or entry.link or entry.summary_html),
        title=_plain(feed, "title"),
    )


def _entry(fields: dict[str, Any], position: int) -> Entry:
    contents = [_html(part) for part in fields.get("content") or ()]
    return Entry(
        position=position,
        guid=str(fields.get("id") or ""),
        link=str(fields.get("link") or ""),
        title=_plain(fields, "title"),
        summary_html=_html(fields.get("summary_detail") or {}),
        content_html=max(contents, key=len, default=""),
        author=str(fields.get("author") or ""),
        published=str(fields.get("published") or fields.get("created") or ""),
        updated=str(fields.get("updated") or ""),
        categories=tuple(str(tag.get("term") or "") for tag in fields.get("tags") or ()),
    )


def _plain(fields: dict[str, Any], name: str) -> str:
    detail = fields.get(f"{name}_detail") or {}
    value = str(detail.get("value") or "")
    return value if detail.get("type", "text/plain") == "text/plain" else html_to_text(value)


def _html(detail: Any) -> str:
    value = str(detail.get("value") or "")
    return paragraphs_to_html(value) if detail.get("type") == "text/plain" else value
