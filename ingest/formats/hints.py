"""What a feed says of its own rhythm: `ttl`, `skipHours`, `skipDays`, `sy:updatePeriod`. Pure."""

from collections.abc import Iterator
from datetime import timedelta

from ingest.formats.entry import Hints
from ingest.formats.fields import Fields
from ingest.formats.markup import bare_text

_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def hints(feed: Fields) -> Hints:
    """What is out of range is left out. The hour 24 of old feeds is 0."""
    hours = (_number(text) for text in _children(feed, "skiphours", "hour"))
    days = {text.strip().capitalize() for text in _children(feed, "skipdays", "day")}
    return Hints(
        ttl=_number(feed.text(("ttl",))) or None,
        skip_hours=tuple(sorted({hour % 24 for hour in hours if hour is not None and hour <= 24})),
        skip_days=tuple(day for day in _DAYS if day in days),
        update_period=_period(feed),
    )


def _period(feed: Fields) -> timedelta | None:
    period = _PERIODS.get(feed.text(("sy:updateperiod",)).lower())
    frequency = _number(feed.text(("sy:updatefrequency",))) or 1
    return period / frequency if period else None


def _children(feed: Fields, outer: str, inner: str) -> Iterator[str]:
    for each in feed.all((outer,)):
        yield from (bare_text(child) for child in Fields(each).all((inner,)))


def _number(text: str) -> int | None:
    """None for what is no number of minutes, hours or times."""
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 7 else None
