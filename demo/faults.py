"""Feeds that go wrong in the ways that real ones do; the server has them only with `--faults`."""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

RSS = "application/rss+xml; charset=utf-8"
PAGE_BYTES = 5 * 1024 * 1024
SLOW_SECONDS = 60
SLOW_PAUSE = 2

BROKEN = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Broken & cut off</title>
<item><title>An item whose tags cross</b></title><guid>broken-1</guid><description>The feed ends in the mid"""


async def broken(_: Request) -> Response:
    """Answer 200 with XML that is not well-formed and stops in the middle of a word."""
    return Response(BROKEN, headers={"Content-Type": RSS})


async def page(_: Request) -> Response:
    """Answer 200 with 5 MB of HTML where a feed should be, as a parked domain or a login wall does."""
    head = b"<!doctype html><html><head><title>Please log in</title></head><body>\n"
    line = b"<p>This is not the feed that you are looking for.</p>\n"
    return HTMLResponse(head + line * (PAGE_BYTES // len(line) + 1))


async def empty(_: Request) -> Response:
    """Answer 200 without a body."""
    return Response(b"", headers={"Content-Type": RSS})


async def failing(_: Request) -> Response:
    """Answer 500."""
    return PlainTextResponse("the publisher's server has failed\n", status_code=500)


async def slow(_: Request) -> Response:
    """Answer 200 at once, then send one byte every two seconds for a minute, then end without a feed."""
    return StreamingResponse(_trickle(), headers={"Content-Type": RSS})


async def _trickle() -> AsyncIterator[bytes]:
    for number in range(SLOW_SECONDS // SLOW_PAUSE):
        yield BROKEN[number : number + 1]
        await asyncio.sleep(SLOW_PAUSE)


def fault_routes() -> list[Route]:
    """Return the routes under /faults/."""
    answers = {"broken": broken, "html": page, "empty": empty, "500": failing, "slow": slow}
    return [Route(f"/faults/{name}.xml", answer) for name, answer in answers.items()]
