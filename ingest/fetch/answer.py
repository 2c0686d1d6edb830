"""What came of a request: the response, read within bounds, as a health state."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast

import httpx

from ingest.fetch.freshness import max_age, retry_after
from ingest.fetch.trouble import BROKEN
from ingest.fetch.unpack import unpack
from ingest.fetch.wall import LOOKED_AT, bot_wall

_GLANCE = 2.0
"""Seconds for the page that comes with an error: what it is must not make us wait for long."""
_VALIDATOR = 1000
_CONTENT_TYPE = 200
_STATUS_HEALTH = {
    304: "unchanged",
    401: "unauthorised",
    403: "blocked",
    407: "unauthorised",
    408: "timeout",
    410: "gone",
    429: "rate_limited",
    451: "blocked",
}


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What came. `health`: `ok` with a body, `unchanged` (304), or why there is none. `status` 0: no answer."""

    health: str
    detail: str = ""
    status: int = 0
    body: bytes = field(default=b"", repr=False)
    url: str = ""
    """Where the answer came from, after redirects; without user and password."""
    moved_to: str = ""
    """Where the permanent redirects (301, 308) before any other led; empty: there were none."""
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""
    max_age: timedelta | None = None
    """For how long the publisher calls the answer fresh: `Cache-Control: max-age`, else `Expires`. None: not said."""
    retry_after: timedelta | None = None
    """How long the host wants not to be asked, a day at most. None: not said."""


def validator(text: str) -> str:
    """Only what a request can carry back: anything else would fail, or be refused, at every later poll."""
    text = text.strip()
    return text if text.isascii() and text.isprintable() and len(text) <= _VALIDATOR else ""


async def read(response: httpx.Response, limit: int, now: datetime, *, conditional: bool) -> Fetched:
    """The answer to a request, which was `conditional` if it had validators. At most `limit` bytes of content.

    Raises what `trouble.BROKEN` names.
    """
    status, headers = response.status_code, response.headers
    found = Fetched(
        health=_STATUS_HEALTH.get(status) or _by_class(status),
        detail="" if status < 400 else f"HTTP {status} {response.reason_phrase}".strip(),
        status=status,
        etag=validator(headers.get("etag", "")),
        last_modified=validator(headers.get("last-modified", "")),
        content_type=headers.get("content-type", "")[:_CONTENT_TYPE],
        max_age=max_age(headers, now),
        retry_after=retry_after(headers, now),
    )
    if status == 304:
        await _glance(response)  # there is nothing to read, but only then is the connection free again
        if not conditional:
            detail = "304 to a request without validators: a cache of the publisher is stuck"
            return replace(found, health="stale", detail=detail)
        return found
    if found.health == "ok":
        found = await _whole(response, found, limit)
        page = found.body
    else:
        page = await _glance(response) if status >= 400 else b""
    if found.health != "too_large" and (wall := bot_wall(status, headers, page)):
        return replace(found, health="blocked", detail=f"the bot wall of {wall} (HTTP {status})", body=b"")
    return found


async def _whole(response: httpx.Response, found: Fetched, limit: int) -> Fetched:
    too_large = replace(found, health="too_large", detail=f"more than {limit} bytes")
    packed = await _raw(response, limit + 1)
    if len(packed) > limit:
        return too_large
    body = bytearray()
    for piece in unpack(packed, response.headers.get("content-encoding", "")):
        body += piece
        if len(body) > limit:
            return too_large
    return replace(found, body=bytes(body))


async def _glance(response: httpx.Response) -> bytes:
    """The beginning of the page that came with an error, as far as it can be had."""
    content = bytearray()
    with suppress(*BROKEN):
        async with asyncio.timeout(_GLANCE):
            packed = await _raw(response, LOOKED_AT)
        for piece in unpack(packed, response.headers.get("content-encoding", "")):
            content += piece
            if len(content) >= LOOKED_AT:
                break
    return bytes(content)


async def _raw(response: httpx.Response, enough: int) -> bytes:
    """What was sent, still packed, and no more than is needed to see that it is `enough`."""
    packed = bytearray()
    async for piece in cast("httpx.AsyncByteStream", response.stream):
        packed += piece
        if len(packed) >= enough:
            break
    return bytes(packed)


def _by_class(status: int) -> str:
    if 200 <= status < 300:
        return "ok"
    if 300 <= status < 400:
        return "redirects"
    return "server_error" if status >= 500 else "not_found"
