"""Whatever bytes a host sends, in HTTP/1.1 or HTTP/2, a health state comes of it, and no exception."""

import asyncio
from collections.abc import Sequence

import h2.config
import h2.connection
import httpcore
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile.acts import RAW, respond
from tests.hostile.asking import ask, feed

HEALTH = {"ok", "empty", "stale", "not_found", "blocked", "gone", "unauthorised", "rate_limited", "server_error",
          "connection", "redirects", "bad_content", "too_large", "timeout", "unchanged", "private_address"}  # fmt: skip
HEADERS = st.sampled_from(
    ["Content-Encoding", "Content-Length", "Transfer-Encoding", "Location", "Retry-After", "Cache-Control",
     "Set-Cookie", "Expires", "Date", "ETag", "Content-Type", "Connection"]
)  # fmt: skip
VALUES = st.sampled_from(
    [
        "gzip",
        "br",
        "zstd, gzip",
        "chunked",
        "0",
        "-1",
        "/x",
        "//",
        "http://10.0.0.1/",
        "x:y",
        "close",
        "a=b; Path=/",
    ]
) | st.text("09 ,;:=/%?#@[]\x00\x7f\xe9", max_size=20)


@st.composite
def responses(draw: st.DrawFn) -> bytes:
    """Nearly well-formed."""
    status = draw(
        st.sampled_from([100, 101, 103, 200, 202, 204, 206, 301, 304, 403, 429, 503, 999])
        | st.integers(0, 9999)
    )
    headers = draw(st.lists(st.tuples(HEADERS, VALUES), max_size=5))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode("latin-1") + draw(st.binary(max_size=99))


def spoil(draw: st.DrawFn, whole: bytes) -> bytes:
    at = draw(st.integers(0, len(whole)))
    noise = draw(st.binary(max_size=9))
    return whole[:at] + noise + whole[at + draw(st.integers(0, 9)) :]


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """Once well-formed."""
    return spoil(
        draw, draw(st.sampled_from([*(each for each in RAW.values() if len(each) < 999), respond("200 OK")]))
    )


def frames() -> bytes:
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    connection.initiate_connection()
    client = h2.connection.H2Connection()
    client.initiate_connection()
    client.send_headers(
        1, [(":method", "GET"), (":path", "/"), (":scheme", "https"), (":authority", "x")], end_stream=True
    )
    connection.receive_data(client.data_to_send())
    connection.send_headers(1, [(":status", "200"), ("etag", '"1"')])
    connection.send_data(1, b"<rss/>", end_stream=True)
    return bytes(connection.data_to_send())


FRAMES = frames()


@st.composite
def spoilt_frames(draw: st.DrawFn) -> bytes:
    """Frames of HTTP/2, once well-formed."""
    return spoil(draw, FRAMES)


def hear(url: str, pieces: Sequence[bytes], *, http2: bool) -> str:
    async def dial(address: str, port: int) -> httpcore.AsyncNetworkStream:
        await asyncio.sleep(0)
        return httpcore.AsyncMockStream(list(pieces), http2=http2)

    return ask(feed(url), dial=dial, deadline=1.0).health


@settings(max_examples=300, deadline=None)
@given(st.lists(responses() | spoilt() | st.binary(max_size=99), max_size=3))
def test_http1(pieces: list[bytes]) -> None:
    assert hear("http://127.0.0.1/", pieces, http2=False) in HEALTH


def test_http2_unspoilt() -> None:
    assert hear("https://127.0.0.1/", [FRAMES], http2=True) == "ok"


@settings(max_examples=300, deadline=None)
@given(st.lists(spoilt_frames() | st.binary(max_size=99), max_size=3))
def test_http2(pieces: list[bytes]) -> None:
    assert hear("https://127.0.0.1/", pieces, http2=True) in HEALTH
