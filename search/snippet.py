"""Where a query's words stand in a text, and the window that shows most of them. Pure.

Marks follow what the index finds, not its inner workings: a `Word` marks its inflections too, by their endings.
"""

import fnmatch
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lexicon.fold import fold_with_offsets, words
from store.bounds import wild_pieces
from store.query import And, Node, Or, Phrase, Prefix, TextField, Wildcard, Word

WIDTH = 260
LOOKED_AT = 20_000
"""So many characters of a text are searched for marks: a page of results stays quick whatever a feed sends."""
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
    how: type[Word] | type[Phrase] | type[Prefix] | type[Wildcard]
    wild: re.Pattern[str] | None = None


class _Token(NamedTuple):
    text: str
    start: int
    end: int


def marks(text: str, node: Node, field: TextField) -> list[Place]:
    """Every place in the first `LOOKED_AT` characters of `text` (the article's `field`) that `node` asks for.

    In order, none overlapping.
    """
    wanted = list(_wanted(node, field))
    if not wanted or not text:
        return []
    folded = fold_with_offsets(text[:LOOKED_AT])
    tokens = [_Token(found[0], *found.span()) for found in _WORD.finditer(folded.text)]
    if len(text) > LOOKED_AT and tokens and tokens[-1].end == len(folded.text):
        tokens.pop()  # perhaps half a word
    texts = [token.text for token in tokens]
    initials: dict[str, list[int]] = defaultdict(list)
    for index, each in enumerate(texts):
        initials[each[0]].append(index)
    found = {index for one in wanted for index in _found(one, texts, initials)}
    return _merged(sorted(folded.source_span(tokens[index].start, tokens[index].end) for index in found))


def marked(text: str, places: Sequence[Place]) -> list[Piece]:
    """The whole text in pieces."""
    return _pieces(text, places, 0, len(text))


def snippet(text: str, node: Node, field: TextField = "body", width: int = WIDTH) -> list[Piece]:
    """The window of about `width` characters with most marks, the first of equals; the beginning if there is none."""
    if len(text) <= width:
        return marked(text, marks(text, node, field))
    places = marks(text, node, field)
    start = best_start(text, places, width)
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
        case Wildcard(text) if node.field in ("any", field):
            pieces = wild_pieces(text)
            # fnmatch tries no word in more ways than it has letters: four stars over a long one stay quick.
            yield _Wanted((pieces[0],), 0, Wildcard, re.compile(fnmatch.translate("".join(pieces))))
        case _:
            return  # what is negated is not there; keyword fields have no place in the text


def _found(wanted: _Wanted, texts: Sequence[str], initials: Mapping[str, Sequence[int]]) -> Iterator[int]:
    """Indexes of the words that belong to a match. `initials`: first letter → where words begin so."""
    first, *following = wanted.words
    starts = (at for at in initials.get(first[0], ()) if _same(first, texts[at], wanted))
    for at in starts:
        if following:
            yield from _row(at, following, wanted.slop, texts)
        else:
            yield at


def _row(at: int, following: Sequence[str], slop: int, texts: Sequence[str]) -> Sequence[int]:
    """The words `following` after the one `at`, with up to `slop` others between; nothing if they are not there."""
    if not slop:
        end = at + 1 + len(following)
        return range(at, end) if texts[at + 1 : end] == following else ()
    row = [at]
    for word in following:
        try:
            row.append(texts.index(word, row[-1] + 1, row[-1] + 2 + slop))
        except ValueError:
            return ()
        slop -= row[-1] - row[-2] - 1
    return row


def _same(word: str, token: str, wanted: _Wanted) -> bool:
    if wanted.wild is not None:
        return wanted.wild.match(token) is not None
    if word == token:
        return True
    if wanted.how is Prefix:
        return token.startswith(word)
    return wanted.how is Word and _inflected(word, token)


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


def best_start(text: str, places: Sequence[Place], width: int) -> int:
    """Where the window opens: a little before its first mark, at the beginning of a word. One pass over `places`."""
    best, most, after = 0, 0, 0
    for index in range(len(places)):
        start = places[index][0]
        while after < len(places) and places[after][1] <= start + width * 3 // 4:
            after += 1
        if after - index > most:
            best, most = start, after - index
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
