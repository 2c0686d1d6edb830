"""The JSON API below `/api`. Described for readers in docs/search.md."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Response
from fastapi import Query as UrlQuery

from search.names import Names
from search.reader import current, feed_view, under_embargo, versions
from search.request import SearchRequest, to_query
from store.errors import NotFound
from store.index import Index
from store.query import Query
from store.records import Article
from store.state import State

Clock = Callable[[], datetime]
_FIELDS = Article.__struct_fields__
_VALUES = 1000


def api_router(index: Index, state: State, clock: Clock, names: Names | None) -> APIRouter:
    """The routes; they answer with records as readers may see them, every field present."""
    router = APIRouter(prefix="/api")

    @router.get("/search")
    def search(request: Annotated[SearchRequest, UrlQuery()]) -> Response:
        query, _ = to_query(request, clock(), names)
        found = index.search(query)
        hits = [{**article_fields(current(hit.article)), "score": hit.score} for hit in found.hits]
        return _json({"total": found.total, "next": found.next, "hits": hits})

    @router.get("/articles/{article_id}")
    def article(article_id: str) -> Response:
        return _json(article_fields(current(readable(index, article_id, clock()))))

    @router.get("/articles/{article_id}/history")
    def history(article_id: str) -> Response:
        now = clock()
        newest = readable(index, article_id, now)
        found = versions(newest, index.history(article_id), now)
        return _json(
            [{**article_fields(each.article), "withdrawn_text": each.withdrawn_text} for each in found]
        )

    @router.get("/status")
    def status() -> Response:
        return _json(_status(index, state, clock()))

    return router


def readable(index: Index, article_id: str, now: datetime) -> Article:
    """The newest version, unless it is under embargo. Raises `NotFound`."""
    article = index.get(article_id)
    if article is None or under_embargo(article, now):
        raise NotFound(
            f"article {article_id[:64]}: not here: check the id, or search for a word of its headline"
        )
    return article


def article_fields(article: Article) -> dict[str, Any]:
    """Every field by name, also those that are empty."""
    return {"schema": "article/1", **{name: getattr(article, name) for name in _FIELDS}}


def _status(index: Index, state: State, now: datetime) -> dict[str, Any]:
    everything = Query(now=now, limit=1)
    counts = index.facets(everything, ("feed_id", "language", "pubstatus"), _VALUES)
    feeds = [feed_view(feed) for feed in state.feeds()]
    return {
        "now": now,
        "articles": index.search(everything).total,
        "by_feed": {each.value: each.count for each in counts["feed_id"]},
        "by_language": {each.value: each.count for each in counts["language"]},
        "by_pubstatus": {each.value: each.count for each in counts["pubstatus"]},
        "health": Counter(feed.health for feed in feeds),
        "feeds": feeds,
    }


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
