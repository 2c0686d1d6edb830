"""The API's routes to the gazetteer: what a name can mean, and all that is known of one entity."""

from dataclasses import fields
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Response
from fastapi import Query as UrlQuery

from lexicon.entity import Entity
from search.api_answers import Site, json_answer
from search.fields import ENTITY_FIELDS, entity_term
from search.request import query_text
from store.errors import NotFound
from store.query import Query, Term

_SHOWN = 50


def entity_routes(router: APIRouter, site: Site) -> None:
    """Adds `/entities` and `/entities/{id}`."""

    @router.get("/entities")
    def entities(
        q: Annotated[str, UrlQuery(max_length=200)] = "", limit: Annotated[int, UrlQuery(ge=1, le=50)] = 10
    ) -> Response:
        """Entities with a name that begins so, in any script: for suggestions while somebody types."""
        found = site.names.beginning(q, limit) if site.names is not None else []
        return json_answer([_offered(site, entity, spelling) for entity, spelling in found])

    @router.get("/entities/{entity_id:path}")
    def entity(entity_id: Annotated[str, Path(max_length=200)]) -> Response:
        """Its names in all scripts, what it belongs to, roles over time, and how often it is named."""
        return json_answer(_entity(site, entity_id))


def _offered(site: Site, entity: Entity, spelling: str) -> dict[str, Any]:
    return {
        "id": entity.id,
        "name": site.label(entity.id),
        "kind": entity.kind or entity.type,
        "matched": spelling,
        "query": query_text(entity.id),
    }


def _entity(site: Site, entity_id: str) -> dict[str, Any]:
    known = site.names.entity(entity_id) if site.names is not None else None
    if known is None or site.names is None:
        raise NotFound(
            f"entity {entity_id[:64]}: not in the gazetteer: ask /api/entities?q= for the id of a name"
        )
    asked = Query(where=entity_term(entity_id), now=site.clock(), limit=1)
    own = Query(where=Term("entity_ids", entity_id), now=asked.now, limit=1)
    counts = site.index.facets(asked, ("language", "feed_id"), _SHOWN)
    return {
        **{each.name: msgspec.to_builtins(getattr(known, each.name)) for each in fields(known)},
        "name": site.label(entity_id),
        "query": query_text(entity_id),
        "above": [{"id": each, "name": site.label(each)} for each in site.names.above(entity_id)],
        "field": ENTITY_FIELDS[known.type],
        "articles": site.index.search(asked).total,
        "articles_naming_it": site.index.search(own).total,
        "by_language": {each.value: each.count for each in counts["language"]},
        "by_feed": {each.value: each.count for each in counts["feed_id"]},
    }
