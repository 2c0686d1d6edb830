"""Through a proxy: who is asked for what, and who learns which secret."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.hostile.acts import ACTS, respond
from tests.hostile.asking import PUBLIC, Net, ask, feed
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
