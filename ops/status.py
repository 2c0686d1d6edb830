"""Where everything stands: the log, each processor's lag, the index, dead letters, the health of the feeds."""

import msgspec

from ops.dead import letters
from ops.poll import FeedHealth, health_report
from store.connect import open_index, open_log
from store.log import ENRICHED, GROUPED, RAW, TOPICS
from store.query import Query
from store.records import Time
from store.settings import Settings

_WORKERS = (("enrich", RAW), ("group", ENRICHED), ("index", GROUPED))


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """`lag` counts the records that each processor has still to commit."""

    topics: dict[str, int]
    lag: dict[str, int]
    articles: int
    dead: int
    feeds: list[FeedHealth]


def status(settings: Settings, now: Time) -> Status:
    """Reads all ports. Raises `Unavailable` for the one that does not answer."""
    log, index = open_log(settings), open_index(settings)
    try:
        return Status(
            topics={topic: sum(log.ends(topic).values()) for topic in TOPICS},
            lag={name: log.lag(topic, name) for name, topic in _WORKERS},
            articles=index.search(Query(now=None, limit=1)).total,
            dead=len(letters(log)),
            feeds=health_report(settings, now),
        )
    finally:
        index.close()
        log.close()
