"""The state port: what feeds, leases and items are at. Adapters are chosen by `SYRIAWIRE_STATE`.

Losing the state store costs repeated work, never an article or a correction: `ingest.recover` rebuilds the items
from the log. The contract is tested in tests/contract/test_state.py over every adapter.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from store.records import Time


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """What the publisher says of when to come again. Zero and empty: nothing."""

    ttl_minutes: int = 0
    """RSS `ttl`."""
    period_seconds: int = 0
    """`sy:updatePeriod` divided by `sy:updateFrequency`."""
    skip_hours: tuple[int, ...] = ()
    """Hours of the day, 0 to 23, UTC."""
    skip_days: tuple[str, ...] = ()
    """Days of the week, such as `Sunday`, UTC."""
    cache_seconds: int = 0
    """`Cache-Control: max-age` of the last answer."""


class FeedState(msgspec.Struct, frozen=True, kw_only=True):
    """Where one feed stands. `health` is one of `store.health.HEALTH`; `detail` one line for a person."""

    feed_id: str
    url: str = ""
    """The address in the catalogue at the last poll: another one there makes the validators void."""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    health: str = "new"
    detail: str = ""
    failures: int = 0
    next_due: Time | None = None
    last_poll: Time | None = None
    last_success: Time | None = None
    newest_item: Time | None = None
    items_total: int = 0
    items_shown: int = 0
    """How many items the last response with a body held."""
    undated: bool = False
    """None of them had a date."""
    arrivals: tuple[int, ...] = ()
    """When the newest items came, seconds since 1970, ascending: the feed's rhythm (`ingest.rhythm`)."""
    overruns: int = 0
    """How often of late all items of a response were new."""
    hints: Hints = Hints()
    last_whole: Time | None = None
    """The last answer with a body."""
    last_not_modified: Time | None = None
    """The last 304."""
    distrust_until: Time | None = None
    """Its 304 has hidden items: until then it is asked without validators."""
    address: str = ""
    """Where the feed is read, since it has moved for good; empty: at `url`."""
    moved_to: str = ""
    """Where permanent redirects have led `moved_seen` times since `moved_since`; not read there yet."""
    moved_since: Time | None = None
    moved_seen: int = 0


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one article: its newest version and content.

    `appended` is False between the decision and the append. A crash there repeats the article with the version
    that was decided, so the repeat is the same record and harms nothing.
    """

    id: str
    feed_id: str
    version: int
    content_hash: str
    first_seen: Time
    wire_version: int | None = None
    appended: bool = True
    late: tuple[str, ...] = ()
    """Content hashes of older wire versions that came late and went into the history."""
    story: tuple[str, str, str] | None = None
    """What its link, headline and date were, as `ingest.story` keeps them; None before it did."""


class State(Protocol):
    """Per feed validators, next due, health; seen items; leases. Every call is one transaction."""

    def feed(self, feed_id: str) -> FeedState | None:
        """The state of one feed, None before its first poll."""

    def feeds(self, ids: Iterable[str] | None = None) -> list[FeedState]:
        """Those of `ids` that were polled, or with None all, by id."""

    def save_feeds(self, feeds: Sequence[FeedState]) -> None:
        """Inserts or replaces, all or none."""

    def waits(self, now: datetime) -> dict[str, datetime]:
        """Host → not to be asked before, for the hosts that have asked us to wait beyond `now`."""

    def save_waits(self, waits: Mapping[str, datetime]) -> None:
        """Remembers, of what is known and what is given for a host, the later."""

    def seen(self, ids: Iterable[str]) -> dict[str, Seen]:
        """Those of `ids` that are known."""

    def save_seen(self, items: Sequence[Seen]) -> None:
        """Inserts or replaces, all or none."""

    def lease(self, name: str, owner: str, ttl: timedelta, now: datetime) -> bool:
        """Takes or renews the lease `name` until `now + ttl`; False while another owner holds it."""

    def release(self, name: str, owner: str) -> None:
        """Gives the lease back if `owner` holds it."""

    def lease_all(self, names: Iterable[str], owner: str, ttl: timedelta, now: datetime) -> frozenset[str]:
        """The same as `lease` for each of many names; returns those that `owner` holds now."""

    def release_all(self, names: Iterable[str], owner: str) -> None:
        """The same as `release` for each of many names."""

    def claim(self, scope: str, wishes: Mapping[str, str]) -> dict[str, str]:
        """For each key the value it has in `scope`: the first that was claimed for it and did not give it up."""

    def claimed(self, scope: str, keys: Iterable[str]) -> dict[str, str]:
        """Those of `keys` that are claimed in `scope`, with their values; claims nothing."""

    def give_up(self, scope: str, kept: Mapping[str, str]) -> None:
        """Each value in `kept` loses all keys that it holds in `scope`, but the one named with it."""

    def mark(self, name: str) -> str | None:
        """A small named value, such as "the items were recovered"."""

    def set_mark(self, name: str, value: str) -> None:
        """Inserts or replaces."""

    def close(self) -> None:
        """Frees connections."""
