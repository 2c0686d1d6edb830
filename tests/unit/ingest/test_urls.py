"""Canonical addresses: tracking goes, and no two pages become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.urls import clean, clean_guid, is_front_page, link_key

PAGE = "https://levant-wire.example/story"


@pytest.mark.parametrize(
    "tail",
    [
        "?utm_source=rss&utm_medium=feed",
        "?UTM_Campaign=x",
        "?utm%5Fsource=rss",
        "?fbclid=abc",
        "?gclid=1",
        "?ref=rss",
        "?at_medium=RSS&at_campaign=rss",
        "?xtor=RSS-1",
        "?traffic_source=rss",
        "?partner=rss&emc=rss",
        "?source=rss",
        "?PHPSESSID=0123",
        ";jsessionid=ABC?utm_source=x",
        "#comments",
        "#respond",
        "#comment-12",
        "#xtor=RSS-3208",
        "#utm_source=a&utm_medium=b",
        "#:~:text=air%20strike",
        "#",
        "?",
    ],
)
def test_what_only_tracks_goes(tail: str) -> None:
    assert clean(PAGE + tail) == PAGE


@pytest.mark.parametrize(
    "url",
    [
        f"{PAGE}?sid=1",
        f"{PAGE}?p=123",
        f"{PAGE}?ref=1234",
        f"{PAGE}?source=reuters",
        f"{PAGE}?id=1&page=2",
        f"{PAGE}?b=2&a=1&b=",
        f"{PAGE}?q=%D8%AD%D9%84%D8%A8",
        f"{PAGE}#!/story/1",
        f"{PAGE}#/story/1",
        f"{PAGE}#post-12",
        "https://levant-wire.example/حلب",
        "https://[::1",
        "",
    ],
)
def test_what_may_name_a_page_stays(url: str) -> None:
    assert clean(url) == url


def test_only_the_tracking_part_of_a_query_goes() -> None:
    assert clean(f"{PAGE}?utm_source=x&p=123&fbclid=y#comments") == f"{PAGE}?p=123"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://levant-wire.example/story", PAGE),
        ("https://www.levant-wire.example/story", PAGE),
        ("HTTPS://Levant-Wire.example:443/story?utm_source=x", PAGE),
        ("http://levant-wire.example:80/story", PAGE),
        ("https://levant-wire.example", "https://levant-wire.example/"),
    ],
)
def test_addresses_of_one_page_have_one_key(one: str, other: str) -> None:
    assert link_key(one) == link_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{PAGE}?sid=1", f"{PAGE}?sid=2"),
        ("https://news.un.example/a", "https://press.un.example/a"),
        ("https://x.example/?p=1", "https://x.example/?p=2"),
        (f"{PAGE}#!/1", f"{PAGE}#!/2"),
        ("https://x.example/A", "https://x.example/a"),
        ("https://x.example:8080/a", "https://x.example/a"),
    ],
)
def test_two_pages_have_two_keys(one: str, other: str) -> None:
    assert link_key(one) != link_key(other)


@pytest.mark.parametrize(
    "url", ["", "ftp://x.example/a", "mailto:desk@x.example", "https://[::1", "tag:x,2015:1"]
)
def test_what_is_no_web_address_has_no_key(url: str) -> None:
    assert link_key(url) == ""
    assert is_front_page(url)


def test_a_front_page_names_no_story() -> None:
    assert is_front_page("https://www.levant-wire.example/?utm_source=rss#top")
    assert not is_front_page("https://levant-wire.example/?p=1")
    assert not is_front_page(PAGE)


def test_a_guid_is_touched_only_where_it_is_an_address() -> None:
    assert clean_guid(f"{PAGE}?utm_source=rss") == PAGE
    assert clean_guid("story?utm_source=rss") == "story?utm_source=rss"
    assert clean_guid(f"12 at {PAGE}?utm_source=rss") == f"12 at {PAGE}?utm_source=rss"


@given(st.text() | st.text("htps:/.?&=#;utm_sourcefbclid1", max_size=60).map(lambda tail: PAGE + tail))
def test_cleaning_twice_is_cleaning_once(url: str) -> None:
    assert clean(clean(url)) == clean(url)
    assert link_key(clean(url)) == link_key(url)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.integers(), max_size=5))
def test_no_parameter_that_may_name_a_page_is_lost(query: dict[str, int]) -> None:
    kept = "&".join(
        f"{name}={value}"
        for name, value in query.items()
        if name not in {"icid", "ocid", "ncid", "xtor", "maca", "smid", "igsh"}
    )
    assert clean(f"{PAGE}?{kept}&utm_source=x" if kept else f"{PAGE}?utm_source=x") == (
        f"{PAGE}?{kept}" if kept else PAGE
    )
