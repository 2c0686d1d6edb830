"""Feed documents: a wire at one stage as RSS 2.0, Atom or JSON Feed 1.1, with what HTTP must say about it.

The bytes depend on the wire and the stage alone, never on clock, host or port, so that an ETag lasts.
"""

import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from demo.stages import Item, Wire, items_at

SUFFIX = {"rss": "xml", "atom": "xml", "json": "json"}
CONTENT_TYPE = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}


@dataclass(frozen=True, kw_only=True)
class Document:
    """One feed at one stage: its bytes, plain and gzipped, and validators (`etag` is weak and quoted)."""

    body: bytes
    zipped: bytes
    etag: str
    modified: datetime
    content_type: str


@cache
def templates() -> Environment:
    """Return the Jinja2 environment of `demo/templates`: all is escaped, a missing name is an error."""
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    page = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page.filters["rfc822"] = format_datetime
    return page


def documents(name: str, wire: Wire) -> tuple[Document, ...]:
    """Render the wire at each of its stages; the document of stage n is at n - 1."""
    return tuple(_document(name, wire, stage) for stage in range(1, wire.stages + 1))


def _document(name: str, wire: Wire, stage: int) -> Document:
    items = items_at(wire, stage)
    built = max(item.updated for item in items).astimezone(UTC)
    # The self link names the publisher's address, not ours: ours depends on the port, and the bytes must not.
    address = f"{wire.home}feeds/{name}.{SUFFIX[wire.format]}"
    if wire.format == "json":
        text = _json_feed(wire, items, address)
    else:
        template = templates().get_template(f"{wire.format}.xml")
        text = template.render(wire=wire, items=items, address=address, built=built)
    body = text.encode("utf-8")
    return Document(
        body=body,
        zipped=gzip.compress(body, mtime=0),
        # Weak, because the plain and the gzipped answer share it.
        etag=f'W/"{hashlib.sha256(body).hexdigest()[:20]}"',
        modified=built,
        content_type=CONTENT_TYPE[wire.format],
    )


def _json_feed(wire: Wire, items: Sequence[Item], address: str) -> str:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": wire.title,
        "description": wire.about,
        "home_page_url": wire.home,
        "feed_url": address,
        "language": wire.language,
        "items": [_json_item(item) for item in items],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def _json_item(item: Item) -> dict[str, object]:
    return {
        "id": item.guid,
        "url": item.link,
        "title": item.headline,
        "content_html": item.html,
        "content_text": "\n\n".join(item.paragraphs),
        "date_published": item.published.isoformat(),
        "date_modified": item.updated.isoformat(),
        "authors": [{"name": item.byline}],
        "tags": list(item.categories),
    }
