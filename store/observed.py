"""What a look at the pipeline has seen: how each feed is, and how far each stage is behind.

Dashboards show it over time. Only an index that Kibana can read keeps it; page and `syriawire status` look themselves.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from store.records import Time


class Observation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a look. `kind` says which fields are set: those of a feed, of a stage, or of the whole pipeline."""

    at: Time
    kind: Literal["feed", "stage", "pipeline"]
    feed_id: str = ""
    publisher: str = ""
    health: str = ""
    answers: bool | None = None
    """The publisher answers with a feed (`store.health.SUCCESS`)."""
    overdue: bool | None = None
    detail: str = ""
    failures: int | None = None
    items_total: int | None = None
    last_poll: Time | None = None
    last_success: Time | None = None
    newest_item: Time | None = None
    stage: str = ""
    lag: int | None = None
    """Records that the stage has still to commit."""
    articles: int | None = None
    dead_letters: int | None = None


class Observations(Protocol):
    """Keeps looks for three months."""

    def write(self, seen: Sequence[Observation]) -> None:
        """Adds one look; the same one again changes nothing. Raises `IndexUnavailable`."""

    def close(self) -> None:
        """Gives the connection back."""
