"""What an answer says of time: when to ask again, and how long it is good for. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_REST = timedelta(days=1)
_LONGEST_AGE = timedelta(days=30)
_SECONDS = re.compile(r"([0-9]{1,9})(?:\.[0-9]*)?")
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?([0-9]{1,9})", re.IGNORECASE)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """`Retry-After`, in seconds or as a date; a day at most, None where it says nothing or is past."""
    text = headers.get("retry-after", "").strip()
    if seconds := _SECONDS.fullmatch(text):
        pause = timedelta(seconds=int(seconds[1]))
    elif until := _date(text):
        pause = until - _their_now(headers, now)
    else:
        return None
    return min(pause, LONGEST_REST) if pause > timedelta() else None


def max_age(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """For how long the answer is fresh: `Cache-Control: max-age` less `Age`, else `Expires`; None: not said."""
    control = headers.get("cache-control", "")
    if said := _MAX_AGE.search(control):
        age = _SECONDS.fullmatch(headers.get("age", "").strip())
        fresh = timedelta(seconds=int(said[1]) - (int(age[1]) if age else 0))
    elif until := _date(headers.get("expires", "")):
        fresh = until - _their_now(headers, now)
    else:
        return None
    return max(timedelta(), min(fresh, _LONGEST_AGE))


def _their_now(headers: Mapping[str, str], now: datetime) -> datetime:
    """The time by the publisher's clock: its dates are meant by that, and it may be hours off."""
    return _date(headers.get("date", "")) or now


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
