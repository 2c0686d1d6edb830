"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), read leniently."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.formats.entry import ENTRIES, Entry, Parsed
from ingest.text import paragraphs_to_html

_NESTED = 1_000_000
"""More braces and brackets are not read: an object takes some hundred bytes."""


def parse(text: str) -> Parsed:
    """Never raises. An item that is no object is a problem; so is a document that is no JSON Feed."""
    if (nested := text.count("{") + text.count("[")) > _NESTED:
        return Parsed(problems=(f"{nested} objects and lists are more than the {_NESTED} that are read",))
    try:
        document = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        return Parsed(problems=(f"not JSON: {error}",))
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return Parsed(problems=("JSON without a list `items`: no JSON Feed",))
    read = items[:ENTRIES]
    return Parsed(
        entries=tuple(
            _entry(item, position, document) for position, item in enumerate(read) if isinstance(item, dict)
        ),
        title=_text(document, "title"),
        author=_authors(document),
        problems=tuple(_problems(items)),
    )


def _problems(items: list[Any]) -> Iterator[str]:
    if len(items) > ENTRIES:
        yield f"{len(items)} entries are more than the {ENTRIES} that are read"
    strange = [position for position, item in enumerate(items) if not isinstance(item, dict)]
    if strange:
        yield f"{len(strange)} items are no objects, the first of them at {strange[0]}"


def _entry(item: Mapping[str, Any], position: int, document: Mapping[str, Any]) -> Entry:
    return Entry(
        position=position,
        guid=_text(item, "id"),
        link=_text(item, "url") or _text(item, "external_url"),
        base=_text(document, "home_page_url"),
        title=_text(item, "title"),
        summary_html=paragraphs_to_html(_text(item, "summary")),
        content_html=_text(item, "content_html") or paragraphs_to_html(_text(item, "content_text")),
        author=_authors(item),
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
        categories=tuple(tag for tag in _list(item, "tags") if isinstance(tag, str)),
        language=_text(item, "language") or _text(document, "language"),
    )


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if isinstance(value, bool):
        return ""
    # Version 1.0 tells readers to take an id that is a number as its text.
    return str(value) if isinstance(value, str | int | float) else ""


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name)
    return value if isinstance(value, list) else []


def _authors(fields: Mapping[str, Any]) -> str:
    listed = [*_list(fields, "authors"), fields.get("author")]
    names = [_text(author, "name") for author in listed if isinstance(author, dict)]
    return ", ".join(dict.fromkeys(name for name in names if name))
