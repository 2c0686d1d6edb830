"""The state port: what feeds, leases and items are at. Adapters are chosen by `SYRIAWIRE_STATE`.

Losing the state store costs repeated work, never an article or a correction: `ingest.recover` rebuilds the items
from the log. The contract is tested in tests/contract/test_state.py over every adapter.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from store.records import Time


class FeedState(msgspec.Struct, frozen=True, kw_only=True):
    """Where one feed stands. `health` is one of `store.health.HEALTH`; `detail` one line for a person."""

    feed_id: str
    url: str = ""
    """The address that the validators belong to."""
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


class State(Protocol):
    """Per feed validators, next due, health; seen items; leases. Every call is one transaction."""

    def feed(self, feed_id: str) -> FeedState | None:
        """The state of one feed, None before its first poll."""

    def feeds(self) -> list[FeedState]:
        """All of them, by id."""

    def save_feed(self, feed: FeedState) -> None:
        """Inserts or replaces."""

    def seen(self, ids: Iterable[str]) -> dict[str, Seen]:
        """Those of `ids` that are known."""

    def save_seen(self, items: Sequence[Seen]) -> None:
        """Inserts or replaces, all or none."""

    def lease(self, name: str, owner: str, ttl: timedelta, now: datetime) -> bool:
        """Takes or renews the lease `name` until `now + ttl`; False while another owner holds it."""

    def release(self, name: str, owner: str) -> None:
        """Gives the lease back if `owner` holds it."""

    def claim(self, scope: str, wishes: Mapping[str, str]) -> dict[str, str]:
        """For each key the value it has in `scope`: the first that was claimed for it and did not give it up."""

    def give_up(self, scope: str, kept: Mapping[str, str]) -> None:
        """Each value in `kept` loses all keys that it holds in `scope`, but the one named with it."""

    def mark(self, name: str) -> str | None:
        """A small named value, such as "the items were recovered"."""

    def set_mark(self, name: str, value: str) -> None:
        """Inserts or replaces."""

    def close(self) -> None:
        """Frees connections."""
