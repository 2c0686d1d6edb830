"""The JSON API below `/api`: searching and status. Described for readers in docs/search.md."""

from collections import Counter
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from fastapi import Query as UrlQuery

from search.api_answers import Clock, Site, article_fields, json_answer, readable
from search.api_articles import article_routes, raw_route
from search.api_counts import count_routes
from search.api_entities import entity_routes
from search.api_export import export_routes
from search.concepts import suggestions
from search.matched import matched
from search.names import Names
from search.reader import current, feed_view
from search.request import SearchRequest, to_query
from store.archive import Archive
from store.index import Index
from store.query import Query
from store.state import State

__all__ = ["Clock", "api_router", "article_fields", "readable"]

_VALUES = 1000


def api_router(
    index: Index, state: State, clock: Clock, names: Names | None, archive: Archive | None = None
) -> APIRouter:
    """The routes; they answer with records as readers may see them, every field present."""
    router = APIRouter(prefix="/api")
    site = Site(index, clock, names)

    @router.get("/search")
    def search(request: Annotated[SearchRequest, UrlQuery()]) -> Response:
        """One page of hits, why each matched, and the concepts that the words can mean."""
        query, asked = to_query(request, clock(), names)
        found = index.search(replace(query, fold=_fold(request.fold)))
        hits = []
        for hit in found.hits:
            shown = current(hit.article)
            more = {"score": hit.score, "folded": hit.folded, "matched": matched(shown, asked, names)}
            hits.append({**article_fields(shown), **more})
        offered = suggestions(request.q, names)
        return json_answer({"total": found.total, "next": found.next, "hits": hits, "suggestions": offered})

    @router.get("/status")
    def status() -> Response:
        """How much the index holds, and how each feed is."""
        return json_answer(_status(site, state))

    article_routes(router, site)
    raw_route(router, site, archive)
    entity_routes(router, site)
    count_routes(router, site)
    export_routes(router, site)
    return router


def _fold(wish: Literal["", "story", "copies", "none"]) -> Literal["story", "copies"] | None:
    return wish if wish in ("story", "copies") else None


def _status(site: Site, state: State) -> dict[str, Any]:
    now = site.clock()
    everything = Query(now=now, limit=1)
    counts = site.index.facets(everything, ("feed_id", "language", "pubstatus"), _VALUES)
    feeds = [feed_view(feed) for feed in state.feeds()]
    return {
        "now": now,
        "articles": site.index.search(everything).total,
        "by_feed": {each.value: each.count for each in counts["feed_id"]},
        "by_language": {each.value: each.count for each in counts["language"]},
        "by_pubstatus": {each.value: each.count for each in counts["pubstatus"]},
        "health": Counter(feed.health for feed in feeds),
        "feeds": feeds,
    }
