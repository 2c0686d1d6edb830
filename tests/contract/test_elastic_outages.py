"""What the index on Elasticsearch promises when the server or the way to it fails, and who may enter."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from store.adapters.elastic_index import ElasticIndex
from store.errors import IndexUnavailable
from store.index import Index
from store.query import Query
from store.settings import Settings
from tests.articles import article
from tests.contract.servers import elastic_prefix, server, settings
from tests.stack import elasticsearch as stack
from tests.stack.running import Running

pytestmark = pytest.mark.servers


@pytest.fixture
def url() -> Iterator[str]:
    with elastic_prefix() as url:
        yield url


def count(index: Index) -> int:
    index.refresh()
    return index.search(Query(now=None, limit=1)).total


class Proxy:
    """Passes bytes on to `target` until it is told to cut: in the question, or before the answer."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.cut_after: int | None = None
        self.cut_answer = False

    def close(self) -> None:
        _shut(self._listener)
        self._threads[0].join()
        _shut(*self._sockets)
        for thread in self._threads[1:]:
            thread.join()
        for each in (self._listener, *self._sockets):
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:  # closed
                return
            theirs = socket.create_connection(self._target)
            self._sockets += [ours, theirs]
            for pump, ends in ((self._question, (ours, theirs)), (self._answer, (theirs, ours))):
                self._threads.append(threading.Thread(target=pump, args=ends))
                self._threads[-1].start()

    def _question(self, source: socket.socket, sink: socket.socket) -> None:
        passed = 0
        while data := _received(source):
            passed += len(data)
            if self.cut_after is not None and passed > self.cut_after:
                break
            sink.sendall(data)
        _shut(source, sink)

    def _answer(self, source: socket.socket, sink: socket.socket) -> None:
        while data := _received(source):
            if self.cut_answer:
                break
            sink.sendall(data)
        _shut(source, sink)


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:  # the other direction has ended
        return b""


def _shut(*sockets: socket.socket) -> None:
    for each in sockets:
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:  # the other side was faster
            continue


@pytest.fixture
def proxy(url: str) -> Iterator[Proxy]:
    host, _, port = url.split("/")[2].partition(":")
    passing = Proxy((host, int(port)))
    yield passing
    passing.close()


@pytest.mark.parametrize("where", ["question", "answer"])
def test_a_connection_cut_in_mid_bulk_is_unavailable_and_the_repeat_harmless(
    url: str, proxy: Proxy, where: str
) -> None:
    index = ElasticIndex(f"{proxy.url}/{url.rsplit('/', 1)[1]}", settings())
    index.put([article("before")])
    articles = [article(str(n), body="word " * 400) for n in range(500)]
    proxy.cut_after = 400_000 if where == "question" else None
    proxy.cut_answer = where == "answer"
    with pytest.raises(IndexUnavailable, match="it is tried again"):
        index.put(articles)
    proxy.cut_after, proxy.cut_answer = None, False
    assert index.put(articles) == []
    index.refresh()
    for collection in ("newest", "history"):
        keys = list(index.keys(collection))
        assert len(keys) == len(set(keys)) == 501
    index.close()


@contextmanager
def running(folder: Path, *, security: bool = False) -> Iterator[Callable[[], Running]]:
    """Starts a server of this test's own; called again, kills and restarts it."""
    server("ELASTICSEARCH")  # where there is none at all, none is started either
    folder.mkdir()
    started: list[Running] = []

    def start() -> Running:
        if started:
            stack.kill(started.pop())
        started.append(stack.start(folder, security=security))
        return started[-1]

    try:
        yield start
    finally:
        for each in started:
            stack.stop(each)


@pytest.mark.slow
def test_a_server_that_was_killed_and_started_again_is_used_by_the_same_object(tmp_path: Path) -> None:
    with running(tmp_path / "elasticsearch") as start:
        node = start()
        index, reader = (ElasticIndex(node.url, Settings()) for _ in range(2))
        assert index.put([article(str(n)) for n in range(100)]) == []
        assert count(reader) == 100
        stack.kill(node)
        for call in (
            lambda: index.put([article("200")]),
            lambda: reader.search(Query(now=None)),
            index.refresh,
        ):
            with pytest.raises(IndexUnavailable):
                call()
        start()
        assert reader.get(article("99").id) == article("99")
        assert index.put([article("100")]) == []
        assert count(reader) == 101
        index.close()
        reader.close()


@pytest.mark.slow
def test_user_and_password_or_api_key_open_a_secured_server(tmp_path: Path) -> None:
    with running(tmp_path / "elasticsearch", security=True) as start:
        url = start().url
        known = settings(elasticsearch_user=stack.USER, elasticsearch_password=stack.PASSWORD)
        index = ElasticIndex(url, known)
        assert index.put([article("1")]) == []
        assert count(index) == 1
        index.close()
        with Elasticsearch(url, basic_auth=(stack.USER, stack.PASSWORD)) as admin:
            keys = {
                name: admin.security.create_api_key(name=name, role_descriptors={name: role})["encoded"]
                for name, role in _ROLES.items()
            }
        writer = ElasticIndex(url, settings(elasticsearch_api_key=keys["writer"]))
        assert writer.put([article("2")]) == []
        rebuilt = writer.create("second")
        rebuilt.put([article("1")])
        writer.swap("second")
        reader = ElasticIndex(url, settings(elasticsearch_api_key=keys["reader"]))
        writer.refresh()
        assert [each.guid for each in reader.scan(Query(now=None))] == ["1"]
        assert reader.search(Query(now=None)).total == 1
        assert len(reader.history(article("1").id)) == 1
        for refused in (
            reader,
            ElasticIndex(url, settings(elasticsearch_user=stack.USER, elasticsearch_password="hunter2")),
            ElasticIndex(url, settings(elasticsearch_api_key="aHVudGVyMjpodW50ZXIy")),
            ElasticIndex(url, settings()),
        ):
            with pytest.raises(IndexUnavailable, match="mend SYRIAWIRE_ELASTICSEARCH_USER") as error:
                refused.put([article("3")])
            assert "hunter2" not in str(error.value)
            refused.close()
        for opened in (writer, rebuilt):
            opened.close()


_ROLES = {
    "writer": {"indices": [{"names": ["syria-wire-*"], "privileges": ["all"]}]},
    "reader": {"indices": [{"names": ["syria-wire-*"], "privileges": ["read", "view_index_metadata"]}]},
}
