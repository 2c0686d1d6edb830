"""What people type → what luqum can read: tokens, checked for order, then written anew with all escaped.

Lucene's grammar stumbles over `Sha'ar?`, `12:30`, URLs, `al-Assad/…` and says little of where. So we find the tokens
ourselves, complain about their order in words for readers, and hand luqum a text that it can only read one way.
"""

from bisect import bisect_right
from dataclasses import dataclass

from search.errors import QuerySyntaxError
from search.tokens import Token, tokenize

MAX_LENGTH = 2000
MAX_DEPTH = 20


@dataclass(frozen=True)
class Prepared:
    """A query as luqum reads it, and the way back to where each token was typed."""

    text: str
    places: tuple[int, ...]
    starts: tuple[int, ...]

    def position(self, place: int) -> int:
        """Offset in `text` → the character as typed, from 1."""
        index = bisect_right(self.places, place) - 1
        return self.starts[max(index, 0)] + 1


def prepare(text: str) -> Prepared:
    """Raises `QuerySyntaxError`. The text must hold more than spaces."""
    if len(text) > MAX_LENGTH:
        raise QuerySyntaxError(
            MAX_LENGTH + 1, f"the query is too long: keep it below {MAX_LENGTH} characters"
        )
    tokens = list(tokenize(text))
    _check(tokens)
    return _written(tokens)


def _check(tokens: list[Token]) -> None:
    """Raises `QuerySyntaxError` unless brackets pair up and each operator stands where it can."""
    opened: list[Token] = []
    before: Token | None = None
    for token in tokens:
        _check_pair(before, token)
        if token.kind == "(":
            opened.append(token)
            if len(opened) > MAX_DEPTH:
                raise QuerySyntaxError(
                    token.start + 1, f"more than {MAX_DEPTH} brackets in each other: simplify"
                )
        elif token.kind == ")":
            if not opened:
                raise QuerySyntaxError(
                    token.start + 1, "a closing bracket without its opening one: take it out or add ( before"
                )
            opened.pop()
        before = token
    if before is not None and before.kind in ("AND", "OR", "NOT"):
        raise QuerySyntaxError(before.start + 1, _lonely(before, "after"))
    if opened:
        raise QuerySyntaxError(
            opened[-1].start + 1,
            "an opening bracket without its closing one: take it out or add ) at the end",
        )


def _check_pair(before: Token | None, token: Token) -> None:
    kind = "(" if before is None else before.kind
    if token.kind in ("AND", "OR") and kind in ("(", "AND", "OR", "NOT"):
        raise QuerySyntaxError(token.start + 1, _lonely(token, "before"))
    if token.kind == "NOT" and kind == "NOT":
        raise QuerySyntaxError(token.start + 1, "NOT twice: leave both out, or put the word in quotes")
    if token.kind == ")" and before is not None:
        if kind == "(":
            raise QuerySyntaxError(
                before.start + 1, "brackets with nothing in them: put words between or take them out"
            )
        if kind in ("AND", "OR", "NOT"):
            raise QuerySyntaxError(before.start + 1, _lonely(before, "after"))


def _lonely(token: Token, side: str) -> str:
    return f'{token.text} has nothing {side} it: add a word there, or write "{token.text}" to find it as text'


def _written(tokens: list[Token]) -> Prepared:
    pieces: list[str] = []
    places: list[int] = []
    length = 0
    for token in tokens:
        piece = _escaped(token)
        places.append(length)
        pieces.append(piece)
        length += len(piece)
    return Prepared("".join(pieces), tuple(places), tuple(token.start for token in tokens))


def _escaped(token: Token) -> str:
    match token.kind:
        case "word":
            return _each(token.text) + " "
        case "phrase":
            quoted = '"' + token.text.replace("\\", "\\\\").replace('"', '\\"') + '"'
            return f"{quoted} " if token.slop is None else f"{quoted}~{token.slop} "
        case "range":
            return f"[{_each(token.text)} TO {_each(token.high)}] "
        case "field":
            return f"{token.text.lower()}:"
        case _:
            return f"{token.kind} "


def _each(text: str) -> str:
    return "".join("\\" + character for character in text)
