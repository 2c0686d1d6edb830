"""The API's routes that hand a search over to other programs: exports and Atom."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Query as UrlQuery
from fastapi.responses import StreamingResponse

from search.api_answers import Site
from search.export import MEDIA_TYPES, Format, chunks, lines
from search.feed import MEDIA_TYPE, atom
from search.request import SearchRequest, link, to_query
from store.query import Query
from store.records import Article

_ENTRIES = 100


class ExportRequest(SearchRequest):
    """`format` of the lines; `bom`: a CSV begins with a byte order mark, without which spreadsheets misread Arabic."""

    format: Format = "jsonl"
    bom: bool = False


def export_routes(router: APIRouter, site: Site) -> None:
    """Adds `/export` and `/atom`; both take the parameters of a search."""

    @router.get("/export")
    def export(request: Annotated[ExportRequest, UrlQuery()]) -> Response:
        """All matches, the newest first, streamed; `limit`, `after`, `sort` and `fold` do not count."""
        query, _ = to_query(request, site.clock(), site.names)
        name = f"syria-wire-{site.clock():%Y-%m-%dT%H%M%SZ}.{request.format}"
        mark = ("\N{ZERO WIDTH NO-BREAK SPACE}",) if request.bom and request.format == "csv" else ()
        return StreamingResponse(
            chunks(chain(mark, lines(_begun(site, query), request.format))),
            media_type=MEDIA_TYPES[request.format],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @router.get("/atom")
    def feed(http: Request, request: Annotated[SearchRequest, UrlQuery()]) -> Response:
        """The newest matches as an Atom feed, in the order in which they reached us."""
        query, _ = to_query(request, site.clock(), site.names)
        found = site.index.search(replace(query, sort="first_seen", limit=_ENTRIES, after=None))
        plain = SearchRequest.model_validate(request.model_dump(exclude={"limit", "after", "sort"}))
        text = atom(
            (hit.article for hit in found.hits),
            asked=request.q,
            base=str(http.base_url),
            link=link(plain),
            now=site.clock(),
        )
        return Response(text, media_type=MEDIA_TYPE)


def _begun(site: Site, query: Query) -> Iterator[Article]:
    """The scan with its first article read: what goes wrong at once is said before any line is sent."""
    found = site.index.scan(query)
    first = next(found, None)
    return found if first is None else chain((first,), found)
