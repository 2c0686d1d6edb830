"""Dates as feeds write them, in seven languages, to UTC. Pure, and shy: a wrong date is worse than none.

Not for more than that: RFC 822 and 2822 with their sins, ISO 8601 and W3CDTF, asctime, epochs, dates with the name
of a month, and numbers alone where their order is known.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from ingest.datewords import HALVES, MONTHS, UNSURE, ZONES, fold

_LONGEST = 120
_EPOCH = re.compile(r"\s*(?P<seconds>[0-9]{9,10})(?P<milli>[0-9]{3})?(?:\.[0-9]+)?\s*")
_COMPACT = re.compile(
    r"\b([0-9]{4})([01][0-9])([0-3][0-9])(?:t?([0-9]{2})([0-9]{2})([0-9]{2})?)?(?=z|[+-]|\b)"
)
_CLOCK = re.compile(
    r"(?<![0-9:])(?P<hour>[0-9]{1,2})(?::|\s?h\s?)(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?(?:[.,][0-9]+)?(?![0-9:])"
)
_OFFSET = re.compile(
    r"(?P<name>gmt|utc?)?\s?(?<![0-9])(?P<sign>[+\-−])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?(?![0-9])"
)
_HALF = re.compile(rf"\s*({'|'.join(map(re.escape, HALVES))})(?![^\W\d_])")
_YEAR_FIRST = re.compile(r"(?<![0-9])([0-9]{4})\s?([-/.])\s?([0-9]{1,2})\s?\2\s?([0-9]{1,2})(?![0-9])")
_YEAR_LAST = re.compile(
    r"(?<![0-9])([0-9]{1,2})\s?([-/.])\s?([0-9]{1,2})\s?\2\s?([0-9]{4}|[0-9]{2})(?![0-9])"
)
_MONTH = re.compile(
    # Kurdish puts an ending to the name: 7ê Cotmeha 2015.
    rf"(?<![^\W\d_])({'|'.join(sorted(map(re.escape, MONTHS), key=len, reverse=True))})(?:[iy]?y?[ea]|ي)?(?![^\W\d_])"
)
_NUMBER = re.compile(r"[0-9]+")
_WORD = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*")


@dataclass(frozen=True)
class Moment:
    """`at` is UTC-aware. `guessed`: there is no zone or time in it, or a zone's name that several zones have."""

    at: datetime
    guessed: bool = False


def read_dates(texts: Iterable[str]) -> Mapping[str, Moment | None]:
    """Each text of one feed → its moment, None where there is none or it could be two.

    `03/04/2015` is read only if another date of the feed shows which number is the day.
    """
    different = dict.fromkeys(texts)
    day_first = _order(different)
    return {text: read_date(text, day_first=day_first) for text in different}


def read_date(text: str, *, day_first: bool | None = None) -> Moment | None:
    """One date alone. `day_first` decides where both numbers could be the day; None: then there is no answer."""
    if not text or len(text) > _LONGEST:
        return None
    folded = fold(text).replace("a.m.", "am").replace("p.m.", "pm")
    try:
        if match := _EPOCH.fullmatch(folded):
            return Moment(datetime.fromtimestamp(int(match["seconds"]), UTC))
        if match := _COMPACT.search(folded):
            folded = _spaced(match) + folded[match.end() :]
        return _calendar(folded, day_first)
    except (ValueError, OverflowError):
        return None


def _spaced(match: re.Match[str]) -> str:
    year, month, day, hour, minute, second = match.groups()
    return f"{year}-{month}-{day}" + (f" {hour}:{minute}:{second or '00'}" if hour else "")


def _calendar(folded: str, day_first: bool | None) -> Moment | None:
    rest, clock, zone, sure = _time(folded)
    day = _day(rest, day_first)
    if day is None:
        return None
    local = datetime(*day) + (clock or timedelta())  # noqa: DTZ001  (its zone comes in the next line)
    return Moment(
        local.replace(tzinfo=zone or UTC).astimezone(UTC), clock is None or zone is None or not sure
    )


def _time(folded: str) -> tuple[str, timedelta | None, tzinfo | None, bool]:
    """(what is left for the date, time since midnight, zone, whether the zone is sure)."""
    match = _CLOCK.search(folded)
    if match is None:
        return folded, None, None, False
    before, after = folded[: match.start()], folded[match.end() :]
    half = _HALF.match(after)
    clock = _since_midnight(match, HALVES[half[1]] if half else None)
    zone: tzinfo | None = None
    if offset := _OFFSET.search(after):
        # "+3" alone may be anything.
        zone = _fixed(offset) if offset["name"] or offset["minutes"] or len(offset["hours"]) == 2 else None
        after = after[: offset.start()] + after[offset.end() :]
    name = "" if zone else next(filter(None, map(_zone_name, _WORD.findall(after))), "")
    return f"{before} {after}", clock, zone or ZONES.get(name), name not in UNSURE


def _zone_name(word: str) -> str:
    """Arabic writes `بتوقيت دمشق`, and the preposition may stick to the name."""
    return word if word in ZONES else (word[1:] if word[:1] == "ب" and word[1:] in ZONES else "")


def _fixed(match: re.Match[str]) -> tzinfo:
    distance = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    if distance > timedelta(hours=15):
        raise ValueError(f"no zone is {distance} from UTC")
    return timezone(distance if match["sign"] == "+" else -distance)


def _since_midnight(match: re.Match[str], half: int | None) -> timedelta:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if half is not None and hour <= 12:
        hour = hour % 12 + half
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and minute):
        raise ValueError("no time of day")
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def _day(text: str, day_first: bool | None) -> tuple[int, int, int] | None:
    if match := _YEAR_FIRST.search(text):
        return int(match[1]), int(match[3]), int(match[4])
    if match := _YEAR_LAST.search(text):
        return _numbers(match, day_first)
    names = _MONTH.findall(text)
    if len(names) > 1 and names[0] == "mar":  # mardi, not mars
        del names[0]
    months = {MONTHS[name] for name in names}
    numbers = _NUMBER.findall(_MONTH.sub(" ", text))
    if len(months) != 1 or len(numbers) != 2:
        return None
    day, year = sorted(numbers, key=len) if len(numbers[0]) != len(numbers[1]) else numbers
    return (_full(year), months.pop(), int(day)) if len(day) <= 2 else None


def _numbers(match: re.Match[str], day_first: bool | None) -> tuple[int, int, int] | None:
    first, second, year = int(match[1]), int(match[3]), _full(match[4])
    # Points part day, month, year from Lisbon to Vladivostok; strokes and dashes may part month, day, year.
    if first > 12 or match[2] == "." or first == second:
        return year, second, first
    if second > 12:
        return year, first, second
    if day_first is None:
        return None
    return (year, second, first) if day_first else (year, first, second)


def _full(year: str) -> int:
    """RFC 2822: 00 to 49 are of this century, 50 to 99 of the last."""
    number = int(year)
    if len(year) == 2:
        return number + (2000 if number < 50 else 1900)
    if len(year) != 4:
        raise ValueError(f"{year} is no year")
    return number


def _order(texts: Iterable[str]) -> bool | None:
    """True where a date of the feed can only be day-first, False where only month-first, None for neither or both."""
    found = set()
    for text in texts:
        match = _YEAR_LAST.search(fold(text[:_LONGEST]))
        if match and match[2] != "." and (int(match[1]) > 12) != (int(match[3]) > 12):
            found.add(int(match[1]) > 12)
    return found.pop() if len(found) == 1 else None
