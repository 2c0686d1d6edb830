"""What can be asked of an index, in our own terms: adapters translate it, no caller sees a backend's dict."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from store.records import Article

Sort = Literal["relevance", "newest", "oldest", "first_seen"]
Fold = Literal["story", "copies"]
Interval = Literal["hour", "day", "week", "month", "year"]
KeywordField = Literal[
    "id", "feed_id", "language", "pubstatus", "signals", "provider", "entity_ids", "person_ids", "group_ids",
    "state_ids", "place_ids", "weapon_ids", "theme_ids", "story_id", "copy_of", "content_hash",
]  # fmt: skip
TimeField = Literal["published", "updated", "fetched", "first_seen", "dated", "indexed"]
"""`dated`: when it was published, or first seen if the wire does not say. `indexed`: when this form of it was put."""
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
class Wildcard:
    """One word with `*` (any letters, also none) and `?` (one letter) in it, folded, not stemmed: `qar*ta?n`.

    Raises `BadQuestion` when asked: for more than one word, for less than two letters before the first `*` or `?`,
    for more than four `*`.
    """

    text: str
    field: TextField = "any"


@dataclass(frozen=True)
class Near:
    """Articles that name a place (`Article.geo`) at most `km` away from here, on a sphere of 6371.0088 km."""

    lat: float
    lon: float
    km: float


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


Node = Everything | Word | Phrase | Prefix | Wildcard | Near | Term | TimeRange | And | Or | Not


@dataclass(frozen=True, kw_only=True)
class Query:
    """A question to the newest version of each article.

    `now`: articles under embargo after this moment are left out; None shows them too (for our own checks).
    `copies`: False leaves out articles that copy another. `fold`: of the matches that tell one story, or have one
    text, only the first in the order of `sort` is a hit, and says how many more there are. `after` is the `next`
    of the page before, and nothing else: any other text raises `BadPage`.
    """

    where: Node = Everything()
    now: datetime | None
    copies: bool = True
    fold: Fold | None = None
    sort: Sort = "relevance"
    limit: int = 20
    after: str | None = None


@dataclass(frozen=True, kw_only=True)
class Hit:
    """`folded`: how many more matches this hit stands for."""

    article: Article
    score: float
    folded: int = 0


@dataclass(frozen=True, kw_only=True)
class Hits:
    """`total` counts all matches exactly, those folded away too. `next` is None on the last page."""

    total: int
    hits: tuple[Hit, ...]
    next: str | None


@dataclass(frozen=True)
class FacetValue:
    value: str
    count: int


@dataclass(frozen=True)
class Bucket:
    """So many articles from `start` (UTC) until the next bucket's."""

    start: datetime
    count: int


class Bounds(NamedTuple):
    """A part of the map in degrees; `west` > `east` crosses the date line."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True)
class Cell:
    """A tile of the web map, `zoom/x/y`: how many articles name a place in it.

    `lat` and `lon` are where these places lie on the average; `places` are the ids of the most named of them.
    """

    cell: str
    lat: float
    lon: float
    count: int
    places: tuple[str, ...]


@dataclass(frozen=True)
class Companion:
    """A value found with what was asked for, in `count` articles; `background` articles have it at all.

    `score` is the log-likelihood ratio: how surely it stands here more often than elsewhere; always > 0.
    """

    value: str
    count: int
    background: int
    score: float
