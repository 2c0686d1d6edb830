"""The DAG `back_up_index`: a snapshot of the index on Elasticsearch every day."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

DOC = """
### back_up_index

Every day at 02:17 UTC.

| task | does |
|---|---|
| `take` | a snapshot of what readers see, into `SYRIAWIRE_ELASTICSEARCH_SNAPSHOTS`; only what changed is copied |
| `prune` | removes all but the newest complete ones (`SYRIAWIRE_ELASTICSEARCH_SNAPSHOTS_KEPT`) |

Both are skipped where that setting is empty, and on the embedded index, which `syriawire replay index` builds anew.
**`take` is red: there is no backup of today.** Its log names the reason. docs/operations.md tells how to restore.
"""


@task(retries=2, retry_delay=timedelta(minutes=5))
def take() -> dict[str, str | float]:
    """Name, state and seconds of the snapshot."""
    from airflow.sdk.exceptions import AirflowSkipException

    from store.adapters.elastic_snapshots import Snapshots
    from store.settings import load_settings

    settings = load_settings()
    if not settings.elasticsearch_snapshots or not settings.index.startswith("http"):
        raise AirflowSkipException("no SYRIAWIRE_ELASTICSEARCH_SNAPSHOTS, or no Elasticsearch: nothing to do")
    made = Snapshots(settings).take(datetime.now(UTC))
    return {"name": made.name, "state": made.state, "seconds": made.seconds}


@task(retries=2, retry_delay=timedelta(minutes=5))
def prune() -> list[str]:
    """The names of the snapshots that were removed."""
    from store.adapters.elastic_snapshots import Snapshots
    from store.settings import load_settings

    settings = load_settings()
    return Snapshots(settings).prune(settings.elasticsearch_snapshots_kept)


@dag(
    schedule="17 2 * * *",
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=12),
    doc_md=DOC,
    tags=["syriawire"],
)
def back_up_index() -> None:
    take() >> prune()


back_up_index()
