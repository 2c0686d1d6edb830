"""The demo server: validators, gzip, stages that move only when read, a lasting state, its way to stop."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import feedparser
import httpx
import pytest
from starlette.applications import Starlette

from demo.bookmarks import BookmarkError, Bookmarks
from demo.server import build_app
from demo.stages import load_wires

ROOT = Path(__file__).parents[3]
TOP = "/feeds/levant-wire.xml"
WIRES = load_wires()


def _app(state: Path | None = None, *, faults: bool = False) -> Starlette:
    return build_app(WIRES, Bookmarks(state), extra=None, faults=faults)


class Reader:
    """Asks the application in this process; Starlette's TestClient would warn about httpx."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return asyncio.run(self._ask(method, path, {"Accept-Encoding": "identity", **(headers or {})}))

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.ask("GET", path, headers)

    async def _ask(self, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://demo.example") as client:
            return await client.request(method, path, headers=headers)


@pytest.fixture
def client() -> Reader:
    return Reader(_app())


def _next(client: Reader, path: str, etag: str) -> httpx.Response:
    return client.get(path, headers={"If-None-Match": etag})


def test_plain_requests_never_move_the_stage(client: Reader) -> None:
    first, second = client.get(TOP), client.get(TOP)
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    assert re.fullmatch(r'(W/)?"[^"]+"', first.headers["etag"])
    assert first.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert first.headers["cache-control"] == "max-age=20"
    assert first.headers["vary"] == "Accept-Encoding"


def test_client_that_has_read_a_stage_gets_the_next(client: Reader) -> None:
    first = client.get(TOP)
    second = _next(client, TOP, first.headers["etag"])
    third = _next(client, TOP, f'"other", {second.headers["etag"]}')
    end = _next(client, TOP, third.headers["etag"])
    assert [first.status_code, second.status_code, third.status_code, end.status_code] == [200, 200, 200, 304]
    assert [len(feedparser.parse(page.content).entries) for page in (first, second, third)] == [13, 16, 19]
    assert end.headers["etag"] == third.headers["etag"]
    assert end.content == b""


@pytest.mark.parametrize("etag", ['"unknown"', "*", ""])
def test_etag_of_no_present_stage_moves_nothing(client: Reader, etag: str) -> None:
    first = client.get(TOP)
    _next(client, TOP, etag)
    assert client.get(TOP).headers["etag"] == first.headers["etag"]


def test_old_etag_gets_the_present_stage(client: Reader) -> None:
    first = client.get(TOP).headers["etag"]
    second = _next(client, TOP, first).headers["etag"]
    again = _next(client, TOP, first)
    assert (again.status_code, again.headers["etag"]) == (200, second)


def test_head_moves_nothing(client: Reader) -> None:
    first = client.ask("HEAD", TOP)
    assert client.ask("HEAD", TOP, {"If-None-Match": first.headers["etag"]}).status_code == 304
    assert client.get(TOP).headers["etag"] == first.headers["etag"]


def test_if_modified_since(client: Reader) -> None:
    modified = client.get(TOP).headers["last-modified"]
    assert modified == "Wed, 07 Oct 2015 18:15:00 GMT"
    cases = {modified: 304, "Wed, 07 Oct 2015 18:14:59 GMT": 200, "yesterday": 200}
    for since, status in cases.items():
        assert client.get(TOP, headers={"If-Modified-Since": since}).status_code == status
    both = {"If-Modified-Since": modified, "If-None-Match": '"unknown"'}
    assert client.get(TOP, headers=both).status_code == 200


@pytest.mark.parametrize(
    ("accept", "zipped"),
    [
        ("gzip, deflate", True),
        ("*", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("br", False),
    ],
)
def test_gzip_is_for_those_who_take_it(client: Reader, accept: str, *, zipped: bool) -> None:
    plain = client.get(TOP)
    answer = client.get(TOP, headers={"Accept-Encoding": accept})
    assert ("content-encoding" in answer.headers) is zipped
    assert (int(answer.headers["content-length"]) < len(plain.content)) is zipped
    assert answer.content == plain.content
    assert answer.headers["vary"] == "Accept-Encoding"


def test_atom_and_json_say_what_they_are(client: Reader) -> None:
    atom = client.get("/feeds/orontes-desk.xml")
    digest = client.get("/feeds/caspian-digest.json")
    assert atom.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert digest.headers["content-type"] == "application/feed+json; charset=utf-8"
    assert digest.json()["version"] == "https://jsonfeed.org/version/1.1"


def test_restarted_server_goes_on_where_it_stopped(tmp_path: Path) -> None:
    state = tmp_path / "var" / "state.json"
    before = Reader(_app(state))
    second = _next(before, TOP, before.get(TOP).headers["etag"])
    after = Reader(_app(state))
    assert after.get(TOP).content == second.content
    assert json.loads(state.read_text("utf-8")) == {"levant-wire": 2}
    assert [path.name for path in state.parent.iterdir()] == ["state.json"]


@pytest.mark.parametrize("text", ["", "[1]", '{"levant-wire": "2"}'])
def test_unreadable_state_is_named(tmp_path: Path, text: str) -> None:
    state = tmp_path / "state.json"
    state.write_text(text, encoding="utf-8")
    with pytest.raises(BookmarkError, match=r"state\.json.*remove it"):
        Bookmarks(state)


def test_state_that_cannot_be_written_fails_the_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    reader = Reader(_app(tmp_path / "file" / "state.json"))
    first = reader.get(TOP)
    assert _next(reader, TOP, first.headers["etag"]).status_code == 500
    assert "pass --state with a path that can be written" in capsys.readouterr().err
    assert reader.get(TOP).content == first.content


def test_stage_out_of_range_is_brought_back(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"levant-wire": 9, "volga-wire": -1}', encoding="utf-8")
    bookmarks = Bookmarks(state)
    assert (bookmarks.stage("levant-wire", 3), bookmarks.stage("volga-wire", 3)) == (3, 1)


def test_index_links_every_feed(client: Reader) -> None:
    links = re.findall(r'href="([^"]+)"', client.get("/").text)
    assert len(links) == len(WIRES)
    assert all(client.get(link).status_code == 200 for link in links)


def test_faults_are_off_unless_asked_for(client: Reader) -> None:
    assert client.get("/faults/broken.xml").status_code == 404
    faulty = Reader(_app(faults=True))
    assert feedparser.parse(faulty.get("/faults/broken.xml").content).bozo
    assert len(faulty.get("/faults/html.xml").content) >= 5 * 1024 * 1024
    assert faulty.get("/faults/empty.xml").content == b""
    assert faulty.get("/faults/500.xml").status_code == 500


@pytest.mark.slow
def test_real_server_refuses_a_taken_port_and_stops_quietly() -> None:
    command = [sys.executable, "-m", "demo.server", "--faults", "--port"]
    with subprocess.Popen([*command, "0"], cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            ready = server.stderr.readline()
            port = ready.partition("127.0.0.1:")[2].partition("/")[0]
            assert httpx.get(f"http://127.0.0.1:{port}{TOP}", trust_env=False).status_code == 200
            second = subprocess.run(
                [*command, port], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
            )
            assert second.returncode == 1
            assert second.stderr == (
                f"demo server: port {port} on 127.0.0.1 is taken: stop what uses it or pass --port\n"
            )
            # An answer still on its way must not hold the server up, nor make it noisy.
            with httpx.stream("GET", f"http://127.0.0.1:{port}/faults/slow.xml", trust_env=False):
                server.send_signal(signal.SIGTERM)
                assert server.wait(timeout=3) == 0
            assert server.stderr.read() == ""
        finally:
            server.kill()
