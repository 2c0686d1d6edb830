"""The web page: server-rendered; one small script makes it quicker, nothing needs it, nothing comes from elsewhere."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Query as UrlQuery
from fastapi.responses import RedirectResponse
from starlette.templating import Jinja2Templates

from search import highlight, pages_article, pages_entity, pages_today, present
from search.api import Clock
from search.concepts import completions, suggestions
from search.errors import BadRequest, QuerySyntaxError
from search.matched import matched
from search.names import Names
from search.panel import chips, narrowed, panel
from search.reader import current
from search.request import SearchRequest, address, hidden_fields, link, query_link, to_query
from search.scan import MAX_LENGTH
from search.site import Site
from store.index import Index
from store.query import And, Fold, Hits, Node, Or, Query, Term
from store.state import State

FOLDED_SHOWN = 100
SUGGESTED = 8
OFFERED = 3
_METHODS = ["GET", "HEAD"]
_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_SORTS = (("Relevance", "relevance"), ("Newest", "newest"), ("First seen", "first_seen"))


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
    """All routes that answer with a page or with a part of one."""
    site = Site(index=index, state=state, clock=clock, labels=labels, names=names, templates=templates)
    router = APIRouter(include_in_schema=False)
    _search_routes(router, site)
    for more in (pages_today, pages_article, pages_entity):
        router.include_router(more.routes(site))
    return router


def _search_routes(router: APIRouter, site: Site) -> None:
    @router.api_route("/", methods=_METHODS)
    def search(http: Request, request: Annotated[SearchRequest, UrlQuery()]) -> Response:
        now = site.now()
        if not http.url.query:
            return site.templates.TemplateResponse(http, "today.html", pages_today.today(site, now))
        try:
            query, asked = to_query(request, now, site.names)
        except BadRequest as error:
            return site.templates.TemplateResponse(
                http, "search.html", _refused(request, error), status_code=400
            )
        found = site.index.search(replace(query, fold=_fold(request)))
        anything = found.total > 0 or site.index.search(Query(now=now, limit=1)).total > 0
        context = {**_results(site, request, query, asked, found), "anything": anything}
        return site.templates.TemplateResponse(http, "search.html", context)

    @router.api_route("/filters", methods=_METHODS)
    def filters(http: Request, request: Annotated[SearchRequest, UrlQuery()]) -> Response:
        """A page of its own for browsers without scripts; the script puts its content beside the hits."""
        query, _ = to_query(request, site.now(), site.names)
        part = "x-part" in http.headers
        context = {**panel(site, request, query), "back": link(request)}
        answer = site.templates.TemplateResponse(http, "panel.html" if part else "filters.html", context)
        answer.headers["Vary"] = "X-Part"
        return answer

    @router.api_route("/dates", methods=_METHODS)
    def dates(request: Annotated[SearchRequest, UrlQuery()], http: Request) -> Response:
        """Where the form with two dates leads: the same search, for these days."""
        first, last = (http.query_params.get(name, "")[:10] for name in ("first", "last"))
        return RedirectResponse(narrowed(request, first, last), status_code=303)

    @router.api_route("/suggest", methods=_METHODS)
    def suggest(http: Request, q: str = "") -> Response:
        """What the words at the end of `q` can become; the rest of it stays."""
        rows = [
            (entity, spelling, query_link(text), site.labels(entity.id))
            for entity, spelling, text in completions(q[:MAX_LENGTH], site.names, SUGGESTED)
        ]
        return site.templates.TemplateResponse(http, "suggest.html", {"rows": rows})


def _fold(request: SearchRequest) -> Fold | None:
    return None if request.fold == "none" else request.fold or "story"


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


def _results(site: Site, request: SearchRequest, query: Query, asked: Node, found: Hits) -> dict[str, Any]:
    now = site.now()
    others = _others(site, query, found)
    cards = [
        present.card(hit, asked, now, site.labels, others.get(hit.article.story_id, ())) for hit in found.hits
    ]
    whys = [
        present.reasons(matched(current(hit.article), query.where, site.names), site.labels)
        for hit in found.hits
    ]
    here = address(request)
    return {
        **_form(request),
        "total": found.total,
        "cards": list(zip(cards, whys, strict=True)),
        "next": link(request, after=found.next) if found.next else "",
        "first": link(request) if request.after else "",
        "sorts": [(name, link(request, sort=sort), request.order == sort) for name, sort in _SORTS],
        "copies_link": link(request, copies=not request.copies),
        "fold_link": link(request, fold="none" if _fold(request) else ""),
        "folded": _fold(request) is not None,
        "panel_link": f"/filters?{here}",
        "save_link": f"/saved/new?{here}",
        "exports": [
            ("CSV", f"/api/export?format=csv&bom=true&{here}"),
            ("JSON Lines", f"/api/export?format=jsonl&{here}"),
            ("Atom", f"/api/atom?{here}"),
        ],
        "chips": chips(site, request),
        "offers": _offers(site, request),
    }  # fmt: skip


def _offers(site: Site, request: SearchRequest) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Words that are names, each with the concepts it can mean: name, kind, and the search that asks for it."""
    return [
        (each.words, [(site.labels(c.id), c.kind, link(request, q=c.query)) for c in each.concepts[:OFFERED]])
        for each in suggestions(request.q, site.names)
    ]


def _others(site: Site, query: Query, found: Hits) -> dict[str, list[present.Card]]:
    """Story id → the matches that its hit stands for, found with one question for all hits of the page."""
    stories = {
        hit.article.story_id: hit.article.id for hit in found.hits if hit.folded and hit.article.story_id
    }
    if not stories:
        return {}
    told = (
        Or(tuple(Term("story_id", each) for each in stories))
        if len(stories) > 1
        else Term("story_id", next(iter(stories)))
    )
    more = site.index.search(
        replace(
            query, where=And((query.where, told)), sort="newest", limit=FOLDED_SHOWN, after=None, fold=None
        )
    )
    now: datetime = site.now()
    rows: dict[str, list[present.Card]] = defaultdict(list)
    for hit in more.hits:
        if hit.article.id not in stories.values():
            rows[hit.article.story_id].append(present.card(hit, query.where, now, site.labels))
    return rows
