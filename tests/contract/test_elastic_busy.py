"""What the index does when Elasticsearch answers, but not as hoped: over a small server that says what it is told."""

import json
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from store.adapters.elastic_index import ElasticIndex
from store.errors import IndexUnavailable
from store.query import Query
from store.settings import Settings
from tests.articles import article

Answer = tuple[int, object]
Bulk = Callable[[list[str]], Answer]  # the ids of one bulk request → status and body


class Pretender:
    """Answers each bulk request with the next of `answers`, then stores what comes. Knows what it stored."""

    def __init__(self, answers: list[Bulk]) -> None:
        self.answers = answers
        self.requests: list[list[str]] = []
        self.stored: set[str] = set()

    def bulk(self, ids: list[str]) -> Answer:
        self.requests.append(ids)
        status, body = self.answers.pop(0)(ids) if self.answers else items(dict.fromkeys(ids, 201))
        if isinstance(body, dict):
            told = [item["index"] for item in body.get("items", [])]
            self.stored |= {id_ for id_, item in zip(ids, told, strict=False) if item["status"] == 201}
        return status, body


def items(statuses: dict[str, int], kind: str = "mapper_parsing_exception") -> Answer:
    error = {"type": kind, "reason": "as told"}
    return 200, {
        "items": [
            {"index": {"status": status, **({"error": error} if status > 300 else {})}}
            for status in statuses.values()
        ]
    }


def whole(status: int, kind: str = "es_rejected_execution_exception") -> Bulk:
    return lambda _: (status, {"error": {"type": kind, "reason": "as told"}, "status": status})


def each(status: int, kind: str = "es_rejected_execution_exception", *, only: str = "") -> Bulk:
    """`status` for every item, or for those whose id holds `only`; 201 for the others."""
    return lambda ids: items({id_: status if only in id_ else 201 for id_ in ids}, kind)


@contextmanager
def serving(pretender: Pretender, certificate: Path | None = None) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet, else each answer waits for an acknowledgement

        def do_HEAD(self) -> None:
            self.answer(200, {})

        def do_GET(self) -> None:
            status, body = pretender.bulk([]) if pretender.answers else (200, {})
            self.answer(status, body)

        def do_PUT(self) -> None:
            data = self.rfile.read(int(self.headers["content-length"]))
            actions = [json.loads(line) for line in data.splitlines()[::2]] if "_bulk" in self.path else []
            self.answer(*pretender.bulk([action["index"]["_id"] for action in actions]))

        def do_POST(self) -> None:
            self.do_PUT()

        def answer(self, status: int, body: object) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}/wire"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Time:
    """A clock that moves only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.naps: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.naps.append(seconds)


@contextmanager
def opened(answers: list[Bulk]) -> Iterator[tuple[ElasticIndex, Pretender, Time]]:
    """An index over a pretender that has been written to once, so that its indices are known to be there."""
    pretender, time = Pretender([]), Time()
    with serving(pretender) as url:
        index = ElasticIndex(url, Settings(elasticsearch_patience=60), clock=time.clock, sleep=time.sleep)
        assert index.put([article("before")]) == []
        pretender.requests.clear()
        pretender.answers += answers
        try:
            yield index, pretender, time
        finally:
            index.close()  # a connection that stays open would keep the server waiting


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("answer", [whole, each])
def test_what_a_busy_server_puts_off_is_sent_again(status: int, answer: Callable[[int], Bulk]) -> None:
    with opened([answer(status), answer(status)]) as (index, pretender, time):
        assert index.put([article("1"), article("2")]) == []
        assert {article("1").id, article("2").id} <= pretender.stored
        assert len(time.naps) == 2
        assert 0 < time.naps[0] <= 0.1 < time.naps[1] * 2


def test_only_the_items_that_were_put_off_are_sent_again() -> None:
    one, two = article("1"), article("2")
    with opened([each(429, only=two.id)]) as (index, pretender, _):
        assert index.put([one, two]) == []
        assert pretender.requests[:2] == [[f"{one.id}@1", f"{two.id}@1"], [f"{two.id}@1"]]


def test_patience_ends_with_the_ports_error_and_the_same_object_goes_on_later() -> None:
    with opened([each(503)] * 1000) as (index, pretender, time):
        with pytest.raises(IndexUnavailable, match=r"status 503, .*as told"):
            index.put([article("1")])
        assert 50 < time.now <= 60
        pretender.answers.clear()
        assert index.put([article("1")]) == []
        assert article("1").id in pretender.stored


def test_what_can_never_be_stored_comes_back_and_the_rest_is_stored() -> None:
    bad, good = article("bad"), article("good")
    with opened([each(201), each(400, "strict_dynamic_mapping_exception", only=bad.id)]) as (
        index,
        pretender,
        _,
    ):
        rejected = index.put([bad, good])
        assert [one.article.guid for one in rejected] == ["bad"]
        assert rejected[0].reason == "index: strict_dynamic_mapping_exception: as told"
        assert good.id in pretender.stored


def test_what_the_history_refuses_does_not_become_the_newest() -> None:
    bad = article("bad")
    with opened([each(400, only=bad.id)]) as (index, pretender, _):
        assert len(index.put([bad, article("good")])) == 1
        assert bad.id not in pretender.stored


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (whole(401, "security_exception"), "mend SYRIAWIRE_ELASTICSEARCH_USER"),
        (whole(403, "security_exception"), "mend SYRIAWIRE_ELASTICSEARCH_USER"),
        (each(403, "security_exception"), "mend SYRIAWIRE_ELASTICSEARCH_USER"),
        (each(403, "cluster_block_exception"), "free its disk"),
        (each(400, "index_closed_exception"), "index_closed_exception"),
        (each(404, "index_not_found_exception"), "index_not_found_exception"),
        (whole(400, "media_type_header_exception"), "media_type_header_exception"),
        (lambda _: (200, {}), "0 answers for 1 articles"),
    ],
)
def test_what_is_not_the_articles_fault_rejects_none(answer: Bulk, says: str) -> None:
    with opened([answer]) as (index, _, time):
        with pytest.raises(IndexUnavailable, match=says):
            index.put([article("1")])
        assert time.naps == []
        assert index.put([article("1")]) == []


def test_what_is_too_large_is_halved_until_one_article_is_to_blame() -> None:
    def limited(ids: list[str]) -> Answer:
        large = any(article("large").id in id_ for id_ in ids)
        return whole(413, "too_large")(ids) if large else items(dict.fromkeys(ids, 201))

    articles = [article(guid) for guid in ("1", "2", "large", "4", "5")]
    with opened([limited] * 50) as (index, pretender, time):
        rejected = index.put(articles)
        assert [one.article.guid for one in rejected] == ["large"]
        assert "bytes are too many" in rejected[0].reason
        assert {one.id for one in articles if one.guid != "large"} <= pretender.stored
        assert time.naps == []


def test_batches_are_bounded_by_bytes_and_count() -> None:
    large = [article(f"large {n}", body="word " * 400_000) for n in range(6)]
    small = [article(f"small {n}") for n in range(1500)]
    with opened([]) as (index, pretender, _):
        assert index.put([*large, *small]) == []
        sizes = [len(ids) for ids in pretender.requests]
        assert max(sizes) <= 1000
        assert sizes[0] < 6
        assert sum(sizes) == 2 * 1506


@pytest.mark.parametrize("status", [401, 429, 503])
def test_a_search_that_is_refused_is_the_ports_error(status: int) -> None:
    with opened([whole(status)] * 3) as (index, _, _time):
        with pytest.raises(IndexUnavailable, match=f"status {status}"):
            index.search(Query(now=None))
        with pytest.raises(IndexUnavailable, match=f"status {status}"):
            index.get("1")


def test_a_certificate_is_checked_against_the_file_that_the_settings_name(tmp_path: Path) -> None:
    file = tmp_path / "both.pem"
    options = "-x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1"
    command = [
        "openssl",
        "req",
        *options.split(),
        "-keyout",
        str(file),
        "-out",
        str(tmp_path / "certificate.pem"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    file.write_text(file.read_text() + (tmp_path / "certificate.pem").read_text())
    with serving(Pretender([]), file) as url:
        for settings in (
            Settings(elasticsearch_ca_file=str(tmp_path / "certificate.pem")),
            Settings(elasticsearch_verify=False),
        ):
            index = ElasticIndex(url, settings)
            assert index.put([article("1")]) == []
            index.close()
        stranger = ElasticIndex(url, Settings())
        with pytest.raises(IndexUnavailable, match="mend SYRIAWIRE_ELASTICSEARCH_CA_FILE"):
            stranger.put([article("1")])
        stranger.close()
