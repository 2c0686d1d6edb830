"""The parameters of a search: from the URL to a `Query`, and back into links. The URL is the whole state."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, model_validator

from search.errors import BadRequest
from search.fields import entity_term
from search.names import Names
from search.syntax import parse_query
from store.query import And, Everything, KeywordField, Near, Node, Or, Query, Sort, Term

LIMIT = 20
MAX_LIMIT = 200
MAX_FILTERS = 50
Filter = Literal["language", "feed", "entity"]


class SearchRequest(BaseModel):
    """`sort` empty means: by relevance if there are words, else the newest first. Empty parameters count as absent."""

    model_config = ConfigDict(frozen=True)

    q: str = ""
    language: tuple[str, ...] = Field((), max_length=MAX_FILTERS)
    feed: tuple[str, ...] = Field((), max_length=MAX_FILTERS)
    entity: tuple[str, ...] = Field((), max_length=MAX_FILTERS)
    near: str = Field("", pattern=r"^-?\d{1,2}(\.\d{1,6})?,-?\d{1,3}(\.\d{1,6})?,\d{1,4}(\.\d{1,3})?$")
    """`latitude,longitude,km`: articles that name a place in this circle."""
    copies: bool = True
    fold: Literal["", "story", "copies", "none"] = ""
    """On the page: `story`, the default, shows of each story one article; the API folds nothing."""
    sort: Literal["", "relevance", "newest", "oldest", "first_seen"] = ""
    limit: int = Field(LIMIT, ge=1, le=MAX_LIMIT)
    after: str = Field("", max_length=500)

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        lists = {
            name: [each for each in value if each] for name, value in data.items() if isinstance(value, list)
        }
        return {name: value for name, value in {**data, **lists}.items() if value not in ("", [])}

    @property
    def order(self) -> Sort:
        """The sort that applies."""
        return self.sort or ("relevance" if self.q.strip() else "newest")


def to_query(request: SearchRequest, now: datetime, names: Names | None = None) -> tuple[Query, Node]:
    """The question to the index, and the node of `q` alone (for marks). Raises `BadRequest`, `QuerySyntaxError`."""
    asked = parse_query(request.q, now=now, names=names)
    try:
        entities = [entity_term(each) for each in request.entity]
    except ValueError as error:
        raise BadRequest(str(error)) from error
    filters = [
        _any_of("language", request.language),
        _any_of("feed_id", request.feed),
        *entities,
        _near(request.near),
    ]
    parts = tuple(part for part in (asked, *filters) if not isinstance(part, Everything))
    query = Query(
        where=parts[0] if len(parts) == 1 else And(parts) if parts else Everything(),
        now=now,
        copies=request.copies,
        sort=request.order,
        limit=request.limit,
        after=request.after or None,
    )
    return query, asked


def link(request: SearchRequest, **changes: object) -> str:
    """The page of `request` with some parameters changed. Any change but `after` goes back to the first page."""
    values = {"after": "", **changes}
    return _url(request.model_copy(update=values))


def toggled(request: SearchRequest, name: Filter, value: str) -> str:
    """The page with the filter added or, where it is set, taken away."""
    chosen: tuple[str, ...] = getattr(request, name)
    kept = tuple(each for each in chosen if each != value)
    return link(request, **{name: kept if value in chosen else (*chosen, value)})


def hidden_fields(request: SearchRequest) -> list[tuple[str, str]]:
    """What a form must carry along beside its own box `q`."""
    return [pair for pair in _pairs(request) if pair[0] not in ("q", "after")]


def query_text(entity_id: str) -> str:
    """`place/SY04` → `place:SY04`, as a reader would type it."""
    kind, _, rest = entity_id.partition("/")
    return f'{kind}:"{rest}"' if any(each in rest for each in ' ()"') else f"{kind}:{rest}"


def query_link(text: str) -> str:
    """The page that asks for `text`."""
    return "/?" + urlencode({"q": text}, safe=":/")


def _url(request: SearchRequest) -> str:
    return "/?" + address(request)


def address(request: SearchRequest) -> str:
    """The part of the URL after `?`; `q=` for all articles, since `/` alone is the start page."""
    return urlencode(_pairs(request) or [("q", "")], safe=":/,")


def _pairs(request: SearchRequest) -> list[tuple[str, str]]:
    pairs = [("q", request.q)] if request.q else []
    for name, values in (("language", request.language), ("feed", request.feed), ("entity", request.entity)):
        pairs += [(name, value) for value in values]
    if request.near:
        pairs.append(("near", request.near))
    if not request.copies:
        pairs.append(("copies", "false"))
    if request.fold:
        pairs.append(("fold", request.fold))
    if request.sort:
        pairs.append(("sort", request.sort))
    if request.limit != LIMIT:
        pairs.append(("limit", str(request.limit)))
    if request.after:
        pairs.append(("after", request.after))
    return pairs


def _near(text: str) -> Node:
    if not text:
        return Everything()
    lat, lon, km = map(float, text.split(","))
    return Near(lat, lon, km)


def _any_of(field: KeywordField, values: tuple[str, ...]) -> Node:
    terms = tuple(Term(field, value) for value in values)
    if len(terms) < 2:
        return terms[0] if terms else Everything()
    return Or(terms)
