"""`python -m ops.airflow_clean`: keeps Airflow's history short, for as long as `up` runs.

`poll_feeds` makes some 2,000 runs a day, which Airflow keeps for ever, in its database and as a log file for
each task. Every six hours what is older than three days goes. No task could do this: Airflow 3 keeps its
database from tasks.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from ops import airflow_home
from ops.heartbeat import beat
from store.settings import load_settings

KEEP = timedelta(days=3)
EVERY = timedelta(hours=6)
_TABLES = ("dag_run", "task_instance", "task_instance_history", "xcom", "log", "job")
_FIRST_AFTER = timedelta(minutes=5)  # not while everything starts


def main() -> None:
    """Never returns."""
    log = structlog.get_logger()
    settings = load_settings()
    logs = airflow_home.home(settings) / "logs"
    beat(settings)
    time.sleep(_FIRST_AFTER.total_seconds())
    while True:
        before = datetime.now(UTC) - KEEP
        code = subprocess.run(clean_command(before), check=False).returncode  # noqa: S603  (our own Python)
        removed = 0
        for folder in list(old_runs(logs, before)):
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
        log.info("airflow_cleaned", before=before.isoformat(), exit_code=code, log_folders=removed)
        beat(settings)
        time.sleep(EVERY.total_seconds())


def clean_command(before: datetime) -> tuple[str, ...]:
    """`airflow db clean`, in small transactions, so that the scheduler can write in between."""
    what = ("--clean-before-timestamp", before.isoformat(), "--tables", ",".join(_TABLES))
    return airflow_home.command("db", "clean", *what, "--skip-archive", "--batch-size", "500", "--yes")


def old_runs(logs: Path, before: datetime) -> Iterator[Path]:
    """The log folders (`dag_id=…/run_id=…`) that nothing was written to since."""
    for folder in logs.glob("dag_id=*/run_id=*"):
        if folder.stat().st_mtime < before.timestamp():
            yield folder


if __name__ == "__main__":
    main()
