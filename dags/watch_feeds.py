"""The DAG `watch_feeds`: a feed that goes wrong is seen."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from airflow.sdk import dag, task

if TYPE_CHECKING:
    from ops.poll import FeedHealth

DOC = """
### watch_feeds

Every 15 minutes.

| task | does |
|---|---|
| `report` | logs a line for each feed (health, last success, what to do); returns the count of each health |
| `record` | writes feed health and each stage's lag for Kibana's dashboards; nothing with an embedded index |
| `overdue` | **fails when a person should look**, and names the feeds: put your alert on this task |

`overdue` is red when a feed

* should have been polled and was not (`poll_feeds` does not run: look at the scheduler), or
* has given nothing for a day, or for three times its rhythm if that is longer, or
* has failed three times and never given anything (a wrong address in the catalogue), or
* is `gone` (its publisher has closed it, 410, three times), or
* is `stale`: it answers, but has brought nothing new for far longer than usual (dead, or a frozen cache).

One timeout or one 503 is none of these: such a feed is polled again, more rarely, and its health is in `report`.
The task stays red every 15 minutes until the feed is back, mended, or out of the catalogue.
"""

QUIET_DAY = timedelta(days=1)
FAILURES_OF_A_WRONG_ADDRESS = 3
FAILURES_OF_A_CLOSED_FEED = 3


@task(retries=2, retry_delay=timedelta(seconds=10))
def report() -> dict[str, int]:
    """Health → how many feeds."""
    from collections import Counter

    import structlog

    from ops.poll import health_report
    from store.settings import load_settings

    feeds = health_report(load_settings(), datetime.now(UTC))
    log = structlog.get_logger("syriawire")
    for feed in feeds:
        since = feed.last_success.isoformat() if feed.last_success else "never"
        log.info(
            "feed",
            feed=feed.feed_id,
            health=feed.health,
            last_success=since,
            items=feed.items_total,
            detail=feed.detail,
            remedy=feed.remedy,
        )
    return dict(Counter(feed.health for feed in feeds))


@task(retries=2, retry_delay=timedelta(seconds=10))
def record() -> int:
    """How many lines were written for the dashboards."""
    from ops.observe import observe
    from store.settings import load_settings

    return observe(load_settings(), datetime.now(UTC))


@task(retries=0)
def overdue() -> list[str]:
    """Fails with one line for each feed that a person should look at."""
    from airflow.sdk.exceptions import AirflowFailException

    from ops.poll import health_report, list_feeds
    from store.settings import load_settings

    settings, now = load_settings(), datetime.now(UTC)
    rhythm = {feed.feed_id: timedelta(seconds=feed.every_seconds) for feed in list_feeds(settings)}
    lines = [
        line for feed in health_report(settings, now) if (line := complaint(feed, rhythm[feed.feed_id], now))
    ]
    if lines:
        raise AirflowFailException(f"{len(lines)} feeds need a look:\n" + "\n".join(lines))
    return lines


@dag(
    schedule=timedelta(minutes=15),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=10),
    default_args={"execution_timeout": timedelta(minutes=5)},
    doc_md=DOC,
    tags=["syriawire"],
)
def watch_feeds() -> None:
    report() >> overdue()
    record()


def complaint(feed: "FeedHealth", rhythm: timedelta, now: datetime) -> str:
    """Why a person should look at this feed, in one line; empty if nobody needs to. Pure."""
    if feed.overdue:
        return f"{feed.feed_id}: was due at {feed.next_due} and not polled: look at the DAG poll_feeds"
    why = ""
    if feed.last_success is None:
        if feed.failures >= FAILURES_OF_A_WRONG_ADDRESS:
            why = f"never gave anything, {feed.failures} failures: {feed.health}"
    elif feed.health == "stale":
        why = f"stale: {feed.detail}"
    elif feed.health == "gone" and feed.failures >= FAILURES_OF_A_CLOSED_FEED:
        why = f"closed by its publisher, nothing since {feed.last_success}"
    elif now - feed.last_success > max(QUIET_DAY, 3 * rhythm):
        why = f"nothing since {feed.last_success}: {feed.health}"
    return f"{feed.feed_id}: {why}: {feed.remedy}" if why else ""


watch_feeds()
