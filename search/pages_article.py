"""An article, each of its versions, and what changed between two of them."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Query as UrlQuery

from search import chart, highlight, present
from search.api import readable
from search.diff import compare
from search.reader import Version, current, under_embargo, versions
from search.request import query_link
from search.site import Site
from store.errors import NotFound
from store.query import Cell, Query, Term
from store.records import Article

COPIES_SHOWN = 50
_METHODS = ["GET", "HEAD"]
_Number = Annotated[int, UrlQuery(ge=0, le=2**31)]


def routes(site: Site) -> APIRouter:
    """`/article/{id}`, its `/version/{n}` and its `/compare`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/article/{article_id}", methods=_METHODS)
    def article(http: Request, article_id: str) -> Response:
        return site.templates.TemplateResponse(http, "article.html", _article(site, article_id, site.now()))

    @router.api_route("/article/{article_id}/version/{number}", methods=_METHODS)
    def version(http: Request, article_id: str, number: int) -> Response:
        return site.templates.TemplateResponse(
            http, "version.html", _one(site, article_id, number, site.now())
        )

    @router.api_route("/article/{article_id}/compare", methods=_METHODS)
    def changes(
        http: Request,
        article_id: str,
        before: Annotated[int | None, UrlQuery(alias="from")] = None,
        after: Annotated[int | None, UrlQuery(alias="to")] = None,
    ) -> Response:
        context = _compared(site, article_id, before, after, site.now())
        return site.templates.TemplateResponse(http, "compare.html", context)

    return router


def _article(site: Site, article_id: str, now: datetime) -> dict[str, Any]:
    newest = readable(site.index, article_id, now)
    shown = current(newest)
    copied = Query(where=Term("copy_of", article_id), now=now, sort="newest", limit=COPIES_SHOWN)
    copies = site.index.search(copied)
    original = site.index.get(newest.copy_of) if newest.copy_of else None
    if original is not None and under_embargo(original, now):
        original = None
    return {
        **_text(site, shown),
        "badges": present.badges(shown),
        **{name: _when(getattr(shown, name), now) for name in ("published", "updated", "first_seen")},
        "wire_link": present.wire_link(shown.url),
        "entities": highlight.entities(shown, site.labels),
        "map": _points(site, shown),
        "outlines": chart.outlines(),
        "copies": [present.card(hit, copied.where, now, site.labels) for hit in copies.hits],
        "copies_total": copies.total,
        "original": current(original) if original is not None else None,
        "versions": _listed(versions(newest, site.index.history(article_id), now), now),
        "story_link": query_link(f'story:"{newest.story_id}"') + "&fold=none" if newest.story_id else "",
        "feed_link": query_link(f"feed:{shown.feed_id}"),
    }


def _one(site: Site, article_id: str, number: int, now: datetime) -> dict[str, Any]:
    newest = readable(site.index, article_id, now)
    found = versions(newest, site.index.history(article_id), now)
    chosen = _version(found, article_id, number)
    return {
        **_text(site, chosen.article),
        "number": len(found) - found.index(chosen),
        "withdrawn_text": chosen.withdrawn_text,
        "newest": current(newest),
        "when": _came(found, chosen, now),
        "versions": _listed(found, now),
    }


def _compared(
    site: Site, article_id: str, before: int | None, after: int | None, now: datetime
) -> dict[str, Any]:
    """Two versions, the last two unless asked for others. Nothing is compared with a text that was taken back."""
    newest = readable(site.index, article_id, now)
    found = versions(newest, site.index.history(article_id), now)
    numbers = [each.article.version for each in found]
    to = after if after is not None else numbers[0]
    earlier = [number for number in numbers if number < to]
    old = _version(found, article_id, before if before is not None else (earlier or [to])[0])
    new = _version(found, article_id, to)
    hidden = old.withdrawn_text or new.withdrawn_text
    fields = [] if hidden else [
        (title, compare(getattr(old.article, name), getattr(new.article, name)))
        for title, name in (("Headline", "headline"), ("Summary", "summary"), ("Text", "body"), ("Note", "ednote"))
    ]  # fmt: skip
    return {
        "newest": current(newest),
        "old": old.article,
        "new": new.article,
        "old_number": len(numbers) - numbers.index(old.article.version),
        "new_number": len(numbers) - numbers.index(new.article.version),
        "hidden": hidden,
        "fields": [(title, each) for title, each in fields if each.changes],
        "same": all(change.kind == "same" for _, each in fields for change in each.changes),
        "versions": _listed(found, now),
        "direction": present.direction(new.article.language),
    }


def _version(found: list[Version], article_id: str, number: int) -> Version:
    for each in found:
        if each.article.version == number:
            return each
    known = ", ".join(str(each.article.version) for each in found)
    raise NotFound(f"article {article_id[:64]}: has no version {number}: take one of {known}")


def _text(site: Site, shown: Article) -> dict[str, Any]:
    return {
        "article": shown,
        "headline": highlight.spans(shown, "headline", site.labels),
        "summary": highlight.spans(shown, "summary", site.labels),
        "body": highlight.paragraphs(shown, site.labels),
        "direction": present.direction(shown.language),
        "language": present.language_name(shown.language),
    }


def _listed(found: list[Version], now: datetime) -> list[tuple[int, Version, present.When]]:
    """Newest first, each with its number as readers count: 1 is the first."""
    return [(len(found) - at, each, _came(found, each, now)) for at, each in enumerate(found)]


def _came(found: list[Version], version: Version, now: datetime) -> present.When:
    """When the wire made this version; where it does not say, when we saw it, and the text says so."""
    article = version.article
    said = article.updated or (article.published if version is found[-1] else None)
    when = present.moment(said or article.fetched, now)
    return when if said else when._replace(text=f"seen {when.text}")


def _when(moment: datetime | None, now: datetime) -> present.When | None:
    return present.moment(moment, now) if moment else None


def _points(site: Site, shown: Article) -> list[chart.Spot]:
    cells = [Cell(point.place_id, point.lat, point.lon, 1, (point.place_id,)) for point in shown.geo]
    unique = list({cell.cell: cell for cell in cells}.values())
    found = chart.spots(
        unique, lambda cell: site.labels(cell.places[0]), lambda cell: f"/entity/{cell.places[0]}"
    )
    return [spot._replace(radius=5, title=spot.title.removesuffix(": 1")) for spot in found]
