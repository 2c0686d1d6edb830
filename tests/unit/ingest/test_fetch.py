"""One request against a real server on loopback, with everything that a real one does to us."""

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import httpx
import pytest

from ingest.catalogue import Feed
from ingest.fetch import Fetched, fetch
from store.state import FeedState

BODY = b"<rss><channel><item><title>x</title></item></channel></rss>"


class Publisher(BaseHTTPRequestHandler):
    """Answers by the path."""

    seen: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        self.seen.append({"path": self.path, **{key.lower(): value for key, value in self.headers.items()}})
        kind, _, rest = self.path.lstrip("/").partition("/")
        getattr(self, f"answer_{kind}")(rest)

    def log_message(self, *args: object) -> None:
        """Silent."""

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_status(self, rest: str) -> None:
        self.send(int(rest), b"x", Retry_After="120")

    def answer_ok(self, rest: str) -> None:
        if self.headers["If-None-Match"] == '"1"' and self.headers["If-Modified-Since"] == "then":
            self.send(304)
        else:
            self.send(200, BODY, ETag='"1"', Last_Modified="then", Content_Type="text/xml")

    def answer_gzip(self, rest: str) -> None:
        self.send(200, gzip.compress(BODY), Content_Encoding="gzip")

    def answer_bomb(self, rest: str) -> None:
        self.send(200, gzip.compress(b"0" * 3_000_000), Content_Encoding="gzip")

    def answer_layers(self, rest: str) -> None:
        self.send(200, gzip.compress(gzip.compress(BODY)), Content_Encoding="gzip, gzip")

    def answer_nogzip(self, rest: str) -> None:
        self.send(200, BODY, Content_Encoding="gzip")

    def answer_to(self, rest: str) -> None:
        self.send(301, Location=rest.replace("HOST", f"localhost:{self.server.server_address[1]}"))

    def answer_drip(self, rest: str) -> None:
        self.send_response(200)
        self.end_headers()
        self.drip(b"<rss>")

    def answer_driphead(self, rest: str) -> None:
        self.drip(b"HTTP/1.1 200 OK\r\nX: ")

    def answer_cut(self, rest: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "999")
        self.end_headers()
        self.wfile.write(BODY)

    def drip(self, data: bytes) -> None:
        try:
            for number in range(50):
                self.wfile.write(data[number : number + 1] or b".")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return  # the client hung up, as it should


@contextmanager
def serving() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving() as url:
        yield url


def feed(url: str, *, allow_private: bool = True, **headers: str) -> Feed:
    return Feed(
        id="levant-wire/top", url=url, publisher="x", scope="x", allow_private=allow_private, headers=headers
    )


def get(url: str, state: FeedState | None = None, deadline: float = 5.0, limit: int = 1_000_000) -> Fetched:
    return fetch(feed(url), state, user_agent="SyriaWire/test", deadline=deadline, limit=limit)


def test_a_feed_and_its_validators(base: str) -> None:
    got = get(f"{base}/ok")
    assert (got.health, got.status, got.body) == ("ok", 200, BODY)
    assert (got.etag, got.last_modified, got.content_type) == ('"1"', "then", "text/xml")
    state = FeedState(feed_id="x", etag=got.etag, last_modified=got.last_modified)
    assert get(f"{base}/ok", state).health == "unchanged"
    assert get(f"{base}/ok", FeedState(feed_id="x", etag='"0"')).health == "ok"
    assert Publisher.seen[-1]["user-agent"] == "SyriaWire/test"


def test_compression(base: str) -> None:
    assert get(f"{base}/gzip").body == BODY
    assert get(f"{base}/bomb").health == "too_large"
    assert get(f"{base}/layers").health == "bad_content"
    assert get(f"{base}/nogzip").health == "bad_content"


@pytest.mark.parametrize(
    ("status", "health"),
    [
        (204, "ok"),
        (400, "not_found"),
        (401, "unauthorised"),
        (403, "blocked"),
        (404, "not_found"),
        (410, "gone"),
        (429, "rate_limited"),
        (500, "server_error"),
        (503, "server_error"),
        (300, "redirects"),
        (302, "redirects"),
    ],
)
def test_status_to_health(status: int, health: str) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(status, headers={"retry-after": "120"}))
    got = fetch(
        feed("http://levant-wire.example/"),
        None,
        lambda _: httpx.AsyncClient(transport=transport),
        user_agent="x",
    )
    assert (got.health, got.status) == (health, status)
    assert got.retry_after is not None
    assert got.retry_after.total_seconds() == 120
    assert (f"HTTP {status}" in got.detail) == (status >= 400)


def test_slow_drips_end_at_the_deadline(base: str) -> None:
    for path in ("drip", "driphead"):
        started = time.monotonic()
        assert get(f"{base}/{path}", deadline=0.3).health == "timeout"
        assert time.monotonic() - started < 2


def test_redirects(base: str) -> None:
    got = get(f"{base}/to//ok")
    assert (got.health, got.body) == ("ok", BODY)
    assert got.detail == f"moved for good to {base}/ok: put that address into the catalogue"
    assert get(f"{base}/to//to//to//to//to//ok").health == "ok"
    assert get(f"{base}/to//to//to//to//to//to//ok").health == "redirects"
    assert get(f"{base}/to/ftp://x.example/").health == "redirects"
    assert get(f"{base}/to/http://[").health == "redirects"


def test_a_token_for_one_host_is_not_told_to_another(base: str) -> None:
    fetch(feed(f"{base}/to//ok", Authorization="secret"), None, user_agent="x")
    assert [each.get("authorization") for each in Publisher.seen[-2:]] == ["secret", "secret"]
    fetch(feed(f"{base}/to/http://HOST/ok", Authorization="secret"), None, user_agent="x")
    assert [each.get("authorization") for each in Publisher.seen[-2:]] == ["secret", None]


def test_a_broken_connection(base: str) -> None:
    assert get(f"{base}/cut").health == "connection"
    with serving() as url:
        gone = url
    assert get(f"{gone}/").health == "refused"


def test_a_name_without_address() -> None:
    assert get("http://levant-wire.invalid/").health == "dns"


def test_no_tls_on_the_other_side(base: str) -> None:
    assert get(base.replace("http:", "https:")).health == "tls"


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1%eth0", "192.168.0.1"]
)
def test_private_addresses_are_refused(base: str, address: str) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.216.34", address]

    got = fetch(feed(f"{base}/ok", allow_private=False), None, user_agent="x", resolve=resolve)
    assert (got.health, got.body) == ("private_address", b"")


def test_a_redirect_into_the_private_network_is_refused(base: str) -> None:
    asked = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1" if host == "localhost" else "93.184.216.34"]

    got = fetch(feed(f"{base}/to/http://HOST/ok", allow_private=False), None, user_agent="x", resolve=resolve)
    assert (got.health, asked) == ("private_address", ["127.0.0.1", "localhost"])
