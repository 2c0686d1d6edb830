"""TLS is checked against the name, though the address is dialled; HTTP/2 where the publisher speaks it."""

import asyncio
from datetime import timedelta

import h2.config
import h2.connection
import h2.events
import httpx
import pytest

from tests.hostile.acts import ACTS, FEED, respond
from tests.hostile.asking import PUBLIC, Net, ask, feed
from tests.hostile.certificates import Authority
from tests.hostile.publisher import publishing


def test_the_name_is_checked_and_the_address_dialled(authority: Authority) -> None:
    net = Net(wire_example=[[PUBLIC]])
    with publishing(ACTS, authority.serve("wire.example")) as publisher:
        subject = feed(publisher.url("ok", "wire.example"), allow_private=False)
        got = ask(subject, tls=authority.trust(), **net.options)
    assert (got.body, net.dialled) == (FEED, [PUBLIC])


@pytest.mark.parametrize(("host", "days"), [("other.example", 1), ("wire.example", -1)])
def test_a_certificate_of_another_or_of_yesterday(authority: Authority, host: str, days: int) -> None:
    net = Net(wire_example=[[PUBLIC]])
    with publishing(ACTS, authority.serve(host, timedelta(days=days))) as publisher:
        got = ask(publisher.url("ok", "wire.example"), tls=authority.trust(), **net.options)
    assert (got.health, publisher.requests) == ("tls", [])


def test_a_certificate_of_nobody(authority: Authority) -> None:
    net = Net(wire_example=[[PUBLIC]])
    with publishing(ACTS, authority.serve("wire.example")) as publisher:
        got = ask(publisher.url("ok", "wire.example"), tls=httpx.create_ssl_context(), **net.options)
    assert (got.health, publisher.requests) == ("tls", [])


def test_no_tls_on_the_other_side() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(respond("400 Speak HTTP"))
        await writer.drain()
        writer.close()

    async def converse() -> str:
        server = await asyncio.start_server(refuse, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        got = await asyncio.to_thread(ask, f"https://127.0.0.1:{port}/")
        server.close()
        return got.health

    assert asyncio.run(converse()) == "tls"


def test_secrets_follow_to_the_encrypted_form_and_never_back(authority: Authority) -> None:
    """On the usual ports only: these are dialled elsewhere."""
    secret = {"Authorization": "t0ken"}
    with publishing(ACTS) as plain, publishing(ACTS, authority.serve("wire.example")) as encrypted:
        net = Net(wire_example=[[PUBLIC]])
        options = {
            "resolve": net.resolve,
            "dial": lambda address, port: net.dial(address, {80: plain, 443: encrypted}[port].port),
            "tls": authority.trust(),
        }
        ask(feed("http://wire.example/to/301/https://wire.example/ok", headers=secret), **options)
        ask(feed("https://wire.example/to/301/http://wire.example/ok", headers=secret), **options)
    assert [each.headers.get("authorization") for each in plain.requests] == ["t0ken", None]
    assert [each.headers.get("authorization") for each in encrypted.requests] == ["t0ken", "t0ken"]


async def answer_in_http2(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    connection.initiate_connection()
    writer.write(connection.data_to_send())
    try:
        while data := await reader.read(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    connection.send_headers(event.stream_id, [(":status", "200"), ("etag", '"2"')])
                    connection.send_data(event.stream_id, FEED, end_stream=True)
            writer.write(connection.data_to_send())
            await writer.drain()
    finally:
        writer.close()


def test_http2(authority: Authority) -> None:
    async def converse() -> tuple[str, bytes]:
        tls = authority.serve("wire.example")
        tls.set_alpn_protocols(["h2"])
        server = await asyncio.start_server(answer_in_http2, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        net = Net(wire_example=[[PUBLIC]])
        got = await asyncio.to_thread(
            ask, f"https://wire.example:{port}/", tls=authority.trust(), **net.options
        )
        server.close()
        return got.etag, got.body

    assert asyncio.run(converse()) == ('"2"', FEED)
