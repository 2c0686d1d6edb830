"""The API's routes to one article and one story."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi import Query as UrlQuery

from search.access import role_of
from search.api_answers import Site, article_fields, json_answer, readable
from search.errors import Forbidden
from search.reader import current, under_embargo, versions
from store.archive import Archive
from store.errors import NotFound
from store.query import Query, Term

Id = Annotated[str, Path(max_length=200)]
Limit = Annotated[int, UrlQuery(ge=1, le=200)]
After = Annotated[str, UrlQuery(max_length=500)]


def article_routes(router: APIRouter, site: Site) -> None:
    """Adds `/articles/…` and `/stories/…`."""

    @router.get("/articles/{article_id}")
    def article(article_id: Id) -> Response:
        """The newest version."""
        return json_answer(article_fields(current(readable(site.index, article_id, site.clock()))))

    @router.get("/articles/{article_id}/history")
    def history(article_id: Id) -> Response:
        """Every version, the newest first."""
        now = site.clock()
        newest = readable(site.index, article_id, now)
        found = versions(newest, site.index.history(article_id), now)
        return json_answer(
            [{**article_fields(each.article), "withdrawn_text": each.withdrawn_text} for each in found]
        )

    @router.get("/articles/{article_id}/copies")
    def copies(article_id: Id, limit: Limit = 50, after: After = "") -> Response:
        """What copies it, the newest first."""
        readable(site.index, article_id, site.clock())
        return json_answer(_listed(site, Term("copy_of", article_id), "newest", limit, after))

    @router.get("/articles/{article_id}/mentions")
    def mentions(article_id: Id) -> Response:
        """What its text names, in the order of the text, each with the entity's name."""
        shown = current(readable(site.index, article_id, site.clock()))
        return json_answer([{**_fields(each), "name": site.label(each.entity_id)} for each in shown.mentions])

    @router.get("/stories/{story_id}")
    def story(story_id: Id, limit: Limit = 50, after: After = "") -> Response:
        """The articles that tell one story, the oldest first."""
        found = _listed(site, Term("story_id", story_id), "oldest", limit, after)
        if not found["total"]:
            raise NotFound(f"story {story_id[:64]}: not here: take the story_id of an article")
        return json_answer({"id": story_id, **found})


def raw_route(router: APIRouter, site: Site, archive: Archive | None) -> None:
    """Adds `/articles/…/raw`."""

    @router.get("/articles/{article_id}/raw")
    def raw(
        http: Request, article_id: Id, version: Annotated[int | None, UrlQuery(ge=0, le=2**62)] = None
    ) -> Response:
        """The response that it was read from, byte by byte; needs the archivist's token."""
        if role_of(http) != "archivist":
            raise Forbidden("raw responses: for archivists only: send the token of one")
        now = site.clock()
        newest = readable(site.index, article_id, now)
        history = [newest, *(each for each in site.index.history(article_id) if not under_embargo(each, now))]
        found = next((each for each in history if version in (None, each.version)), None)
        if found is None or not found.raw_ref or archive is None:
            raise NotFound(f"article {article_id[:64]}: no response is archived for this version")
        data = archive.get(found.raw_ref.partition("#")[0])
        return Response(
            data,
            media_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="{found.raw_ref.partition("#")[0][-16:]}.bin"'
            },
        )


def _listed(site: Site, where: Term, sort: str, limit: int, after: str) -> dict[str, object]:
    query = Query(
        where=where,
        now=site.clock(),
        sort="oldest" if sort == "oldest" else "newest",
        limit=limit,
        after=after or None,
    )
    found = site.index.search(query)
    articles = [article_fields(current(hit.article)) for hit in found.hits]
    return {"total": found.total, "next": found.next, "articles": articles}


def _fields(mention: object) -> dict[str, object]:
    return {name: getattr(mention, name) for name in mention.__struct_fields__}  # type: ignore[attr-defined]
