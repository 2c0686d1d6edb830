"""How often a feed brings something, and when its silence is too long. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from ingest.catalogue import Feed

_KEPT = 32
_FEWEST = 5
_OLDEST = timedelta(days=365)
_GAPS = 10
"""A silence of so many mean gaps is too long: by chance alone it comes once in twenty thousand."""
_LEAST_SILENCE = timedelta(days=2)
"""No shorter one is called stale: wires rest at night and at the end of the week."""


def arrived(
    known: Sequence[int], published: Iterable[datetime | None], since: datetime | None, now: datetime
) -> tuple[int, ...]:
    """When the newest items came, at most 32, seconds since 1970, ascending.

    `published`: the dates of the items that are new. What was published after the last poll, at `since`, came then;
    of another item we know only that it came by now. At a first poll (None) the dates of the last year count.
    """
    return tuple(sorted((*known, *_times(published, since, now)))[-_KEPT:])


def _times(published: Iterable[datetime | None], since: datetime | None, now: datetime) -> Iterable[int]:
    for moment in published:
        if moment is not None and (since or now - _OLDEST) < moment <= now:
            yield int(moment.timestamp())
        elif since is not None:
            yield int(now.timestamp())


def mean_gap(arrivals: Sequence[int], now: datetime | None = None) -> timedelta | None:
    """Between two items; with `now`, the silence since the last one counts too. None: too few are known."""
    if len(arrivals) < _FEWEST or arrivals[0] == arrivals[-1]:
        return None
    if now is None:
        return timedelta(seconds=(arrivals[-1] - arrivals[0]) / (len(arrivals) - 1))
    return timedelta(seconds=max(now.timestamp() - arrivals[0], 1) / len(arrivals))


def covers_a_day(arrivals: Sequence[int], now: datetime) -> bool:
    """Whether we know enough to call the feed slow: one that sleeps at night is not."""
    return bool(arrivals) and now.timestamp() - arrivals[0] >= timedelta(days=1).total_seconds()


def too_quiet(
    feed: Feed, arrivals: Sequence[int], newest_item: datetime | None, now: datetime
) -> tuple[datetime, timedelta] | None:
    """(newest item, how long the feed may be silent) of a feed that is silent for longer, else None.

    The catalogue's `max_age` is about the newest item's date. Without it ten times the usual gap, or that of the
    catalogue's `items_a_day`, is allowed, two days at least; a feed of which neither is known is never too quiet.
    """
    came = datetime.fromtimestamp(arrivals[-1], UTC) if arrivals else None
    if feed.max_age is not None:
        newest, allowed = newest_item or came, feed.max_age
    else:
        gap = mean_gap(arrivals) or (timedelta(days=1) / feed.items_a_day if feed.items_a_day else None)
        newest = max(filter(None, (newest_item, came)), default=None)
        if gap is None:
            return None
        allowed = max(_LEAST_SILENCE, _GAPS * gap)
    return (newest, allowed) if newest is not None and now - newest > allowed else None
