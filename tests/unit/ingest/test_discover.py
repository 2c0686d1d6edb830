"""Which feeds a web page names."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.discover import feed_links, usual_addresses

SITE = "https://levant-wire.example"


def test_links_to_feeds_in_the_order_of_the_page() -> None:
    page = b"""<html><head><LINK REL="alternate" TYPE="application/rss+xml; charset=utf-8" HREF="/feed/">
      <link rel="alternate" type="application/rss+xml" href="/comments/feed/">
      <link rel="alternate" hreflang="ar" href="/ar/">
      <link rel="stylesheet" type="text/css" href="/a.css">
      <link rel="alternate home" type="application/atom+xml" href="http://www.levant-wire.example/feed/">
      <link rel="alternate" type="application/feed+json" href="feed.json">
      <link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">
      <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)"></head>"""
    assert feed_links(page, f"{SITE}/news/") == [f"{SITE}/feed/", f"{SITE}/news/feed.json"]


def test_a_base_of_the_page_counts() -> None:
    page = b'<base href="/ar/"><link rel="alternate" type="application/rss+xml" href="feed">'
    assert feed_links(page, f"{SITE}/news/") == [f"{SITE}/ar/feed"]


def test_comments_are_better_than_nothing() -> None:
    page = b'<link rel="alternate" type="application/rss+xml" href="/comments/feed">'
    assert feed_links(page, SITE) == [f"{SITE}/comments/feed"]


def test_usual_addresses_below_the_page_then_below_the_root() -> None:
    found = usual_addresses(f"{SITE}/ar/")
    assert found[:2] == [f"{SITE}/ar/feed", f"{SITE}/ar/rss.xml"]
    assert f"{SITE}/feed" in found
    assert len(usual_addresses(SITE)) * 2 == len(found)


@given(
    st.binary(max_size=300) | st.text("<link rel=alternate typehref/\"'>&#;", max_size=200).map(str.encode)
)
def test_no_page_makes_it_raise(page: bytes) -> None:
    assert len(feed_links(page, SITE)) <= 10
