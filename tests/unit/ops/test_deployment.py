"""What docker-compose.yml runs once: secrets, the claim of a home, topics; and its health checks."""

import json
import os
import ssl
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml
from cryptography.fernet import Fernet

from ops import deployment, deployment_secrets, healthy
from ops.work import work
from store.connect import open_log
from store.errors import SettingsError
from store.log import TOPICS, Entry
from store.settings import DEMO_FEEDS, load_settings

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_secrets_are_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = deployment_secrets.write(folder, NOW)
    before = {name: (folder / name).read_bytes() for name in made}
    assert deployment_secrets.write(folder, NOW) == []
    assert {name: (folder / name).read_bytes() for name in made} == before
    assert len(set(before.values())) == len(made)
    assert {file.name for file in folder.iterdir()} == {*made, deployment_secrets.FEEDS}


def test_only_the_owner_enters_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    deployment_secrets.write(folder, NOW)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in [folder, *folder.iterdir()]}
    assert modes.pop("secrets") == 0o700
    assert modes.pop(deployment_secrets.FEEDS) == 0o755
    assert modes.pop(deployment_secrets.CA_KEY) == 0o400
    assert set(modes.values()) == {0o444}


def test_a_secret_of_ones_own_goes_into_what_is_made_of_it(tmp_path: Path) -> None:
    (tmp_path / "postgres_syriawire").write_text("chosen\n")
    (tmp_path / "kibana_password").write_text("mine\n")
    made = deployment_secrets.write(tmp_path, NOW)
    assert "postgres_syriawire" not in made
    settings = load_settings({"SYRIAWIRE_STATE_FILE": str(tmp_path / "state_url")})
    assert settings.state == "postgresql://syriawire:chosen@postgres/syriawire"
    kibana = yaml.safe_load((tmp_path / "kibana.yml").read_text())
    assert kibana["elasticsearch.password"] == "mine"
    assert len(kibana["xpack.security.encryptionKey"]) >= 32


def test_airflow_takes_its_keys(tmp_path: Path) -> None:
    deployment_secrets.write(tmp_path, NOW)
    Fernet((tmp_path / "airflow_fernet_key").read_text().strip())
    passwords = json.loads((tmp_path / "airflow_passwords.json").read_text())
    assert not (tmp_path / "airflow_url").read_text().endswith("\n")
    assert passwords == {"admin": (tmp_path / "airflow_admin").read_text().strip()}


def test_the_certificate_is_one_for_its_server(tmp_path: Path) -> None:
    deployment_secrets.write(tmp_path, datetime.now(UTC))
    trusting = ssl.create_default_context(cafile=str(tmp_path / "elasticsearch_ca.crt"))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(tmp_path / "elasticsearch.crt", tmp_path / "elasticsearch.key")
    for host in deployment_secrets.HOSTS:
        _shake_hands(trusting, serving, host)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        _shake_hands(trusting, serving, "elsewhere")


def _shake_hands(trusting: ssl.SSLContext, serving: ssl.SSLContext, host: str) -> None:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        trusting.wrap_bio(to_client, to_server, server_hostname=host),
        serving.wrap_bio(to_server, to_client, server_side=True),
    ]
    while ends:
        for end in tuple(ends):
            try:
                end.do_handshake()
                ends.remove(end)
            except ssl.SSLWantReadError:
                continue


@pytest.mark.parametrize(("kind", "other"), [("demo", "live"), ("live", "demo")])
def test_a_home_is_claimed_for_good(tmp_path: Path, kind: str, other: str) -> None:
    home = tmp_path / "home"
    deployment.claim(home, kind)
    deployment.claim(home, kind)
    with pytest.raises(deployment.ClaimError, match=f"holds the articles of profile {kind}"):
        deployment.claim(home, other)
    settings = load_settings({"SYRIAWIRE_HOME": str(home)})
    assert settings.demo == (kind == "demo")
    assert (settings.feeds == DEMO_FEEDS) == settings.demo


def test_topics_are_made_and_counted(tmp_path: Path) -> None:
    settings = load_settings({"SYRIAWIRE_HOME": str(tmp_path)})
    with closing(open_log(settings)) as log:
        log.append(TOPICS[0], [Entry("a", b"{}")])
        assert deployment.topics(log) == {TOPICS[0]: 1, **dict.fromkeys(TOPICS[1:], 0)}


def test_jobs_are_called_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SYRIAWIRE_HOME", str(tmp_path))
    assert deployment.main(["claim", "live"]) == 0
    assert deployment.main(["topics"]) == 0
    assert deployment.main(["claim", "demo"]) == 1
    assert "profile live" in capsys.readouterr().err
    assert deployment.main(["claim", "both"]) == 2
    assert deployment_secrets.main([]) == 2
    assert deployment_secrets.main([str(tmp_path / "secrets")]) == 0
    assert deployment_secrets.main([str(tmp_path / "syriawire.yml" / "secrets")]) == 1
    assert "cannot be written" in capsys.readouterr().err


@contextmanager
def _server(body: bytes, status: int) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/health"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("body", "status", "part", "says"),
    [
        (b"ok", 200, "", ""),
        (b'{"scheduler": {"status": "healthy"}}', 200, "scheduler", ""),
        (b'{"scheduler": {"status": null}}', 200, "scheduler", "scheduler is None"),
        (b'{"scheduler": {"status": "unhealthy"}}', 200, "scheduler", "scheduler is unhealthy"),
        (b"{}", 200, "triggerer", "triggerer"),
        (b"[]", 200, "triggerer", "see its log"),
        (b"<html>", 200, "triggerer", "see its log"),
        (b"no", 503, "", "503"),
    ],
)
def test_a_health_check_says_why(body: bytes, status: int, part: str, says: str) -> None:
    with _server(body, status) as url:
        why = healthy.healthy(url, part)
    assert says in why
    assert bool(why) == bool(says)


@pytest.mark.parametrize(("age", "says"), [(5, ""), (25, "silent for 25 s"), (None, "No such file")])
def test_a_worker_is_healthy_while_its_heart_beats(tmp_path: Path, age: int | None, says: str) -> None:
    file = tmp_path / "heartbeat"
    if age is not None:
        file.touch()
        os.utime(file, (NOW.timestamp() - age, NOW.timestamp() - age))
    why = healthy.beating(str(file), 20, NOW.timestamp())
    assert says in why
    assert bool(why) == bool(says)


def test_the_health_check_of_a_worker_ends_with_its_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "heartbeat"
    settings = load_settings({"SYRIAWIRE_HOME": str(tmp_path), "SYRIAWIRE_HEARTBEAT": str(file)})
    work(settings, "index", threading.Event(), until_idle=True)
    assert healthy.main([str(file), "60"]) == 0
    assert healthy.main([str(file), "-1"]) == 1
    assert "see its log" in capsys.readouterr().err


def test_a_heartbeat_that_cannot_be_written_stops_the_worker(tmp_path: Path) -> None:
    settings = load_settings(
        {"SYRIAWIRE_HOME": str(tmp_path), "SYRIAWIRE_HEARTBEAT": str(tmp_path / "none" / "heartbeat")}
    )
    with pytest.raises(SettingsError, match=r"SYRIAWIRE_HEARTBEAT: .*none/heartbeat: cannot be written"):
        work(settings, "index", threading.Event(), until_idle=True)


def test_nobody_there_is_not_healthy(capsys: pytest.CaptureFixture[str]) -> None:
    assert healthy.main(["http://127.0.0.1:1/"]) == 1
    assert "127.0.0.1:1" in capsys.readouterr().err
