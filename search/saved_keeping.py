"""What page and API need of those who keep and send saved searches; `ops.saved_desk` does it."""

from typing import Protocol

import msgspec

from store.saved import SavedSearch, SavedSearches


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a test message through one channel; `said`: what came back."""

    channel: str
    ok: bool
    said: str


class Keeping(Protocol):
    """Saves, changes and tries saved searches. Raises `BadRequest`, `NotFound`, `Unavailable`."""

    @property
    def store(self) -> SavedSearches:
        """Where they are kept."""

    def add(self, search: SavedSearch, *, backfill: bool) -> SavedSearch:
        """Saves it under a new id; with `backfill` what matches already is sent."""

    def change(self, search: SavedSearch) -> SavedSearch:
        """Replaces the search of this id. What went out does not go out again."""

    def remove(self, search: SavedSearch) -> None:
        """Forgets it with its ledger."""

    def test(self, search: SavedSearch) -> list[Tried]:
        """Sends one marked message through each channel."""

    def retry(self, search: SavedSearch) -> int:
        """Lets the next run send what was set aside; how many articles."""
