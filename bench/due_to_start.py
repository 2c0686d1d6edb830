"""`python -m bench.due_to_start`: of a running demo, how long after a feed is due its poll starts. Asserts nothing.

A feed is due at some moment between two runs of `poll_feeds`; a healthy one may come half an interval early. So the
worst wait is half an interval and what Airflow needs from the planned time of a run to the start of its batches.
"""

import statistics
import sys
from datetime import datetime
from typing import Any

import httpx

from ops.airflow_home import base_url
from ops.programs import DEMO_POLL_EVERY
from store.settings import load_settings


def main() -> None:
    """Asks Airflow for the runs that it has had, and prints a table."""
    with httpx.Client(
        base_url=f"{base_url(load_settings())}/api/v2/", trust_env=False, timeout=30
    ) as airflow:
        runs = _get(airflow, "dags/poll_feeds/dagRuns?limit=100&order_by=-run_after")["dag_runs"]
        delays = sorted(
            _seconds(run["run_after"], task["start_date"])
            for run in runs
            if run["run_type"] == "scheduled"
            for task in _get(airflow, f"dags/poll_feeds/dagRuns/{run['dag_run_id']}/taskInstances")[
                "task_instances"
            ]
            if task["task_id"] == "poll_batch" and task["start_date"]
        )
    if len(delays) < 2:
        sys.exit("bench: fewer than two batches so far: start `make demo` and wait a few minutes")
    p95 = statistics.quantiles(delays, n=20, method="inclusive")[-1]
    for name, seconds in (("median", statistics.median(delays)), ("p95", p95), ("worst", delays[-1])):
        wait = DEMO_POLL_EVERY / 2 + seconds
        sys.stdout.write(f"{name:8} run → batch {seconds:6.1f} s   due → start at most {wait:6.1f} s\n")
    sys.stdout.write(f"{len(delays)} batches, a run every {DEMO_POLL_EVERY:.0f} s\n")


def _get(airflow: httpx.Client, path: str) -> dict[str, Any]:
    answer: dict[str, Any] = airflow.get(path).raise_for_status().json()
    return answer


def _seconds(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


if __name__ == "__main__":
    main()
