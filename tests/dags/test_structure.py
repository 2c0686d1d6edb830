"""The DAGs parse quickly and without error, and look as their pages say."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from ops.poll import FeedHealth
from tests.dags.conftest import ROOT

if TYPE_CHECKING:
    from airflow.sdk import DAG


@pytest.mark.parametrize(
    ("name", "tasks"),
    [
        ("poll_feeds", {"due": set(), "poll_batch": {"due"}, "summary": {"poll_batch"}}),
        ("watch_feeds", {"report": set(), "record": set(), "overdue": {"report"}}),
        ("back_up_index", {"take": set(), "prune": {"take"}}),
        ("run_alerts", {"searches": set(), "send": {"searches"}, "summary": {"send"}}),
    ],
)
def test_tasks_and_their_order(
    load_dag: "Callable[[str], DAG]", name: str, tasks: dict[str, set[str]]
) -> None:
    dag = load_dag(name)
    assert {task.task_id: task.upstream_task_ids for task in dag.tasks} == tasks
    assert dag.catchup is False
    assert name in (dag.doc_md or "")


def test_polling_follows_the_setting_and_one_slow_run_does_not_stop_it(
    load_dag: "Callable[[str], DAG]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYRIAWIRE_POLL_EVERY", "45")
    dag = load_dag("poll_feeds")
    assert dag.schedule == timedelta(seconds=45)
    assert dag.max_active_runs == 2
    assert dag.dagrun_timeout is not None


def test_a_dag_file_imports_nothing_heavy() -> None:
    """The dag-processor parses it again and again: what polls and what stores is imported inside the tasks."""
    program = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'dags')!r}]\n"
        "import airflow.sdk; before = set(sys.modules)\n"
        "import back_up_index, poll_feeds, run_alerts, watch_feeds\n"
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert loaded.isdisjoint(
        {"ops", "ingest", "processors", "search", "httpx", "feedparser", "tantivy", "elasticsearch"}
    )


NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"last_success": NOW - timedelta(hours=23)}, ""),
        ({"last_success": NOW - timedelta(hours=25)}, "nothing since"),
        ({"last_success": NOW - timedelta(hours=1), "overdue": True}, "was due at"),
        ({"last_success": NOW, "health": "stale", "detail": "newest item of 2026-10-07"}, "2026-10-07"),
        ({"last_success": NOW, "health": "moved", "detail": "read elsewhere"}, ""),
        ({"last_success": NOW - timedelta(hours=9), "health": "gone", "failures": 2}, ""),
        (
            {"last_success": NOW - timedelta(hours=9), "health": "gone", "failures": 3},
            "closed by its publisher",
        ),
        ({"last_success": None, "failures": 2}, ""),
        ({"last_success": None, "failures": 3}, "never gave anything"),
    ],
)
def test_when_a_person_should_look(
    load_dag: "Callable[[str], DAG]", known: dict[str, object], said: str
) -> None:
    feed = msgspec.convert(
        {"feed_id": "f", "publisher": "p", "url": "u", "health": "timeout", "remedy": "wait", **known},
        FeedHealth,
    )
    load_dag("watch_feeds")  # Airflow's import warns; now it is done
    from dags.watch_feeds import complaint  # noqa: PLC0415

    line = complaint(feed, timedelta(minutes=10), NOW)
    assert said in line
    assert bool(line) == bool(said)
