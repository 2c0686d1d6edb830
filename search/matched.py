"""Why a hit matched: which words, in which forms, and which concepts, in which field. Pure, bounded per hit."""

from collections.abc import Iterator
from itertools import islice

import msgspec

from lexicon.fold import words
from search.leaves import asked
from search.names import Names
from search.snippet import marks
from store.geo import distance
from store.query import And, Near, Node, Not, Or, Phrase, Prefix, Term, TextField, Wildcard, Word
from store.records import Article, Mention

MOST_LEAVES = 20
MOST_FORMS = 6
_PLACES = 200
Found = Word | Phrase | Prefix | Wildcard


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """`asked` as the query means it; `forms` as the text has it, none where they stand beyond what is looked at."""

    asked: str
    kind: str
    field: str
    forms: tuple[str, ...]


def matched(article: Article, node: Node, names: Names | None) -> list[Match]:
    """For `article` as a reader may see it. What is negated says nothing; the first `MOST_LEAVES` terms count."""
    leaves = list(islice(asked(node, negated=False), MOST_LEAVES))
    textual = [leaf for leaf in leaves if isinstance(leaf, Found)]
    texts = {"headline": article.headline, "body": article.body or article.summary or article.ednote}
    found = [match for field, text in texts.items() for match in _words(text, field, textual)]
    found += _unseen(node, textual, {match.asked for match in found})
    for leaf in leaves:
        match leaf:
            case Term():
                other = _concept(article, leaf, names)
            case Near():
                other = _near(article, leaf)
            case _:
                other = None
        found += [other] if other else []
    return list(dict.fromkeys(found)) or [_stem(leaf) for leaf in textual if isinstance(leaf, Word)]


def _words(text: str, field: str, leaves: list[Found]) -> Iterator[Match]:
    """One pass over the text for all leaves; whose a form is, is then asked of the form alone."""
    where: TextField = "headline" if field == "headline" else "body"
    places = marks(text, Or(tuple(leaves)), where)[:_PLACES] if leaves else []
    for leaf in leaves:
        wide = max(1, len(words(leaf.text))) if isinstance(leaf, Phrase) else 1
        windows = (text[places[at][0] : places[at + wide - 1][1]] for at in range(len(places) - wide + 1))
        forms = islice(dict.fromkeys(each for each in windows if marks(each, leaf, where)), MOST_FORMS)
        if shown := tuple(forms):
            yield Match(asked=leaf.text, kind=type(leaf).__name__.lower(), field=field, forms=shown)


def _unseen(node: Node, textual: list[Found], seen: set[str]) -> Iterator[Match]:
    """What must be there and was not seen: another form of the word's stem, or a place deep in a long text."""
    needed = set(_needed(node))
    for leaf in textual:
        if leaf in needed and leaf.text not in seen:
            yield _stem(leaf)


def _needed(node: Node) -> Iterator[Node]:
    """The leaves that every match has."""
    if isinstance(node, And):
        for part in node.parts:
            yield from _needed(part)
    elif not isinstance(node, Or | Not):
        yield node


def _stem(leaf: Found) -> Match:
    kind = "stem" if isinstance(leaf, Word) else type(leaf).__name__.lower()
    return Match(asked=leaf.text, kind=kind, field=leaf.field, forms=())


def _concept(article: Article, term: Term, names: Names | None) -> Match | None:
    value: str | tuple[str, ...] = getattr(article, term.field)
    if term.value not in ((value,) if isinstance(value, str) else value):
        return None
    if not term.field.endswith("_ids"):
        return Match(asked=term.value, kind="field", field=term.field, forms=())
    mentions = [each for each in article.mentions if _within(each, term.value, names)]
    return Match(asked=term.value, kind="concept", field=_fields(mentions), forms=_forms(mentions))


def _within(mention: Mention, wanted: str, names: Names | None) -> bool:
    above = names.above(mention.entity_id) if names is not None and wanted.startswith("place/") else ()
    return mention.entity_id == wanted or wanted in above or wanted in mention.candidates


def _near(article: Article, near: Near) -> Match | None:
    places = {
        point.place_id
        for point in article.geo
        if distance(near.lat, near.lon, point.lat, point.lon) <= near.km
    }
    if not places:
        return None
    mentions = [
        each for each in article.mentions if not places.isdisjoint((each.entity_id, *each.candidates))
    ]
    asked_for = f"{near.lat:g},{near.lon:g},{near.km:g}km"
    return Match(asked=asked_for, kind="near", field=_fields(mentions), forms=_forms(mentions))


def _fields(mentions: list[Mention]) -> str:
    return ",".join(dict.fromkeys(each.field for each in mentions))


def _forms(mentions: list[Mention]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(each.text for each in mentions), MOST_FORMS))
