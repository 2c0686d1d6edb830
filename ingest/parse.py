"""Bytes of a feed to clean articles. Pure: the clock is an argument, and nothing is fetched."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

import msgspec

from ingest.catalogue import Feed
from ingest.dateline import split_dateline
from ingest.formats.entry import Entry, Parsed
from ingest.formats.table import FORMATS, HTML, detect
from ingest.signals import read
from ingest.story import named as one_an_id
from ingest.text import LONGEST, html_to_text, one_line, sanitise
from ingest.urls import clean
from store.identity import content_hash, milliseconds
from store.records import Article

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
_LONG_SUMMARY = 800
"""A description of more characters, or of several paragraphs, is the text: many feeds have no other."""
_LANGUAGE = re.compile(r"([a-z]{2,3})([-_][a-z0-9]{1,8})*")
_BY = re.compile(r"^(by|par|von|من|بقلم|от)\s*:?\s+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class ParseResult:
    """`health` is `ok`, `no_entries`, `empty`, `html_instead` or `unparsable`; `detail` is for a person.

    Articles have `version` 0 and `first_seen` = the fetch: `ingest.decide` fills them.
    """

    articles: tuple[Article, ...] = ()
    health: str
    detail: str = ""
    title: str = ""
    complete: bool = True
    """False where the document was broken, perhaps cut off: it must be read anew at the next poll."""

    @property
    def readable(self) -> bool:
        """False where the bytes were no feed."""
        return self.health in {"ok", "no_entries"}


def parse(data: bytes, feed: Feed, content_type: str, fetched: datetime, raw_ref: str) -> ParseResult:
    """Every article of one response, one an id, in the order of the document. Never raises for any bytes."""
    if not data.strip(b"\0 \t\r\n"):
        return ParseResult(health="empty", detail="the response has no content")
    kind = detect(data) if feed.format == "auto" else feed.format
    if kind == HTML or (feed.format != "auto" and detect(data) == HTML):
        return ParseResult(health="html_instead", detail=f"a web page of {len(data)} bytes")
    parsed = FORMATS[kind](data, content_type)
    if not parsed.entries:
        health = "unparsable" if parsed.problems else "no_entries"
        return ParseResult(
            health=health,
            detail=one_line("; ".join(parsed.problems)),
            title=one_line(parsed.title),
            complete=parsed.complete,
        )
    return _result(parsed, feed, fetched, raw_ref)


def parse_bytes(data: bytes, *, url: str = "", format: str = "auto", now: datetime) -> ParseResult:  # noqa: A002
    """The same for a file that belongs to no feed of the catalogue. `format` is `auto` or a key of `FORMATS`."""
    feed = Feed(id="file", url=url, publisher="", scope=url or "file", format=format)
    return parse(data, feed, "", now, "")


def _result(parsed: Parsed, feed: Feed, fetched: datetime, raw_ref: str) -> ParseResult:
    problems = list(parsed.problems)
    entries = [_bounded(entry) for entry in parsed.entries]
    made = [_article(entry, feed, fetched, raw_ref) for entry in entries]
    named = [article for article in made if article is not None]
    articles = one_an_id(feed, named)
    for what, count in (
        ("entries without guid, link and title, left out", len(made) - len(named)),
        ("entries with the guid of another, left out", len(named) - len(articles)),
        (f"entries longer than {LONGEST} characters, cut", _differing(entries, parsed.entries)),
    ):
        if count:
            problems.append(f"{what}: {count}")
    return ParseResult(
        articles=articles,
        health="ok" if articles else "unparsable",
        detail=one_line("; ".join(problems)),
        title=one_line(parsed.title),
        complete=parsed.complete,
    )


def _bounded(entry: Entry) -> Entry:
    """No field with more text than a story has: some markup takes more time than its length deserves."""
    fields = ("guid", "link", "title", "summary_html", "content_html", "author")
    long = {name: text[:LONGEST] for name in fields if len(text := getattr(entry, name)) > LONGEST}
    return replace(entry, **long) if long else entry


def _differing(some: Sequence[Entry], others: Sequence[Entry]) -> int:
    return sum(one is not other for one, other in zip(some, others, strict=True))


def _article(entry: Entry, feed: Feed, fetched: datetime, raw_ref: str) -> Article | None:
    url = clean(_absolute(entry.link, feed.url))
    headline = one_line(entry.title)
    guid = one_line(entry.guid) or url or _substitute(headline, entry)
    if not guid:
        return None
    summary, text, html = _texts(entry, url or feed.url)
    dateline, body = split_dateline(text)
    reading = read(headline, body or summary)
    article = Article(
        id="",
        version=0,
        content_hash="",
        feed_id=feed.id,
        guid=guid,
        url=url,
        headline=headline,
        fetched=fetched,
        first_seen=fetched,
        wire_version=_wire_version(entry.updated, fetched),
        summary=summary,
        body=body,
        body_html=html,
        byline=_BY.sub("", one_line(entry.author)),
        dateline=dateline or split_dateline(summary)[0],
        language=_language(feed.language or entry.language),
        published=_plausible(entry.published, fetched),
        updated=_plausible(entry.updated, fetched),
        pubstatus=reading.pubstatus,
        signals=reading.signals,
        ednote=reading.ednote,
        keywords=tuple(dict.fromkeys(word for each in entry.categories if (word := one_line(each)))),
        provider=feed.publisher,
        raw_ref=f"{raw_ref}#{entry.position}" if raw_ref else "",
    )
    return msgspec.structs.replace(article, content_hash=content_hash(article))


def _texts(entry: Entry, base: str) -> tuple[str, str, str]:
    """(summary, body, sanitised HTML of the body)."""
    summary = html_to_text(entry.summary_html)
    content = entry.content_html if html_to_text(entry.content_html) else ""
    if not content and ("\n\n" in summary or len(summary) > _LONG_SUMMARY):
        content = entry.summary_html
    body = html_to_text(content)
    # feedparser gives the content as the summary where a feed has no summary of its own.
    return "" if summary == body else summary, body, sanitise(content, base)


def _substitute(headline: str, entry: Entry) -> str:
    """Stands for the guid of an entry that has neither guid nor link."""
    date = entry.published.isoformat() if entry.published else ""
    return f"{headline} {date}".strip() if headline else ""


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


def _plausible(moment: datetime | None, fetched: datetime) -> datetime | None:
    """A wrong date is worse than none: it puts an article where nobody looks."""
    return moment if moment and _EARLIEST <= moment <= fetched + _AHEAD else None


def _wire_version(updated: datetime | None, fetched: datetime) -> int | None:
    """Whole seconds since 1970 of the wire's own `updated`, never of a mere date of publication.

    None where it lies ahead: a wrong one would make the true ones after it late.
    """
    if updated is None or not _EARLIEST <= updated <= fetched:
        return None
    return milliseconds(updated) // 1000
