"""Airflow's home below ours: its settings file, its database, the programs that run it.

Options and their names: `airflow config list` of Airflow 3.3. Why its components run one by one and not as
`airflow standalone`: docs/decisions/0003-airflow-under-a-supervisor.md.
"""

import base64
import configparser
import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from store.errors import SyriaWireError
from store.settings import ROOT, Settings

COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "airflow-api": ("api-server",),
    # The pages read the task logs from disk: the log server, with a port of its own, serves nobody here.
    "airflow-scheduler": ("scheduler", "--skip-serve-logs"),
    "airflow-dags": ("dag-processor",),
}
"""Our name of a component → its `airflow` subcommand. No triggerer: no task of ours defers."""

_HEADER = "# Written by `syriawire up` at each start; the secrets in it are made once and kept.\n\n"
_SECRETS = (("core", "fernet_key"), ("api", "secret_key"), ("api_auth", "jwt_secret"))


class MigrationError(SyriaWireError):
    """Airflow's database could not be made or brought up to date."""


def home(settings: Settings) -> Path:
    """`AIRFLOW_HOME`."""
    return settings.home / "airflow"


def base_url(settings: Settings) -> str:
    """Where Airflow's pages and API answer: loopback only, since everybody who reaches them is an admin."""
    return f"http://127.0.0.1:{settings.airflow_port}"


def command(*arguments: str) -> tuple[str, ...]:
    """The `airflow` command of this very Python, whatever PATH says."""
    return (sys.executable, "-m", "airflow", *arguments)


def environment(settings: Settings) -> dict[str, str]:
    """What Airflow's processes need in their environment, beside what all of ours need."""
    return {"AIRFLOW_HOME": str(home(settings)), "PYTHONPATH": str(ROOT)}


def options(settings: Settings) -> dict[str, dict[str, str]]:
    """Section → option → value, without the secrets. Pure."""
    airflow = home(settings)
    return {
        "core": {
            "dags_folder": str(ROOT / "dags"),
            "executor": "LocalExecutor",
            "parallelism": "4",  # LocalExecutor forks as many workers at once
            "load_examples": "False",
            "dags_are_paused_at_creation": "False",
            "simple_auth_manager_all_admins": "True",
            "execution_api_server_url": f"{base_url(settings)}/execution/",
            "killed_task_cleanup_time": "5",
        },
        # Airflow itself switches the write-ahead log on.
        "database": {"sql_alchemy_conn": f"sqlite:///{_database(settings)}"},
        "logging": {
            "base_log_folder": str(airflow / "logs"),
            "dag_processor_log_target": "stdout",
            "colored_console_log": "False",
        },
        "api": {
            "base_url": base_url(settings),
            "host": "127.0.0.1",
            "port": str(settings.airflow_port),
            "worker_timeout": "5",  # so long a stop waits for open connections
            "instance_name": "Syria Wire",
        },
        "scheduler": {
            # A killed scheduler leaves "running" tasks behind: taken over within a minute, not after five.
            "orphaned_tasks_check_interval": "30",
            "task_instance_heartbeat_timeout": "60",
        },
        # The DAGs depend on files and settings that do not change while all runs: parse them seldom.
        "dag_processor": {
            "refresh_interval": "60",
            "min_file_process_interval": "300",
            "parsing_processes": "1",
        },
    }


def write_config(settings: Settings) -> Path:
    """Writes `airflow.cfg`, mode 0600, keeping the secrets of the one before; returns its path."""
    path = home(settings) / "airflow.cfg"
    path.parent.mkdir(parents=True, exist_ok=True)
    config = configparser.RawConfigParser()
    config.read_dict(options(settings))
    kept = _kept_secrets(path)
    for section, option in _SECRETS:
        if not config.has_section(section):
            config.add_section(section)
        config.set(section, option, kept.get(option) or _secret(option))
    for section in config.sections():
        for option, value in config.items(section):
            config.set(section, option, value.replace("%", "%%"))  # Airflow interpolates
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(_HEADER)
        config.write(file)
    new.replace(path)
    return path


def needs_migration(settings: Settings) -> bool:
    """Whether `migrate` has something to do: no database yet, or one of another Airflow."""
    stamp = _stamp(settings)
    return not (
        _database(settings).exists()
        and stamp.exists()
        and stamp.read_text(encoding="utf-8") == version("apache-airflow-core")
    )


def migrate(settings: Settings, env: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """Starts `airflow db migrate` on a copy of the database; `adopt` takes the copy over.

    SQLite cannot roll a migration back, and the next start must not find one that was killed half-way.
    """
    old, new = _database(settings), _aside(settings)
    for leftover in new.parent.glob(new.name + "*"):
        leftover.unlink()
    if old.exists():
        with closing(sqlite3.connect(old)) as source, closing(sqlite3.connect(new)) as target:
            source.backup(target)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603  (our own Python, fixed arguments)
            command("db", "migrate"),
            env={**env, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{new}"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def adopt(settings: Settings, code: int, log: Path) -> None:
    """Makes the migrated copy the database. Raises `MigrationError` if `code`, of the migration, is not 0."""
    if code != 0:
        raise MigrationError(f"airflow db migrate: failed with {code}: see {log}")
    old, new = _database(settings), _aside(settings)
    with closing(sqlite3.connect(new)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for suffix in ("-wal", "-shm"):
        old.with_name(old.name + suffix).unlink(missing_ok=True)
    new.replace(old)
    _stamp(settings).write_text(version("apache-airflow-core"), encoding="utf-8")


def _database(settings: Settings) -> Path:
    return home(settings) / "airflow.db"


def _aside(settings: Settings) -> Path:
    return home(settings) / "airflow-new.db"


def _stamp(settings: Settings) -> Path:
    return home(settings) / "migrated-to"


def _kept_secrets(path: Path) -> dict[str, str]:
    """The secrets of an earlier `airflow.cfg`; none if there is no such file or it is broken."""
    config = configparser.RawConfigParser()
    try:
        config.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return {}
    return {option: config.get(section, option, fallback="") for section, option in _SECRETS}


def _secret(option: str) -> str:
    """Fernet wants 32 bytes just so; the others, keys of an HMAC with SHA-512, should have 64."""
    length = 32 if option == "fernet_key" else 64
    return base64.urlsafe_b64encode(secrets.token_bytes(length)).decode()
