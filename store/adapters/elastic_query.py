"""Our `Query` in Elasticsearch's terms; the same choices and weights as in `tantivy_query`."""

import base64
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from lexicon.fold import words
from store import query as ours
from store.adapters.elastic_mapping import EMBARGO, LANGUAGES
from store.bounds import flat, wild_pieces
from store.errors import BadPage
from store.identity import digest

Dsl = dict[str, Any]

_HEADLINE_BOOST = 3.0
_EXACT_BOOST = 2.0
_EXACT_FIELDS = {
    "any": (("exact_headline", _HEADLINE_BOOST * _EXACT_BOOST), ("exact_body", _EXACT_BOOST)),
    "headline": (("exact_headline", 1.0),),
    "body": (("exact_body", 1.0),),
}
_ANALYZER = "whitespace"  # what is asked for is folded already, as what is stored
_MOST_ENDINGS = 1000
_NOTHING: Dsl = {"match_none": {}}
_EVERYTHING: Dsl = {"match_all": {}}
# The id comes last, so that no two articles have the same place and pages never overlap.
_SORT: dict[ours.Sort, list[Dsl]] = {
    "relevance": [{"_score": "desc"}, {"id": "asc"}],
    "newest": [{"dated": "desc"}, {"id": "asc"}],
    "oldest": [{"dated": "asc"}, {"id": "desc"}],
    "first_seen": [{"first_seen": "desc"}, {"id": "asc"}],
}
NEWEST = _SORT["newest"][:1]  # for a walk at one moment, where Elasticsearch itself tells ties apart


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The end of a page: its order, how many articles came until there, and the place of the last one."""

    sort: ours.Sort
    seen: int
    place: tuple[float | int, str]


def translate(query: ours.Query) -> Dsl:
    """The whole question, with what must not be shown left out."""
    without: list[Dsl] = []
    if query.now is not None:
        without.append({"range": {EMBARGO: {"gt": _time(query.now)}}})
    if not query.copies:
        without.append({"exists": {"field": "copy_of"}})
    return {"bool": {"must": [_node(query.where)], "must_not": without}}


def order(query: ours.Query) -> list[Dsl]:
    """What Elasticsearch sorts by."""
    return _SORT[query.sort]


def same_copy(query: ours.Query) -> str:
    """Pages of one question go to the same copy of a shard: deleted articles give each other scores."""
    return digest((msgspec.json.encode(_node(query.where)).decode(), query.sort))


def read_cursor(query: ours.Query) -> Cursor | None:
    """The end of the page before. Raises `BadPage` if `query.after` was not made for this order."""
    if query.after is None:
        return None
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(query.after), type=Cursor)
    except (ValueError, msgspec.DecodeError) as error:
        raise bad_page(query) from error
    if found.sort != query.sort:
        raise bad_page(query)
    return found


def bad_page(query: ours.Query) -> BadPage:
    """What to raise for a `query.after` that was not given out for this search."""
    return BadPage(f"page {(query.after or '')[:40]!r}: not one of this search: begin at its first page")


def write_cursor(query: ours.Query, seen: int, place: Iterable[Any]) -> str:
    """The value of `Hits.next`: opaque, and small enough for an address."""
    value, id_ = place
    encoded = msgspec.json.encode(Cursor(query.sort, seen, (value, id_)))
    return base64.urlsafe_b64encode(encoded).decode("ascii")


def _node(node: ours.Node) -> Dsl:
    match node:
        case ours.And():
            parts = [_node(part) for part in flat(node)]
            return {"bool": {"must": parts}} if parts else _NOTHING
        case ours.Or():
            parts = [_node(part) for part in flat(node)]
            return {"bool": {"should": parts, "minimum_should_match": 1}} if parts else _NOTHING
        case ours.Not(part):
            return {"bool": {"must": [_EVERYTHING], "must_not": [_node(part)]}}
        case ours.Everything():
            return _EVERYTHING
        case ours.Word() | ours.Phrase() | ours.Prefix() | ours.Wildcard():
            return _text(node)
        case _:
            return {"constant_score": {"filter": _filter(node)}}


def _text(node: ours.Word | ours.Phrase | ours.Prefix | ours.Wildcard) -> Dsl:
    match node:
        case ours.Word(text, field):
            return _word(text, field)
        case ours.Phrase(text, field, slop):
            return _phrase(words(text), field, slop)
        case ours.Prefix(text, field):
            return _prefix(words(text), field)
        case ours.Wildcard(text, field):
            pattern = "".join(wild_pieces(text))
            return _best([{"wildcard": {name: {"value": pattern}}} for name, _ in _EXACT_FIELDS[field]])


def _filter(node: ours.Near | ours.Term | ours.TimeRange) -> Dsl:
    match node:
        case ours.Near(lat, lon, km):
            return {"geo_distance": {"distance": f"{km}km", "geo_points": {"lat": lat, "lon": lon}}}
        case ours.Term(field, value):
            return {"term": {field: value}}
        case ours.TimeRange(field, low, high):
            return _range(field, low, high)


def _word(text: str, field: ours.TextField) -> Dsl:
    folded = words(text)
    if len(folded) != 1:
        return _phrase(folded, field, 0)
    choices: list[Dsl] = [
        {"term": {name: {"value": folded[0], "boost": boost}}} for name, boost in _EXACT_FIELDS[field]
    ]
    if field == "any":
        # In each language: a question does not say which one it is in.
        choices += [
            {"match": {f"stem_{language}": {"query": text, "operator": "and"}}} for language in LANGUAGES
        ]
    return _best(choices)


def _phrase(folded: list[str], field: ours.TextField, slop: int) -> Dsl:
    if not folded:
        return _NOTHING
    asked = {"query": " ".join(folded), "slop": slop, "analyzer": _ANALYZER}
    return _best(
        [{"match_phrase": {name: {**asked, "boost": boost}}} for name, boost in _EXACT_FIELDS[field]]
    )


def _prefix(folded: list[str], field: ours.TextField) -> Dsl:
    if not folded:
        return _NOTHING
    if len(folded) == 1:
        return _best([{"prefix": {name: {"value": folded[0]}}} for name, _ in _EXACT_FIELDS[field]])
    asked = {"query": " ".join(folded), "analyzer": _ANALYZER, "max_expansions": _MOST_ENDINGS}
    return _best([{"match_phrase_prefix": {name: asked}} for name, _ in _EXACT_FIELDS[field]])


def _best(choices: list[Dsl]) -> Dsl:
    return {"dis_max": {"queries": choices}}


def _range(field: str, low: datetime | None, high: datetime | None) -> Dsl:
    if low is None and high is None:
        return {"exists": {"field": field}}
    bounds = {name: _time(bound) for name, bound in (("gte", low), ("lt", high)) if bound is not None}
    return {"range": {field: bounds}}


def _time(moment: datetime) -> str:
    """Elasticsearch keeps milliseconds; the rest is cut off on both sides."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
