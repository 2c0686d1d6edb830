"""The timeline and the map as shapes of an SVG, in its own units. Pure but for the outlines, which are read once."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from store.query import Bucket, Cell, Interval

WIDTH, HEIGHT = 720, 48
MAP_WIDTH, MAP_HEIGHT = 320, 292
_WEST, _NORTH, _SCALE = 35.45, 37.42, 55.0
_FLATTENED = math.cos(math.radians(35))
_OUTLINES = Path(__file__).parent / "static" / "outlines.json"
_STEPS: Sequence[tuple[timedelta, Interval]] = (
    (timedelta(days=3), "hour"),
    (timedelta(days=100), "day"),
    (timedelta(days=900), "week"),
    (timedelta(days=4000), "month"),
)


class Bar(NamedTuple):
    """One bucket: where it stands, and the days it covers (`2015-10-05`, both included)."""

    x: float
    y: float
    width: float
    height: float
    first: str
    last: str
    title: str
    link: str


class Spot(NamedTuple):
    """One circle on the map."""

    x: float
    y: float
    radius: float
    title: str
    link: str


class Outline(NamedTuple):
    """A governorate: its id and the path around it."""

    id: str
    path: str


def interval(first: datetime, last: datetime) -> Interval:
    """The step that gives a timeline of a readable number of bars."""
    return next((step for length, step in _STEPS if last - first <= length), "year")


def bars(buckets: Sequence[Bucket], step: Interval, link: Callable[[str, str], str]) -> list[Bar]:
    """`link` makes the address that narrows the search down to a span of days."""
    most = max((bucket.count for bucket in buckets), default=0)
    if not most:
        return []
    width = WIDTH / len(buckets)
    found = []
    for at, bucket in enumerate(buckets):
        tall = HEIGHT * bucket.count / most if bucket.count else 0
        last = _end(buckets, at, step) - timedelta(seconds=1)
        first_day, last_day = f"{bucket.start:%Y-%m-%d}", f"{last:%Y-%m-%d}"
        found.append(
            Bar(
                round(at * width, 1), round(HEIGHT - max(tall, 2 * bool(bucket.count)), 1),
                round(max(width - 1, 1), 1), round(max(tall, 2 * bool(bucket.count)), 1),
                first_day, last_day, f"{_said(bucket.start, step)}: {bucket.count:,}", link(first_day, last_day),
            )
        )  # fmt: skip
    return found


def spots(cells: Sequence[Cell], name: Callable[[Cell], str], link: Callable[[Cell], str]) -> list[Spot]:
    """The cells that lie on our map, the largest first, so that small ones stay within reach of the pointer."""
    most = max((cell.count for cell in cells), default=1)
    found = []
    for cell in cells:
        x, y = place_on_map(cell.lat, cell.lon)
        if 0 <= x <= MAP_WIDTH and 0 <= y <= MAP_HEIGHT:
            radius = round(4 + 10 * math.sqrt(cell.count / most), 1)
            found.append(Spot(x, y, radius, f"{name(cell)}: {cell.count:,}", link(cell)))
    return found


def place_on_map(lat: float, lon: float) -> tuple[float, float]:
    """Degrees → units of the map, its corner in the north-west."""
    return round((lon - _WEST) * _SCALE * _FLATTENED + 3, 1), round((_NORTH - lat) * _SCALE + 3, 1)


@cache
def outlines() -> tuple[Outline, ...]:
    """The governorates of Syria."""
    shapes = msgspec.json.decode(_OUTLINES.read_bytes(), type=dict[str, list[tuple[float, float]]])
    return tuple(
        Outline(id_, "M" + "L".join("{:g},{:g}".format(*place_on_map(lat, lon)) for lon, lat in ring) + "Z")
        for id_, ring in shapes.items()
    )


def _end(buckets: Sequence[Bucket], at: int, step: Interval) -> datetime:
    if at + 1 < len(buckets):
        return buckets[at + 1].start
    start = buckets[at].start
    days = {"day": 1, "week": 7, "month": 32, "year": 367}.get(step)
    if days is None:
        return start + timedelta(hours=1)
    end = start + timedelta(days=days)
    return end.replace(day=1) if step == "month" else end.replace(month=1, day=1) if step == "year" else end


def _said(start: datetime, step: Interval) -> str:
    match step:
        case "hour":
            return f"{start.day} {start:%b %Y, %H:%M} UTC"
        case "month":
            return f"{start:%B %Y}"
        case "year":
            return f"{start:%Y}"
        case _:
            return f"{'week of ' if step == 'week' else ''}{start.day} {start:%b %Y}"
