"""The port of saved searches: what they ask, how far each channel is, and the ledger of what it has sent.

It lives in the state store (`SYRIAWIRE_STATE`).
The contract is tested in tests/contract/test_saved.py over every adapter.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from store.records import Time

ChannelKind = Literal["atom", "webhook", "email"]
SentKind = Literal["match", "correction", "recall", "old"]
"""`old`: it was there when the search was saved, so it counts as known and was not sent."""


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """One way out. `target`: the URL of a webhook, the address of a mailbox, empty for Atom."""

    kind: ChannelKind
    target: str = ""
    digest: bool = False
    """One message with all that a run has found, in parts of at most `SYRIAWIRE_ALERTS_BATCH`; else one an article."""
    private: bool = False
    """A webhook that may lead into a private network."""
    secret: str = ""
    """The name of the file, in the folder of secrets, with the key that signs; empty: the one of the settings."""

    @property
    def id(self) -> str:
        """What the ledger calls it: the same kind and target are the same channel."""
        if not self.target:
            return self.kind
        return f"{self.kind}-{hashlib.sha256(self.target.encode()).hexdigest()[:12]}"


class SavedSearch(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is never used again, also when another search gets the same name."""

    id: str
    name: str
    query: str
    created: Time
    channels: tuple[Channel, ...]
    copies: bool = False
    since: Time | None = None
    """What was fetched before is old and not sent; None: all that matches is sent."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far one channel of a saved search is."""

    search: str
    channel: str
    until: Time | None = None
    """All that was indexed before, less the overlap, has been looked at and sent."""
    held: tuple[str, ...] = ()
    """Ids of articles that were under embargo when they were looked at."""
    failures: int = 0
    not_before: Time | None = None
    """After a failure: when it is tried again."""
    detail: str = ""
    """Why it failed; empty while it works."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the ledger: this version of this article went out here."""

    search: str
    channel: str
    id: str
    version: int
    kind: SentKind
    at: Time


class SavedSearches(Protocol):
    """Every call is one transaction."""

    def searches(self) -> list[SavedSearch]:
        """All, by name."""

    def add_search(self, search: SavedSearch, progress: Sequence[Progress], known: Sequence[Sent]) -> bool:
        """Inserts all or nothing; False if the name is taken."""

    def drop_search(self, search_id: str) -> None:
        """Forgets it with its progress and its ledger."""

    def progress(self, search_id: str) -> dict[str, Progress]:
        """By channel."""

    def save_progress(self, progress: Progress) -> None:
        """Inserts or replaces."""

    def sent(self, search_id: str, channel: str, ids: Iterable[str]) -> dict[str, Sent]:
        """Those of `ids` that are in the ledger: of each the line of the greatest version."""

    def record_sent(self, lines: Sequence[Sent]) -> None:
        """Adds to the ledger, all or none; a line that is there already stays as it is."""

    def newest_sent(self, search_id: str, channel: str, limit: int) -> list[Sent]:
        """The newest lines that are not `old`, the newest first."""

    def prune_sent(self, before: datetime) -> int:
        """Deletes lines older than `before` whose article has a line of a greater version; returns how many.

        The greatest version of an article stays for ever: it is what says that it was sent.
        """

    def close(self) -> None:
        """Frees connections."""
