"""`make bench-ingest`: bytes to clean articles, against feedparser with its defaults on the same bytes in the same run.

Prints a table; stops where the two do not find the same entries with the same titles.
"""

import gc
import io
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import feedparser

from ingest.parse import parse_bytes
from ingest.text import one_line

ITEMS = 50
ROUNDS = 15
NOW = datetime(2015, 10, 9, tzinfo=UTC)
PARAGRAPH = (
    "<p>Paragraph {n} of story {story}: warplanes struck the edge of "
    "<a href='https://wire.example/tag/{n}?a=1&amp;b=2'>Qaryatain</a>, residents said on <b>Wednesday</b> evening "
    "&#8211; the army &amp; its allies did not comment at once, and nobody could say how many families had left for "
    "Homs before the road was closed.</p>\n"
)
ARABIC = (
    "<p>الفقرة {n} من الخبر {story}: قال سكان إن طائرات قصفت أطراف القريتين مساء <b>الأربعاء</b> "
    "ولم يصدر تعليق من الجيش.</p>\n"
)
SUMMARY = "Warplanes struck the edge of the town on Wednesday, residents said; the army did not comment."


def rss(paragraph: str, count: int) -> bytes:
    """An RSS feed of `ITEMS` items; with `count` paragraphs each as content:encoded, 0 for none."""
    items = "".join(
        f"<item><title>Story {story}: army &amp; allies near Qaryatain</title><link>https://wire.example/{story}</link>"
        f'<guid isPermaLink="false">w-{story}</guid><pubDate>Wed, 07 Oct 2015 10:{story:02}:00 +0300</pubDate>'
        f"<dc:creator>N. Saleh</dc:creator><category>Syria</category><category>Homs</category>"
        f"<description>{SUMMARY}</description>{_content(paragraph, story, count)}</item>"
        for story in range(ITEMS)
    )
    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    )
    head = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {spaces}><channel><title>Wire</title>'
    return f"{head}{items}</channel></rss>".encode()


def atom(count: int) -> bytes:
    """The same as Atom with escaped HTML."""
    entries = "".join(
        f"<entry><id>w-{story}</id><title>Story {story}: army &amp; allies</title>"
        f'<updated>2015-10-07T10:{story:02}:00Z</updated><link href="https://wire.example/{story}"/>'
        f'<content type="html">{_escaped(story, count)}</content></entry>'
        for story in range(ITEMS)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>{entries}</feed>'.encode()


def _content(paragraph: str, story: int, count: int) -> str:
    text = "".join(paragraph.format(n=n, story=story) for n in range(count))
    return f"<content:encoded><![CDATA[{text}]]></content:encoded>" if count else ""


def _escaped(story: int, count: int) -> str:
    text = "".join(PARAGRAPH.format(n=n, story=story) for n in range(count))
    return text.replace("&", "&amp;").replace("<", "&lt;")


def ours(data: bytes) -> list[str]:
    """The headlines."""
    result = parse_bytes(data, url="https://wire.example/feed", now=NOW)
    return [article.headline for article in result.articles]


def theirs(data: bytes) -> list[str]:
    """The titles that feedparser finds."""
    document = feedparser.parse(io.BytesIO(data), response_headers={"content-type": "application/xml"})
    return [one_line(entry.title) for entry in document.entries]


def median(work: Callable[[bytes], object], data: bytes) -> float:
    """Milliseconds of this process's own time; others on the machine do not count."""
    taken = []
    for _ in range(ROUNDS):
        gc.collect()
        began = time.process_time()
        work(data)
        taken.append((time.process_time() - began) * 1000)
    return statistics.median(taken)


def main() -> None:
    """The table, one line a feed."""
    feeds = {
        "RSS, full content": rss(PARAGRAPH, 20),
        "RSS, full content, Arabic": rss(ARABIC, 20),
        "Atom, full content": atom(20),
        "RSS, full content, broken XML": rss(PARAGRAPH, 20).replace(b"<title>Wire", b"<title>Wire & more"),
        "RSS, title and summary": rss(PARAGRAPH, 0),
        "Atom, title only": atom(0),
    }
    sys.stdout.write(f"{'feed of 50 entries':32}{'kB':>8}{'ours ms':>10}{'feedparser ms':>16}{'times':>8}\n")
    for name, data in feeds.items():
        if (mine := ours(data)) != (other := theirs(data)):
            raise SystemExit(
                f"{name}: {len(mine)} entries against {len(other)}, or other titles: nothing may be lost"
            )
        fast, slow = median(ours, data), median(theirs, data)
        sys.stdout.write(f"{name:32}{len(data) / 1000:8.0f}{fast:10.1f}{slow:16.1f}{slow / fast:8.1f}\n")


if __name__ == "__main__":
    main()
