"""Whole runs of the DAGs in this process, on the embedded ports and a made-up publisher."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from ops.alert_runs import open_keeper
from ops.saved_desk import add
from store.adapters.elastic_snapshots import Snapshots
from store.connect import open_index, open_state
from store.saved import Channel, SavedSearch
from store.settings import load_settings
from store.state import FeedState
from tests.articles import article
from tests.contract.servers import elastic_prefix
from tests.dags.publisher import publisher

if TYPE_CHECKING:
    from airflow.sdk import DAG

# Airflow's own code warns of what it will change itself; what ours warns of, its own tests show.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings for an empty home and the made-up catalogue."""
    monkeypatch.setenv("SYRIAWIRE_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("SYRIAWIRE_FEEDS", str(tmp_path / "feeds"))
    (tmp_path / "var").mkdir()
    with publisher(tmp_path / "feeds", every="10m"):
        yield


def _run(dag: "DAG") -> tuple[str, dict[str, Any]]:
    """State of the run; task → what it returned (its state if that was nothing)."""
    run = dag.test()
    results = {
        task.task_id: task.xcom_pull(task_ids=task.task_id, map_indexes=task.map_index) or task.state
        for task in run.get_task_instances()
    }
    return str(run.state), results


def test_nothing_is_backed_up_of_the_embedded_index(pipeline: None, load_dag: "Callable[[str], DAG]") -> None:
    state, results = _run(load_dag("back_up_index"))
    assert (state, results) == ("success", {"take": "skipped", "prune": "skipped"})


@pytest.mark.servers
def test_the_index_on_elasticsearch_is_backed_up(
    pipeline: None, load_dag: "Callable[[str], DAG]", monkeypatch: pytest.MonkeyPatch
) -> None:
    with elastic_prefix() as url:
        # Inside the server's path.repo, whatever that is.
        monkeypatch.setenv("SYRIAWIRE_INDEX", url)
        monkeypatch.setenv("SYRIAWIRE_ELASTICSEARCH_SNAPSHOTS", urlsplit(url).path.strip("/"))
        monkeypatch.setenv("SYRIAWIRE_ELASTICSEARCH_SNAPSHOTS_KEPT", "1")
        settings = load_settings()
        with closing(open_index(settings)) as index:
            index.put([article("1")])
        before = Snapshots(settings).take(datetime(2026, 1, 1, tzinfo=UTC))
        state, results = _run(load_dag("back_up_index"))
        assert state == "success"
        assert results["take"]["state"] == "SUCCESS"
        assert results["prune"] == [before.name]
        assert [each.name for each in Snapshots(settings).all()] == [results["take"]["name"]]


def test_one_bad_feed_does_not_fail_its_sibling(pipeline: None, load_dag: "Callable[[str], DAG]") -> None:
    state, results = _run(load_dag("poll_feeds"))
    assert state == "success"
    assert results["due"] == [["wire/good", "wire/moved"]]
    assert {row["feed"]: (row["health"], row["new"]) for row in results["poll_batch"]} == {
        "wire/good": ("ok", 2),
        "wire/moved": ("html_instead", 0),
    }
    assert results["summary"]["health"] == {"ok": 1, "html_instead": 1}
    assert results["summary"]["new"] == 2


def test_a_batch_that_failed_fails_the_run(
    pipeline: None, load_dag: "Callable[[str], DAG]", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "full").touch()
    monkeypatch.setenv("SYRIAWIRE_ARCHIVE", str(tmp_path / "full" / "archive"))
    dag = load_dag("poll_feeds")
    dag.get_task("poll_batch").partial_kwargs["retries"] = 0
    state, results = _run(dag)
    assert (state, results["poll_batch"]) == ("failed", "failed")


def test_nothing_due_is_a_green_run(pipeline: None, load_dag: "Callable[[str], DAG]") -> None:
    dag = load_dag("poll_feeds")
    _run(dag)
    state, results = _run(dag)
    assert state == "success"
    assert results["poll_batch"] == "skipped"
    assert results["summary"]["feeds"] == 0


def test_the_report_counts_and_all_is_well_before_the_first_poll(
    pipeline: None, load_dag: "Callable[[str], DAG]"
) -> None:
    state, results = _run(load_dag("watch_feeds"))
    assert state == "success"
    assert results["report"] == {"new": 2}


def test_a_feed_that_was_not_polled_turns_the_task_red(
    pipeline: None, load_dag: "Callable[[str], DAG]", tmp_path: Path
) -> None:
    _forget_to_poll("wire/good", datetime.now(UTC) - timedelta(hours=2))
    state, results = _run(load_dag("watch_feeds"))
    assert state == "failed"
    assert results["overdue"] == "failed"


def _forget_to_poll(feed_id: str, due: datetime) -> None:
    state = open_state(load_settings())
    state.save_feeds([FeedState(feed_id=feed_id, health="ok", next_due=due, last_success=due)])
    state.close()


def test_an_alert_goes_out_and_a_bad_channel_is_seen(
    pipeline: None, load_dag: "Callable[[str], DAG]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYRIAWIRE_ALERTS_SECRET", "key")
    settings = load_settings()
    channels = (Channel(kind="webhook", target="http://127.0.0.1:9/"), Channel(kind="atom"))
    wanted = SavedSearch(id="", name="q", query="Qaryatain", created=datetime.now(UTC), channels=channels)
    with open_keeper(settings) as keeper:
        keeper.desk.index.put([article("1")])
        add(keeper.desk, wanted, backfill=True)
    state, results = _run(load_dag("run_alerts"))
    assert state == "failed"
    rows = {row["channel"].partition("-")[0]: row for row in results["send"]}
    assert rows["atom"]["sent"] == 1
    assert "127.0.0.1" in rows["webhook"]["detail"]
    state, results = _run(load_dag("run_alerts"))
    assert state == "success"
    assert results["summary"] == {"waiting": 1, "ok": 1, "sent": 0}
