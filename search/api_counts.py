"""The API's routes that count what a search finds: facets, timeline, cells of the map, company."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from fastapi import Query as UrlQuery

from search.api_answers import Site, json_answer
from search.errors import BadRequest
from search.request import SearchRequest, to_query
from store.query import Bounds, Interval, KeywordField, Query

FACETS: tuple[KeywordField, ...] = (
    "language", "feed_id", "pubstatus", "signals", "place_ids", "person_ids", "group_ids", "state_ids", "weapon_ids",
    "theme_ids",
)  # fmt: skip
Counted = Literal[
    "language", "feed_id", "pubstatus", "signals", "provider", "place_ids", "person_ids", "group_ids", "state_ids",
    "weapon_ids", "theme_ids", "entity_ids", "story_id",
]  # fmt: skip
_LABELLED = "_ids"


class FacetsRequest(SearchRequest):
    """`field` may repeat; without it the usual ones."""

    field: tuple[Counted, ...] = ()
    size: Annotated[int, UrlQuery(ge=1, le=1000)] = 10


class TimelineRequest(SearchRequest):
    """`by`: which of an article's times."""

    interval: Interval = "day"
    by: Literal["dated", "published", "updated", "first_seen"] = "dated"


class CellsRequest(SearchRequest):
    """`bounds`: south,west,north,east in degrees."""

    zoom: Annotated[int, UrlQuery(ge=2, le=14)] = 7
    bounds: Annotated[str, UrlQuery(max_length=100)] = ""
    size: Annotated[int, UrlQuery(ge=1, le=1000)] = 300


class CompanyRequest(SearchRequest):
    """Which entities stand with what was asked for."""

    field: Counted = "entity_ids"
    size: Annotated[int, UrlQuery(ge=1, le=200)] = 20


def count_routes(router: APIRouter, site: Site) -> None:
    """Adds `/facets`, `/timeline`, `/cells` and `/company`; each takes the parameters of a search too."""

    @router.get("/facets")
    def facets(request: Annotated[FacetsRequest, UrlQuery()]) -> Response:
        """The most frequent values of each field among the matches."""
        fields = tuple(dict.fromkeys(request.field)) or FACETS
        found = site.index.facets(_asked(site, request), fields, request.size)
        return json_answer(
            {
                field: [_named(site, field, each.value, {"count": each.count}) for each in values]
                for field, values in found.items()
            }
        )

    @router.get("/timeline")
    def timeline(request: Annotated[TimelineRequest, UrlQuery()]) -> Response:
        """How many matches an interval, in UTC."""
        found = site.index.timeline(_asked(site, request), request.interval, request.by)
        return json_answer({"interval": request.interval, "by": request.by, "buckets": found})

    @router.get("/cells")
    def cells(request: Annotated[CellsRequest, UrlQuery()]) -> Response:
        """Tiles of the web map with the places that matches name, the fullest first."""
        found = site.index.cells(_asked(site, request), request.zoom, _bounds(request.bounds), request.size)
        return json_answer({"zoom": request.zoom, "cells": found})

    @router.get("/company")
    def company(request: Annotated[CompanyRequest, UrlQuery()]) -> Response:
        """What stands with the matches more often than elsewhere, the surest first."""
        found = site.index.company(_asked(site, request), request.field, request.size)
        numbers = (
            {"count": each.count, "background": each.background, "score": each.score} for each in found
        )
        return json_answer(
            [_named(site, request.field, each.value, more) for each, more in zip(found, numbers, strict=True)]
        )


def _asked(site: Site, request: SearchRequest) -> Query:
    return to_query(request, site.clock(), site.names)[0]


def _named(site: Site, field: str, value: str, numbers: dict[str, Any]) -> dict[str, Any]:
    name = {"name": site.label(value)} if field.endswith(_LABELLED) else {}
    return {"value": value, **name, **numbers}


def _bounds(text: str) -> Bounds | None:
    if not text:
        return None
    try:
        south, west, north, east = map(float, text.split(","))
    except ValueError:
        south, west, north, east = 1.0, 0.0, 0.0, 0.0
    if not (-90 <= south <= north <= 90 and abs(west) <= 180 and abs(east) <= 180):
        raise BadRequest(f"bounds: {text!r} is no part of the map: write south,west,north,east in degrees")
    return Bounds(south, west, north, east)
