"""Keys of points: whatever circle is asked for, the prefixes miss no point of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import geo
from store.query import Near

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
KILOMETRES = st.floats(0.01, 20_000)


@given(LATITUDES, LONGITUDES, KILOMETRES, LATITUDES, LONGITUDES)
def test_no_point_of_a_circle_lies_outside_its_prefixes(
    lat: float, lon: float, km: float, other_lat: float, other_lon: float
) -> None:
    near = Near(lat, lon, km)
    key = geo.key(other_lat, other_lon, "place/x")
    if geo.is_near(key, near):
        assert any(key.startswith(prefix) for prefix in geo.around(near))


@given(
    st.floats(-89, 89), LONGITUDES, st.floats(0.1, 300), st.floats(-0.999, 0.999), st.floats(-0.999, 0.999)
)
def test_no_close_point_lies_outside_the_prefixes(
    lat: float, lon: float, km: float, up: float, across: float
) -> None:
    near = Near(lat, lon, km)
    other_lat = max(-90.0, min(90.0, lat + up * km / 111.2))
    other_lon = (lon + across * km / 111.2 + 180) % 360 - 180
    key = geo.key(other_lat, other_lon, "place/x")
    if geo.is_near(key, near):
        assert any(key.startswith(prefix) for prefix in geo.around(near))


@given(LATITUDES, LONGITUDES, KILOMETRES)
def test_a_circle_has_few_prefixes(lat: float, lon: float, km: float) -> None:
    assert len(list(geo.around(Near(lat, lon, km)))) <= 32


@given(LATITUDES, LONGITUDES, st.integers(0, 20))
def test_a_tile_is_the_beginning_of_the_keys_in_it(lat: float, lon: float, zoom: int) -> None:
    key = geo.key(lat, lon, "place/a/b,c")
    x, y = geo.tile(lat, lon, zoom)
    assert geo.tile_name(geo.point(key).quadkey, zoom) == f"{zoom}/{x}/{y}"
    found = geo.point(key)
    assert (found.lat, found.lon, found.place) == (
        pytest.approx(lat, abs=1e-6),
        pytest.approx(lon, abs=1e-6),
        "place/a/b,c",
    )


def test_distances_are_those_of_the_globe() -> None:
    damascus, aleppo = (33.5138, 36.2765), (36.2021, 37.1343)
    assert geo.distance(*damascus, *aleppo) == pytest.approx(308.9, abs=0.5)
    assert geo.distance(0, 179.5, 0, -179.5) == pytest.approx(111.195, abs=0.01)
    assert geo.distance(90, 0, -90, 77) == pytest.approx(20_015.1, abs=0.1)
