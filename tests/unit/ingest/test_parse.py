"""Bytes to articles: detection, ids, dates, and bytes that are no feed. The golden pairs show whole results."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.catalogue import Feed
from ingest.formats.table import HTML, detect
from ingest.parse import ParseResult, parse, parse_bytes
from store.identity import article_id, content_hash
from store.records import encode
from tests.articles import NOON

FEED = Feed(
    id="levant-wire/top",
    url="https://levant-wire.example/feed",
    publisher="Levant Wire",
    scope="levant-wire/top",
)


def rss(*items: str) -> bytes:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>Levant Wire</title>{inner}</channel></rss>'.encode()


def read(data: bytes, content_type: str = "") -> ParseResult:
    return parse(data, FEED, content_type, NOON, "sha256:00")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'<?xml version="1.0"?><rss/>', "rss"),
        (b"\xef\xbb\xbf \n<feed xmlns='x'>", "rss"),
        ("<?xml version='1.0' encoding='utf-16'?><rss>".encode("utf-16"), "rss"),
        (b"<!-- <html> --><rdf:RDF>", "rss"),
        (b"<br /><b>Warning</b>: x\n<?xml version='1.0'?><rss version='2.0'>", "rss"),
        (b"<!DOCTYPE html><p>", HTML),
        (b"<?xml version='1.0'?><!doctype HTML PUBLIC 'x'><html>", HTML),
        (b"<div>Please wait</div>", HTML),
        (b' {"version": 1}', "jsonfeed"),
        (b"nothing", "rss"),
    ],
)
def test_detection_by_content(data: bytes, kind: str) -> None:
    assert detect(data.decode("utf-8", "replace")) == kind


@pytest.mark.parametrize(
    ("data", "health"),
    [
        (b"", "empty"),
        (b" \n\0", "empty"),
        (b"<!doctype html><title>Moved</title>" + b"<p>x</p>" * 600_000, "html_instead"),
        (b"<rss><channel><item", "unparsable"),
        (b"<note><to>you</to></note>", "unparsable"),
        (b"{", "unparsable"),
        (b'{"items": 3}', "unparsable"),
        (b"[" * 100_000, "unparsable"),
        (b"\xff\xfe\x00\x01\x02", "unparsable"),
        (rss(), "no_entries"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', "no_entries"),
    ],
)
def test_bytes_without_articles(data: bytes, health: str) -> None:
    result = read(data)
    assert (result.health, result.articles) == (health, ())
    assert result.readable == (health == "no_entries")


@pytest.mark.parametrize("wide", ["utf-8", "utf-16"])
@pytest.mark.parametrize("piece", ["&", "<b>", "&lt;b&gt;", "<a ", "<?xml encoding='x'", "encoding='x' "])
@pytest.mark.timeout(60)
def test_a_megabyte_takes_seconds(piece: str, wide: str) -> None:
    item = f"<item><guid>1</guid><description>{piece * (1_000_000 // len(piece))}</description></item>"
    (article,) = read(f"<rss><channel>{item}</channel></rss>".encode(wide)).articles
    assert article.guid == "1"
    assert read(f"<?xml {piece * 50_000}".encode(wide)).articles == ()


@pytest.mark.parametrize("piece", [b"<!--", b"<", b"&amp;", b"<![CDATA[", b"<!DOCTYPE ", b"<item>"])
@pytest.mark.timeout(60)
def test_hostile_bytes_take_no_long_time(piece: bytes) -> None:
    assert read(b"<rss><channel>" + piece * 10_000).articles == ()
    assert read(piece * 10_000).articles == ()


def test_a_broken_feed_gives_what_can_be_read() -> None:
    result = read(rss("<guid>1</guid><title>One & only</title>", "<guid>2</guid>")[:-16])
    assert (result.health, len(result.articles), result.complete) == ("ok", 2, False)
    assert result.detail.startswith("not well-formed: ")


@pytest.mark.parametrize("wide", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        "<description>First half. The rest.</description>",
        "<description><![CDATA[<p>First half</p>]]></description>",
    ],
)
def test_an_entry_that_is_cut_off_is_left_out(text: str, wide: str) -> None:
    whole = rss("<guid>1</guid><title>One</title>", f"<guid>2</guid><title>Two</title>{text}").decode()
    for end in range(whole.index("<guid>2"), whole.index("</item></channel>") + 1):
        result = read(whole[:end].encode(wide))
        assert [article.guid for article in result.articles] == ["1"], whole[:end]
        assert not result.complete
        assert "the last entry is cut off and left out" in result.detail
    result = read(whole[: whole.index("</item></channel>") + 7].encode(wide))
    assert [article.guid for article in result.articles] == ["1", "2"]
    assert read(whole.encode(wide)).complete


def test_nothing_is_left_of_a_feed_whose_only_entry_is_cut_off() -> None:
    result = read(rss("<guid>1</guid><title>One</title>")[:-20])
    assert (result.health, result.articles, result.complete) == ("unparsable", (), False)


def test_another_charset_than_declared_is_complete() -> None:
    data = rss("<guid>1</guid><title>\u2014</title>").decode().encode("windows-1252")
    result = read(data, "text/xml; charset=utf-8")
    assert (result.health, result.complete) == ("ok", True)
    assert result.detail == "wrong charset: declared as utf-8, read as cp1252"


@pytest.mark.parametrize(
    ("updated", "wire_version"),
    [
        ("<atom:updated>2015-10-07T11:00:00.9Z</atom:updated>", 1444215600),
        ("<dcterms:modified>2015-10-07T14:00:00+03:00</dcterms:modified>", 1444215600),
        ("<pubDate>Wed, 07 Oct 2015 11:00:00 GMT</pubDate>", None),
        ("<atom:updated>2015-10-07T12:00:01Z</atom:updated>", None),
        ("<atom:updated>1970-01-01T00:00:00Z</atom:updated>", None),
    ],
)
def test_the_wire_version_is_when_the_wire_says_it_updated(updated: str, wire_version: int | None) -> None:
    spaces = 'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dcterms="http://purl.org/dc/terms/"'
    data = rss(f"<guid>1</guid>{updated}").replace(b"<rss", f"<rss {spaces}".encode())
    (article,) = read(data).articles
    assert article.wire_version == wire_version


def test_the_wire_version_of_a_json_feed() -> None:
    item = '{"id": "1", "date_published": "2015-10-07T10:00:00Z", "date_modified": "2015-10-07T11:00:00Z"}'
    (article,) = read(f'{{"items": [{item}]}}'.encode()).articles
    assert article.wire_version == 1444215600


@pytest.mark.parametrize("language", ["\\ud800", "e", "english-ish!", "x" * 500])
def test_a_language_that_is_none_keeps_nobody_out(language: str) -> None:
    (article,) = read(f'{{"items": [{{"id": "1", "language": "{language}"}}]}}'.encode()).articles
    assert article.language == ""
    encode(article)


def test_surrogates_stay_in_no_text() -> None:
    bad = '"x\\ud800"'
    item = ", ".join(
        f'"{name}": {bad}'
        for name in ("id", "url", "title", "summary", "content_html", "date_published", "language")
    )
    data = f'{{"title": {bad}, "items": [{{{item}, "tags": [{bad}], "author": {{"name": {bad}}}}}]}}'
    result = read(data.encode())
    encode(result.articles[0])
    assert result.title == "x?"
    assert read(b'<?xml version="1.0" encoding="\xff"?><a>&#xD800;').detail.isprintable()


@pytest.mark.parametrize("charset", ["punycode", "zip", "unicode_escape", "idna", "utf-7", "base64", "no\0"])
def test_what_is_no_charset_of_feeds_is_not_heard(charset: str) -> None:
    data = rss("<guid>1</guid><title>One</title><description>" + "x" * 100_000 + "-" + "abcd" * 50_000)
    for declared, content_type in ((b"", f"text/xml; charset={charset}"), (charset.encode(), "")):
        head = b'<?xml version="1.0" encoding="' + declared + b'"?>' if declared else b""
        read(head + data, content_type)
        (article,) = read(head + rss("<guid>1</guid><title>\u0436</title>"), content_type).articles
        assert article.headline == "\u0436"


def test_a_long_field_is_cut() -> None:
    result = read(rss(f"<guid>1</guid><description>{'word ' * 100_000}</description>"))
    assert len(result.articles[0].body) <= 262_144
    assert result.detail == "entries longer than 262144 characters, cut: 1"


def test_white_space_before_the_declaration_is_no_fault() -> None:
    result = read(b"\n<?xml version='1.0'?>" + rss("<guid>1</guid>"))
    assert (result.detail, result.complete) == ("", True)


def test_what_names_an_entry() -> None:
    day = "<pubDate>Wed, 07 Oct 2015 10:00:00 GMT</pubDate>"
    result = read(
        rss(
            "<guid>g</guid><link>https://levant-wire.example/1</link><title>a</title>",
            "<link>/2</link><title>b</title>",
            f"<title>c</title>{day}",
            "<description>nameless</description>",
            "<title> </title>",
        )
    )
    assert [article.guid for article in result.articles] == [
        "g",
        "https://levant-wire.example/2",
        "c 2015-10-07T10:00:00+00:00",
        "nameless",
    ]
    assert result.detail == "entries without any content, left out: 1"
    for article in result.articles:
        assert article.id == article_id("levant-wire/top", article.guid)
        assert article.content_hash == content_hash(article)
    assert [article.raw_ref for article in result.articles] == [f"sha256:00#{n}" for n in range(4)]


def test_a_guid_that_is_no_link_gives_no_url() -> None:
    (article,) = read(rss("<guid>17</guid><title>a</title>")).articles
    assert (article.guid, article.url) == ("17", "")
    (article,) = read(rss("<guid>17</guid><link>javascript:x()</link>")).articles
    assert article.url == ""


def test_two_entries_of_one_id() -> None:
    same = "<guid>1</guid><title>{}</title><pubDate>Wed, 07 Oct 2015 {}:00:00 GMT</pubDate>"
    (article,) = read(
        rss(same.format("old", 10), same.format("new", 11), same.format("older", "09"))
    ).articles
    assert article.headline == "new"
    (article,) = read(
        rss("<guid>1</guid><title>first</title>", "<guid>1</guid><title>second</title>")
    ).articles
    assert article.headline == "first"
    result = read(rss(*(f"<guid>same</guid><title>{number}</title>" for number in range(5))))
    assert result.detail == "entries with the guid of another, left out: 4"


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("Wed, 07 Oct 2015 13:00:00 +0300", datetime(2015, 10, 7, 10, tzinfo=UTC)),
        ("Thu, 08 Oct 2015 11:00:00 GMT", datetime(2015, 10, 8, 11, tzinfo=UTC)),
        ("Thu, 08 Oct 2015 13:00:00 GMT", None),
        ("Sun, 31 Dec 1989 23:00:00 GMT", None),
        ("Wed, 07 Oct 99999 10:00:00 GMT", None),
        ("yesterday", None),
    ],
)
def test_a_wrong_date_is_worse_than_none(date: str, published: datetime | None) -> None:
    (article,) = read(rss(f"<guid>1</guid><pubDate>{date}</pubDate>")).articles
    assert article.published == published


def test_description_as_summary_or_as_text() -> None:
    long = "&lt;p&gt;HOMS (Levant Wire) - One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;"
    (article,) = read(rss(f"<guid>1</guid><description>{long}</description>")).articles
    assert (article.summary, article.body, article.dateline) == ("", "One.\n\nTwo.", "HOMS (Levant Wire)")
    assert article.body_html == "<p>HOMS (Levant Wire) - One.</p><p>Two.</p>"
    (article,) = read(rss("<guid>1</guid><description>HOMS (Levant Wire) - One.</description>")).articles
    assert (article.summary, article.body) == ("HOMS (Levant Wire) - One.", "")
    assert article.dateline == "HOMS (Levant Wire)"


def test_entities_are_decoded_once() -> None:
    (article,) = read(rss("<guid>1</guid><title> AT&amp;amp;T\n &amp;lt;b&amp;gt; A&amp;B </title>")).articles
    assert article.headline == "AT&T <b> A&B"


def test_the_charset_of_the_header() -> None:
    data = rss("<guid>1</guid><title>Привет</title>").decode().encode("windows-1251")
    (article,) = read(data, "text/xml; charset=windows-1251").articles
    assert article.headline == "Привет"


def test_json_feed() -> None:
    data = (
        '{"version": "https://jsonfeed.org/version/1", "title": "Caspian", "language": "en-GB", '
        '"author": {"name": "By Digest desk"}, "items": [{"id": 7, "url": "https://c.example/7", "title": "T\\ud800", '
        '"content_text": "BAKU (Caspian) - a < b\\n\\nTwo", "date_published": "2015-10-07T13:00:00+03:00", '
        '"tags": ["x", 3, " x"]}, "junk", {"url": ""}]}'
    )
    result = read(data.encode())
    (article,) = result.articles
    assert (article.guid, article.headline, article.body) == ("7", "T?", "a < b\n\nTwo")
    assert (article.byline, article.language, article.keywords) == ("Digest desk", "en", ("x",))
    assert article.published == datetime(2015, 10, 7, 10, tzinfo=UTC)
    assert (
        result.detail
        == "1 items are no objects, the first of them at 1; entries without any content, left out: 1"
    )


def test_a_file_without_a_feed() -> None:
    data = rss("<guid>1</guid><link>/1</link><title>One</title>")
    (article,) = parse_bytes(data, url="https://levant-wire.example/feed", now=NOON).articles
    assert (article.version, article.url) == (0, "https://levant-wire.example/1")
    assert parse_bytes(data, format="jsonfeed", now=NOON).health == "unparsable"
    assert (
        parse_bytes(data, now=NOON + timedelta(1)).articles[0].id
        == parse_bytes(data, now=NOON).articles[0].id
    )


PIECES = [
    b"<rss>", b"<channel>", b"<item>", b"</item>", b"<title>", b"</title>", b"<guid>", b"<link/>", b"<pubDate>1<",
    b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<entry>", b"<id>", b"<![CDATA[", b"]]>", b"&amp;", b"&#xD800;",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"\xff", b"\0", b'{"items":[', b'{"id":1},', b"]}", b"x",
    b"<?xml encoding='q'?>",
]  # fmt: skip


@given(
    st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join),
    st.text(max_size=20),
)
def test_no_bytes_raise(data: bytes, content_type: str) -> None:
    result = read(data, content_type)
    assert result.health in {"ok", "no_entries", "empty", "html_instead", "unparsable"}
    assert bool(result.articles) == (result.health == "ok")
