"""The guard before every request, and the form that turns a token into a cookie."""

import time
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.templating import Jinja2Templates

from search.access import COOKIE, Gate, Limit, Limits, address, token_of
from search.errors import Forbidden, TooLong, TooMany, Unknown
from search.origin import check_write
from store.errors import Unavailable
from store.state import State

_LONGEST_FORM = 2000
_YEAR = 365 * 24 * 3600
_STATUS: dict[type[Exception], int] = {Forbidden: 403, TooLong: 413}
_HEAVY = ("/api/export", "/api/atom")


def add_guard(
    app: FastAPI, gate: Gate, limits: Limits, seconds: Callable[[], float] = time.monotonic
) -> None:
    """No route is reached without the gate's consent, nor more often than the limits allow."""
    all_, heavy = Limit(limits.requests, seconds), Limit(limits.exports, seconds)

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        try:
            asker = await run_in_threadpool(gate.asker, request)
            request.state.asker = asker
            if request.url.path != "/healthz":
                all_.take(asker.name)
            if request.url.path in _HEAVY:
                heavy.take(asker.name)
            check_write(request, by_address=asker.by_address)
        except Unknown as error:
            try:
                all_.take(f"address {address(request)}")
            except TooMany as too_many:
                return _refused(too_many)
            return _unknown(request, error)
        except TooMany as error:
            return _refused(error)
        except (Forbidden, TooLong, Unavailable) as error:
            return JSONResponse({"error": str(error)}, status_code=_STATUS.get(type(error), 503))
        return await call_next(request)


def login_router(
    state: State, templates: Jinja2Templates, limits: Limits, seconds: Callable[[], float] = time.monotonic
) -> APIRouter:
    """`/login`: a form for the token; `/logout` forgets it."""
    router = APIRouter(include_in_schema=False)
    tries = Limit(limits.logins, seconds)

    @router.api_route("/login", methods=["GET", "HEAD"])
    def form(http: Request) -> Response:
        return templates.TemplateResponse(http, "login.html", {"problem": ""})

    @router.post("/login")
    async def login(http: Request) -> Response:
        try:
            tries.take(address(http))
        except TooMany as error:
            return _refused(error)
        secret = await _typed(http)
        token = await run_in_threadpool(token_of, state, secret) if secret else None
        if token is None:
            problem = "That token is not known here: check it, or ask for a new one."
            return templates.TemplateResponse(http, "login.html", {"problem": problem}, status_code=401)
        answer = RedirectResponse("/", status_code=303)
        secure = http.url.scheme == "https"
        answer.set_cookie(COOKIE, secret, max_age=_YEAR, httponly=True, samesite="strict", secure=secure)
        return answer

    @router.post("/logout")
    def logout() -> Response:
        answer = RedirectResponse("/login", status_code=303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    return router


async def _typed(http: Request) -> str:
    """The field `token` of the form; nothing if it is longer than a token can be."""
    body = await http.body()
    if len(body) > _LONGEST_FORM:
        return ""
    return parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0].strip()


def _unknown(request: Request, error: Unknown) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": str(error)}, status_code=401, headers={"WWW-Authenticate": "Bearer"})
    answer: Response = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def _refused(error: TooMany) -> Response:
    return JSONResponse({"error": str(error)}, status_code=429, headers={"Retry-After": str(error.wait)})
