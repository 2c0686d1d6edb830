"""What our own reader of trees does not know goes to feedparser, within bounds."""

from datetime import UTC, datetime

import pytest

from ingest.formats import rare
from ingest.parse import ParseResult, parse_bytes

NOW = datetime(2015, 10, 9, 12, tzinfo=UTC)
CDF = b"""<?xml version="1.0"?>
<CHANNEL HREF="http://levant-wire.example/">
 <TITLE>Levant Wire</TITLE>
 <ITEM HREF="http://levant-wire.example/1" LASTMOD="2015-10-07T10:00Z">
  <TITLE>Bridge at Jisr reopens</TITLE><ABSTRACT>Engineers reopened it on Monday.</ABSTRACT>
 </ITEM>
</CHANNEL>"""


def read(data: bytes) -> ParseResult:
    return parse_bytes(data, url="https://levant-wire.example/feed", now=NOW)


def test_the_channel_definition_format_is_read_with_its_addresses() -> None:
    (article,) = read(CDF).articles
    assert article.headline == "Bridge at Jisr reopens"
    assert article.url == "http://levant-wire.example/1"
    assert "reopened it on Monday" in article.summary + article.body


@pytest.mark.parametrize(
    "text",
    [
        "<rss>" + "<x>" * 30_001,
        "<rss>" + "a" * 1_000_001,
        "<rss>" + "& " * 100_000,
    ],
)
def test_what_would_take_it_seconds_is_not_given_to_it(text: str) -> None:
    assert rare.parse(text).entries == ()


@pytest.mark.parametrize(
    "text", ["", "<", "\ud800", "<!DOCTYPE x [<!ENTITY a '&a;'>]><rss>&a;", "http://x.example/"]
)
def test_it_never_raises(text: str) -> None:
    assert rare.parse(text).entries == ()
