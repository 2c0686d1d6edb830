"""What an index counts, made into answers: the same arithmetic whatever backend counted. Pure."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from store import geo
from store.bounds import FEWEST_TOGETHER, MOST_BUCKETS, PRECISIONS
from store.errors import BadQuestion
from store.query import Bounds, Bucket, Cell, Companion, Interval

MOST_POINTS = 10_000
"""So many distinct points of the matches are looked at, the most named first, to say where a cell's articles are."""
MOST_COMPANIONS = 500
_MOST_PLACES = 5
_LONGEST = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


def timeline(counts: Iterable[tuple[datetime, int]], interval: Interval) -> list[Bucket]:
    """Counts at moments in any order → buckets without a gap. Raises `BadQuestion` if there are too many."""
    found: dict[datetime, int] = {}
    for moment, count in counts:
        start = _start(moment.astimezone(UTC), interval)
        found[start] = found.get(start, 0) + count
    if not found:
        return []
    last = max(found)
    buckets: list[Bucket] = []
    next_: datetime | None = min(found)
    while next_ is not None and next_ <= last:
        if len(buckets) == MOST_BUCKETS:
            raise too_many(interval)
        buckets.append(Bucket(next_, found.get(next_, 0)))
        next_ = _next(next_, interval)
    return buckets


def too_many(interval: Interval) -> BadQuestion:
    """What to raise for a timeline that is too long."""
    return BadQuestion(
        f"timeline: more than {MOST_BUCKETS} {interval}s: take a longer interval or a shorter time"
    )


def _start(moment: datetime, interval: Interval) -> datetime:
    start = moment.replace(minute=0, second=0, microsecond=0)
    if interval != "hour":
        start = start.replace(hour=0)
    if interval == "week":
        start -= timedelta(days=min(start.weekday(), (start - datetime.min.replace(tzinfo=UTC)).days))
    if interval in ("month", "year"):
        start = start.replace(day=1)
    return start.replace(month=1) if interval == "year" else start


def _next(start: datetime, interval: Interval) -> datetime | None:
    """None where the calendar ends."""
    try:
        if interval == "year":
            return start.replace(year=start.year + 1)
        if interval == "month":
            return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
        return start + _LONGEST[interval]
    except (ValueError, OverflowError):
        return None


def check_precision(precision: int) -> None:
    """Raises `BadQuestion` for a zoom level that no index keeps."""
    if precision not in PRECISIONS:
        raise BadQuestion(f"cells: precision {precision}: write {PRECISIONS[0]} to {PRECISIONS[-1]}")


def cells(
    tiles: Mapping[str, int], points: Mapping[str, int], precision: int, bounds: Bounds | None, size: int
) -> list[Cell]:
    """Articles a tile (`zoom/x/y`) and articles a point (a key of `store.geo`) → the fullest tiles within `bounds`."""
    inside: dict[str, list[tuple[geo.Point, int]]] = {}
    for key, count in points.items():
        point = geo.point(key)
        inside.setdefault(geo.tile_name(point.quadkey, precision), []).append((point, count))
    shown = [
        name
        for name in tiles
        if name in inside and (bounds is None or any(_within(point, bounds) for point, _ in inside[name]))
    ]
    shown.sort(key=lambda name: (-tiles[name], name))
    return [_cell(name, tiles[name], inside[name]) for name in shown[:size]]


def _cell(name: str, count: int, points: list[tuple[geo.Point, int]]) -> Cell:
    points.sort(key=lambda each: (-each[1], each[0]))
    named = sum(times for _, times in points)
    places = dict.fromkeys(point.place for point, _ in points if point.place)
    return Cell(
        cell=name,
        lat=sum(point.lat * times for point, times in points) / named,
        lon=sum(point.lon * times for point, times in points) / named,
        count=count,
        places=tuple(places)[:_MOST_PLACES],
    )


def _within(point: geo.Point, bounds: Bounds) -> bool:
    if bounds.west <= bounds.east:
        across = bounds.west <= point.lon <= bounds.east
    else:
        across = point.lon >= bounds.west or point.lon <= bounds.east
    return across and bounds.south <= point.lat <= bounds.north


def company(
    counts: Mapping[str, int], total: int, background: Mapping[str, int], background_total: int, size: int
) -> list[Companion]:
    """The values that `counts` (of `total` matches) holds more often than chance, against all articles."""
    found = []
    for value, count in counts.items():
        all_ = max(background.get(value, 0), count)
        score = _surprise(count, total, all_, max(background_total, total))
        if count >= FEWEST_TOGETHER and score > 0:
            found.append(Companion(value, count, all_, score))
    found.sort(key=lambda each: (-each.score, each.value))
    return found[:size]


def _surprise(count: int, total: int, all_: int, background_total: int) -> float:
    """Dunning's log-likelihood ratio of the table matches × value; 0 if it is not more frequent than elsewhere."""
    if count * background_total <= all_ * total:
        return 0.0
    table = (
        (count, total, all_),
        (total - count, total, background_total - all_),
        (all_ - count, background_total - total, all_),
        (background_total - total - all_ + count, background_total - total, background_total - all_),
    )
    return 2 * sum(
        seen * math.log(seen * background_total / (row * column)) for seen, row, column in table if seen > 0
    )
