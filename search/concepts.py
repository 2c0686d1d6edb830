"""A word that is a name of the gazetteer offers its concepts, each with the query that asks for it. Pure."""

import msgspec

from lexicon.entity import Entity
from search.errors import QuerySyntaxError
from search.names import LONGEST, Names
from search.request import query_text
from search.tokens import Token, tokenize

MOST_WORDS = 40
MOST_CONCEPTS = 8


class Concept(msgspec.Struct, frozen=True, kw_only=True):
    """What a word can mean. `query`: the whole query with the concept in the word's place."""

    id: str
    name: str
    kind: str
    query: str


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """`position` of the words as typed, in characters from 1."""

    words: str
    position: int
    concepts: tuple[Concept, ...]


def suggestions(text: str, names: Names | None) -> list[Suggestion]:
    """For each run of free words that is a name, the longest first; nothing for what stands behind a field."""
    if names is None:
        return []
    try:
        free = _free(list(tokenize(text)))
    except QuerySyntaxError:
        return []
    found: list[Suggestion] = []
    at = 0
    while at < min(len(free), MOST_WORDS):
        run, ids = _longest(free[at:], text, names)
        if ids:
            found.append(_suggestion(text, run, ids, names))
        at += max(len(run), 1)
    return found


def _free(tokens: list[Token]) -> list[Token]:
    """Words and phrases that no field claims; other tokens stay as walls between them."""
    kept: list[Token] = []
    inside, claimed = 0, False
    for token in tokens:
        if token.kind == "(" and (inside or claimed):
            inside += 1
        elif token.kind == ")" and inside:
            inside -= 1
        elif not inside and not claimed:
            kept.append(token)
        claimed = token.kind == "field"
    return kept


def _longest(tokens: list[Token], text: str, names: Names) -> tuple[list[Token], tuple[str, ...]]:
    if tokens[0].kind == "phrase":
        return tokens[:1], names.meant_by(tokens[0].text) if tokens[0].slop is None else ()
    run: list[Token] = []
    for token in tokens[:LONGEST]:
        if token.kind != "word" or (run and text[_end(run[-1]) : token.start].strip()):
            break
        run.append(token)
    while run:
        if ids := names.meant_by(text[run[0].start : _end(run[-1])]):
            return run, ids
        run = run[:-1]
    return [], ()


def _suggestion(text: str, run: list[Token], ids: tuple[str, ...], names: Names) -> Suggestion:
    start, end = run[0].start, _end(run[-1])
    concepts = [
        Concept(
            id=each,
            name=names.label(each),
            kind=entity.kind or entity.type,
            query=text[:start] + query_text(each) + text[end:],
        )
        for each in ids[:MOST_CONCEPTS]
        if (entity := names.entity(each)) is not None
    ]
    return Suggestion(words=text[start:end], position=start + 1, concepts=tuple(concepts))


def _end(token: Token) -> int:
    return token.start + len(token.text) + (2 if token.kind == "phrase" else 0)


def completions(text: str, names: Names | None, limit: int) -> list[tuple[Entity, str, str]]:
    """Names that the free words at the end of `text` begin, the most words first: (entity, name, the whole query)."""
    if names is None:
        return []
    try:
        free = _free(list(tokenize(text)))
    except QuerySyntaxError:
        return []  # a quote or a field is being typed
    run: list[Token] = []
    for token in reversed(free):
        between = text[_end(token) : run[0].start if run else len(text)]
        if token.kind != "word" or len(run) == LONGEST or between.strip():
            break
        run.insert(0, token)
    for first in run:
        typed = text[first.start :]
        if begun := names.beginning(typed, limit) if len(typed.strip()) > 1 else []:
            return [(each, name, text[: first.start] + query_text(each.id)) for each, name in begun]
    return []
