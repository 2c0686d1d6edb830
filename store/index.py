"""The index port: the searchable archive. Adapters are chosen by `SYRIAWIRE_INDEX`.

The contract, tested in tests/contract/test_index.py over every adapter:

- Two collections: the newest of each article, by id; and every version of it, by `id@version`.
- Of two records of one article the greater (`version`, `revision`) wins, in whatever order they are put;
  an equal one changes nothing. A late older version goes into the history only.
- `put` returns once its articles survive a crash of the process. They are seen by `get` and `history` at once in
  the writing process, by `search` after `refresh()`, and by other processes within a second.
- Of a retracted article only headline and note are searched: the text was taken back (`searched_texts`).
- Reading is safe from several threads at once.
- What the world refuses raises `IndexUnavailable`, also while another process holds the one writer of an
  embedded index; the same object works again once the world is back.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, Protocol

from store.query import FacetValue, Hits, KeywordField, Query
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
        """One page of matches, in the order of `query.sort`; pages of an unchanged index never overlap."""

    def facets(self, query: Query, fields: Sequence[KeywordField], size: int) -> dict[str, list[FacetValue]]:
        """For each field its `size` most frequent values among all matches, most frequent first."""

    def scan(self, query: Query) -> Iterator[Article]:
        """All matches, in no order, in constant memory. `limit`, `after` and `sort` are ignored."""

    def keys(self, collection: Collection) -> Iterator[Key]:
        """The key of every stored record, in no order."""

    def create(self, name: str) -> "Index":
        """A new, empty physical index beside the one that readers see; for a rebuild."""

    def swap(self, name: str) -> None:
        """Readers and writers of this URL see the physical index `name` from now on."""

    def close(self) -> None:
        """Ends writing; another process may become the writer."""
