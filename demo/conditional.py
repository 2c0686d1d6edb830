"""Conditional GET, as pure functions over request headers (RFC 9110, sections 12.5.3 and 13.1)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.responses import Response

from demo.documents import Document

FRESH_SECONDS = 20


def has_read(headers: Mapping[str, str], document: Document) -> bool:
    """Say whether If-None-Match names this document's ETag; `*` proves nothing and does not count."""
    tags = (tag.strip() for tag in headers.get("if-none-match", "").split(","))
    return document.etag.removeprefix("W/") in {tag.removeprefix("W/") for tag in tags}


def not_modified(headers: Mapping[str, str], document: Document) -> bool:
    """Say whether a 304 is right; If-Modified-Since counts only where If-None-Match is absent."""
    if "if-none-match" in headers:
        return headers["if-none-match"].strip() == "*" or has_read(headers, document)
    since = _moment(headers.get("if-modified-since", ""))
    return since is not None and document.modified <= since


def accepts_gzip(headers: Mapping[str, str]) -> bool:
    """Say whether Accept-Encoding allows gzip: named, or `*`, and not with q=0."""
    wanted: dict[str, bool] = {}
    for part in headers.get("accept-encoding", "").lower().split(","):
        coding, *parameters = (piece.strip().replace(" ", "") for piece in part.split(";"))
        wanted[coding] = not any(parameter.rstrip("0.") == "q=" for parameter in parameters)
    return wanted.get("gzip", wanted.get("*", False))


def respond(headers: Mapping[str, str], document: Document, *, unchanged: bool) -> Response:
    """Build the 304 (when `unchanged`) or the 200, gzipped where the client takes it."""
    out = {
        "ETag": document.etag,
        "Last-Modified": format_datetime(document.modified, usegmt=True),
        "Cache-Control": f"max-age={FRESH_SECONDS}",
        "Vary": "Accept-Encoding",
    }
    if unchanged:
        return Response(status_code=304, headers=out)
    out["Content-Type"] = document.content_type
    if accepts_gzip(headers):
        return Response(document.zipped, headers={**out, "Content-Encoding": "gzip"})
    return Response(document.body, headers=out)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
