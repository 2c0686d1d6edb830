"""The DAG `poll_feeds`: finds the feeds that are due and polls them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, get_current_context, task

from store.settings import load_settings

DOC = """
### poll_feeds

Runs every `SYRIAWIRE_POLL_EVERY` seconds and polls the feeds that are **due**; each feed has its own rhythm.

| task | does |
|---|---|
| `due` | asks the schedule which feeds are due: at most 16 batches, hashed by host |
| `poll_batch` | polls one batch: fetch, parse, decide, append; a row a feed in its log and its return value |
| `summary` | counts the feeds by health, and the articles |

* Nothing due: `poll_batch` is skipped, the run is green and over within seconds.
* A feed that goes wrong does **not** fail its batch: its health says so, here and in `watch_feeds`.
* `poll_batch` turns red (after two retries), and the run with it, when *our* world is broken: log, state or disk.
  Nothing is lost then: what was not stored is due again.
* Two runs may overlap. Leases keep them apart, so a slow run does not stop the next one.
"""


@task
def due() -> list[list[str]]:
    """Batches of feed ids."""
    from ops.poll import due_batches

    return due_batches(load_settings(), datetime.now(UTC))


@task(map_index_template="{{ feeds }}", max_active_tis_per_dagrun=4)
def poll_batch(batch: list[str]) -> list[dict[str, Any]]:
    """One row a feed: feed, health, detail, new, changed, unchanged."""
    from ops.poll import poll
    from store.errors import SyriaWireError, Unavailable

    get_current_context()["feeds"] = ", ".join(batch)
    try:
        results = poll(load_settings(), batch)
    except Unavailable:
        raise  # the world is in the way: Airflow tries again
    except SyriaWireError as error:
        from airflow.sdk.exceptions import AirflowFailException

        raise AirflowFailException(str(error)) from error  # the same again would fail the same
    return [
        {
            "feed": result.feed_id,
            "health": result.health,
            "detail": result.detail,
            "new": result.new,
            "changed": result.changed,
            "unchanged": result.unchanged,
        }
        for result in results
    ]


@task(trigger_rule="none_failed", retries=0)  # the last task decides whether the run is red
def summary(batches: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """Feeds by health, and the sums of the articles."""
    from collections import Counter

    import structlog

    rows = [row for batch in batches or () for row in batch or ()]
    counts = {
        "feeds": len(rows),
        "health": dict(Counter(row["health"] for row in rows)),
        **{name: sum(row[name] for row in rows) for name in ("new", "changed", "unchanged")},
    }
    structlog.get_logger("syriawire").info("polled", **counts)
    return counts


@dag(
    schedule=timedelta(seconds=load_settings().poll_every),
    catchup=False,
    max_active_runs=2,
    dagrun_timeout=timedelta(minutes=15),
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=10),
        "execution_timeout": timedelta(minutes=10),
    },
    doc_md=DOC,
    tags=["syriawire"],
)
def poll_feeds() -> None:
    summary(poll_batch.expand(batch=due()))


poll_feeds()
