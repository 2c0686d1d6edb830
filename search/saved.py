"""Saved searches without I/O: what a run asks the index, and what of an article is due to whom."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from search.errors import BadRequest
from search.names import Names
from search.reader import current
from search.syntax import parse_query
from store.query import And, Node, Or, Query, Term, TimeRange
from store.records import Article
from store.saved import Channel, SavedSearch, Sent, SentKind

_NAME = re.compile(r"[\w][\w .\-]{0,79}")
_WITHDRAWN = Or((Term("pubstatus", "canceled"), Term("pubstatus", "withheld")))


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One article as it goes out. `key` is the same for every repeat: receivers drop what they have.

    `test`: made up, to try a channel.
    """

    key: str
    kind: SentKind | Literal["test"]
    article: Article

    @property
    def ledger_kind(self) -> SentKind:
        """What the ledger calls it. Raises `ValueError` for a test, which is in no ledger."""
        if self.kind == "test":
            raise ValueError(f"{self.key}: a test: nothing to keep of it")
        return self.kind


def checked_name(name: str) -> str:
    """Raises `BadRequest` for what cannot stand in a link, a file name and a header."""
    if not _NAME.fullmatch(name):
        raise BadRequest(
            "name: takes letters, digits, spaces, dots, - and _, at most 80 of them: write another one"
        )
    return name


def where(search: SavedSearch, now: datetime, names: Names | None) -> Node:
    """What it asks for at this moment. Raises `QuerySyntaxError`."""
    return parse_query(search.query, now=now, names=names)


def matches(
    search: SavedSearch, asked: Node, low: datetime | None, channel: Channel, high: datetime | None = None
) -> Query:
    """All matches indexed in `low <= indexed < high` that are not old to `channel`, those under embargo too."""
    parts = [asked]
    since = channel.since or search.since
    if since is not None:
        parts.append(TimeRange("fetched", since))
    if low is not None or high is not None:
        parts.append(TimeRange("indexed", low, high))
    return Query(where=And(tuple(parts)), now=None, copies=search.copies)


def withdrawals(low: datetime | None) -> Query:
    """All that was withdrawn, whatever it says, indexed since `low`."""
    parts: tuple[Node, ...] = (_WITHDRAWN,) if low is None else (_WITHDRAWN, TimeRange("indexed", low))
    return Query(where=And(parts), now=None)


def one(search: SavedSearch, asked: Node, article_id: str) -> Query:
    """Whether this article matches, however old it is."""
    return Query(where=And((asked, Term("id", article_id))), now=None, copies=search.copies, limit=1)


def window(until: datetime | None, overlap: timedelta) -> datetime | None:
    """From where the next run looks; None: from the beginning."""
    return None if until is None else until - overlap


def due(search: SavedSearch, article: Article, last: Sent | None, *, matching: bool) -> Item | None:
    """What goes out of an article that readers may see; `last` is its greatest version in the ledger.

    A recall goes to whoever was sent the article, also when it does not match any more.
    """
    if last is not None and article.version <= last.version:
        return None
    # A first version that was set aside never came; before a later one that was, another had come.
    was_sent = last is not None and last.kind != "old" and not (last.refused and last.kind == "match")
    if not matching and not (was_sent and article.retracted):
        return None
    kind: SentKind = "recall" if article.retracted else "correction" if was_sent else "match"
    return Item(key=key(search.id, article), kind=kind, article=current(article))


def trial(search: SavedSearch, at: datetime) -> Item:
    """What tries a channel: an article that says of itself that it is none."""
    made = Article(
        id="test",
        version=1,
        content_hash="",
        feed_id="syria-wire/test",
        guid="test",
        url="",
        headline=f"This is a test of the saved search {search.name}",
        body="No news: somebody tries whether messages arrive here.",
        language="en",
        published=at,
        fetched=at,
        first_seen=at,
    )
    return Item(key=f"{search.id}:test:{int(at.timestamp())}", kind="test", article=made)


def key(search_id: str, article: Article) -> str:
    """Names this version of this article for this search."""
    return f"{search_id}:{article.id}:{article.version}"


def message_key(items: Sequence[Item]) -> str:
    """Names a message: that of its one item, or a hash of all."""
    if len(items) == 1:
        return items[0].key
    return hashlib.sha256("\n".join(item.key for item in items).encode()).hexdigest()
