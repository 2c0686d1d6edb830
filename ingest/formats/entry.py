"""What every format module gives back. Text fields are plain text unless their name ends in `_html`."""

from dataclasses import dataclass
from datetime import timedelta

ENTRIES = 50_000
"""More of one document are not read: each takes some hundred microseconds, and no feed has as many."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of a feed as the document has it, before any clean-up. `position` counts from 0.

    `published` and `updated` are the dates as written: what they mean is seen with those of the other entries.
    `base` is the address that relative links of this entry start from, "" where the document names none.
    """

    position: int
    guid: str = ""
    link: str = ""
    base: str = ""
    title: str = ""
    summary_html: str = ""
    content_html: str = ""
    author: str = ""
    source: str = ""
    published: str = ""
    updated: str = ""
    categories: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Hints:
    """What a feed says of its own rhythm. Hours are UTC, 0 to 23; days are English names such as `Sunday`.

    `ttl` counts minutes. `update_period` is `sy:updatePeriod` divided by `sy:updateFrequency`.
    """

    ttl: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    update_period: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """One document. `problems` are lines for a person; with problems and no entries it could not be read.

    `complete` is False where it was cut off: the same address may soon give the whole of it.
    """

    entries: tuple[Entry, ...] = ()
    title: str = ""
    complete: bool = True
    author: str = ""
    """Of all entries that name none."""
    problems: tuple[str, ...] = ()
    hints: Hints = Hints()
