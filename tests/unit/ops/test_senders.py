"""Webhook and e-mail of saved searches, to real receivers on loopback."""

import email
import email.policy
import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import pytest

from ops.alert_desk import Refused, Undelivered
from ops.senders_mail import Mail, send_mail
from ops.senders_webhook import checked_url, post, signature
from search.errors import BadRequest
from search.saved import Item, trial
from search.saved_targets import checked_address
from store.saved import Channel, SavedSearch
from store.settings import Secret
from tests.articles import NOON, article

SEARCH = SavedSearch(id="s1", name="homs strikes", query="place:homs", created=NOON, channels=())
SECRET = Secret("only-for-the-test")


def items(headline: str = "قصف على القريتين", **more: Any) -> list[Item]:
    return [Item(key="s1:a:1", kind="match", article=article("a", headline=headline, language="ar", **more))]


class Receiver:
    """Answers with `answers` in turn, then 204; keeps what came."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.got: list[tuple[dict[str, str], bytes]] = []

    @contextmanager
    def listening(self) -> Iterator[str]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), content))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Quiet."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/hook/token"
            server.shutdown()


def deliver(url: str, *, private: bool = True) -> list[float]:
    pauses: list[float] = []
    channel = Channel(kind="webhook", target=url, private=private)
    post(SEARCH, channel, items(), NOON, secret=SECRET, timeout=10, sleep=pauses.append)
    return pauses


def test_a_webhook_is_signed_and_carries_its_key() -> None:
    receiver = Receiver()
    with receiver.listening() as url:
        assert deliver(url) == []
    ((headers, content),) = receiver.got
    assert headers["Idempotency-Key"] == "s1:a:1"
    expected = signature(SECRET, headers["X-Syria-Wire-Timestamp"], content)
    assert headers["X-Syria-Wire-Signature"] == expected
    told = json.loads(content)
    assert told["search"]["name"] == "homs strikes"
    assert told["items"][0]["article"]["headline"] == "قصف على القريتين"


def test_a_receiver_that_is_busy_is_asked_again_and_gets_the_same() -> None:
    receiver = Receiver(503, 429)
    with receiver.listening() as url:
        assert deliver(url) == [1.0, 4.0]
    assert len({content for _, content in receiver.got}) == 1
    assert len(receiver.got) == 3


def test_a_test_is_marked_and_tried_once() -> None:
    receiver = Receiver(503)
    with receiver.listening() as url:
        channel = Channel(kind="webhook", target=url, private=True)
        tests = [trial(SEARCH, NOON)]
        with pytest.raises(Undelivered, match="answered 503"):
            post(SEARCH, channel, tests, NOON, secret=SECRET, timeout=10)
        assert post(SEARCH, channel, tests, NOON, secret=SECRET, timeout=10) == "answered 204"
    assert [json.loads(content)["items"][0]["kind"] for _, content in receiver.got] == ["test", "test"]


@pytest.mark.parametrize(("answers", "tries"), [((400,), 1), ((503, 503, 503), 3), ((302,), 1)])
def test_what_is_not_accepted_is_undelivered_and_hides_the_path(answers: tuple[int, ...], tries: int) -> None:
    receiver = Receiver(*answers)
    with receiver.listening() as url, pytest.raises(Undelivered, match=f"answered {answers[-1]}") as caught:
        deliver(url)
    assert isinstance(caught.value, Refused) == (answers == (400,))
    assert len(receiver.got) == tries
    assert "token" not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_private_address_gets_nothing_unless_that_is_meant() -> None:
    receiver = Receiver()
    with receiver.listening() as url, pytest.raises(Undelivered, match=r"127\.0\.0\.1"):
        deliver(url, private=False)
    assert receiver.got == []
    with pytest.raises(BadRequest, match="--private"):
        checked_url("http://127.0.0.1/hook", private=False)


@contextmanager
def mailbox(refuse: bytes = b"", drip: bool = False) -> Iterator[tuple[int, list[EmailMessage]]]:
    """As much of an SMTP server as takes a message. `refuse`: it says no to this command; `drip`: it never comes
    to an end, neither of a line nor of a TLS record."""
    got: list[EmailMessage] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            start = b"\x16\x03\x03\x40\x00"
            while drip:
                try:
                    self.wfile.write(start)
                    start = b"0"
                except OSError:
                    return
                time.sleep(0.05)
            self.say("220 here")
            for line in self.rfile:
                match line.split()[0].upper():
                    case b"RCPT" if refuse == b"RCPT":
                        self.say("550 no such mailbox")
                    case b"DATA":
                        self.say("354 go on")
                        content = b"".join(iter(self.rfile.readline, b".\r\n"))
                        parsed = email.message_from_bytes(content, policy=email.policy.default)
                        if refuse == b"DATA":
                            self.say("554 we take no such thing")
                            continue
                        got.append(parsed)
                        self.say("250 taken")
                    case b"QUIT":
                        self.say("221 bye")
                        return
                    case _:
                        self.say("250 ok")

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], got
        server.shutdown()


def mail(port: int) -> Mail:
    return Mail(
        host="127.0.0.1",
        port=port,
        security="none",
        user="",
        password=Secret(""),
        sender="wire@example.org",
        timeout=10,
    )


CHANNEL = Channel(kind="email", target="desk@example.org")


def test_a_mail_says_an_arabic_headline_in_subject_text_and_html() -> None:
    with mailbox() as (port, got):
        send_mail(mail(port), SEARCH, CHANNEL, items(), NOON)
    (message,) = got
    assert message["Subject"] == "[homs strikes] قصف على القريتين"
    assert message["To"] == "desk@example.org"
    plain, page = (part.get_content() for part in message.iter_parts())
    assert "قصف على القريتين" in plain
    assert 'dir="rtl"' in page


def test_no_headline_breaks_a_header_or_the_page() -> None:
    with mailbox() as (port, got):
        send_mail(
            mail(port),
            SEARCH,
            CHANNEL,
            items("Strike\r\nBcc: all@example.org\r\n\r\n<script>x</script>"),
            NOON,
        )
    (message,) = got
    assert message["Bcc"] is None
    assert "<script>" not in list(message.iter_parts())[1].get_content()


def test_a_mail_that_is_not_taken_is_undelivered() -> None:
    with mailbox(refuse=b"RCPT") as (port, got), pytest.raises(Undelivered, match=r"127\.0\.0\.1") as caught:
        send_mail(mail(port), SEARCH, CHANNEL, items(), NOON)
    assert not isinstance(caught.value, Refused)
    assert got == []


def test_a_content_that_the_server_will_not_have_is_refused() -> None:
    with mailbox(refuse=b"DATA") as (port, got), pytest.raises(Refused, match="answered 554"):
        send_mail(mail(port), SEARCH, CHANNEL, items(), NOON)
    assert got == []


@pytest.mark.parametrize("security", ["none", "tls"])
def test_a_server_that_drips_is_left(security: Literal["none", "tls"]) -> None:
    slow = replace(mail(0), timeout=0.1, security=security)
    with mailbox(drip=True) as (port, _), pytest.raises(Undelivered, match=r"127\.0\.0\.1"):
        send_mail(replace(slow, port=port), SEARCH, CHANNEL, items(), NOON)


@pytest.mark.parametrize(
    "address", ["", "desk", "a@b@c", "a b@example.org", "a@example.org\nBcc: b@example.org"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadRequest, match="NAME@HOST"):
        checked_address(address)
