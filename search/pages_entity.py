"""One person, group, state, place, weapon or theme: what the gazetteer knows of it, and what the wires say."""

from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from lexicon.dated import Period
from lexicon.entity import Entity
from search import panel, present
from search.chart import outlines
from search.fields import ENTITY_FIELDS
from search.highlight import TITLES, Named, named
from search.request import SearchRequest, query_link, query_text
from search.site import Site
from store.errors import NotFound
from store.query import KeywordField, Query, Term

_METHODS = ["GET", "HEAD"]
_LATEST, _COMPANY = 8, 8
_MOST_NAMES = 24


class Fact(NamedTuple):
    """What held for a time: `text` of `entity`, `when` (may be empty)."""

    text: str
    entity: Named | None
    when: str


def routes(site: Site) -> APIRouter:
    """`/entity/{id}`, and `/around/{id}`: what takes counting, and comes after the page is there."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/entity/{entity_id:path}", methods=_METHODS)
    def entity(http: Request, entity_id: str) -> Response:
        return site.templates.TemplateResponse(http, "entity.html", _entity(site, entity_id, site.now()))

    @router.api_route("/around/{entity_id:path}", methods=_METHODS)
    def around(http: Request, entity_id: str) -> Response:
        """A page of its own for browsers without scripts; the script puts its content beside the stories."""
        part = "x-part" in http.headers
        context = _around(site, entity_id, site.now())
        answer = site.templates.TemplateResponse(
            http, "around.html" if part else "around_alone.html", context
        )
        answer.headers["Vary"] = "X-Part"
        return answer

    return router


def _naming(entity_id: str, now: datetime) -> Query:
    kind = entity_id.partition("/")[0]
    if kind not in ENTITY_FIELDS:
        raise NotFound(f"entity {entity_id[:64]!r}: not known: search for its name")
    return Query(
        where=Term(ENTITY_FIELDS[kind], entity_id), now=now, sort="newest", limit=_LATEST, fold="story"
    )


def _around(site: Site, entity_id: str, now: datetime) -> dict[str, Any]:
    query = _naming(entity_id, now)
    request = SearchRequest.model_validate({"entity": (entity_id,)})
    return {
        "name": site.labels(entity_id),
        "back": named(entity_id, site.labels).link,
        "timeline": panel.timeline(site, request, query),
        "map": panel.spots(site, query, lambda cell: f"/entity/{cell.places[0]}" if cell.places else "/"),
        "outlines": outlines(),
        "company": _company(site, query, entity_id),
    }


def _entity(site: Site, entity_id: str, now: datetime) -> dict[str, Any]:
    query = _naming(entity_id, now)
    kind, known = entity_id.partition("/")[0], site.entity(entity_id)
    found = site.index.search(query)
    if known is None and not found.total:
        raise NotFound(
            f"entity {entity_id[:64]!r}: neither in the gazetteer nor in any article: search for its name"
        )
    return {
        "id": entity_id,
        "kind": known.kind if known and known.kind else kind,
        "type": kind,
        "name": site.labels(entity_id),
        "names": _names(known) if known else [],
        "above": [named(each, site.labels) for each in reversed(site.above(entity_id))],
        "facts": _facts(site, known) if known else [],
        "total": found.total,
        "search_link": query_link(query_text(entity_id)),
        "cards": [(present.card(hit, query.where, now, site.labels), ()) for hit in found.hits],
        "around_link": f"/around/{quote(entity_id)}" if found.total else "",
    }


def _names(entity: Entity) -> list[tuple[str, str, str, list[str]]]:
    """(code, language, direction, spellings) for each language."""
    found = []
    for code, spellings in entity.names.items():
        language = "Other spellings" if code == "und" else present.language_name(code)
        shown = list(dict.fromkeys((*spellings, *entity.short.get(code, ()))))[:_MOST_NAMES]
        found.append(
            ("" if code == "und" else code, language, present.direction("" if code == "und" else code), shown)
        )
    return found


def _facts(site: Site, entity: Entity) -> list[tuple[str, list[Fact]]]:
    def link(id_: str) -> Named:
        return named(id_, site.labels)

    roles = [
        Fact(
            role.title.get("en") or next(iter(role.title.values()), ""),
            link(role.of) if role.of else None,
            _span(role.period),
        )
        for role in entity.roles
    ]
    found = [
        ("Roles", roles),
        ("Sides", [Fact(each.side.replace("-", " "), None, _span(each.period)) for each in entity.sides]),
        ("Belonged to", [Fact("", link(each.id), _span(each.period)) for each in entity.parents]),
        ("Became", [Fact("", link(each.id), _span(each.period)) for each in entity.became]),
        ("Active", [Fact(active, None, "")] if (active := _span(entity.active)) else []),
    ]
    return [(title, facts) for title, facts in found if facts]


def _span(period: Period) -> str:
    if period.first and period.last:
        return f"{period.first} to {period.last}"
    if period.first:
        return f"since {period.first}"
    return f"until {period.last}" if period.last else ""


def _company(site: Site, query: Query, entity_id: str) -> list[tuple[str, str, list[tuple[Named, int]]]]:
    """(type, title, who and in how many articles): those more frequent here than elsewhere."""
    own = {entity_id, *site.above(entity_id)}
    fields: list[tuple[str, KeywordField]] = list(ENTITY_FIELDS.items())
    found = []
    for kind, field in fields:
        near = [
            each for each in site.index.company(query, field, _COMPANY + len(own)) if each.value not in own
        ]
        if near:
            rows = [(named(each.value, site.labels), each.count) for each in near[:_COMPANY]]
            found.append((kind, TITLES[kind], rows))
    return found
