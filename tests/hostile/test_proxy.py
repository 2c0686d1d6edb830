"""Through a proxy: who is asked for what, and who learns which secret."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import suppress

import msgspec
import pytest

from ingest.catalogue import Feed
from ingest.fetch import Fetched
from tests.hostile.acts import ACTS, respond
from tests.hostile.asking import PUBLIC, Net, ask, feed
from tests.hostile.certificates import Authority
from tests.hostile.publisher import Publisher, Request, publishing

SECRET = "t0ken"
WIRE = "http://wire.example/ok"


@pytest.fixture
def proxy() -> Iterator[Publisher]:
    """A publisher that plays the proxy: a forwarded request has the whole address, which begins with `http:`."""

    async def forward(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(respond("200 OK", request.target.encode()))

    async def refuse(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(respond("407 Who are you"))

    with publishing({"http:": forward, "wire.example:443": refuse}) as publisher:
        yield publisher


def test_the_proxy_of_a_feed(proxy: Publisher) -> None:
    url = proxy.url("", f"user:{SECRET}@127.0.0.1")
    got = ask(feed(WIRE, allow_private=False, proxy=url))
    assert got.body == WIRE.encode()
    assert "proxy-authorization" in proxy.requests[0].headers
    assert SECRET not in repr(got)


def test_the_proxy_of_the_environment(proxy: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"127.0.0.1:{proxy.port}")
    monkeypatch.setenv("no_proxy", "near.example")
    net = Net(wire_example=[[PUBLIC]], near_example=[["10.0.0.1"]])
    assert ask(feed(WIRE, allow_private=False), **net.options).body == WIRE.encode()
    assert net.asked == [], "the proxy looks names up"
    near = ask(feed("http://near.example/ok", allow_private=False), **net.options)
    assert near.health == "private_address"
    assert len(proxy.requests) == 1


def test_feeds_of_the_private_network_do_not_go_through_the_environments(
    proxy: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", proxy.url(""))
    with publishing(ACTS) as publisher:
        assert ask(publisher.url("ok")).health == "ok"
    assert proxy.requests == []


def test_a_tunnel_is_asked_for_without_the_secrets_of_the_feed(proxy: Publisher) -> None:
    url = proxy.url("", f"user:{SECRET}@127.0.0.1")
    got = ask(feed("https://wire.example/ok", proxy=url, headers={"Authorization": "for the publisher"}))
    assert (got.health, got.detail) == ("unauthorised", "the proxy says: 407 Who are you")
    (request,) = proxy.requests
    assert request.target == "wire.example:443"
    assert "authorization" not in request.headers


@pytest.mark.parametrize("address", ["socks5://127.0.0.1:1", "http://[", "nonsense"])
def test_a_proxy_that_is_none(address: str) -> None:
    got = ask(feed(WIRE, proxy=address))
    assert got.health == "failed"
    assert "mend `proxy`" in got.detail


def test_a_proxy_that_is_not_there() -> None:
    with publishing({}) as gone:
        address = gone.url("")
    assert ask(feed(WIRE, proxy=address)).health == "refused"


@pytest.mark.parametrize("host", ["10.0.0.1", "localhost", "2130706433", "[::1]"])
def test_literal_addresses_of_the_private_network_are_refused_still(proxy: Publisher, host: str) -> None:
    got = ask(feed(f"http://{host}/ok", allow_private=False, proxy=proxy.url("")))
    assert (got.health, proxy.connections) == ("private_address", 0)


def test_tls_through_a_tunnel_is_checked_with_the_publisher(authority: Authority) -> None:
    """Whose certificate is looked at, and who gets which secret."""
    with publishing(ACTS, authority.serve("wire.example")) as publisher:
        tunnel = Tunnel(publisher.port)
        asked = {
            "proxy": "http://user:t0ken@127.0.0.1:PORT",
            "headers": {"Authorization": "for the publisher"},
        }
        got = asyncio.run(tunnel.ask(feed("https://wire.example/ok", **asked), authority.trust()))
        other = asyncio.run(tunnel.ask(feed("https://other.example/ok", **asked), authority.trust()))
    assert (got.health, other.health) == ("ok", "tls")
    assert b"proxy-authorization" in tunnel.heads[0].lower()
    assert b"for the publisher" not in tunnel.heads[0]
    (request,) = publisher.requests
    assert request.headers["authorization"] == "for the publisher"
    assert "proxy-authorization" not in request.headers


class Tunnel:
    """A proxy that lets everybody through to one port."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.heads: list[bytes] = []

    async def ask(self, subject: Feed, tls: ssl.SSLContext) -> Fetched:
        """One feed, through this proxy."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = str(server.sockets[0].getsockname()[1])
        asked = msgspec.structs.replace(subject, proxy=subject.proxy.replace("PORT", port))
        got = await asyncio.to_thread(ask, asked, tls=tls)
        server.close()
        return got

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(b"HTTP/1.1 200 Through\r\n\r\n")
        await asyncio.gather(_pipe(reader, far_writer), _pipe(far_reader, writer))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
    finally:
        writer.close()
