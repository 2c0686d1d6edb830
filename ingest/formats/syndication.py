"""RSS and Atom in all their versions, through feedparser."""

import io
import re
from typing import Any

import feedparser

from ingest.formats.entry import Entry, Parsed, utc
from ingest.formats.guard import is_cut, known_charset, one_byte_form, refusal
from ingest.text import LONGEST, html_to_text, paragraphs_to_html

_READ_NEVERTHELESS = feedparser.CharacterEncodingOverride
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)


def parse(data: bytes, content_type: str) -> Parsed:
    """Never raises. feedparser reads broken XML as far as it goes; what it says of it becomes a problem.

    An entry that the document ends in is left out: half a text must not replace the whole one.
    """
    data, wide = one_byte_form(data)
    if problem := refusal(data):
        return Parsed(problems=(problem,), complete=False)
    named = _CHARSET.search(content_type)
    charset = known_charset(named[1]) if named and not wide else ""
    # The media type itself tells nothing here: `text/xml` alone would make feedparser guess US-ASCII.
    header = "application/xml" + (f"; charset={charset}" if charset else "")
    try:
        document = feedparser.parse(
            io.BytesIO(data),  # never plain bytes: feedparser would first open a file of that name
            response_headers={"content-type": header},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
        language = str(document.feed.get("language") or "")
        entries = tuple(
            _entry(dict(entry), position, language) for position, entry in enumerate(document.entries)
        )
        problems = _problems(document, found=bool(entries))
        broken = document.bozo and not isinstance(document.bozo_exception, _READ_NEVERTHELESS)
        if broken and entries and is_cut(data):
            entries = entries[:-1]
            problems = (*problems, "the last entry is cut off and left out")
        return Parsed(
            entries=entries,
            title=_plain(dict(document.feed), "title"),
            complete=not broken,
            problems=problems,
        )
    except Exception as error:  # noqa: BLE001  (whatever a hostile document brings it to must not stop the poll)
        return Parsed(problems=(f"not readable: {type(error).__name__}: {error}",))


def _problems(document: Any, *, found: bool) -> tuple[str, ...]:
    if document.bozo:
        error = document.bozo_exception
        what = "wrong charset" if isinstance(error, _READ_NEVERTHELESS) else "not well-formed"
        return (f"{what}: {' '.join(str(error).split())}",)
    if not found and not document.version:
        return ("neither RSS nor Atom",)
    return ()


def _entry(fields: dict[str, Any], position: int, language: str) -> Entry:
    guid = str(fields.get("id") or "")
    link = str(fields.get("link") or "")
    if link == guid and not link.lower().startswith(("http://", "https://")):
        link = ""  # feedparser takes any guid without isPermaLink for a link
    contents = [_html(part) for part in fields.get("content") or ()]
    return Entry(
        position=position,
        guid=guid,
        link=link,
        title=_plain(fields, "title"),
        summary_html=_html(fields.get("summary_detail") or {}),
        # Several contents are the same text in several types: the longest keeps most of it.
        content_html=max(contents, key=len, default=""),
        author=_author(fields),
        published=utc(fields.get("published_parsed")) or utc(fields.get("created_parsed")),
        updated=utc(fields.get("updated_parsed")),
        categories=tuple(str(tag.get("term") or "") for tag in fields.get("tags") or ()),
        language=str((fields.get("title_detail") or {}).get("language") or language),
    )


def _plain(fields: dict[str, Any], name: str) -> str:
    detail = fields.get(f"{name}_detail") or {}
    value = str(detail.get("value") or "")[:LONGEST]
    return value if detail.get("type", "text/plain") == "text/plain" else html_to_text(value)


def _html(detail: Any) -> str:
    value = str(detail.get("value") or "")
    return paragraphs_to_html(value) if detail.get("type") == "text/plain" else value


def _author(fields: dict[str, Any]) -> str:
    names = [str(author.get("name") or "") for author in fields.get("authors") or ()]
    return ", ".join(dict.fromkeys(name for name in names if name)) or str(fields.get("author") or "")
