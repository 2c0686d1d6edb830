"""What the publisher does. Each act answers one request; those that lie close the connection afterwards."""

import asyncio
import gzip
import random
import zlib
from collections.abc import Callable

import brotli
import zstandard

from tests.hostile.publisher import Act, Request

FEED = b"<rss version='2.0'><channel><title>Levant Wire</title></channel></rss>"
PAGE = b"<!DOCTYPE html><html><head><title>%s</title></head><body>%s</body></html>"
LOGIN = PAGE % (b"Sign in", b"<form><input type='password'></form>")
CHALLENGE = PAGE % (b"Just a moment...", b"<script>window._cf_chl_opt = {};</script>")
BOMB = 64_000_000
"""Bytes that each bomb becomes."""

ACTS: dict[str, Act] = {}


def _act(name: str) -> Callable[[Act], Act]:
    def remember(act: Act) -> Act:
        ACTS[name] = act
        return act

    return remember


def respond(status: str, body: bytes = b"", **headers: str) -> bytes:
    """A well-formed response."""
    named = {"Content-Length": str(len(body))} | {
        key.replace("_", "-"): text for key, text in headers.items()
    }
    lines = "".join(f"{key}: {text}\r\n" for key, text in named.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


@_act("ok")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    if request.headers.get("if-none-match") == '"1"':
        writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
    else:
        writer.write(
            respond(
                "200 OK",
                FEED,
                ETag='"1"',
                Last_Modified="then",
                Content_Type="text/xml",
                Cache_Control="max-age=60",
            )
        )


@_act("frozen")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')


@_act("status")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    status, _, more = request.rest.partition("/")
    writer.write(respond(f"{status} Some Reason{more}", b"x"))


@_act("busy")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    status, _, pause = request.rest.partition("/")
    date = "Mon, 05 Oct 2015 08:00:00 GMT"
    writer.write(respond(f"{status} Busy", Retry_After=pause.replace("_", " "), Date=date))


@_act("packed")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(respond("200 OK", PACKED[request.rest](FEED), Content_Encoding=request.rest))


@_act("bomb")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(respond("200 OK", BOMBS[request.rest], Content_Encoding=request.rest))


@_act("mislabelled")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(respond("200 OK", FEED, Content_Encoding=request.rest.replace("+", ", ")))


@_act("large")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(int(request.rest)):
        writer.write(b"x" * 1_000_000)
        await writer.drain()
    writer.close()


@_act("to")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    status, _, target = request.rest.partition("/")
    writer.write(respond(f"{status} Elsewhere", Location=target.replace("PORT", str(request.port))))


@_act("later")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.2)
    writer.write(respond("302 Found", Location=request.rest))


@_act("bulky")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    noise = random.Random(5).randbytes(int(request.rest))
    writer.write(respond("200 OK", gzip.compress(noise, 1), Content_Encoding="gzip"))


@_act("round")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(respond("302 Found", Location=request.target))


@_act("cookie")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    if request.headers.get("cookie") == "seen=1":
        writer.write(respond("200 OK", FEED))
    else:
        writer.write(respond("302 Found", Location=request.target, Set_Cookie="seen=1; Path=/"))


@_act("login")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(respond("200 OK", LOGIN, Content_Type="text/html"))


@_act("wall")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(respond(f"{request.rest} Wall", CHALLENGE, Content_Type="text/html", Server="cloudflare"))


@_act("drip")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    start, drops = DRIPS[request.rest]
    writer.write(start)
    for number in range(len(drops)):
        writer.write(drops[number : number + 1])
        await writer.drain()
        await asyncio.sleep(0.02)


@_act("silent")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


@_act("raw")
async def _(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(RAW[request.rest])
    await writer.drain()
    writer.close()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}
DRIPS = {
    "head": (b"HTTP/1.1 200 OK\r\nX: ", b"." * 999),
    "body": (b"HTTP/1.1 200 OK\r\n\r\n", FEED * 99),
    "error": (b"HTTP/1.1 500 Broken\r\nContent-Length: 999\r\n\r\n", b"." * 999),
}
_ZEROS = b"\0" * 1_000_000
BOMBS = {
    "gzip": gzip.compress(_ZEROS) * (BOMB // len(_ZEROS)),
    "deflate": zlib.compress(_ZEROS * (BOMB // len(_ZEROS)), 1),
    "br": brotli.compress(_ZEROS * (BOMB // len(_ZEROS)), quality=1),
    "zstd": zstandard.compress(_ZEROS) * (BOMB // len(_ZEROS)),
}
RAW = {
    "nothing": b"",
    "cut": b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + FEED,
    "cut-chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + FEED,
    "cut-gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(FEED)[:-9],
    "no-length": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n" + FEED,
    "two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n" + FEED,
    "garbage": b"\x00\xff SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "huge-header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n" + FEED,
    "many-headers": b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 200_000 + b"\r\n" + FEED,
    "hints": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 9 + respond("200 OK", FEED),
    "short": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + FEED,
}
"""Whole answers as sent; the connection is then closed."""
