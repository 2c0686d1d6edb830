"""What a channel of a saved search is due: out of the index, less what the ledger holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ops.alert_desk import Desk
from search import saved
from search.reader import under_embargo
from search.saved import Item
from store.query import Node, Query
from store.records import Article
from store.saved import Channel, SavedSearch

_CHUNK = 200
_Seen = tuple[Article, bool | None]


@dataclass(frozen=True)
class Asked:
    """One channel of a saved search, with its question as of `now`."""

    desk: Desk
    search: SavedSearch
    channel: Channel
    where: Node
    now: datetime


def asked(desk: Desk, search: SavedSearch, channel: Channel, now: datetime) -> Asked:
    """Raises `QuerySyntaxError`, also for what was right under an older gazetteer."""
    return Asked(desk, search, channel, saved.where(search, now, desk.names), now)


def due(
    what: Asked, queries: Sequence[Query], held: Sequence[str] = ()
) -> Iterator[tuple[Article, Item | None]]:
    """What is to be sent, each article once, those held first; with None what has to wait for its embargo."""
    taken: set[str] = set()
    desk, search = what.desk, what.search
    for articles in _chunks(_seen(desk, queries, held)):
        ledger = desk.saved.sent(search.id, what.channel.id, [article.id for article, _ in articles])
        for article, matching in articles:
            if article.id in taken:
                continue
            if matching is None:
                matching = desk.index.search(saved.one(search, what.where, article.id)).total > 0  # noqa: PLW2901
            if under_embargo(article, what.now):
                taken.add(article.id)
                yield article, None
                continue
            item = saved.due(search, article, ledger.get(article.id), matching=matching)
            if item is not None:
                taken.add(article.id)
                yield article, item


def _seen(desk: Desk, queries: Sequence[Query], held: Sequence[str]) -> Iterator[_Seen]:
    """Articles, and whether they match; None where that is still to be asked."""
    for article_id in held:
        kept = desk.index.get(article_id)
        if kept is not None:
            yield kept, None
    for place, query in enumerate(queries):
        for article in desk.index.scan(query):
            yield article, place == 0


def _chunks(articles: Iterator[_Seen]) -> Iterator[list[_Seen]]:
    chunk: list[_Seen] = []
    for each in articles:
        chunk.append(each)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
