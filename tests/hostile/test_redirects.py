"""Redirects: how far we follow, what we remember, and what we do not carry along."""

import base64

import pytest

from tests.hostile.acts import FEED
from tests.hostile.asking import Net, ask, feed
from tests.hostile.publisher import Publisher

SECRET = "t0ken"


def test_at_most_five(publisher: Publisher) -> None:
    assert ask(publisher.url("to/301//" * 5 + "ok")).body == FEED
    publisher.forget()
    assert ask(publisher.url("to/301//" * 6 + "ok")).health == "redirects"
    assert len(publisher.requests) == 6


def test_a_circle(publisher: Publisher) -> None:
    got = ask(publisher.url("round"))
    assert (got.health, got.detail) == (
        "redirects",
        f"more than 5 redirects, the last to {publisher.url('round')}",
    )


def test_what_hosts_write_is_bounded(publisher: Publisher) -> None:
    assert ask(publisher.url("to/302//" + "x" * 9000)).health == "redirects"
    got = ask(publisher.url("status/500/" + "x" * 9000))
    assert got.health == "server_error"
    assert len(got.detail) <= 500


def test_a_cookie_ends_a_circle(publisher: Publisher) -> None:
    assert ask(publisher.url("cookie")).body == FEED
    publisher.forget()
    assert ask(publisher.url("cookie")).health == "ok"
    assert "cookie" not in publisher.requests[0].headers, "no feed carries the cookies of another"


@pytest.mark.parametrize("status", [301, 308])
def test_moved_for_good(publisher: Publisher, status: int) -> None:
    got = ask(publisher.url(f"to/{status}//ok"))
    assert (got.health, got.moved_to, got.url) == ("ok", publisher.url("ok"), publisher.url("ok"))
    assert got.detail == f"moved for good to {publisher.url('ok')}: put that address into the catalogue"


@pytest.mark.parametrize("status", [302, 303, 307])
def test_elsewhere_for_now(publisher: Publisher, status: int) -> None:
    got = ask(publisher.url(f"to/{status}//ok"))
    assert (got.health, got.moved_to, got.url) == ("ok", "", publisher.url("ok"))


def test_moved_as_far_as_every_redirect_is_for_good(publisher: Publisher) -> None:
    got = ask(publisher.url("to/301//to/302//ok"))
    assert (got.moved_to, got.url) == (publisher.url("to/302//ok"), publisher.url("ok"))
    assert ask(publisher.url("to/302//to/301//ok")).moved_to == ""


def told(publisher: Publisher, name: str = "authorization") -> list[str | None]:
    return [each.headers.get(name) for each in publisher.requests]


def test_secrets_stay_with_their_host(publisher: Publisher) -> None:
    ask(feed(publisher.url("to/302//ok"), headers={"Authorization": SECRET}))
    assert told(publisher) == [SECRET, SECRET]
    publisher.forget()
    ask(feed(publisher.url("to/302/http://127.0.0.2:PORT/ok"), headers={"Authorization": SECRET}))
    assert told(publisher) == [SECRET, None]
    publisher.forget()
    there = "to/302/http://127.0.0.2:PORT/to/302/http://127.0.0.2:PORT/ok"
    ask(feed(publisher.url(there), headers={"X-Key": SECRET}))
    assert told(publisher, "x-key") == [SECRET, None, None]
    publisher.forget()
    there_and_back = "to/302/http://127.0.0.2:PORT/to/302/http://127.0.0.1:PORT/ok"
    ask(feed(publisher.url(there_and_back), headers={"X-Key": SECRET}))
    assert told(publisher, "x-key") == [SECRET, None, None]


def test_user_and_password_of_the_address(publisher: Publisher) -> None:
    secret = "Basic " + base64.b64encode(b"user:pa%ss").decode()
    url = publisher.url("to/301//ok", "user:pa%25ss@127.0.0.1")
    got = ask(url)
    assert told(publisher) == [secret, secret]
    assert (got.url, got.moved_to) == (publisher.url("ok"), publisher.url("ok"))
    assert "pa%" not in repr(got)
    publisher.forget()
    ask(publisher.url("to/302/http://you:me@127.0.0.2:PORT/ok", "user:pa%25ss@127.0.0.1"))
    assert told(publisher) == [secret, None]


def test_an_adopted_address_gets_the_secrets_only_on_the_same_host(publisher: Publisher) -> None:
    subject = feed(publisher.url("old"), headers={"Authorization": SECRET})
    assert ask(subject, at=publisher.url("ok")).url == publisher.url("ok")
    assert ask(subject, at=publisher.url("ok", "127.0.0.2")).health == "ok"
    assert told(publisher) == [SECRET, None]


def test_keys_in_addresses_are_not_shown(publisher: Publisher) -> None:
    for path in (f"to/302/ftp://x.example/?key={SECRET}", f"round?key={SECRET}", f"to/301//ok?key={SECRET}"):
        got = ask(publisher.url(path))
        assert got.detail
        assert SECRET not in got.detail


def test_the_agent_of_a_feed(publisher: Publisher) -> None:
    ask(feed(publisher.url("to/302/http://127.0.0.2:PORT/ok"), user_agent="Agreed/1"))
    assert told(publisher, "user-agent") == ["Agreed/1", "Agreed/1"]


def test_hosts_are_told_apart_by_port_too(publisher: Publisher) -> None:
    net = Net(wire_example=[["127.0.0.1"]])
    subject = feed(publisher.url(f"to/302/http://wire.example:{publisher.port + 1}/ok", "wire.example"))
    got = ask(
        feed(subject.url, headers={"X-Key": SECRET}),
        resolve=net.resolve,
        dial=lambda address, port: net.dial(address, publisher.port),
    )
    assert got.health == "ok"
    assert told(publisher, "x-key") == [SECRET, None]
