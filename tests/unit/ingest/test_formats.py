"""The ways in which feeds say one thing. The golden pairs show whole documents."""

from datetime import UTC, datetime, timedelta

import pytest

from ingest.formats.entry import ENTRIES, Entry, Hints
from ingest.formats.syndication import parse
from ingest.parse import ParseResult, parse_bytes
from tests.articles import NOON

SPACES = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in {
        "atom": "http://www.w3.org/2005/Atom",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "media": "http://search.yahoo.com/mrss/",
        "sy": "http://purl.org/rss/1.0/modules/syndication/",
        "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
        "svg": "http://www.w3.org/2000/svg",
    }.items()
)


def rss(*items: str, channel: str = "") -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0" {SPACES}><channel>{channel}{inner}</channel></rss>'


def item(fields: str) -> Entry:
    (entry,) = parse(rss(fields)).entries
    return entry


def atom(fields: str) -> Entry:
    (entry,) = parse(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{fields}</entry></feed>').entries
    return entry


def read(text: str) -> ParseResult:
    return parse_bytes(text.encode(), url="https://wire.example/feed", now=NOON)


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ("<author>n@wire.example (N. S.)</author>", "N. S."),
        ("<author>N. S. &lt;n@wire.example&gt;</author>", "N. S."),
        ("<author>N. S.</author><dc:creator>other</dc:creator>", "N. S."),
        ("<dc:creator>A</dc:creator><dc:creator>B</dc:creator><dc:creator>A</dc:creator>", "A, B"),
        ("<author></author><itunes:author>C</itunes:author>", "C"),
        ("<atom:author><atom:name>D\n E</atom:name></atom:author>", "D E"),
        ("<author>n@wire.example</author>", "n@wire.example"),
    ],
)
def test_authors(fields: str, author: str) -> None:
    assert item(fields).author == author


@pytest.mark.parametrize(
    ("fields", "link"),
    [
        ("<link>/1</link><guid>https://w.example/2</guid>", "/1"),
        ("<atom:link rel='self' href='/s'/><link>/1</link>", "/1"),
        ("<atom:link href='/a'/>", "/a"),
        ("<link href='/h'/>", "/h"),
        ("<guid isPermaLink='false'>https://w.example/2</guid>", "https://w.example/2"),
        ("<guid>2</guid>", ""),
        (
            "<feedburner:origLink>https://w.example/o</feedburner:origLink><link>https://fb.example/x</link>",
            "https://w.example/o",
        ),
    ],
)
def test_links(fields: str, link: str) -> None:
    assert item(fields).link == link


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ("<title>AT&amp;amp;T</title>", "AT&T"),
        ("<title><![CDATA[AT&amp;T <b>x</b>]]></title>", "AT&T x"),
        ("<title>5 &lt; 6 &amp; a &lt;tag&gt;</title>", "5 < 6 & a <tag>"),
        ("<title>a <b>b</b> c</title>", "a b c"),
        ("<media:title>m</media:title><svg:title>s</svg:title><title> t\n u </title>", "t u"),
        ("<title/><dc:title>d</dc:title>", "d"),
        ("<media:group><media:title>g</media:title></media:group>", "g"),
    ],
)
def test_titles(fields: str, title: str) -> None:
    assert item(fields).title == title


@pytest.mark.parametrize(
    ("content", "html"),
    [
        ("<content>a &lt; b</content>", "<p>a &lt; b</p>"),
        ("<content type='text'>&lt;b&gt;</content>", "<p>&lt;b&gt;</p>"),
        ("<content type='html'>&lt;b&gt;x&lt;/b&gt;</content>", "<b>x</b>"),
        (
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>x<br/><b/></div></content>",
            "x<br><b></b>",
        ),
        ("<content type='text/html' mode='base64'>PGI+eDwvYj4=</content>", "<b>x</b>"),
        ("<content type='application/octet-stream'>no base64!</content>", "<p>no base64!</p>"),
        ("<content>short</content><content type='html'>&lt;p&gt;longer&lt;/p&gt;</content>", "<p>longer</p>"),
        ("<content type='html'>&amp;lt;p&amp;gt;twice&amp;lt;/p&amp;gt;</content>", "<p>twice</p>"),
    ],
)
def test_contents(content: str, html: str) -> None:
    # The namespace that libxml2 writes goes with the other attributes that no reader needs.
    assert atom(content).content_html.replace(' xmlns="http://www.w3.org/1999/xhtml"', "") == html


def test_what_is_no_entry() -> None:
    (entry,) = parse(rss("<title>a</title><svg:item><title>s</title></svg:item>")).entries
    assert entry.title == "a"
    (outer,) = parse(rss("<title>a</title><description><item><title>b</title></item></description>")).entries
    assert outer.title == "a"
    assert parse("<svg:item xmlns:svg='http://www.w3.org/2000/svg'/>").problems == ("neither RSS nor Atom",)


def test_categories_and_sources() -> None:
    entry = item(
        "<category>a</category><dc:subject>b</dc:subject><media:keywords>c, d</media:keywords>"
        "<itunes:category text='e'><itunes:category text='f'/></itunes:category>"
        "<dc:source>https://w.example/</dc:source><source url='https://w.example/'>Ghab Radio</source>"
    )
    assert entry.categories == ("a", "b", "e", "f", "c", " d")
    assert entry.source == "Ghab Radio"
    (article,) = read(rss("<guid>1</guid><description>HOMS (Ghab Radio) - x</description>")).articles
    assert article.provider == "Ghab Radio"


@pytest.mark.parametrize(
    ("channel", "hints"),
    [
        ("<ttl> 60 </ttl>", Hints(ttl=60)),
        ("<ttl>0</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", Hints(update_period=timedelta(hours=1))),
        (
            "<sy:updatePeriod> Daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
            Hints(update_period=timedelta(hours=12)),
        ),
        (
            "<skipHours><hour>0</hour><hour>24</hour><hour>25</hour><hour>7</hour></skipHours>",
            Hints(skip_hours=(0, 7)),
        ),
        ("<skipDays><day>sunday</day><day>Someday</day></skipDays>", Hints(skip_days=("Sunday",))),
        ("<ttl>never</ttl><sy:updatePeriod>often</sy:updatePeriod>", Hints()),
    ],
)
def test_hints_for_the_scheduler(channel: str, hints: Hints) -> None:
    assert parse(rss(channel=channel)).hints == hints
    result = read(rss("<guid>1</guid>", channel=channel))
    assert (
        Hints(
            ttl=result.ttl,
            skip_hours=result.skip_hours,
            skip_days=result.skip_days,
            update_period=result.update_period,
        )
        == hints
    )


@pytest.mark.parametrize(
    ("fields", "published", "signals"),
    [
        ("<pubDate>Wed, 07 Oct 2015 10:00:00 GMT</pubDate>", datetime(2015, 10, 7, 10, tzinfo=UTC), ()),
        (
            "<pubDate>Wed, 07 Oct 2015 10:00:00</pubDate>",
            datetime(2015, 10, 7, 10, tzinfo=UTC),
            ("date-guessed",),
        ),
        ("<pubDate>Sat, 07 Oct 2045 10:00:00 GMT</pubDate>", None, ("date-future",)),
        ("<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", None, ("date-old",)),
        ("<pubDate>03/04/2015 10:00</pubDate>", None, ("date-unread",)),
        ("<atom:updated>2015-10-07T10:00:00Z</atom:updated>", datetime(2015, 10, 7, 10, tzinfo=UTC), ()),
        ("<title>CORRECTION: x</title><pubDate>no</pubDate>", None, ("correction", "date-unread")),
        ("<pubDate></pubDate>", None, ()),
    ],
)
def test_a_date_that_is_wrong_or_guessed_is_marked(
    fields: str, published: datetime | None, signals: tuple[str, ...]
) -> None:
    result = read(rss(f"<guid>1</guid>{fields}"))
    (article,) = result.articles
    assert (article.published, article.signals) == (published, signals)
    assert result.undated == (published is None)


def test_the_dates_of_a_feed_settle_what_one_leaves_open() -> None:
    dates = ("03/04/2015 10:00 GMT", "23/04/2015 10:00 GMT")
    articles = read(rss(*(f"<guid>{date}</guid><pubDate>{date}</pubDate>" for date in dates))).articles
    assert [article.published.day for article in articles if article.published] == [3, 23]


def test_a_headline_is_made_of_the_text() -> None:
    (article,) = read(rss(f"<description>{'word ' * 60}</description>")).articles
    assert article.headline == f"{'word ' * 24}…"
    assert read(rss("<description>word</description>")).articles[0].headline == "word"


@pytest.mark.slow
def test_too_many_entries_are_not_read() -> None:
    found = parse(rss(*("" for _ in range(ENTRIES + 5))))
    assert len(found.entries) == ENTRIES
    assert found.problems == (f"{ENTRIES + 5} entries are more than the {ENTRIES} that are read",)


def test_too_many_tags_are_not_read() -> None:
    result = read(f"<rss>{'<a/>' * 500_001}</rss>")
    assert result.detail == "500003 tags are more than the 500000 that are read"
    assert not result.complete
    nested = read('{"items": [' + "[]," * 1_000_001 + "0]}")
    assert nested.detail == "1000003 objects and lists are more than the 1000000 that are read"


def deep(count: int) -> str:
    return rss("<title>t</title>" + "<a>" * count + "</a>" * count)


@pytest.mark.parametrize(
    "text",
    [
        deep(100_000),
        rss("<title>t</title><x " + " ".join(f"a{n}='1'" for n in range(200_000)) + "/>"),
        rss(f"<title>t</title><x a='{'x' * 12_000_000}'/>"),
        rss(f"<title>t</title><description>{'&nbsp;' * 200_000}</description>"),
        rss("<title>t</title>" + "".join(f"<p{n}:a/>" for n in range(20_000))),
        f"<!DOCTYPE rss [<!ENTITY a '{'a' * 100_000}'>]>" + rss("<title>t</title><x>" + "&a;" * 500_000 + "</x>"),
        '<!DOCTYPE rss [<!ENTITY a "aa"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>' + rss("<title>t</title><x>&c;</x>"),
        rss("<title>t</title>") + "<!--" * 100_000,
        "<!DOCTYPE rss [" + "<!ENTITY " * 50_000 + "]>" + rss("<title>t</title>"),
    ],
    ids=["deep", "attributes", "attribute", "references", "prefixes", "quadratic", "laughs", "comments", "doctype"],
)  # fmt: skip
def test_hostile_documents_are_read_in_bounded_time(text: str) -> None:
    (article,) = read(text).articles
    assert article.headline == "t"
