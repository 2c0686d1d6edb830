"""Facts that hold for a time: roles of people, sides and parents of groups. Days are as precise as they are known."""

import calendar
import re
from datetime import date

import msgspec

_DAY = re.compile(r"([12]\d{3})(?:-(\d\d)(?:-(\d\d))?)?")

Day = str | int
"""`2015`, `2015-02` or `2015-02-17`, as an analyst writes it."""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """From `first` to `last`, both included; None: open. The widest reading of what is written."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """What a person was. `title` maps a language to the title; `of` is the id of a state, an organ or a group."""

    title: dict[str, str]
    of: str
    period: Period


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """That a group was tied to another, `id`, for a time: belonged to it, or went on as it."""

    id: str
    period: Period


class SideTaken(msgspec.Struct, frozen=True, kw_only=True):
    """On whose side a group stood for a time: one of `lexicon.entity.Side`."""

    side: str
    period: Period


def period(first: Day | None, last: Day | None) -> Period:
    """From the first day that `first` can mean to the last that `last` can. Raises `ValueError`."""
    found = Period(
        first=_bound(first, last=False) if first is not None else None,
        last=_bound(last, last=True) if last is not None else None,
    )
    if found.first and found.last and found.first > found.last:
        raise ValueError(f"from {first} is after to {last}: swap or mend them")
    return found


def _bound(day: Day, *, last: bool) -> date:
    match = _DAY.fullmatch(str(day))
    wrong = ValueError(f"{day!r} is no day: write 2015, 2015-02 or 2015-02-17")
    if match is None:
        raise wrong
    year, month = int(match[1]), int(match[2] or (12 if last else 1))
    try:
        return date(year, month, int(match[3] or (calendar.monthrange(year, month)[1] if last else 1)))
    except (ValueError, calendar.IllegalMonthError) as error:
        raise wrong from error
