"""When a feed is due, and which feeds go together. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from ingest.catalogue import Feed
from store.health import SUCCESS
from store.identity import digest
from store.state import FeedState

_JITTER = 0.1
_LONGEST = timedelta(hours=6)
_RATE_LIMITED = timedelta(minutes=10)
_GONE = timedelta(days=1)
_DOUBLINGS = 6


def due(
    feeds: Iterable[Feed], states: Mapping[str, FeedState], now: datetime, slack: timedelta = timedelta()
) -> list[Feed]:
    """The feeds to poll now, the longest overdue first; `states` by feed id.

    A healthy feed may come up to `slack` early: a few seconds late for one run it would wait for the next.
    """
    waiting = [(_due_at(feed, states), feed) for feed in feeds]
    ready = [(at, feed) for at, feed in waiting if at is None or at <= now + _early(feed, states, slack)]
    return [feed for at, feed in sorted(ready, key=lambda each: (each[0] is not None, each[0] or now))]


def _early(feed: Feed, states: Mapping[str, FeedState], slack: timedelta) -> timedelta:
    """Never before its time for a publisher who has asked us to wait, or who has trouble."""
    state = states.get(feed.id)
    return slack if state is not None and state.health in SUCCESS else timedelta()


def batches(feeds: Iterable[Feed], limit: int = 16) -> list[list[str]]:
    """Feed ids in at most `limit` batches; all of one host are in one, so that one process paces them."""
    groups: dict[int, list[str]] = {}
    for feed in feeds:
        groups.setdefault(_number(feed.host) % limit, []).append(feed.id)
    return list(groups.values())


def next_due(
    feed: Feed, health: str, failures: int, now: datetime, retry_after: timedelta | None = None
) -> datetime:
    """When to poll again. `failures` counts those in a row with this one; each doubles the wait, up to 6 h.

    A tenth of the wait at most is added, always the same for one feed, so that feeds do not all come at once.
    """
    wait = feed.every
    if health not in SUCCESS:
        wait = max(min(feed.every * 2 ** min(failures, _DOUBLINGS), _LONGEST), feed.every)
    if health == "gone":
        wait = max(wait, _GONE)
    if health == "rate_limited":
        wait = max(wait, _RATE_LIMITED)
    wait *= 1 + _JITTER * (_number(feed.id) % 1000) / 1000
    return now + max(wait, retry_after or timedelta())


def _due_at(feed: Feed, states: Mapping[str, FeedState]) -> datetime | None:
    state = states.get(feed.id)
    return state.next_due if state else None


def _number(text: str) -> int:
    """The same in every process, unlike `hash`."""
    return int(digest((text,)), 16)
