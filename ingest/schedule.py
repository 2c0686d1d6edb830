"""When a feed is due, whether it is asked with validators, and which feeds go together. Pure; decision 7 says why."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from ingest.catalogue import Feed
from ingest.rhythm import covers_a_day, mean_gap
from store.health import SUCCESS
from store.identity import digest
from store.state import FeedState, Hints

JITTER = 0.1
_LONGEST = timedelta(hours=6)
_RATE_LIMITED = timedelta(minutes=10)
_GONE = timedelta(days=1)
_RETIRED = timedelta(days=7)
_RETIRING_FAILURES = 3
_DOUBLINGS = 6
_HALVINGS = 4
_SOONER = 2
_LATER = 4
"""How far rhythm and hints may move a poll from the catalogue's `every`: to half of it, to four times."""
_WHOLE = timedelta(days=1)
_HOUR = timedelta(hours=1)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def due(
    feeds: Iterable[Feed],
    states: Mapping[str, FeedState],
    now: datetime,
    slack: timedelta = timedelta(),
    waits: Mapping[str, datetime] | None = None,
) -> list[Feed]:
    """The feeds to poll now, the longest overdue first; `states` by feed id, `waits` by host.

    A healthy feed may come up to `slack` early: a few seconds late for one run it would wait for the next. None
    comes before its host may be asked.
    """
    waiting = [(_due_at(feed, states), feed) for feed in feeds if not _must_wait(feed, waits or {}, now)]
    ready = [(at, feed) for at, feed in waiting if at is None or at <= now + _early(feed, states, slack)]
    return [feed for at, feed in sorted(ready, key=lambda each: (each[0] is not None, each[0] or now))]


def batches(feeds: Iterable[Feed], limit: int = 16) -> list[list[str]]:
    """Feed ids in at most `limit` batches; all of one host are in one, so that one process paces them."""
    groups: dict[int, list[str]] = {}
    for feed in feeds:
        groups.setdefault(_number(feed.host) % limit, []).append(feed.id)
    return list(groups.values())


def conditional(feed: Feed, state: FeedState, now: datetime) -> bool:
    """Whether this poll may bring a validator. Once a day none does: that shows a 304 or a cache that is stuck."""
    if state.distrust_until is not None and now < state.distrust_until:
        return False
    return state.last_whole is not None and now < state.last_whole + _WHOLE * (1 - JITTER * _share(feed))


def next_due(feed: Feed, state: FeedState, now: datetime, not_before: datetime | None = None) -> datetime:
    """When to poll again; `state` is that after this poll, `not_before` what the host has asked for.

    A tenth of the wait at most is added, always the same for one feed, so that feeds do not all come at once. A
    healthy feed comes within its bounds and that tenth: `soonest` or `every` if that is less, `latest` or `every` if
    that is more. Failures double the wait, up to 6 hours or `every`.
    """
    stretch = 1 + JITTER * _share(feed)
    if state.health in SUCCESS:
        latest = max(feed.latest, feed.every)
        at = _out_of_skipped(now + _wished(feed, state, now) * stretch, state.hints, now + latest)
    else:
        at = now + _backed_off(feed, state) * stretch
    return max(at, not_before or at)


def _wished(feed: Feed, state: FeedState, now: datetime) -> timedelta:
    every, hints = feed.every, state.hints
    wait = _by_rhythm(feed, state, now)
    asked = max(timedelta(seconds=hints.cache_seconds), timedelta(minutes=hints.ttl_minutes))
    wait = max(wait, min(asked, every * _LATER))
    wait /= 1 << min(state.overruns, _HALVINGS)
    return min(max(wait, min(feed.soonest, every)), max(feed.latest, every))


def _by_rhythm(feed: Feed, state: FeedState, now: datetime) -> timedelta:
    """Two polls for each item of the feed, as far from `every` as we know it well."""
    gap = mean_gap(state.arrivals, now)
    if gap is None:
        # Much software writes a period that nobody has chosen: it only stands in for what we do not know yet.
        return max(feed.every, min(timedelta(seconds=state.hints.period_seconds), feed.every * _LATER))
    longest = feed.every * _LATER if covers_a_day(state.arrivals, now) else feed.every
    return min(max(gap / 2, feed.every / _SOONER), longest)


def _backed_off(feed: Feed, state: FeedState) -> timedelta:
    wait = max(min(feed.every * (1 << min(state.failures, _DOUBLINGS)), _LONGEST), feed.every)
    if state.health == "gone":
        return max(wait, _RETIRED if state.failures >= _RETIRING_FAILURES else _GONE)
    return max(wait, _RATE_LIMITED) if state.health == "rate_limited" else wait


def _out_of_skipped(at: datetime, hints: Hints, latest: datetime) -> datetime:
    """The first moment from `at` on that the publisher has not excluded, but none later than `latest`."""
    wanted = at.astimezone(UTC)
    while wanted < latest and (wanted.hour in hints.skip_hours or _DAYS[wanted.weekday()] in hints.skip_days):
        wanted = wanted.replace(minute=0, second=0, microsecond=0) + _HOUR
    return max(at, min(wanted, latest))


def _early(feed: Feed, states: Mapping[str, FeedState], slack: timedelta) -> timedelta:
    """Never before its time for a publisher who has asked us to wait, or who has trouble."""
    state = states.get(feed.id)
    return slack if state is not None and state.health in SUCCESS else timedelta()


def _must_wait(feed: Feed, waits: Mapping[str, datetime], now: datetime) -> bool:
    return feed.host in waits and waits[feed.host] > now


def _due_at(feed: Feed, states: Mapping[str, FeedState]) -> datetime | None:
    state = states.get(feed.id)
    # Another address in the catalogue is a new feed: what the old one asked for does not bind it.
    return state.next_due if state is not None and state.url in {"", feed.url} else None


def _share(feed: Feed) -> float:
    """Between 0 and 1, always the same for one feed."""
    return _number(feed.id) % 1000 / 1000


def _number(text: str) -> int:
    """The same in every process, unlike `hash`."""
    return int(digest((text,)), 16)
