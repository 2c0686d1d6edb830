"""What stands beside the hits: timeline, map and facets, each a set of links that narrow the search down."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from search import chart, present
from search.request import Filter, SearchRequest, hidden_fields, link, toggled
from search.site import Site
from store.errors import BadQuestion
from store.query import Cell, FacetValue, KeywordField, Query, Sort

FACETS: Sequence[tuple[KeywordField, Filter, str]] = (
    ("language", "language", "Language"),
    ("feed_id", "feed", "Feed"),
    ("person_ids", "entity", "People"),
    ("group_ids", "entity", "Groups"),
    ("state_ids", "entity", "States"),
    ("weapon_ids", "entity", "Weapons"),
    ("theme_ids", "entity", "Themes"),
)
FACET_SIZE = 8
_NAMED_SIZE = 200
_CELLS = 150
_PRECISION = 10
_NEAR_KM = 15
_PUBLISHED = re.compile(r"\bpublished:(?:\[[^\]]*\]|\S+)\s*")


@dataclass(frozen=True)
class Choice:
    """One value of a facet: the link adds or removes it. `level` 1 lies in the one above it."""

    name: str
    count: int | None
    link: str
    chosen: bool
    level: int = 0


def panel(site: Site, request: SearchRequest, query: Query) -> dict[str, Any]:
    """For `panel.html`."""
    counts = site.index.facets(
        query, [*(field for field, _, _ in FACETS), "place_ids", "entity_ids"], _NAMED_SIZE
    )
    places = _places(site, request, counts)
    facets = [*_facets(site, request, counts)]
    return {
        "facets": facets[:2] + ([("Places", places)] if places else []) + facets[2:],
        "timeline": timeline(site, request, query),
        "brush": narrowed(request, "FIRST", "LAST"),
        "map": spots(site, query, lambda cell: link(request, near=_near(cell))),
        "outlines": chart.outlines(),
        "hidden": hidden_fields(request),
        "asked": request,
    }


def timeline(site: Site, request: SearchRequest, query: Query) -> list[chart.Bar]:
    """Bars over the time that the matches cover; none if it is too long to draw."""
    sorts: tuple[Sort, Sort] = ("oldest", "newest")
    found = [
        site.index.search(replace(query, sort=sort, limit=1, after=None, fold=None)).hits for sort in sorts
    ]
    ends = [hits[0].article for hits in found if hits]
    if not ends:
        return []
    first, last = (each.published or each.first_seen for each in (ends[0], ends[-1]))
    step = chart.interval(first, last)
    try:
        buckets = site.index.timeline(query, step, "published")
    except BadQuestion:
        return []  # a date of the year 1 among them: no width would show the others
    return chart.bars(buckets, step, lambda start, end: narrowed(request, start, end))


def spots(site: Site, query: Query, near: Callable[[Cell], str]) -> list[chart.Spot]:
    """Where the matches are, on the map of Syria."""
    cells = site.index.cells(query, _PRECISION, size=_CELLS)
    return chart.spots(cells, lambda cell: ", ".join(map(site.labels, cell.places[:3])) or "here", near)


def narrowed(request: SearchRequest, first: str, last: str) -> str:
    """The page of `request` for these days only, both included; other days that it asked for are forgotten."""
    rest = _PUBLISHED.sub("", request.q).strip()
    if re.search(r"\bOR\b|\|\|", rest):
        rest = f"({rest})"
    span = f"published:[{first or '*'} TO {last or '*'}]" if first or last else ""
    return link(request, q=f"{rest} {span}".strip())


def chips(site: Site, request: SearchRequest) -> list[Choice]:
    """The filters that are set, each with the link that takes it away."""
    names: tuple[Filter, ...] = ("language", "feed", "entity")
    found = [
        Choice(_name(site, name, value), None, toggled(request, name, value), chosen=True)
        for name in names
        for value in getattr(request, name)
    ]
    if request.near:
        lat, lon, km = request.near.split(",")
        found.append(Choice(f"within {km} km of {lat}, {lon}", None, link(request, near=""), chosen=True))
    if span := _PUBLISHED.search(request.q):
        found.append(Choice(span[0].strip(), None, narrowed(request, "", ""), chosen=True))
    return found


def _near(cell: Cell) -> str:
    return f"{cell.lat:.3f},{cell.lon:.3f},{_NEAR_KM}"


def _facets(
    site: Site, request: SearchRequest, counts: dict[str, list[FacetValue]]
) -> list[tuple[str, list[Choice]]]:
    found = []
    for field, name, title in FACETS:
        values = [each for each in counts[field] if each.value][:FACET_SIZE]
        if values:
            found.append((title, [_choice(site, request, name, each) for each in values]))
    return found


def _places(site: Site, request: SearchRequest, counts: dict[str, list[FacetValue]]) -> list[Choice]:
    """Places that the articles name, each under its governorate: what only comes along with them gets no row."""
    within = {each.value: each for each in counts["place_ids"]}
    named = [each.value for each in counts["entity_ids"] if each.value in within]
    chosen = [each for each in request.entity if each in within and each not in named]
    passed = {up for each in named for up in site.above(each)}
    shown = [each for each in named if each not in passed and not _is_country(site, each)][
        :FACET_SIZE
    ] + chosen
    tops: dict[str, list[str]] = {}
    for each in shown:
        top = next((up for up in (each, *site.above(each)) if _is_governorate(site, up)), each)
        tops.setdefault(top, [])
        if each != top:
            tops[top].append(each)
    rows = []
    for top, inside in tops.items():
        rows += [(top, 0), *((each, 1) for each in inside)]
    return [
        replace(_choice(site, request, "entity", within[each]), level=level)
        for each, level in rows
        if each in within
    ]


def _is_governorate(site: Site, entity_id: str) -> bool:
    entity = site.entity(entity_id)
    return entity is not None and entity.kind == "governorate"


def _is_country(site: Site, entity_id: str) -> bool:
    entity = site.entity(entity_id)
    return entity is not None and entity.kind == "country"


def _choice(site: Site, request: SearchRequest, name: Filter, each: FacetValue) -> Choice:
    chosen: tuple[str, ...] = getattr(request, name)
    return Choice(
        _name(site, name, each.value), each.count, toggled(request, name, each.value), each.value in chosen
    )


def _name(site: Site, name: str, value: str) -> str:
    match name:
        case "language":
            return present.language_name(value)
        case "entity":
            return site.labels(value)
        case _:
            return value
