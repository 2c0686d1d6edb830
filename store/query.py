"""What can be asked of an index, in our own terms: adapters translate it, no caller sees a backend's dict."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from store.records import Article

Sort = Literal["relevance", "newest", "first_seen"]
KeywordField = Literal[
    "id", "feed_id", "language", "pubstatus", "signals", "provider", "entity_ids", "person_ids", "group_ids",
    "state_ids", "place_ids", "weapon_ids", "theme_ids", "story_id", "copy_of", "content_hash",
]  # fmt: skip
TimeField = Literal["published", "updated", "fetched", "first_seen"]
TextField = Literal["any", "headline", "body"]


@dataclass(frozen=True)
class Everything:
    """Matches every article."""


@dataclass(frozen=True)
class Word:
    """Articles with this word: exact (folded) forms count more than those that share its stem."""

    text: str
    field: TextField = "any"


@dataclass(frozen=True)
class Phrase:
    """These words side by side, folded but not stemmed; `slop` lets that many others stand between."""

    text: str
    field: TextField = "any"
    slop: int = 0


@dataclass(frozen=True)
class Prefix:
    """Words that begin so (`shell*`), folded, not stemmed."""

    text: str
    field: TextField = "any"


@dataclass(frozen=True)
class Term:
    """A keyword field holds exactly this value."""

    field: KeywordField
    value: str


@dataclass(frozen=True)
class TimeRange:
    """`low <= field < high`; None leaves that side open."""

    field: TimeField
    low: datetime | None = None
    high: datetime | None = None


@dataclass(frozen=True)
class And:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Or:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    part: "Node"


Node = Everything | Word | Phrase | Prefix | Term | TimeRange | And | Or | Not


@dataclass(frozen=True, kw_only=True)
class Query:
    """A question to the newest version of each article.

    `now`: articles under embargo after this moment are left out; None shows them too (for our own checks).
    `copies`: False leaves out articles that copy another. `after` is the `next` of the page before, and
    nothing else: any other text raises `BadPage`.
    """

    where: Node = Everything()
    now: datetime | None
    copies: bool = True
    sort: Sort = "relevance"
    limit: int = 20
    after: str | None = None


@dataclass(frozen=True, kw_only=True)
class Hit:
    article: Article
    score: float


@dataclass(frozen=True, kw_only=True)
class Hits:
    """`total` counts all matches, exactly. `next` is None on the last page."""

    total: int
    hits: tuple[Hit, ...]
    next: str | None


@dataclass(frozen=True)
class FacetValue:
    value: str
    count: int
