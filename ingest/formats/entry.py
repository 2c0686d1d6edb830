"""What every format module gives back. Text fields are plain text unless their name ends in `_html`."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of a feed as the document has it, before any clean-up. `position` counts from 0."""

    position: int
    guid: str = ""
    link: str = ""
    title: str = ""
    summary_html: str = ""
    content_html: str = ""
    author: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    categories: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """One document. `problems` are lines for a person; with problems and no entries it could not be read.

    `complete` is False where it was broken, perhaps cut off: the same address may soon give the whole of it.
    """

    entries: tuple[Entry, ...] = ()
    title: str = ""
    complete: bool = True
    problems: tuple[str, ...] = ()


def utc(moment: datetime | time.struct_time | None) -> datetime | None:
    """UTC-aware, or None where the calendar ends. A time without a zone is UTC, as feedparser reads it."""
    try:
        if isinstance(moment, time.struct_time):
            return datetime(*moment[:6], tzinfo=UTC)
        if isinstance(moment, datetime):
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # second 61, the year 0, or an offset that leaves the calendar
        return None
    return None
