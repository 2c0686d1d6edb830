"""The index port: the searchable archive. Adapters are chosen by `SYRIAWIRE_INDEX`.

The contract, tested in tests/contract/test_index.py over every adapter:

- Two collections: the newest of each article, by id; and every version of it, by `id@version`.
- Of two records of one article the greater (`version`, `revision`) wins, in whatever order they are put;
  an equal one changes nothing. A late older version goes into the history only.
- `put` returns once its articles survive a crash of the process. They are seen by `get` and `history` at once in
  the writing process, by `search` after `refresh()`, and by other processes within a second.
- Of a retracted article only headline and note are searched: the text was taken back (`searched_texts`).
- Reading is safe from several threads at once.
- Time stands still in no index: `indexed` is the writer's clock when an article was put. It can be searched within
  seconds after, and clocks of several writers differ: who asks for what came since his last question lets the
  spans overlap by some minutes, and after a rebuild all is new.
- A question with more than `store.bounds` allows raises `BadQuestion`, whatever is asked for.
- What the world refuses raises `IndexUnavailable`, also while another process holds the one writer of an
  embedded index; the same object works again once the world is back.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, Protocol

from store.query import (
    Bounds,
    Bucket,
    Cell,
    Companion,
    FacetValue,
    Hits,
    Interval,
    KeywordField,
    Query,
    TimeField,
)
from store.records import Article

Collection = Literal["newest", "history"]


class Rejected(NamedTuple):
    """An article that the index can never hold, and why."""

    article: Article
    reason: str


class Key(NamedTuple):
    """What identifies one stored record."""

    id: str
    version: int
    revision: int


def searched_texts(article: Article) -> tuple[str, str]:
    """What is searched of an article: its headline, and all other text."""
    if article.retracted:
        return article.headline, article.ednote
    return article.headline, "\n".join((article.summary, article.body, article.ednote))


class Index(Protocol):
    """The newest version of every article, searchable, and the history of each."""

    def put(self, articles: Sequence[Article]) -> list[Rejected]:
        """Stores them, durably; those that can never be stored come back with the reason."""

    def refresh(self) -> None:
        """Afterwards `search`, `facets`, `scan` and `keys` see all that was put before, by any process."""

    def get(self, id: str) -> Article | None:  # noqa: A002
        """The newest version."""

    def history(self, id: str) -> list[Article]:  # noqa: A002
        """Every version, newest first, each in its greatest revision."""

    def search(self, query: Query) -> Hits:
        """One page of matches, in the order of `query.sort`; pages of an unchanged index never overlap.

        `newest` and `oldest` go by `dated`. Any page can be reached; pages by relevance cost more the deeper.
        """

    def facets(self, query: Query, fields: Sequence[KeywordField], size: int) -> dict[str, list[FacetValue]]:
        """For each field its `size` most frequent values among all matches, most frequent first.

        Like all counts below it counts articles, not folds; `fold`, `limit`, `after` and `sort` are ignored.
        """

    def timeline(self, query: Query, interval: Interval, field: TimeField = "dated") -> list[Bucket]:
        """How many matches an hour, day, week (from Monday), month or year, in UTC; the undated are left out.

        Empty buckets stand between the first and the last one that is not. Raises `BadQuestion` for more than
        `MOST_BUCKETS` of them.
        """

    def cells(
        self, query: Query, precision: int, bounds: Bounds | None = None, size: int = 1000
    ) -> list[Cell]:
        """The `size` fullest tiles of zoom `precision` (2 to 14) that have places within `bounds`, the fullest first.

        A tile is counted whole, also where the bounds cut it. Places are those of all matches.
        """

    def company(self, query: Query, field: KeywordField, size: int) -> list[Companion]:
        """The values that are more frequent among the matches than in all articles, the surest first.

        What the question itself asks for is among them. Values in fewer than `FEWEST_TOGETHER` matches are not.
        """

    def scan(self, query: Query, collection: Collection = "newest") -> Iterator[Article]:
        """All matches, the newest (`dated`) first, in constant memory, as they were when it began.

        `history`: every version of each match, the newest version first. `limit`, `after`, `sort` and `fold` are
        ignored.
        """

    def keys(self, collection: Collection) -> Iterator[Key]:
        """The key of every stored record, in no order."""

    def names(self) -> list[str]:
        """The physical indices that there are, sorted; empty before the first `put`."""

    def shown(self) -> str | None:
        """The one of `names` that readers and writers of this URL see; None if there is none."""

    def create(self, name: str) -> "Index":
        """A new, empty physical index beside the one that readers see; for a rebuild.

        Raises `SyriaWireError` if there is one of this name.
        """

    def named(self, name: str) -> "Index":
        """The physical index `name`, whoever made it. Raises `SyriaWireError` if there is none."""

    def drop(self, name: str) -> None:
        """Removes the physical index `name` for good. Raises `SyriaWireError` if readers see it, or there is none."""

    def swap(self, name: str) -> None:
        """Readers and writers of this URL see the physical index `name` from now on."""

    def close(self) -> None:
        """Ends writing; another process may become the writer."""
