"""The API's routes to saved searches: keeping them, and the Atom feed of each."""

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi import Query as UrlQuery

from search.access import Limit, asker_name, role_of
from search.api_answers import json_answer
from search.errors import Forbidden
from search.feed import MEDIA_TYPE
from search.saved_feed import saved_feed
from search.saved_keeping import Keeping, find
from search.saved_view import may_keep, saved_view
from search.saved_wish import NewSavedWish, SavedWish, wished
from store.index import Index

Name = Annotated[str, Path(max_length=100, description="Its id or its name.")]
Clock = Callable[[], datetime]


def editor(http: Request) -> None:
    """Raises `Forbidden` for who may only read."""
    if not may_keep(role_of(http)):
        raise Forbidden("saved searches: for editors only: sign in with the token of one")


def saved_api(keeping: Keeping, index: Index, clock: Clock, tests: Limit) -> APIRouter:
    """`/api/saved…`."""
    router = APIRouter(prefix="/api/saved")
    _reading(router, keeping, index, clock)
    _keeping(router, keeping, clock, tests)
    return router


def _reading(router: APIRouter, keeping: Keeping, index: Index, clock: Clock) -> None:
    @router.get("")
    def searches(http: Request) -> Response:
        """All, with how their channels are."""
        role, now, store = role_of(http), clock(), keeping.store
        return json_answer({"searches": [saved_view(store, each, role, now) for each in store.searches()]})

    @router.get("/{name}")
    def search(http: Request, name: Name) -> Response:
        """One of them."""
        return json_answer(saved_view(keeping.store, find(keeping.store, name), role_of(http), clock()))

    @router.get("/{name}/atom")
    def feed(http: Request, name: Name, after: Annotated[str, UrlQuery(max_length=500)] = "") -> Response:
        """What it has found, as an Atom feed: corrections and recalls as entries of their own, the newest first."""
        content, updated = saved_feed(
            keeping.store,
            index,
            find(keeping.store, name),
            after=after,
            base=str(http.base_url),
            now=clock(),
        )
        tag = f'"{sha256(content).hexdigest()[:32]}"'
        headers = {
            "ETag": tag,
            "Last-Modified": format_datetime(updated, usegmt=True),
            "Cache-Control": "private, no-cache",
        }
        known = {each.strip().removeprefix("W/") for each in http.headers.get("if-none-match", "").split(",")}
        if known & {tag, "*"}:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=MEDIA_TYPE, headers=headers)


def _keeping(router: APIRouter, keeping: Keeping, clock: Clock, tests: Limit) -> None:
    @router.post("", status_code=201)
    def save(http: Request, wish: NewSavedWish) -> Response:
        """Saves a search. Nothing old is sent, unless `backfill` says so."""
        editor(http)
        made = keeping.add(wished(wish, clock()), backfill=wish.backfill)
        answer = json_answer(saved_view(keeping.store, made, role_of(http), clock()))
        answer.status_code = 201
        answer.headers["Location"] = f"/api/saved/{made.id}"
        return answer

    @router.put("/{name}")
    def change(http: Request, name: Name, wish: SavedWish) -> Response:
        """Replaces name, query and channels; a channel by its `id` stays. What went out does not go out again."""
        editor(http)
        made = keeping.change(wished(wish, clock(), find(keeping.store, name)))
        return json_answer(saved_view(keeping.store, made, role_of(http), clock()))

    @router.delete("/{name}", status_code=204)
    def remove(http: Request, name: Name) -> Response:
        """Forgets it, with what it knows of what was sent."""
        editor(http)
        keeping.remove(find(keeping.store, name))
        return Response(status_code=204)

    @router.post("/{name}/test")
    def test(http: Request, name: Name) -> Response:
        """Sends one message that says it is a test through each channel; what came back."""
        editor(http)
        tests.take(asker_name(http))
        return json_answer({"channels": keeping.test(find(keeping.store, name))})

    @router.post("/{name}/retry")
    def retry(http: Request, name: Name) -> Response:
        """Lets the next run send what was set aside; how many articles."""
        editor(http)
        return json_answer({"again": keeping.retry(find(keeping.store, name))})
