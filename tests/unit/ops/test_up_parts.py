"""What `up` writes and tells its programs, without starting anything."""

import configparser
import os
import stat
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from ops import airflow_clean, airflow_home, programs
from ops.supervise import Program, config_text
from ops.up import StartError, claim_home
from ops.watch import last_lines
from store.settings import DEMO_FEEDS, Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"SYRIAWIRE_HOME": str(tmp_path / "100% var"), "SYRIAWIRE_AIRFLOW_PORT": "8181"})


def test_the_programs_see_exactly_the_settings_of_up(settings: Settings) -> None:
    outside = {"SYRIAWIRE_SETTINGS": "elsewhere.yml", "SYRIAWIRE_LOG": "kafka://other", "HOME": "/home/reem"}
    env = programs.environment(settings, outside)
    assert load_settings(env) == settings
    assert env["HOME"] == "/home/reem"


def test_a_home_is_the_demos_or_a_live_one_for_good(tmp_path: Path) -> None:
    home = tmp_path / "var"
    home.mkdir()
    environ = {"SYRIAWIRE_HOME": str(home)}
    settings = load_settings(environ)
    claim_home(settings, demo=False)
    claim_home(settings, demo=True)
    settings = load_settings(environ)
    claim_home(settings, demo=True)
    assert settings.feeds == DEMO_FEEDS
    assert str(home) not in (home / "syriawire.yml").read_text()
    assert stat.S_IMODE((home / "syriawire.yml").stat().st_mode) == 0o600
    claim_home(load_settings({**environ, "SYRIAWIRE_LOG": "kafka://broker:9092"}), demo=True)
    assert load_settings(environ).log == "kafka://broker:9092"
    assert load_settings({**environ, "SYRIAWIRE_FEEDS": "/mine"}).feeds == Path("/mine")
    with pytest.raises(StartError, match="made-up articles: set SYRIAWIRE_HOME"):
        claim_home(settings, demo=False)
    (home / "syriawire.yml").unlink()
    (home / "log.db").touch()
    with pytest.raises(StartError, match="not the demo's: set SYRIAWIRE_HOME"):
        claim_home(load_settings(environ), demo=True)


def test_somebody_elses_airflow_is_left_alone(settings: Settings) -> None:
    outside = {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql://production",
        "AIRFLOW_HOME": "/srv/airflow",
    }
    env = programs.environment(settings, outside)
    assert {name for name in env if name.startswith("AIRFLOW")} == {"AIRFLOW_HOME"}
    assert env["AIRFLOW_HOME"] == str(settings.home / "airflow")


def test_the_demo_has_its_own_wires_and_catalogue(settings: Settings) -> None:
    demo = programs.for_demo(settings)
    assert demo.feeds == DEMO_FEEDS
    assert demo.poll_every == 30
    live, made_up = programs.programs(settings, demo=False), programs.programs(demo, demo=True)
    assert [each.name for each in made_up] == ["wires", *(each.name for each in live)]


def test_all_programs_stop_together_and_are_always_restarted() -> None:
    table = [Program(name="web", command=("x",)), Program(name="late", command=("y",), starts_at_once=False)]
    text = config_text(table, "run/supervisor.sock")
    assert text["group:syriawire"]["programs"] == "web,late"
    assert [text[f"program:{name}"]["autostart"] for name in ("web", "late")] == ["true", "false"]
    assert {text[f"program:{name}"]["autorestart"] for name in ("web", "late")} == {"true"}
    assert float(text["program:web"]["stopwaitsecs"]) < 10


def test_every_airflow_option_exists_in_the_installed_airflow(settings: Settings) -> None:
    spec = find_spec("airflow")  # found, not imported: the import makes a home in the user's folder
    assert spec
    assert spec.origin
    template = Path(spec.origin).parent / "config_templates" / "config.yml"
    known = yaml.safe_load(template.read_text(encoding="utf-8"))
    for section, options in airflow_home.options(settings).items():
        assert set(options) <= set(known[section]["options"]), section


def test_airflow_listens_on_loopback_only_where_all_are_admins(settings: Settings) -> None:
    options = airflow_home.options(settings)
    assert options["api"]["host"] == "127.0.0.1"
    assert options["api"]["port"] == "8181"
    assert options["core"]["execution_api_server_url"] == "http://127.0.0.1:8181/execution/"


def test_the_secrets_are_made_once_and_for_the_owner_only(settings: Settings) -> None:
    path = airflow_home.write_config(settings)
    first = _read(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (
        len({first["core"]["fernet_key"], first["api"]["secret_key"], first["api_auth"]["jwt_secret"]}) == 3
    )
    airflow_home.write_config(settings)
    assert _read(path) == first
    path.write_text("no [config", encoding="utf-8")
    airflow_home.write_config(settings)
    assert _read(path)["core"]["fernet_key"] != first["core"]["fernet_key"]
    assert first["database"]["sql_alchemy_conn"].endswith("/100% var/airflow/airflow.db")


def test_a_failed_migration_leaves_the_database_as_it_was(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(airflow_home.MigrationError, match="failed with 3"):
        airflow_home.adopt(settings, 3, tmp_path / "log")
    assert airflow_home.needs_migration(settings)


def test_only_old_runs_lose_their_logs(tmp_path: Path) -> None:
    for name, age in (("old", datetime(2026, 1, 1, tzinfo=UTC)), ("new", datetime(2026, 1, 9, tzinfo=UTC))):
        folder = tmp_path / "dag_id=poll_feeds" / f"run_id={name}"
        folder.mkdir(parents=True)
        os.utime(folder, (age.timestamp(), age.timestamp()))
    found = list(airflow_clean.old_runs(tmp_path, datetime(2026, 1, 5, tzinfo=UTC)))
    assert [folder.name for folder in found] == ["run_id=old"]


def test_the_end_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    assert last_lines(log, 2) == []
    log.write_text("a\nb\nقريتين\n", encoding="utf-8")
    assert last_lines(log, 2) == ["b", "قريتين"]


def _read(path: Path) -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config.read(path, encoding="utf-8")
    return config
