"""Writes down how feeds and stages are, for the dashboards: the DAG `watch_feeds` calls it."""

from contextlib import closing
from datetime import datetime

from ops.status import Status, status
from store.connect import open_observations
from store.health import SUCCESS
from store.observed import Observation
from store.settings import Settings


def observe(settings: Settings, now: datetime) -> int:
    """How many lines were written; 0 where the index is embedded. Raises `Unavailable`, `CatalogueError`."""
    kept = open_observations(settings)
    if kept is None:
        return 0
    with closing(kept):
        seen = observations(status(settings, now), now)
        kept.write(seen)
    return len(seen)


def observations(seen: Status, now: datetime) -> list[Observation]:
    """One line a feed, one a stage, one of the whole. Pure."""
    feeds = [
        Observation(
            at=now,
            kind="feed",
            feed_id=feed.feed_id,
            publisher=feed.publisher,
            health=feed.health,
            answers=feed.health in SUCCESS,
            overdue=feed.overdue,
            detail=feed.detail,
            failures=feed.failures,
            items_total=feed.items_total,
            last_poll=feed.last_poll,
            last_success=feed.last_success,
            newest_item=feed.newest_item,
        )
        for feed in seen.feeds
    ]
    stages = [Observation(at=now, kind="stage", stage=name, lag=lag) for name, lag in seen.lag.items()]
    whole = Observation(at=now, kind="pipeline", articles=seen.articles, dead_letters=seen.dead)
    return [*feeds, *stages, whole]
