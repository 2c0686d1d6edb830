"""What an article names: its text with the mentions linked, and the entities with their links. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import quote

from search.fields import ENTITY_FIELDS
from store.records import Article, Mention

Labels = Callable[[str], str]
"""Entity id → its name for a reader."""

TITLES = {
    "person": "People",
    "group": "Groups",
    "state": "States",
    "place": "Places",
    "weapon": "Weapons",
    "theme": "Themes",
}


class Span(NamedTuple):
    """A run of an article's text; with `link` it is a mention of the entity `name`, of type `kind`, found by `rule`."""

    text: str
    kind: str = ""
    name: str = ""
    link: str = ""
    rule: str = ""


class Named(NamedTuple):
    """An entity with the link to its page."""

    id: str
    kind: str
    name: str
    link: str


def named(entity_id: str, labels: Labels) -> Named:
    """An entity with its name and the address of its page."""
    return Named(entity_id, entity_id.partition("/")[0], labels(entity_id), f"/entity/{quote(entity_id)}")


def entities(article: Article, labels: Labels) -> list[tuple[str, str, list[Named]]]:
    """(type, its title, entities) for each type that the article names."""
    found: list[tuple[str, str, list[Named]]] = []
    for kind, field in ENTITY_FIELDS.items():
        ids: tuple[str, ...] = getattr(article, field)
        # The district and the governorate of a village come along in `place_ids`: nobody has named them.
        said = {mention.entity_id for mention in article.mentions}
        if kind == "place" and said:
            ids = tuple(each for each in ids if each in said)
        if ids:
            found.append((kind, TITLES[kind], [named(each, labels) for each in ids]))
    return found


def spans(article: Article, field: str, labels: Labels) -> list[Span]:
    """The whole field, its mentions linked. Of overlapping mentions the first, of equal starts the longest, stays."""
    text: str = getattr(article, field)
    return cut(text, _clean(article, field), 0, len(text), labels)


def paragraphs(article: Article, labels: Labels) -> list[list[Span]]:
    """The body, one list a paragraph (they are parted by an empty line)."""
    mentions = _clean(article, "body")
    return [cut(article.body, mentions, start, end, labels) for start, end in _paragraph_bounds(article.body)]


def _paragraph_bounds(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for piece in text.split("\n\n"):
        if piece.strip():
            yield start, start + len(piece)
        start += len(piece) + 2


def _clean(article: Article, field: str) -> list[Mention]:
    """Those that fit the text and do not overlap; a mention that does not fit would mark the wrong words."""
    text: str = getattr(article, field)
    fitting = [
        each
        for each in article.mentions
        if each.field == field and each.text and text[each.start : each.end] == each.text
    ]
    kept: list[Mention] = []
    for each in sorted(fitting, key=lambda mention: (mention.start, -mention.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def cut(text: str, mentions: Sequence[Mention], start: int, end: int, labels: Labels) -> list[Span]:
    """`text[start:end]` in spans. `mentions` are in order and do not overlap; only those inside are read."""
    first = bisect_left(mentions, start, key=lambda mention: mention.start)
    inside = mentions[first : bisect_right(mentions, end, first, key=lambda mention: mention.end)]
    edges = [start, *(edge for each in inside for edge in (each.start, each.end)), end]
    found: list[Span] = []
    for index, (low, high) in enumerate(pairwise(edges)):
        if low == high:
            continue
        if index % 2:
            mention = inside[index // 2]
            entity = named(mention.entity_id, labels)
            found.append(Span(text[low:high], mention.type, entity.name, entity.link, mention.rule))
        else:
            found.append(Span(text[low:high]))
    return found
