"""Why a hit matched: which of the things asked for it names, and in what words. Pure."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from search.fields import ENTITY_FIELDS
from search.highlight import Labels
from store.query import And, Near, Node, Or, Term
from store.records import Article

Above = Callable[[str], tuple[str, ...]]
"""Entity id → the ids it lies in, the nearest first."""
_KINDS = {field: kind for kind, field in ENTITY_FIELDS.items()}
_MOST = 4


class Reason(NamedTuple):
    """`name` was asked for; the article says `words` (empty: known without a passage)."""

    kind: str
    name: str
    words: str


def reasons(article: Article, node: Node, labels: Labels, above: Above) -> list[Reason]:
    """One reason for each concept asked for, in the order asked."""
    found: dict[tuple[str, str], Reason] = {}
    for each in _reasons(article, node, labels, above):
        found.setdefault(
            (each.kind, each.words or each.name), each
        )  # a city and its province: one word, one reason
    return list(found.values())[:_MOST]


def _reasons(article: Article, node: Node, labels: Labels, above: Above) -> Iterator[Reason]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _reasons(article, part, labels, above)
        case Term(field, value) if field in _KINDS or field == "entity_ids":
            if value in getattr(article, field):
                yield Reason(value.partition("/")[0], labels(value), _said(article, value, above))
        case Near(lat, lon, km):
            place = next((point.place_id for point in article.geo), "")
            yield Reason("place", f"within {km:g} km of {lat:g}, {lon:g}", labels(place) if place else "")
        case _:
            return


def _said(article: Article, wanted: str, above: Above) -> str:
    """The words of the first mention of it, else of the first thing that lies in it."""
    for mention in article.mentions:
        if mention.entity_id == wanted:
            return mention.text
    inside = (mention.text for mention in article.mentions if wanted in above(mention.entity_id))
    return next(inside, "")
