"""The web application: API and page over an index and a state store."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from search.access import DEFAULT_LIMITS, Gate, Limit, Limits
from search.api import Clock, api_router
from search.api_saved import saved_api
from search.api_schema import describe
from search.errors import BadRequest, Forbidden, QuerySyntaxError, TooMany
from search.highlight import Labels
from search.login import add_guard, login_router
from search.names import Names
from search.pages import STATIC, make_templates, page_router
from search.pages_saved import saved_pages
from search.present import prettified
from search.saved_keeping import Keeping
from store.archive import Archive
from store.errors import BadPage, BadQuestion, NotFound, SyriaWireError, Unavailable
from store.index import Index
from store.state import State

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # No other site learns where a reader comes from; to our own, browsers then say that a form is one of ours.
    "Referrer-Policy": "same-origin",
}
_TITLES = {400: "That does not work", 403: "Not allowed", 404: "Not here", 429: "Not so fast", 503: "Not now"}


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def create_app(
    index: Index,
    state: State,
    *,
    clock: Clock = utc_now,
    labels: Labels = prettified,
    names: Names | None = None,
    archive: Archive | None = None,
    saved: Keeping | None = None,
    tokens_needed: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> FastAPI:
    """The application. `clock` gives UTC-aware moments; `labels` turns an entity id into a name for
    readers, `names` a name that readers type into ids; without `saved` no search is saved here.
    With `tokens_needed` nobody is let in without one.

    The index may be empty, missing or away: the page then says so. No request goes to another host.
    """
    # The ready-made documentation pages load scripts from elsewhere.
    app = FastAPI(title="Syria Wire", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    templates = make_templates()
    app.include_router(api_router(index, state, clock, names, archive))
    app.include_router(page_router(index, state, clock, labels, names, templates))
    if saved is not None:
        tests = Limit(limits.tests, time.monotonic)
        app.include_router(saved_api(saved, index, clock, tests))
        app.include_router(saved_pages(saved, templates, clock, names, tests))
    app.include_router(login_router(state, templates, limits))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        """The process is alive; whether index and state are, `/api/status` tells."""
        return {"status": "ok"}

    describe(app)
    add_guard(app, Gate(state, needed=tokens_needed), limits)
    _add_headers(app)  # last: what the guard answers has them too
    _add_errors(app, templates)
    return app


def _add_headers(app: FastAPI) -> None:
    @app.middleware("http")
    async def headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.update(HEADERS)
        return response


def _add_errors(app: FastAPI, templates: Jinja2Templates) -> None:
    """Each error becomes one line: JSON below /api, a page elsewhere."""

    def answer(request: Request, status: int, text: str, **more: object) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": text, **more}, status_code=status, headers=HEADERS)
        context = {"title": _TITLES.get(status, "That went wrong"), "text": text, "status": status}
        return templates.TemplateResponse(
            request, "message.html", context, status_code=status, headers=HEADERS
        )

    @app.exception_handler(SyriaWireError)
    async def ours(request: Request, error: SyriaWireError) -> Response:
        more = {"position": error.position} if isinstance(error, QuerySyntaxError) else {}
        return answer(request, _status(error), str(error), **more)

    @app.exception_handler(TooMany)
    async def too_many(request: Request, error: TooMany) -> Response:
        refused = answer(request, 429, str(error))
        refused.headers["Retry-After"] = str(error.wait)
        return refused

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        name = first["loc"][-1]
        return answer(request, 400, f"{name}: {first['msg']}: mend it or leave it out")

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        text = (
            f"{request.url.path}: there is no such page: go back to the search"
            if error.status_code == 404
            else ""
        )
        return answer(request, error.status_code, text or str(error.detail))

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, _error: Exception) -> Response:
        # Starlette raises it again after this answer, so that it stands in the server's log.
        return answer(request, 500, "web page: an error of ours: look at the log of `syriawire serve`")


def _status(error: SyriaWireError) -> int:
    match error:
        case BadRequest() | BadPage() | BadQuestion():
            return 400
        case Forbidden():
            return 403
        case NotFound():
            return 404
        case Unavailable():
            return 503
        case _:
            return 500
