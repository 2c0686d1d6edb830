"""Where everything stands: the log, each processor's lag, the index, dead letters, the health of the feeds."""

import msgspec

from ops.dead import letters
from ops.poll import FeedHealth, health_report
from store.connect import open_index, open_log, open_saved
from store.log import ENRICHED, GROUPED, RAW, TOPICS
from store.query import Query
from store.records import Time
from store.saved import Progress, SavedSearches, Tally
from store.settings import Settings

_WORKERS = (("enrich", RAW), ("group", ENRICHED), ("index", GROUPED))


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """`lag` counts the records that each processor has still to commit."""

    topics: dict[str, int]
    lag: dict[str, int]
    articles: int
    dead: int
    feeds: list[FeedHealth]
    saved: list["SavedHealth"]


class SavedHealth(msgspec.Struct, frozen=True, kw_only=True):
    """One channel of a saved search. `detail`: why it fails, empty if it works; `aside`: refused and set aside."""

    search: str
    channel: str
    last_run: Time | None
    sent: int
    aside: int
    detail: str


def status(settings: Settings, now: Time) -> Status:
    """Reads all ports. Raises `Unavailable` for the one that does not answer."""
    log, index, saved = open_log(settings), open_index(settings), open_saved(settings)
    try:
        return Status(
            topics={topic: sum(log.ends(topic).values()) for topic in TOPICS},
            lag={name: log.lag(topic, name) for name, topic in _WORKERS},
            articles=index.search(Query(now=None, limit=1)).total,
            dead=len(letters(log)),
            feeds=health_report(settings, now),
            saved=_saved(saved),
        )
    finally:
        saved.close()
        index.close()
        log.close()


def _saved(store: SavedSearches) -> list[SavedHealth]:
    rows = []
    for search in store.searches():
        progress, tallies = store.progress(search.id), store.tallies(search.id)
        for channel in search.channels:
            far = progress.get(channel.id, Progress(search=search.id, channel=channel.id))
            tally = tallies.get(channel.id, Tally())
            rows.append(
                SavedHealth(
                    search=search.name,
                    channel=channel.id,
                    last_run=far.ran,
                    sent=tally.articles,
                    aside=tally.aside,
                    detail=far.detail,
                )
            )
    return rows
