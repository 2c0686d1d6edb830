"""A search as a file: CSV, JSON Lines and Atom. Complete, in constant memory, as readers may see the articles."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Query as UrlQuery
from fastapi.responses import StreamingResponse

from search.reader import current
from search.request import SearchRequest, link, to_query
from search.site import Site
from store.records import Article, encode

_METHODS = ["GET", "HEAD"]
_COLUMNS = (
    "id", "version", "feed_id", "language", "published", "first_seen", "pubstatus", "headline", "summary", "url",
    "copy_of", "story_id", "signals", "entity_ids", "place_ids",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ATOM_SIZE = 50


def routes(site: Site) -> APIRouter:
    """`/export.csv`, `/export.jsonl` and `/atom.xml`, with the parameters of a search."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/export.csv", methods=_METHODS)
    def as_csv(request: Annotated[SearchRequest, UrlQuery()]) -> Response:
        return _download(_csv(_found(site, request)), "text/csv; charset=utf-8", "csv")

    @router.api_route("/export.jsonl", methods=_METHODS)
    def as_lines(request: Annotated[SearchRequest, UrlQuery()]) -> Response:
        lines = (encode(article) + b"\n" for article in _found(site, request))
        return _download(lines, "application/x-ndjson", "jsonl")

    @router.api_route("/atom.xml", methods=_METHODS)
    def as_atom(http: Request, request: Annotated[SearchRequest, UrlQuery()]) -> Response:
        query, _ = to_query(request, site.now(), site.names)
        found = site.index.search(replace(query, sort="newest", limit=_ATOM_SIZE, after=None))
        context = {
            "base": str(http.base_url).rstrip("/"),
            "page": link(request),
            "q": request.q,
            "now": site.now().isoformat(),
            "articles": [current(hit.article) for hit in found.hits],
        }
        return site.templates.TemplateResponse(http, "atom.xml", context, media_type="application/atom+xml")

    return router


def _found(site: Site, request: SearchRequest) -> Iterator[Article]:
    query, _ = to_query(request, site.now(), site.names)
    return (current(article) for article in site.index.scan(query))


def _csv(articles: Iterator[Article]) -> Iterator[bytes]:
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode()  # without it spreadsheets misread Arabic
    yield _line(_COLUMNS)
    for article in articles:
        yield _line([_cell(getattr(article, name)) for name in _COLUMNS])


def _line(cells: Any) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


def _cell(value: Any) -> str:
    """A text that a spreadsheet would run as a formula is made a text by an apostrophe."""
    if isinstance(value, tuple):
        return " ".join(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _download(lines: Iterator[bytes], kind: str, ending: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="syria-wire.{ending}"'}
    return StreamingResponse(lines, media_type=kind, headers=headers)
