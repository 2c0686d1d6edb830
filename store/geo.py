"""Points on the map as an index keeps them: keys that sort by place, and the tiles of the web map around them.

A key is `quadkey/lat,lon/place id`. The quadkey names the smallest tile with the point, one digit a zoom level, so keys
that begin alike lie together. Which points are near is decided on the keys themselves, exactly, and an article is then
found by its keys: no article matches because one of its points has the latitude and another the longitude.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

from store.query import Near
from store.records import Article

EARTH_KM = 6371.0088
_ZOOM = 20
_HIGHEST_LATITUDE = 85.05112877980659  # the web map ends here; what lies beyond belongs to its edge
_MOST_TILES = 16


class Point(NamedTuple):
    """What a key says."""

    quadkey: str
    lat: float
    lon: float
    place: str


def keys(article: Article) -> list[str]:
    """The keys of an article's points, each once."""
    return sorted({key(point.lat, point.lon, point.place_id) for point in article.geo})


def key(lat: float, lon: float, place: str) -> str:
    """Degrees are kept to six places, 10 cm."""
    x, y = tile(lat, lon, _ZOOM)
    return f"{_quadkey(x, y, _ZOOM)}/{lat:.6f},{lon:.6f}/{place}"


def point(key_: str) -> Point:
    """The way back."""
    quadkey, where, place = key_.split("/", 2)
    lat, lon = where.split(",")
    return Point(quadkey, float(lat), float(lon), place)


def tile(lat: float, lon: float, zoom: int) -> tuple[int, int]:
    """The tile of the web map (spherical Mercator, y from the north) that holds the point."""
    count = 1 << zoom
    sine = math.sin(math.radians(max(-_HIGHEST_LATITUDE, min(_HIGHEST_LATITUDE, lat))))
    x = math.floor((lon + 180) / 360 * count)
    y = math.floor((0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * count)
    return min(max(x, 0), count - 1), min(max(y, 0), count - 1)


def tile_name(quadkey: str, zoom: int) -> str:
    """`zoom/x/y` of the tile of that zoom around a key's point."""
    x = y = 0
    for digit in quadkey[:zoom]:
        x, y = x << 1 | int(digit) & 1, y << 1 | int(digit) >> 1
    return f"{zoom}/{x}/{y}"


def prefix(name: str) -> str:
    """How the keys of all points in the tile `zoom/x/y` begin."""
    zoom, x, y = map(int, name.split("/"))
    return _quadkey(x, y, zoom)


def distance(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Kilometres along the great circle."""
    north, other_north = math.radians(lat), math.radians(other_lat)
    half = math.sin((other_north - north) / 2) ** 2
    half += math.cos(north) * math.cos(other_north) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def is_near(key_: str, near: Near) -> bool:
    """Whether a key's point lies within the circle."""
    found = point(key_)
    return distance(near.lat, near.lon, found.lat, found.lon) <= near.km


def around(near: Near) -> Iterator[str]:
    """Prefixes of keys: every point of the circle has one of them. A few, some wider than the circle."""
    angle = near.km / EARTH_KM
    south, north = near.lat - math.degrees(angle), near.lat + math.degrees(angle)
    reach = math.sin(angle) / max(math.cos(math.radians(near.lat)), 1e-9) if angle < math.pi / 2 else 2
    if south <= -90 or north >= 90 or reach >= 1:  # a pole lies within, and all meridians with it
        yield ""
        return
    width = math.degrees(math.asin(reach))
    west, east = near.lon - width, near.lon + width
    spans = [(max(west, -180), min(east, 180))]
    spans += [(west + 360, 180)] if west < -180 else []
    spans += [(-180, east - 360)] if east > 180 else []
    for low, high in spans:
        yield from _covered(south, low, north, high)


def _covered(south: float, west: float, north: float, east: float) -> Iterator[str]:
    for zoom in range(_ZOOM, -1, -1):
        left, top = tile(north, west, zoom)
        right, bottom = tile(south, east, zoom)
        if (right - left + 1) * (bottom - top + 1) <= _MOST_TILES:
            for x in range(left, right + 1):
                for y in range(top, bottom + 1):
                    yield _quadkey(x, y, zoom)
            return


def _quadkey(x: int, y: int, zoom: int) -> str:
    return "".join(str((x >> bit & 1) | (y >> bit & 1) << 1) for bit in range(zoom - 1, -1, -1))
