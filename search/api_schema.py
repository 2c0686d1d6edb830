"""What the API answers, as its OpenAPI schema says it: shapes, media types, errors. Tests hold every route to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from lexicon.dated import Link, Period, Role, SideTaken
from lexicon.entity import EntityType, GroupKind, Names, PlaceKind
from search.concepts import Suggestion
from search.matched import Match
from search.reader import FeedView
from store.query import Bucket, Cell, KeywordField
from store.records import Article, Mention

_REF = "#/components/schemas/{name}"


class Found(Article, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hit: the article, how well it fits, how many more it stands for, and why it matched."""

    score: float
    folded: int
    matched: list[Match]


class SearchAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`next` goes into `after` for the page after this one."""

    total: int
    next: str | None
    hits: list[Found]
    suggestions: list[Suggestion]


class Listed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of articles."""

    total: int
    next: str | None
    articles: list[Article]


class Story(Listed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The articles that tell it, the oldest first."""

    id: str


class Version(Article, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of an article."""

    withdrawn_text: bool


class NamedMention(Mention, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mention, and the name of its entity."""

    name: str


class Offered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a name can mean; `matched` is the spelling that was begun, `query` asks for it."""

    id: str
    name: str
    kind: str
    matched: str
    query: str


class Above(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a place lies in."""

    id: str
    name: str


class Known(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is known of an entity, and how often it is named: with what lies in it, and by itself."""

    id: str
    type: EntityType
    names: Names
    source: str
    short: Names = {}
    metonyms: Names = {}
    alone: bool = False
    beside: tuple[str, ...] = ()
    parent: str = ""
    kind: PlaceKind | GroupKind | Literal[""] = ""
    lat: float = 0.0
    lon: float = 0.0
    roles: tuple[Role, ...] = ()
    parents: tuple[Link, ...] = ()
    sides: tuple[SideTaken, ...] = ()
    became: tuple[Link, ...] = ()
    active: Period = Period()
    name: str
    query: str
    above: list[Above]
    field: KeywordField
    articles: int
    articles_naming_it: int
    by_language: dict[str, int]
    by_feed: dict[str, int]


class Counted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value of a field; entities have a `name`."""

    value: str
    count: int
    name: str = ""


class Companion(Counted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`background`: in how many articles of all; `score`: how surely it is more frequent here."""

    background: int
    score: float


class Timeline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Counts over time."""

    interval: str
    by: str
    buckets: list[Bucket]


class Cells(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tiles of the map."""

    zoom: int
    cells: list[Cell]


class Status(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much the index holds, and how each feed is."""

    now: datetime
    articles: int
    by_feed: dict[str, int]
    by_language: dict[str, int]
    by_pubstatus: dict[str, int]
    health: dict[str, int]
    feeds: list[FeedView]


class Error(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`where: what: what to do`; `position` in a query, in characters from 1."""

    error: str
    position: int | msgspec.UnsetType = msgspec.UNSET


_ANSWERS: Mapping[str, Any] = {
    "/api/search": SearchAnswer,
    "/api/status": Status,
    "/api/articles/{article_id}": Article,
    "/api/articles/{article_id}/history": list[Version],
    "/api/articles/{article_id}/copies": Listed,
    "/api/articles/{article_id}/mentions": list[NamedMention],
    "/api/stories/{story_id}": Story,
    "/api/entities": list[Offered],
    "/api/entities/{entity_id}": Known,
    "/api/facets": dict[str, list[Counted]],
    "/api/timeline": Timeline,
    "/api/cells": Cells,
    "/api/company": list[Companion],
}
_FILES: Mapping[str, tuple[str, ...]] = {
    "/api/articles/{article_id}/raw": ("application/octet-stream",),
    "/api/export": ("text/csv", "application/x-ndjson"),
    "/api/atom": ("application/atom+xml",),
}
_ERRORS = {
    400: "What was asked wrongly",
    401: "Without a token where one is needed",
    403: "Not for the role of this token",
    404: "Not here",
    429: "More than one asker may send: wait as long as Retry-After says",
    503: "Index or state are away: ask again",
}


def describe(app: FastAPI) -> None:
    """Has `app` tell in its OpenAPI schema what each route below `/api` answers, errors too."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(
                get_openapi(title=app.title, version=app.version, routes=app.routes)
            )
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    shapes, components = msgspec.json.schema_components([*_ANSWERS.values(), Error], ref_template=_REF)
    answers = dict(zip(_ANSWERS, shapes, strict=False))
    for path, methods in schema["paths"].items():
        for operation in methods.values() if path.startswith("/api/") else ():
            said = operation["responses"]
            said.pop("422", None)  # FastAPI's; ours is 400
            if path in answers:
                said["200"]["content"] = {"application/json": {"schema": answers[path]}}
            if path in _FILES:
                said["200"]["content"] = {each: {"schema": {"type": "string"}} for each in _FILES[path]}
            wrong = {"application/json": {"schema": shapes[-1]}}
            said |= {str(code): {"description": text, "content": wrong} for code, text in _ERRORS.items()}
    schema["components"] = {"schemas": components}
    return schema
