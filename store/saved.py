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
Place = tuple[datetime, str, int]
"""Of a line in the ledger: when, which article, which version."""


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
    since: Time | None = None
    """As in the search, for a channel that came later."""

    @property
    def id(self) -> str:
        """What the ledger calls it: the same kind and target are the same channel."""
        if not self.target:
            return self.kind
        return f"{self.kind}-{hashlib.sha256(self.target.encode()).hexdigest()[:12]}"


ATOM = Channel(kind="atom", digest=True)
"""Every saved search has it: its feed is made of the ledger."""


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
    ran: Time | None = None
    """When it was last tried."""
    held: tuple[str, ...] = ()
    """Ids of articles that are looked at again, however old: under embargo, or refused so far."""
    refusals: dict[str, int] = {}
    """Id of an article → how often the receiver has refused its message."""
    failures: int = 0
    not_before: Time | None = None
    """After a failure: when it is tried again."""
    detail: str = ""
    """Why it failed; empty while it works."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the ledger: this version of this article went out here, or was set aside."""

    search: str
    channel: str
    id: str
    version: int
    kind: SentKind
    at: Time
    refused: str = ""
    """Why the receiver would not have it, so that it was set aside; empty: it went out."""

    @property
    def place(self) -> Place:
        """Where it stands in the order of `newest_sent`."""
        return self.at, self.id, self.version


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel has sent: how many articles, the last when; and how many are set aside."""

    articles: int = 0
    last: Time | None = None
    aside: int = 0


class SavedSearches(Protocol):
    """Every call is one transaction."""

    def searches(self) -> list[SavedSearch]:
        """All, by name."""

    def add_search(self, search: SavedSearch, progress: Sequence[Progress], known: Sequence[Sent]) -> bool:
        """Inserts all or nothing; False if the name is taken."""

    def change_search(self, search: SavedSearch, progress: Sequence[Progress], known: Sequence[Sent]) -> bool:
        """Replaces the search of this id, and forgets the channels it has no more; adds progress and lines.

        All or nothing; False if the name is taken. Raises `NotFound` if there is no such search.
        """

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

    def newest_sent(self, search_id: str, channel: str, limit: int, after: Place | None = None) -> list[Sent]:
        """The newest lines that went out (not `old`, not set aside), the newest first; `after` this place."""

    def aside(self, search_id: str, limit: int) -> list[Sent]:
        """The lines that are set aside and that no later line of their article replaces, the newest first."""

    def take_back(self, progress: Progress, lines: Sequence[Sent]) -> None:
        """Deletes these lines and saves the progress, both or none."""

    def tallies(self, search_id: str) -> dict[str, Tally]:
        """By channel; of a channel that has sent nothing there is none."""

    def prune_sent(self, before: datetime) -> int:
        """Deletes lines older than `before` whose article has a line of a greater version that went out;
        returns how many.

        The greatest version of an article stays for ever: it is what says that it was sent.
        """

    def close(self) -> None:
        """Frees connections."""
