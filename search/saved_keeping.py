"""What page and API need of those who keep and send saved searches; `ops.saved_desk` does it."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from search.names import Names
from store.errors import NotFound
from store.index import Index
from store.saved import SavedSearch, SavedSearches
from store.settings import Settings
from store.state import State


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


Keep = Callable[[Settings, Index, State, SavedSearches, Names | None], Keeping]
"""Makes one over ports that are open."""


def find(store: SavedSearches, name: str) -> SavedSearch:
    """By id or name. Raises `NotFound`."""
    found = [each for each in store.searches() if name in (each.id, each.name)]
    if not found:
        raise NotFound(f"saved search {name[:80]!r}: not here: see `syriawire saved list`")
    return found[0]
