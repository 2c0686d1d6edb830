"""docker-compose.yml without Docker: its secrets are made, its settings exist, it stays on loopback.

`make compose-test` runs it for real.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from ops import deployment_secrets
from store.settings import FILE_SUFFIX, PREFIX, ROOT, Settings

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
ENVIRONMENTS = [service.get("environment", {}) for service in SERVICES.values()]
LONG = sorted(name for name, service in SERVICES.items() if service["restart"] == "unless-stopped")


def test_make_secrets_makes_every_secret(tmp_path: Path) -> None:
    deployment_secrets.write(tmp_path, datetime.now(UTC))
    for name, secret in COMPOSE["secrets"].items():
        assert (tmp_path / Path(secret["file"]).name).is_file(), name
    given = {_name(each) for service in SERVICES.values() for each in service.get("secrets", ())}
    assert given == COMPOSE["secrets"].keys()


def _name(secret: str | dict[str, str]) -> str:
    return secret if isinstance(secret, str) else secret["source"]


def test_every_file_of_a_setting_is_mounted() -> None:
    for name, service in SERVICES.items():
        mounted = [f"/run/secrets/{_name(each)}" for each in service.get("secrets", ())]
        mounted += [each.split(":")[1] for each in service.get("volumes", ())]
        for setting, value in service.get("environment", {}).items():
            for path in re.findall(r"/(?:run/secrets|keys)/\w+", str(value)):
                assert path in mounted, f"{name}: {setting}: {path}"


def test_every_setting_exists() -> None:
    known = {PREFIX + field.upper() for field in Settings.__struct_fields__}
    known |= {name + FILE_SUFFIX for name in known}
    ours = {name for each in ENVIRONMENTS for name in each if name.startswith(PREFIX)}
    assert ours
    assert ours <= known


def test_every_variable_has_a_default_and_stands_in_env() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    used = set(re.findall(r"\$\{([A-Z_]+):-[^}]+\}", text))
    assert not re.findall(r"\$\{[A-Z_]+\}", text)
    named = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env").read_text(), re.MULTILINE))
    assert named == {*used, "COMPOSE_PROFILES"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_is_bounded_and_has_no_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["mem_limit"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == ("unless-stopped" if name in LONG else "no")
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_what_waits_for_another_waits_for_the_right_thing() -> None:
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            job = other not in LONG
            wanted = "service_completed_successfully" if job else "service_healthy"
            assert how["condition"] == wanted, f"{name} on {other}"


def test_what_runs_for_long_has_a_health_check() -> None:
    assert [name for name in LONG if "healthcheck" not in SERVICES[name]] == []


def test_no_image_floats() -> None:
    for name, service in SERVICES.items():
        assert re.fullmatch(r"syria-wire:local|[a-z/]+:\d[\w.]*", service["image"]), name
    lines = (ROOT / "docker" / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith(("ARG", "FROM"))] == [
        "ARG PYTHON=3.11",
        "FROM python:${PYTHON}-bookworm AS build",
        "ARG PYTHON",
        "FROM python:${PYTHON}-slim-bookworm",
    ]
