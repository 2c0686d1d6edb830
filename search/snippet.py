"""Where a query's words stand in a text, and the window that shows most of them. Pure.

Marks follow what the index finds, not its inner workings: a `Word` marks its inflections too, by their endings.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lexicon.fold import fold_with_offsets, words
from store.query import And, Node, Or, Phrase, Prefix, TextField, Word

WIDTH = 260
_WORD = re.compile(r"[^\W_]+")
_ENDINGS = frozenset(("", "s", "es", "ed", "d", "e", "ing", "er", "ers", "ly", "y", "ies", "ied", "al"))
_SHORTEST_STEM = 4

Place = tuple[int, int]
"""(start, end) in the source text, in code points."""


class Piece(NamedTuple):
    """A run of text, marked if it is what was looked for."""

    text: str
    marked: bool


class _Wanted(NamedTuple):
    """One thing to find: folded words in a row, with up to `slop` others between two of them."""

    words: tuple[str, ...]
    slop: int
    how: type[Word] | type[Phrase] | type[Prefix]


class _Token(NamedTuple):
    text: str
    start: int
    end: int


def marks(text: str, node: Node, field: TextField) -> list[Place]:
    """Every place in `text` (the article's `field`) that `node` asks for, in order, none overlapping."""
    wanted = list(_wanted(node, field))
    if not wanted or not text:
        return []
    folded = fold_with_offsets(text)
    tokens = [_Token(found[0], *found.span()) for found in _WORD.finditer(folded.text)]
    found = {place for each in wanted for place in _found(each, tokens)}
    return _merged(sorted(folded.source_span(tokens[index].start, tokens[index].end) for index in found))


def marked(text: str, places: Sequence[Place]) -> list[Piece]:
    """The whole text in pieces."""
    return _pieces(text, places, 0, len(text))


def snippet(text: str, node: Node, field: TextField = "body", width: int = WIDTH) -> list[Piece]:
    """The window of about `width` characters with most marks, the first of equals; the beginning if there is none."""
    if len(text) <= width:
        return marked(text, marks(text, node, field))
    places = marks(text, node, field)
    start = _best_start(text, places, width)
    end = min(len(text), start + width)
    if end < len(text):
        space = text.rfind(" ", start, end + 1)
        end = space if space > start + width // 2 else end
    pieces = _pieces(text, [place for place in places if start <= place[0] and place[1] <= end], start, end)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return [Piece(before, False)] * bool(before) + pieces + [Piece(after, False)] * bool(after)


def _wanted(node: Node, field: TextField) -> Iterator[_Wanted]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _wanted(part, field)
        case Word(text) | Phrase(text) | Prefix(text) if node.field in ("any", field) and words(text):
            yield _Wanted(tuple(words(text)), node.slop if isinstance(node, Phrase) else 0, type(node))
        case _:
            return  # what is negated is not there; keyword fields have no place in the text


def _found(wanted: _Wanted, tokens: Sequence[_Token]) -> Iterator[int]:
    """Indexes of the tokens that belong to a match."""
    for at, token in enumerate(tokens):
        if not _same(wanted.words[0], token.text, wanted.how):
            continue
        row, spare = [at], wanted.slop
        for word in wanted.words[1:]:
            reach = range(row[-1] + 1, min(row[-1] + 2 + spare, len(tokens)))
            following = next((index for index in reach if _same(word, tokens[index].text, wanted.how)), None)
            if following is None:
                break
            spare -= following - row[-1] - 1
            row.append(following)
        else:
            yield from row


def _same(word: str, token: str, how: type[Word] | type[Phrase] | type[Prefix]) -> bool:
    if word == token:
        return True
    if how is Prefix:
        return token.startswith(word)
    return how is Word and _inflected(word, token)


def _inflected(one: str, other: str) -> bool:
    common = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        common += 1
    return common >= _SHORTEST_STEM and one[common:] in _ENDINGS and other[common:] in _ENDINGS


def _merged(places: Sequence[Place]) -> list[Place]:
    kept: list[Place] = []
    for start, end in places:
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept


def _best_start(text: str, places: Sequence[Place], width: int) -> int:
    """The window opens a little before its first mark, at the beginning of a word."""
    best, most = 0, 0
    for index, (start, _) in enumerate(places):
        count = sum(1 for _, end in places[index:] if end <= start + width * 3 // 4)
        if count > most:
            best, most = start, count
    if best < width // 2:
        return 0
    wish = max(0, min(best - width // 5, len(text) - width))
    space = text.find(" ", wish, best)
    return space + 1 if space != -1 else wish


def _pieces(text: str, places: Sequence[Place], start: int, end: int) -> list[Piece]:
    pieces: list[Piece] = []
    at = start
    for low, high in places:
        if low > at:
            pieces.append(Piece(text[at:low], False))
        pieces.append(Piece(text[low:high], True))
        at = high
    if at < end:
        pieces.append(Piece(text[at:end], False))
    return pieces
