"""No feed leads us into a private network: the address that is dialled is the address that was vetted."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ingest.fetch import Fetched
from tests.hostile.acts import FEED
from tests.hostile.asking import PUBLIC, Net, ask, ask_all, feed
from tests.hostile.publisher import Publisher

WIRE = "wire.example"
PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::5db8:d822",
    "fc00::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
"""Each kind of address that is not of the public net, or hides one that is not."""


def public(url: str) -> Fetched:
    """Asked as a feed of the public net, over the real network."""
    return ask(feed(url, allow_private=False))


@contextmanager
def nobody_comes(publisher: Publisher) -> Iterator[None]:
    yield
    assert publisher.connections == 0


def test_addresses_in_the_url(publisher: Publisher) -> None:
    with nobody_comes(publisher):
        assert public(publisher.url("ok")).health == "private_address"
        assert public(publisher.url("ok", "localhost")).health == "private_address"
        assert public(publisher.url("ok", "wire.localhost.")).health == "private_address"
        assert public(publisher.url("ok", "[::ffff:127.0.0.1]")).health == "private_address"


@pytest.mark.parametrize(
    "spelling",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "127.0.0.1.",
        "１２７.0.0.1",
        "127。0。0。1",
        "%31%32%37.0.0.1",
    ],
)
def test_odd_spellings(publisher: Publisher, spelling: str) -> None:
    with nobody_comes(publisher):
        assert public(publisher.url("ok", spelling)).health in {"private_address", "redirects", "dns"}


def test_names_that_the_system_knows(publisher: Publisher) -> None:
    with nobody_comes(publisher):
        got = public(publisher.url("ok", socket.gethostname()))
        assert got.health in {"private_address", "dns", "refused", "timeout", "connection"}


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_with_a_private_address(publisher: Publisher, address: str) -> None:
    net = Net(wire_example=[[PUBLIC, address]])
    with nobody_comes(publisher):
        got = ask(feed(publisher.url("ok", WIRE), allow_private=False), **net.options)
        assert (got.health, got.detail) == ("private_address", f"{WIRE} is {address}")
    assert net.dialled == []


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d822"])
def test_a_name_with_a_public_address(publisher: Publisher, address: str) -> None:
    net = Net(wire_example=[[address]])
    got = ask(feed(publisher.url("ok", WIRE), allow_private=False), **net.options)
    assert (got.body, net.dialled) == (FEED, [address])
    assert publisher.requests[0].headers["host"] == f"{WIRE}:{publisher.port}"


def test_redirects_are_vetted(publisher: Publisher) -> None:
    for target in (
        "http://127.0.0.1:PORT/ok",
        "http://localhost:PORT/ok",
        "http://inner.example:PORT/ok",
        "//127.0.0.1:PORT/ok",
        "http://2130706433:PORT/ok",
        "http://user@127.0.0.1:PORT/ok",
        "http://[::1]:PORT/ok",
    ):
        publisher.forget()
        net = Net(wire_example=[[PUBLIC]], inner_example=[["10.0.0.1"]])
        got = ask(feed(publisher.url(f"to/302/{target}", WIRE), allow_private=False), **net.options)
        assert got.health == "private_address"
        assert (net.dialled, publisher.connections) == ([PUBLIC], 1)


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://wire.example/", "gopher://x/", "http://[", "http://a b/"]
)
def test_redirects_to_no_web_address(publisher: Publisher, target: str) -> None:
    net = Net(wire_example=[[PUBLIC]])
    got = ask(feed(publisher.url(f"to/302/{target}", WIRE), allow_private=False), **net.options)
    assert (got.health, publisher.connections) == ("redirects", 1)


def test_a_name_that_rebinds_between_vetting_and_dialling(publisher: Publisher) -> None:
    net = Net(wire_example=[[PUBLIC], ["127.0.0.1"]])
    got = ask(feed(publisher.url("ok", WIRE), allow_private=False), **net.options)
    assert (got.health, net.asked, net.dialled) == ("ok", [WIRE], [PUBLIC])


def test_a_name_that_rebinds_between_redirects(publisher: Publisher) -> None:
    net = Net(wire_example=[[PUBLIC], ["127.0.0.1"]])
    target = f"to/302/http://{WIRE}:PORT/ok"
    got = ask(feed(publisher.url(target, WIRE), allow_private=False), **net.options)
    assert (got.health, net.dialled, publisher.connections) == ("private_address", [PUBLIC], 1)


def test_a_connection_of_a_feed_that_may_is_not_lent_to_one_that_may_not(publisher: Publisher) -> None:
    net = Net(wire_example=[["127.0.0.1"]])
    allowed, refused = (feed(publisher.url("ok", WIRE), allow_private=may) for may in (True, False))
    first, second = ask_all([allowed, refused], **net.options)
    assert (first.health, second.health) == ("ok", "private_address")
    assert publisher.connections == 1


def test_the_next_address_is_tried(publisher: Publisher) -> None:
    net = Net(wire_example=[["::1", "127.0.0.1"]])

    async def dial(address: str, port: int) -> object:
        if address == "::1":
            raise ConnectionRefusedError
        return await net.dial(address, port)

    got = ask(publisher.url("ok", WIRE), resolve=net.resolve, dial=dial)
    assert (got.health, net.dialled) == ("ok", ["127.0.0.1"])
    nowhere = Net(wire_example=[[]])
    assert ask(publisher.url("ok", WIRE), **nowhere.options).health == "dns"
