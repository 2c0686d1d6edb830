"""How much one question may ask, checked before a backend sees it: a query bomb costs its sender an error."""

import math
import re

from lexicon.fold import words
from store.errors import BadQuestion
from store.query import And, Near, Node, Not, Or, Phrase, Prefix, Query, Wildcard, Word

MOST_NODES = 1024
MOST_LEVELS = 20
MOST_WORDS = 100
MOST_SLOP = 100
MOST_CHARACTERS = 2000
MOST_KM = 20_016  # half around the earth
_LONGEST_WILD = 60
_MOST_STARS = 4
_FEWEST_LETTERS = 2
MOST_BUCKETS = 10_000
PRECISIONS = range(2, 15)
FEWEST_TOGETHER = 2
_WILD = re.compile(r"([*?])")


def check(query: Query) -> None:
    """Raises `BadQuestion` for more nodes, levels, words or kilometres than an index should bear.

    Parts of the same kind within each other, as a parser leaves them, count as one level.
    """
    waiting: list[tuple[Node, int]] = [(query.where, 1)]
    seen = 0
    while waiting:
        node, level = waiting.pop()
        seen += 1
        if seen > MOST_NODES:
            raise BadQuestion(f"query: more than {MOST_NODES} words and terms: ask for less at once")
        if level > MOST_LEVELS:
            raise BadQuestion(f"query: more than {MOST_LEVELS} levels in each other: simplify it")
        match node:
            case And(parts) | Or(parts):
                if seen + len(waiting) + len(parts) > MOST_NODES:
                    raise BadQuestion(f"query: more than {MOST_NODES} words and terms: ask for less at once")
                waiting += [(part, level + (type(part) is not type(node))) for part in parts]
            case Not(part):
                waiting.append((part, level + 1))
            case _:
                _check_leaf(node)


def flat(node: And | Or) -> list[Node]:
    """The parts of a node; those of its own kind dissolve into theirs, however deep, in order."""
    found: list[Node] = []
    waiting: list[Node] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, And | Or) and type(part) is type(node):
            waiting += reversed(part.parts)
        else:
            found.append(part)
    return found


def _check_leaf(node: Node) -> None:
    match node:
        case Word(text) | Prefix(text):
            _check_text(text)
        case Phrase(text, _, slop):
            _check_text(text)
            if not 0 <= slop <= MOST_SLOP:
                raise BadQuestion(f"query: a distance of {slop} words: write 0 to {MOST_SLOP}")
        case Wildcard(text):
            wild_pieces(text)
        case Near(lat, lon, km):
            if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 < km <= MOST_KM) or math.isnan(km):
                raise BadQuestion(
                    f"query: near {lat}, {lon}, {km} km: write degrees north, degrees east and 0 to {MOST_KM} km"
                )


def _check_text(text: str) -> None:
    if len(text) > MOST_CHARACTERS or len(words(text)) > MOST_WORDS:
        raise BadQuestion(f"query: a passage of more than {MOST_WORDS} words: keep it shorter")


def wild_pieces(text: str) -> list[str]:
    """`Qar*t?n` → `["qar", "*", "t", "?", "n"]`: letters folded, `*` and `?` alone. Raises `BadQuestion`."""
    if len(text) > _LONGEST_WILD:
        raise BadQuestion(f"query: a wildcard of more than {_LONGEST_WILD} letters: keep it shorter")
    pieces: list[str] = []
    for piece in _WILD.split(text):
        folded = [piece] if piece in ("*", "?") else words(piece)
        if len(folded) > 1:
            raise BadQuestion(f"query: {text!r} is more than one word: write them apart")
        if folded and not (folded == ["*"] and pieces[-1:] == ["*"]):
            pieces += folded
    if not pieces or len(pieces[0]) < _FEWEST_LETTERS:
        raise BadQuestion(
            f"query: {text!r} begins with too little: write {_FEWEST_LETTERS} letters or more before * and ?"
        )
    if pieces.count("*") > _MOST_STARS:
        raise BadQuestion(f"query: {text!r} has more than {_MOST_STARS} *: write fewer")
    return pieces
