"""The web page: server-rendered, no script, nothing from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Query as UrlQuery
from starlette.templating import Jinja2Templates

from search import highlight, present
from search.api import Clock, readable
from search.errors import BadRequest, QuerySyntaxError
from search.names import Names
from search.reader import current, feed_view, under_embargo, versions
from search.request import Filter, SearchRequest, hidden_fields, link, query_link, to_query, toggled
from store.health import SUCCESS
from store.index import Index
from store.query import FacetValue, Hits, KeywordField, Node, Query, Term
from store.state import FeedState, State

FACETS: Sequence[tuple[KeywordField, Filter, str]] = (
    ("language", "language", "Language"),
    ("feed_id", "feed", "Feed"),
    ("place_ids", "entity", "Places"),
    ("person_ids", "entity", "People"),
    ("group_ids", "entity", "Groups"),
    ("state_ids", "entity", "States"),
    ("weapon_ids", "entity", "Weapons"),
    ("theme_ids", "entity", "Themes"),
)
FACET_SIZE = 8
COPIES_SHOWN = 50
_METHODS = ["GET", "HEAD"]
_HERE = Path(__file__).parent
STATIC = _HERE / "static"


@dataclass(frozen=True)
class Choice:
    """One value of a facet: the link adds or removes it."""

    name: str
    count: int | None
    link: str
    chosen: bool


def make_templates() -> Jinja2Templates:
    """Jinja2 with autoescape, from search/templates."""
    templates = Jinja2Templates(directory=_HERE / "templates")
    templates.env.trim_blocks = True
    templates.env.lstrip_blocks = True
    return templates


def page_router(
    index: Index,
    state: State,
    clock: Clock,
    labels: highlight.Labels,
    names: Names | None,
    templates: Jinja2Templates,
) -> APIRouter:
    """The routes `/`, `/article/{id}` and `/feeds`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=_METHODS)
    def search(http: Request, request: Annotated[SearchRequest, UrlQuery()]) -> Response:
        now = clock()
        try:
            query, asked = to_query(request, now, names)
        except BadRequest as error:
            return templates.TemplateResponse(http, "search.html", _refused(request, error), status_code=400)
        found = index.search(query)
        counts = index.facets(query, [field for field, _, _ in FACETS], FACET_SIZE)
        anything = found.total > 0 or index.search(Query(now=now, limit=1)).total > 0
        context = {
            **_results(request, found, asked, now),
            "facets": _facets(request, counts, labels),
            "chips": _chips(request, labels),
            "anything": anything,
        }
        return templates.TemplateResponse(http, "search.html", context)

    @router.api_route("/article/{article_id}", methods=_METHODS)
    def article(http: Request, article_id: str) -> Response:
        return templates.TemplateResponse(http, "article.html", _article(index, article_id, clock(), labels))

    @router.api_route("/feeds", methods=_METHODS)
    def feeds(http: Request) -> Response:
        now = clock()
        context = {
            "feeds": [feed_view(feed) for feed in sorted(state.feeds(), key=_ills_first)],
            "moment": lambda when: present.moment(when, now),
            "feed_link": _feed_link,
        }
        return templates.TemplateResponse(http, "feeds.html", context)

    return router


def _form(request: SearchRequest) -> dict[str, Any]:
    return {"asked": request, "hidden": hidden_fields(request)}


def _refused(request: SearchRequest, error: BadRequest) -> dict[str, Any]:
    """The page with the text as typed and, below it, what is wrong and where."""
    context = {**_form(request), "error": str(error)}
    if isinstance(error, QuerySyntaxError):
        at = error.position - 1
        context["around"] = (
            request.q[max(0, at - 40) : at],
            request.q[at : at + 1],
            request.q[at + 1 : at + 41],
        )
    return context


def _results(request: SearchRequest, found: Hits, asked: Node, now: datetime) -> dict[str, Any]:
    return {
        **_form(request),
        "total": found.total,
        "cards": [present.card(hit, asked, now) for hit in found.hits],
        "next": link(request, after=found.next) if found.next else "",
        "first": link(request) if request.after else "",
        "sorts": [
            (name, link(request, sort=sort), request.order == sort)
            for name, sort in (("Newest", "newest"), ("Relevance", "relevance"))
        ],
        "copies_link": link(request, copies=not request.copies),
    }


def _facets(
    request: SearchRequest, counts: dict[str, list[FacetValue]], labels: highlight.Labels
) -> list[tuple[str, list[Choice]]]:
    found = []
    for field, name, title in FACETS:
        chosen: tuple[str, ...] = getattr(request, name)
        choices = [
            Choice(
                _name(name, each.value, labels),
                each.count,
                toggled(request, name, each.value),
                each.value in chosen,
            )
            for each in counts[field]
            if each.value
        ]
        if choices:
            found.append((title, choices))
    return found


def _chips(request: SearchRequest, labels: highlight.Labels) -> list[Choice]:
    """The filters that are set, each with the link that takes it away."""
    names: tuple[Filter, ...] = ("language", "feed", "entity")
    return [
        Choice(_name(name, value, labels), None, toggled(request, name, value), chosen=True)
        for name in names
        for value in getattr(request, name)
    ]


def _name(name: str, value: str, labels: highlight.Labels) -> str:
    match name:
        case "language":
            return present.language_name(value)
        case "entity":
            return labels(value)
        case _:
            return value


def _article(index: Index, article_id: str, now: datetime, labels: highlight.Labels) -> dict[str, Any]:
    newest = readable(index, article_id, now)
    shown = current(newest)
    copies = index.search(
        Query(where=Term("copy_of", article_id), now=now, sort="newest", limit=COPIES_SHOWN)
    )
    original = index.get(newest.copy_of) if newest.copy_of else None
    if original is not None and under_embargo(original, now):
        original = None
    return {
        "article": shown,
        "headline": highlight.spans(shown, "headline", labels),
        "summary": highlight.spans(shown, "summary", labels),
        "body": highlight.paragraphs(shown, labels),
        "direction": present.direction(shown.language),
        "language": present.language_name(shown.language),
        "badges": present.badges(shown),
        "published": present.moment(shown.published or shown.first_seen, now),
        "first_seen": present.moment(shown.first_seen, now),
        "wire_link": present.wire_link(shown.url),
        "entities": highlight.entities(shown, labels),
        "copies": [present.card(hit, Term("copy_of", article_id), now) for hit in copies.hits],
        "copies_total": copies.total,
        "original": current(original) if original is not None else None,
        "versions": [
            (each, present.moment(each.article.updated or each.article.fetched, now))
            for each in versions(newest, index.history(article_id), now)
        ],
        "story_link": query_link(f'story:"{newest.story_id}"') if newest.story_id else "",
        "feed_link": _feed_link(shown.feed_id),
    }


def _feed_link(feed_id: str) -> str:
    return query_link(f"feed:{feed_id}")


def _ills_first(feed: FeedState) -> tuple[bool, str]:
    return (feed.health in SUCCESS, feed.feed_id)
