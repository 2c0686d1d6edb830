"""Days and spans as a query writes them → moments. Pure; days are UTC."""

import re
from datetime import UTC, datetime, timedelta

HOW = "write a day like 2015-10-01, a moment like 2015-10-01T14:30, a span like [2015-10-01 TO 2015-10-09], or last-7d"
Span = tuple[datetime | None, datetime | None]
"""`low <= moment < high`; None leaves that side open."""

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_MOMENT = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})T(\d{1,2})(?::(\d{2}))?Z?", re.IGNORECASE)
_NAMED = {"today": 0, "yesterday": 1}
_LAST = re.compile(r"last-(\d{1,6})([hdw])", re.IGNORECASE)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def span(value: str, now: datetime) -> Span:
    """`2015`, `2015-10`, `2015-10-01`, `2015-10-01T14:30`, `today`, `yesterday`, `last-7d` (also `h`, `w`).

    Raises `ValueError`: what is wrong, what to do.
    """
    if value.lower() in _NAMED:
        day = (now - timedelta(days=_NAMED[value.lower()])).replace(hour=0, minute=0, second=0, microsecond=0)
        return day, day + timedelta(days=1)
    last = _LAST.fullmatch(value)
    if last is None:
        return _moment(value)
    try:
        return now - int(last[1]) * _UNITS[last[2].lower()], None
    except OverflowError:
        raise ValueError(f"{value!r} goes back too far: {HOW}") from None


def between(low: str, high: str, now: datetime) -> Span:
    """Both ends belong to it; `*` leaves one open. Raises `ValueError`."""
    start = None if low == "*" else span(low, now)[0]
    end = None if high == "*" else span(high, now)[1]
    if start is not None and end is not None and start >= end:
        raise ValueError(f"the span ends ({high}) before it begins ({low}): turn the two round")
    return start, end


def _moment(value: str) -> Span:
    match = _MOMENT.fullmatch(value)
    if match is None:
        return _day(value)
    day, _ = _day(match[1])
    hour, minute = int(match[2]), int(match[3] or 0)
    if day is None or hour > 23 or minute > 59:
        raise ValueError(f"{value!r} is no time of the day: {HOW}")
    start = day + timedelta(hours=hour, minutes=minute)
    return start, start + (timedelta(minutes=1) if match[3] else timedelta(hours=1))


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
