"""Days and spans as a query writes them → moments. Pure; days are UTC."""

import re
from datetime import UTC, datetime, timedelta

HOW = "write a day like 2015-10-01, a span like [2015-10-01 TO 2015-10-09], or last-7d"
Span = tuple[datetime | None, datetime | None]
"""`low <= moment < high`; None leaves that side open."""

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_LAST = re.compile(r"last-(\d{1,6})([hdw])", re.IGNORECASE)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def span(value: str, now: datetime) -> Span:
    """`2015`, `2015-10`, `2015-10-01`, `last-7d` (also `h`, `w`). Raises `ValueError`: what is wrong, what to do."""
    last = _LAST.fullmatch(value)
    if last is None:
        return _day(value)
    try:
        return now - int(last[1]) * _UNITS[last[2].lower()], None
    except OverflowError:
        raise ValueError(f"{value!r} goes back too far: {HOW}") from None


def between(low: str, high: str) -> Span:
    """Both ends belong to it; `*` leaves one open. Raises `ValueError`."""
    start = None if low == "*" else _day(low)[0]
    end = None if high == "*" else _day(high)[1]
    if start is not None and end is not None and start >= end:
        raise ValueError(f"the span ends ({high}) before it begins ({low}): turn the two round")
    return start, end


def _day(value: str) -> Span:
    match = _DAY.fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r} is no date: {HOW}")
    year, month, day = (None if part is None else int(part) for part in match.groups())
    try:
        start = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
        if day is not None:
            return start, start + timedelta(days=1)
        return start, _next_month(start) if month is not None else start.replace(year=start.year + 1)
    except (ValueError, OverflowError):
        raise ValueError(f"{value!r} is not in the calendar: {HOW}") from None


def _next_month(start: datetime) -> datetime:
    return (start + timedelta(days=31)).replace(day=1)
