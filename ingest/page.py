"""The full text of new articles, where `full_text: page`: politely, within a deadline, the feed's text as fall-back."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import msgspec
import trafilatura

from ingest.catalogue import Feed
from ingest.dateline import split_dateline
from ingest.robots import Fetching, Robots
from ingest.text import LONGEST, one_line, paragraphs_to_html, sanitise
from store.records import Article

DEADLINE = 60.0
"""Seconds for all pages of one batch of feeds."""
_LARGEST = 3_000_000
"""Bytes of a page; a larger one is no story."""
_CHARSET = re.compile(rb"""<meta[^<>]{0,200}?charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_LABEL = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_PUBLISHERS_WRITE = re.compile(
    r"utf|iso-?8859|latin|windows-|cp125|koi8|gb|big5|euc|shift|us-ascii", re.IGNORECASE
)
"""Python knows charsets that no page is in, and some take more time than a page deserves."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM = 5
_LATER = frozenset({
    "timeout", "dns", "connection", "refused", "tls", "server_error", "rate_limited", "failed", "stale",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Completed:
    """`articles` as they came, in order, with the page's text where it was had. `later`: ids to try again."""

    articles: tuple[Article, ...]
    later: tuple[str, ...] = ()


class Pages:
    """Reads pages for one batch: one request at a time to a host (the fetcher's rule), all within `deadline`."""

    def __init__(
        self,
        fetcher: Fetching,
        robots: Robots,
        *,
        deadline: float = DEADLINE,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._fetcher = fetcher
        self._robots = robots
        self._deadline = deadline
        self._sleep = sleep
        self._ends: float | None = None

    async def complete(self, feed: Feed, articles: Iterable[Article]) -> Completed:
        """Never raises for what hosts do. The deadline runs from the first call."""
        found: list[Article] = []
        later: list[str] = []
        for article in articles:
            text = await self._text(feed, article) if wants_page(feed, article) else ""
            if text is None:
                later.append(article.id)
            found.append(with_page(article, text) if text else article)
        return Completed(articles=tuple(found), later=tuple(later))

    async def _text(self, feed: Feed, article: Article) -> str | None:
        """Empty where the page has no text for us, None where it may have it later."""
        loop = asyncio.get_running_loop()
        if self._ends is None:
            self._ends = loop.time() + self._deadline
        if loop.time() >= self._ends:
            return None
        try:
            async with asyncio.timeout_at(self._ends):
                return await self._read(feed, article)
        except TimeoutError:
            return None

    async def _read(self, feed: Feed, article: Article) -> str | None:
        ruling = await self._robots.ruling(feed, article.url)
        if not ruling.allowed:
            return None if ruling.allowed is None else ""
        await self._sleep(ruling.delay)
        answer = await self._fetcher.fetch(feed, None, at=article.url)
        if answer.health != "ok":
            return None if answer.health in _LATER else ""
        text = await asyncio.to_thread(page_text, answer.body, answer.content_type)
        return text if is_the_story(text, article) else ""


def wants_page(feed: Feed, article: Article) -> bool:
    """Not for a withdrawn story: its page may still hold the text that was taken back."""
    return feed.full_text == "page" and bool(article.url) and not article.retracted


def page_text(page: bytes, content_type: str) -> str:
    """The story of a web page as plain text, an empty line between paragraphs; "" if none is found. Never raises."""
    if len(page) > _LARGEST:
        return ""
    try:
        found = trafilatura.extract(
            _decoded(page, content_type), include_comments=False, include_tables=False
        )
    except Exception:  # noqa: BLE001  (whatever a hostile page brings it to, the feed's own text is there)
        return ""
    lines = [one_line(line) for line in (found or "")[:LONGEST].split("\n")]
    return "\n\n".join(line for line in lines if line)


def _decoded(page: bytes, content_type: str) -> str:
    """What is valid UTF-8 is UTF-8, whatever the label says; else the label."""
    labels = [match[1] for match in (_LABEL.search(content_type),) if match]
    labels += [match[1].decode("ascii") for match in (_CHARSET.search(page[:4096]),) if match]
    for label in ("utf-8", *labels):
        try:
            if _PUBLISHERS_WRITE.match(label):
                return page.decode(label)
        except (LookupError, ValueError):
            continue
    return page.decode("utf-8", "replace")


def is_the_story(text: str, article: Article) -> bool:
    """More than the feed had, and about the same: not a consent wall, a login page or the front page."""
    if len(text) <= len(article.body or article.summary):
        return False
    words = {word.casefold()[:_STEM] for word in _WORD.findall(article.headline)}
    folded = text.casefold()
    return sum(word in folded for word in words) * 3 >= len(words)


def with_page(article: Article, text: str) -> Article:
    """The same article with the page's text. Its `content_hash` stays that of what the feed said."""
    headline, _, rest = text.partition("\n\n")
    story = rest if headline.casefold() == article.headline.casefold() and rest else text
    dateline, body = split_dateline(story)
    return msgspec.structs.replace(
        article,
        body=body,
        body_html=sanitise(paragraphs_to_html(story)),
        dateline=article.dateline or dateline,
        text_from="page",
    )
