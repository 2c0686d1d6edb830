"""Bytes of a feed to clean articles. Pure: the clock is an argument, and nothing is fetched."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

import msgspec

from ingest.catalogue import Feed
from ingest.charset import decode
from ingest.dateline import agency, split_dateline
from ingest.dates import Moment, read_dates
from ingest.dating import dating
from ingest.formats.entry import Entry, Parsed
from ingest.formats.table import FORMATS, HTML, detect
from ingest.signals import read
from ingest.story import named as one_an_id
from ingest.text import LONGEST, html_to_text, one_line, sanitise, sanitised_to_text
from ingest.urls import clean
from store.identity import content_hash, digest
from store.records import Article

_LONG_SUMMARY = 800
"""A description of more characters, or of several paragraphs, is the text: many feeds have no other."""
_HEADLINE = 120
"""Characters at most of a headline that is made of the text, where the wire gave none."""
_KEYWORDS = 200
_LANGUAGE = re.compile(r"([a-z]{2,3})([-_][a-z0-9]{1,8})*")
_BY = re.compile(r"^(by|par|von|من|بقلم|от)\s*:?\s+", re.IGNORECASE)

NOT_READABLE = "not readable"
"""So begins the `detail` of a document that brought the parser down: a fault of ours."""


@dataclass(frozen=True, kw_only=True)
class ParseResult:
    """`health` is `ok`, `no_entries`, `empty`, `html_instead` or `unparsable`; `detail` is for a person.

    Articles have `version` 0 and `first_seen` = the fetch: `ingest.decide` fills them. What a feed says of its own
    rhythm is there for the scheduler: `ttl` in minutes, `skip_hours` (UTC, 0 to 23), `skip_days` (`Sunday`),
    `update_period` (`sy:updatePeriod` divided by `sy:updateFrequency`); None or empty where it says nothing.
    `undated` counts the articles without a date that can be sorted by.
    """

    articles: tuple[Article, ...] = ()
    health: str
    detail: str = ""
    title: str = ""
    complete: bool = True
    """False where the document was cut off: it must be read anew at the next poll."""
    ttl: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    update_period: timedelta | None = None
    undated: int = 0

    @property
    def readable(self) -> bool:
        """False where the bytes were no feed."""
        return self.health in {"ok", "no_entries"}


def parse(data: bytes, feed: Feed, content_type: str, fetched: datetime, raw_ref: str) -> ParseResult:
    """Every article of one response, one an id, in the order of the document. Never raises for any bytes.

    Time and memory grow with the length of `data`, and with nothing else that is in it.
    """
    if not data.strip(b"\0 \t\r\n"):
        return ParseResult(health="empty", detail="the response has no content")
    decoded = decode(data, content_type)
    detected = detect(decoded.text)
    if detected == HTML:
        return ParseResult(health="html_instead", detail=f"a web page of {len(data)} bytes")
    try:
        parsed = FORMATS[detected if feed.format == "auto" else feed.format](decoded.text)
        if decoded.problem:
            parsed = replace(parsed, problems=(decoded.problem, *parsed.problems))
        return _result(parsed, feed, fetched, raw_ref)
    except Exception as error:  # noqa: BLE001  (a hostile document must not stop a poll; `make fuzz` finds no such case)
        detail = one_line(f"{NOT_READABLE}: {type(error).__name__}: {error}")
        return ParseResult(health="unparsable", detail=detail, complete=False)


def parse_bytes(data: bytes, *, url: str = "", format: str = "auto", now: datetime) -> ParseResult:  # noqa: A002
    """The same for a file that belongs to no feed of the catalogue. `format` is `auto` or a key of `FORMATS`."""
    feed = Feed(id="file", url=url, publisher="", scope=url or "file", format=format)
    return parse(data, feed, "", now, "")


def _result(parsed: Parsed, feed: Feed, fetched: datetime, raw_ref: str) -> ParseResult:
    problems = list(parsed.problems)
    entries = [_bounded(entry) for entry in parsed.entries]
    moments = read_dates(text for entry in entries for text in (entry.published, entry.updated))
    response = _Response(feed, parsed.author, fetched, raw_ref, moments)
    made = [_article(entry, response) for entry in entries]
    named = [article for article in made if article is not None]
    articles = one_an_id(feed, named)
    for what, count in (
        ("entries without any content, left out", len(made) - len(named)),
        ("entries with the guid of another, left out", len(named) - len(articles)),
        (f"entries longer than {LONGEST} characters, cut", _differing(entries, parsed.entries)),
    ):
        if count:
            problems.append(f"{what}: {count}")
    nothing = "unparsable" if problems else "no_entries"
    return ParseResult(
        articles=articles,
        health="ok" if articles else nothing,
        detail=one_line("; ".join(problems)),
        title=one_line(parsed.title),
        complete=parsed.complete,
        ttl=parsed.hints.ttl,
        skip_hours=parsed.hints.skip_hours,
        skip_days=parsed.hints.skip_days,
        update_period=parsed.hints.update_period,
        undated=sum(article.published is None for article in articles),
    )


def _bounded(entry: Entry) -> Entry:
    """No field with more text than a story has: some markup takes more time than its length deserves."""
    fields = ("guid", "link", "base", "title", "summary_html", "content_html", "author", "source")
    long = {name: text[:LONGEST] for name in fields if len(text := getattr(entry, name)) > LONGEST}
    return replace(entry, **long) if long else entry


def _differing(some: Sequence[Entry], others: Sequence[Entry]) -> int:
    return sum(one is not other for one, other in zip(some, others, strict=True))


@dataclass(frozen=True)
class _Response:
    """What all entries of one response share."""

    feed: Feed
    author: str
    fetched: datetime
    raw_ref: str
    moments: Mapping[str, Moment | None]


def _article(entry: Entry, response: _Response) -> Article | None:
    feed = response.feed
    base = _absolute(entry.base, feed.url)
    url = clean(_absolute(entry.link, base or feed.url))
    summary, body, html = _texts(entry, base or url or feed.url)
    dateline, body = _dateline(body, summary)
    headline = one_line(entry.title) or _headline(body or summary)
    guid = one_line(entry.guid) or url or _substitute(headline, entry, response.moments)
    if not guid:
        return None
    reading = read(headline, body or summary)
    dates = dating(entry, response.moments, response.fetched)
    article = Article(
        id="",
        version=0,
        content_hash="",
        feed_id=feed.id,
        guid=guid,
        url=url,
        headline=headline,
        fetched=response.fetched,
        first_seen=response.fetched,
        wire_version=dates.wire_version,
        summary=summary,
        body=body,
        body_html=html,
        byline=_BY.sub("", one_line(entry.author or response.author)),
        dateline=dateline,
        language=_language(feed.language or entry.language),
        published=dates.published,
        updated=dates.updated,
        pubstatus=reading.pubstatus,
        signals=tuple(sorted((*reading.signals, *dates.signals))),
        ednote=reading.ednote,
        keywords=_keywords(entry.categories),
        provider=one_line(entry.source) or agency(dateline) or feed.publisher,
        raw_ref=f"{response.raw_ref}#{entry.position}" if response.raw_ref else "",
    )
    return msgspec.structs.replace(article, content_hash=content_hash(article))


def _dateline(body: str, summary: str) -> tuple[str, str]:
    """(dateline, the body without it); a summary keeps the one that it begins with."""
    dateline, rest = split_dateline(body)
    return dateline or split_dateline(summary)[0], rest


def _texts(entry: Entry, base: str) -> tuple[str, str, str]:
    """(summary, body, sanitised HTML of the body)."""
    html = sanitise(entry.content_html, base)
    body = sanitised_to_text(html)
    summary = html_to_text(entry.summary_html)
    if not body:
        if "\n\n" not in summary and len(summary) <= _LONG_SUMMARY:
            return summary, "", ""
        html, body = sanitise(entry.summary_html, base), summary
    # Some feeds repeat the whole text as the summary.
    return "" if summary == body else summary, body, html


def _headline(text: str) -> str:
    """The first line of the text, cut between two words."""
    line = text.partition("\n")[0]
    if len(line) <= _HEADLINE:
        return line
    return f"{line[:_HEADLINE].rpartition(' ')[0] or line[:_HEADLINE]} …"


def _keywords(categories: Iterable[str]) -> tuple[str, ...]:
    words = dict.fromkeys(word for each in categories if (word := one_line(each)))
    return tuple(words)[:_KEYWORDS]


def _substitute(headline: str, entry: Entry, moments: Mapping[str, Moment | None]) -> str:
    """Stands for the guid of an entry that has neither guid nor link; "" where it has nothing else either."""
    if headline:
        moment = moments[entry.published]
        return f"{headline} {moment.at.isoformat() if moment else ''}".strip()
    texts = (entry.link, entry.summary_html, entry.content_html, entry.author, entry.source)
    rest = (*texts, entry.published, entry.updated, *entry.categories)
    return digest(rest) if any(rest) else ""


def _absolute(link: str, base: str) -> str:
    """The link against the feed's address; "" for what is no web address."""
    try:
        url = urljoin(base, link.strip()) if link.strip() else ""
        good = urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname)
    except ValueError:
        return ""
    return one_line(url).replace(" ", "%20") if good else ""


def _language(code: str) -> str:
    """`ar-SY` → `ar`: search and tagging know languages, not countries. "" for what is no code."""
    match = _LANGUAGE.fullmatch(code.strip().lower())
    return match[1] if match else ""
