"""The pages of saved searches: a list, a form, and buttons that try, send again and delete. No script is needed."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi import Query as UrlQuery
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.templating import Jinja2Templates

from search import present
from search.access import Limit, asker_name, role_of
from search.api_saved import Name, editor
from search.errors import BadRequest
from search.names import Names
from search.request import SearchRequest, query_link
from search.saved_keeping import Keeping, Tried, find
from search.saved_view import MOST_ASIDE, may_keep, saved_view
from search.saved_wish import as_query, form_wish, wished
from store.saved import ATOM, SavedSearch

_METHODS = ["GET", "HEAD"]
Clock = Callable[[], datetime]


def saved_pages(
    keeping: Keeping, templates: Jinja2Templates, clock: Clock, names: Names | None, tests: Limit
) -> APIRouter:
    """`/saved…`. Tells the other templates that searches can be saved here."""
    templates.env.globals["can_save"] = lambda request: may_keep(role_of(request))
    router = APIRouter(prefix="/saved", include_in_schema=False)
    pages = _Pages(keeping, templates, clock, names)
    _look(router, pages)
    _save(router, pages)
    _act(router, pages, tests)
    return router


class _Pages:
    """What the routes share."""

    def __init__(
        self, keeping: Keeping, templates: Jinja2Templates, clock: Clock, names: Names | None
    ) -> None:
        self.keeping = keeping
        self.templates = templates
        self.clock = clock
        self.names = names

    def listed(self, http: Request, tried: list[Tried] | None = None, of: str = "") -> Response:
        """All saved searches; `tried`: what came of the test of the search `of`."""
        now, store, role = self.clock(), self.keeping.store, role_of(http)
        views = [saved_view(store, each, role, now) for each in store.searches()]
        context = {
            "searches": views,
            "may_keep": may_keep(role),
            "moment": lambda when: present.moment(when, now),
            "link": query_link,
            "most_aside": MOST_ASIDE,
            "tried": {each.channel: each for each in tried or ()},
            "tried_of": of,
        }
        return self.templates.TemplateResponse(http, "saved.html", context)

    def form(
        self,
        http: Request,
        fields: dict[str, list[str]],
        before: SavedSearch | None = None,
        problem: str = "",
    ) -> Response:
        """The form, with what was typed; `before`: the search that is changed."""
        view = saved_view(self.keeping.store, before, role_of(http), self.clock()) if before else None
        context: dict[str, Any] = {
            "fields": {name: " ".join(values) for name, values in fields.items()},
            "kept": fields.get("keep", []),
            "before": view,
            "channels": [each for each in view.channels if each.id != ATOM.id] if view else [],
            "problem": problem,
        }
        status = 400 if problem else 200
        return self.templates.TemplateResponse(http, "save_form.html", context, status_code=status)


def _look(router: APIRouter, pages: _Pages) -> None:
    @router.api_route("", methods=_METHODS)
    def searches(http: Request) -> Response:
        return pages.listed(http)

    @router.api_route("/new", methods=_METHODS)
    def new(http: Request, request: Annotated[SearchRequest, UrlQuery()]) -> Response:
        editor(http)
        return pages.form(http, {"query": [as_query(request)]})

    @router.api_route("/{name}/edit", methods=_METHODS)
    def edit(http: Request, name: Name) -> Response:
        editor(http)
        search = find(pages.keeping.store, name)
        fields = {"name": [search.name], "query": [search.query], "keep": [e.id for e in search.channels]}
        return pages.form(http, {**fields, **({"copies": ["on"]} if search.copies else {})}, search)


def _save(router: APIRouter, pages: _Pages) -> None:
    @router.post("/new")
    async def save(http: Request) -> Response:
        editor(http)
        fields = await _fields(http)
        return await run_in_threadpool(_saved, pages, http, fields)

    @router.post("/{name}/edit")
    async def change(http: Request, name: Name) -> Response:
        editor(http)
        fields = await _fields(http)
        return await run_in_threadpool(_changed, pages, http, name, fields)


def _saved(pages: _Pages, http: Request, fields: dict[str, list[str]]) -> Response:
    try:
        made = pages.keeping.add(wished(form_wish(fields), pages.clock()), backfill="backfill" in fields)
    except BadRequest as error:
        return pages.form(http, fields, problem=str(error))
    return _to(made)


def _changed(pages: _Pages, http: Request, name: str, fields: dict[str, list[str]]) -> Response:
    before = find(pages.keeping.store, name)
    try:
        made = pages.keeping.change(wished(form_wish(fields), pages.clock(), before))
    except BadRequest as error:
        return pages.form(http, fields, before, str(error))
    return _to(made)


def _act(router: APIRouter, pages: _Pages, tests: Limit) -> None:
    @router.post("/{name}/delete")
    def delete(http: Request, name: Name) -> Response:
        editor(http)
        pages.keeping.remove(find(pages.keeping.store, name))
        return RedirectResponse("/saved", status_code=303)

    @router.post("/{name}/retry")
    def retry(http: Request, name: Name) -> Response:
        editor(http)
        search = find(pages.keeping.store, name)
        pages.keeping.retry(search)
        return _to(search)

    @router.post("/{name}/test")
    def test(http: Request, name: Name) -> Response:
        editor(http)
        tests.take(asker_name(http))
        search = find(pages.keeping.store, name)
        return pages.listed(http, pages.keeping.test(search), search.id)


def _to(search: SavedSearch) -> Response:
    return RedirectResponse(f"/saved#s-{search.id}", status_code=303)


async def _fields(http: Request) -> dict[str, list[str]]:
    """Of a form, which `search.origin` has bounded."""
    return parse_qs((await http.body()).decode("utf-8", "replace"), max_num_fields=200)
