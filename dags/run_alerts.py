"""The DAG `run_alerts`: sends what saved searches have found."""

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task

from store.settings import load_settings

DOC = """
### run_alerts

Runs every `SYRIAWIRE_ALERTS_EVERY` seconds.

| task | does |
|---|---|
| `searches` | lists the saved searches in at most four batches |
| `send` | looks and sends, batch by batch; a row a channel in its return value |
| `summary` | **red when a channel failed**, and names it; the others were served all the same |

A channel that failed is tried again after a minute, then more rarely, at least every hour; nothing is lost meanwhile.
A message that its receiver refuses again and again is set aside with its reason, and `syriawire saved retry` sends it.
The run is red, too, when `send` itself failed: log, index or state are away.
Leases keep two runs apart: the later one finds the channel `busy`. See docs/alerts.md.
"""


@task
def searches() -> list[list[str]]:
    """Batches of ids."""
    from ops.alert_runs import search_batches

    return search_batches(load_settings())


@task(max_active_tis_per_dagrun=2)
def send(batch: list[str]) -> list[dict[str, Any]]:
    """One row a channel: search, channel, result, sent, detail."""
    import msgspec

    from ops.alert_runs import run_searches

    return [msgspec.to_builtins(row) for row in run_searches(load_settings(), batch)]


@task(trigger_rule="none_failed", retries=0)  # the last task decides whether the run is red
def summary(batches: list[list[dict[str, Any]]]) -> dict[str, int]:
    """How many channels ended how, and how many articles went out."""
    from collections import Counter

    from airflow.sdk.exceptions import AirflowFailException

    rows = [row for batch in batches or () for row in batch or ()]
    failed = [
        f"{row['search']} ({row['channel']}): {row['detail']}" for row in rows if row["result"] == "failed"
    ]
    if failed:
        raise AirflowFailException("; ".join(failed))
    return {**Counter(row["result"] for row in rows), "sent": sum(row["sent"] for row in rows)}


@dag(
    schedule=timedelta(seconds=load_settings().alerts_every),
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
def run_alerts() -> None:
    summary(send.expand(batch=searches()))


run_alerts()
