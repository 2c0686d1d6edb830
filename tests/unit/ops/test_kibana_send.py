"""The import, against a stand-in that answers as Kibana does."""

import json
import threading
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from cli.kibana import kibana
from ops.kibana.send import Kibana
from ops.kibana.source import KibanaError
from store.settings import load_settings

OBJECTS = [{"type": "lens", "id": "a"}, {"type": "dashboard", "id": "b"}]
UP = (200, {"status": {"overall": {"level": "available"}}})
STARTING = (503, {"status": {"overall": {"level": "unavailable"}}})


class Standin:
    """Says `statuses` one after the other, the last for ever; so with `answers` to an import. Keeps what it got."""

    def __init__(self) -> None:
        self.statuses: list[tuple[int, Any]] = [UP]
        self.answers: list[tuple[int, Any]] = []
        self.imported: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []

    def status(self) -> tuple[int, Any]:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    def take(self, body: bytes, kind: str) -> tuple[int, Any]:
        message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
        (part,) = message.iter_parts()  # type: ignore[attr-defined]
        assert part.get_param("name", header="content-disposition") == "file"
        assert str(part.get_filename()).endswith(".ndjson")
        lines = [json.loads(line) for line in part.get_payload(decode=True).splitlines()]
        if self.answers:
            return self.answers.pop(0)
        self.imported = lines
        return 200, {"success": True, "successCount": len(lines), "successResults": []}


@pytest.fixture
def standin() -> Iterator[tuple[Standin, str]]:
    known = Standin()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.paths.append(self.path)
            self._say(*known.status())

        def do_POST(self) -> None:
            known.paths.append(self.path)
            known.headers.append({name.lower(): value for name, value in self.headers.items()})
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._say(*known.take(body, self.headers["Content-Type"]))

        def _say(self, status: int, said: Any) -> None:
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Not into the tests' output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield known, f"http://127.0.0.1:{server.server_address[1]}/kb"
    server.shutdown()
    thread.join()
    server.server_close()


class Waiting:
    """A clock that only the pauses move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def load(url: str, wait: float = 60) -> int:
    clock = Waiting()
    with httpx.Client(base_url=url, trust_env=False) as client:
        return Kibana(client, wait=wait, clock=clock, sleep=clock.sleep).load(OBJECTS)


def test_it_waits_until_kibana_is_up_and_replaces_what_is_there(standin: tuple[Standin, str]) -> None:
    known, url = standin
    known.statuses = [STARTING, (200, {"status": {"overall": {"level": "degraded"}}}), UP]
    known.answers = [(503, {}), (502, "no JSON object")]
    assert load(url) == 2
    assert known.imported == OBJECTS
    assert known.paths[-1] == "/kb/api/saved_objects/_import?overwrite=true"
    assert known.headers[-1]["kbn-xsrf"] == "true"


def test_what_kibana_does_not_take_is_named(standin: tuple[Standin, str]) -> None:
    known, url = standin
    error = {"type": "dashboard", "id": "b", "error": {"type": "missing_references"}}
    known.answers = [(200, {"success": False, "successCount": 1, "errors": [error]})]
    with pytest.raises(
        KibanaError, match=r"took 1 of 2 objects, 1 errors\n  dashboard b: .*missing_references"
    ):
        load(url)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, {}), "role importer"),
        ((403, {}), "role importer"),
        ((400, {"message": "file must be .ndjson"}), "file must be .ndjson"),
        ((200, {"success": True, "successCount": 1}), "took 1 of 2"),
    ],
)
def test_what_a_wait_does_not_mend_ends_at_once(
    standin: tuple[Standin, str], answer: tuple[int, Any], said: str
) -> None:
    known, url = standin
    known.answers = [answer]
    with pytest.raises(KibanaError, match=said):
        load(url)
    assert len(known.headers) == 1


def test_a_kibana_that_never_comes_is_given_up(standin: tuple[Standin, str]) -> None:
    known, url = standin
    known.statuses = [STARTING]
    with pytest.raises(KibanaError, match=r"is not up \(status 503\): start Kibana"):
        load(url)
    assert len(known.paths) > 10


def test_nobody_there() -> None:
    with pytest.raises(KibanaError, match="does not answer"):
        load("http://127.0.0.1:9", wait=4)


def test_the_command_imports_with_a_key_from_a_file(standin: tuple[Standin, str], tmp_path: Path) -> None:
    known, url = standin
    (tmp_path / "key").write_text("c2VjcmV0\n", encoding="ascii")
    settings = load_settings(
        {"SYRIAWIRE_HOME": str(tmp_path), "SYRIAWIRE_INDEX": "http://127.0.0.1:9200/desk"}
    )
    arguments = ["import", "--url", url, "--api-key-file", str(tmp_path / "key"), "--wait", "0"]
    done = CliRunner().invoke(kibana, arguments, obj=settings)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"imported": len(known.imported), "url": url}
    assert known.headers[-1]["authorization"] == "ApiKey c2VjcmV0"
    views = {each["attributes"]["title"] for each in known.imported if each["type"] == "index-pattern"}
    assert views == {"desk-newest", "desk-history", "desk-health"}
    file = tmp_path / "out.ndjson"
    done = CliRunner().invoke(kibana, ["import", "--output", str(file)], obj=settings)
    assert done.exit_code == 0
    assert [json.loads(line) for line in file.read_bytes().splitlines()] == known.imported


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--url, or --output"),
        (["--url", "http://k", "--user", "elastic"], "go together"),
        (["--url", "http://k", "--user", "e", "--password-file", "p", "--api-key-file", "k"], "--user"),
    ],
)
def test_wrong_calls(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        kibana, ["import", *arguments], obj=load_settings({"SYRIAWIRE_HOME": str(tmp_path)})
    )
    assert done.exit_code == 2
    assert said in done.output
