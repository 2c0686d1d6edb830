"""OPML: what goes out comes back; what is hostile is refused."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.catalogue import Feed
from ingest.opml import OpmlError, Outline, read_opml, to_opml

READER = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.1"><head><title>My reader</title></head><body>
 <outline text="Wires"><outline text="Syria"><outline text="SANA &amp; co" type="rss" xmlUrl="https://sana.example/feed"
   language="English"/></outline></outline>
 <outline text="Alone" title="Levant Wire" xmlURL="feed://levant-wire.example/feed" language="ar"/>
 <outline text="A page" type="link" url="https://x.example/"/><outline text="Bad" xmlUrl="javascript:1"/>
</body></opml>"""


def test_what_other_readers_write() -> None:
    assert read_opml(READER) == [
        Outline(url="https://sana.example/feed", group="Wires", title="SANA & co"),
        Outline(url="http://levant-wire.example/feed", title="Levant Wire", language="ar"),
    ]


def test_no_secret_goes_out() -> None:
    feed = Feed(
        id="a/b",
        url="https://user:s3cr3t@a.example/feed",
        publisher="A",
        scope="a/b",
        headers={"authorization": "s3cr3t"},
        proxy="http://u:s3cr3t@proxy.example",
    )
    assert b"s3cr3t" not in to_opml([feed], "x")


FEEDS = st.builds(
    Feed,
    id=st.sampled_from(["a/b", "a/c"]),
    url=st.sampled_from(["https://a.example/?x=1&y=2", "https://b.example/حلب"]),
    publisher=st.text("ab<&\"' ثلج", min_size=1, max_size=8).map(str.strip).filter(bool).map(" ".join),
    scope=st.just("x"),
    title=st.sampled_from(["", "Top & more", "أخبار"]),
    language=st.sampled_from(["", "ar", "en"]),
    every=st.sampled_from([timedelta(seconds=30), timedelta(hours=2)]),
    guid=st.sampled_from(["trust", "link"]),
    full_text=st.sampled_from(["feed", "page"]),
)


@given(FEEDS)
def test_what_goes_out_comes_back(feed: Feed) -> None:
    (found,) = read_opml(to_opml([feed], "x"))
    assert (found.url, found.title, found.language) == (feed.url, feed.title, feed.language)
    assert found.group == " ".join(feed.publisher.split())
    assert found.own["id"] == feed.id
    assert found.own["every"] == {30: "30s", 7200: "2h"}[feed.every.seconds]
    assert (found.own["guid"], found.own["full_text"]) == (feed.guid, feed.full_text)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not well-formed"),
        (b"<opml><body>", "not well-formed"),
        (b"<rss version='2.0'></rss>", "its root is not <opml>"),
        (b"<!DOCTYPE opml [<!ENTITY a 'b'>]><opml>&a;</opml>", "has a DOCTYPE"),
        (b"<!DOCTYPE opml SYSTEM 'http://x.example/'><opml/>", "has a DOCTYPE"),
        (b"<opml>" + b"<outline>" * 50 + b"</outline>" * 50 + b"</opml>", "deeper than 20"),
        (b"<opml>" + b"<outline xmlUrl='https://x.example/'/>" * 5001 + b"</opml>", "more than 5000 feeds"),
        (b" " * 5_000_001, "more than 5000000 bytes"),
        (b"<?xml version='1.0' encoding='x-unheard-of'?><opml/>", "not well-formed"),
    ],
)
def test_what_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(OpmlError, match=message):
        read_opml(data)


@given(st.binary(max_size=200) | st.text("<opmlutine xmlUr='>/!&;", max_size=120).map(str.encode))
def test_nothing_else_is_raised(data: bytes) -> None:
    with suppress(OpmlError):
        assert isinstance(read_opml(data), list)
