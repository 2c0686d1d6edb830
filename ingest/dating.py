"""Which of its dates an article is sorted by, and what was wrong with them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ingest.dates import Moment
from ingest.formats.entry import Entry
from store.identity import milliseconds

DATE_FUTURE = "date-future"
DATE_OLD = "date-old"
DATE_UNREAD = "date-unread"
DATE_GUESSED = "date-guessed"
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Dating:
    """A wrong date is worse than none: it puts an article where nobody looks. So `published` may be None.

    `signals` then says why: `date-future` (more than a day after the fetch), `date-old` (before 1990), `date-unread`
    (no date that we know, or one that can be read in two ways). `date-guessed`: it had no zone, no time, or the name
    of several zones; it was read as UTC, as midnight, as the zone next to Syria.
    """

    published: datetime | None
    updated: datetime | None
    wire_version: int | None
    signals: tuple[str, ...] = ()


def dating(entry: Entry, moments: Mapping[str, Moment | None], fetched: datetime) -> Dating:
    """The dates of one entry; `moments` are those of all texts of its feed. An update alone is a publication, too."""
    text = entry.published or entry.updated
    moment, updated = moments[text], moments[entry.updated]
    return Dating(
        published=_plausible(moment, fetched),
        updated=_plausible(updated, fetched),
        wire_version=_wire_version(updated, fetched),
        signals=_signals(moment, fetched) if text else (),
    )


def _signals(moment: Moment | None, fetched: datetime) -> tuple[str, ...]:
    if moment is None:
        return (DATE_UNREAD,)
    if moment.at > fetched + _AHEAD:
        return (DATE_FUTURE,)
    if moment.at < _EARLIEST:
        return (DATE_OLD,)
    return (DATE_GUESSED,) if moment.guessed else ()


def _plausible(moment: Moment | None, fetched: datetime) -> datetime | None:
    return moment.at if moment and _EARLIEST <= moment.at <= fetched + _AHEAD else None


def _wire_version(updated: Moment | None, fetched: datetime) -> int | None:
    """Whole seconds since 1970 of the wire's own `updated`, never of a mere date of publication.

    None where it lies ahead: a wrong one would make the true ones after it late.
    """
    if updated is None or not _EARLIEST <= updated.at <= fetched:
        return None
    return milliseconds(updated.at) // 1000
