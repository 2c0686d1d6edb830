"""What people type → what luqum can read: tokens, checked for order, then written anew with all escaped.

Lucene's grammar stumbles over `Sha'ar?`, `12:30`, URLs, `al-Assad/…` and says little of where. So we find the tokens
ourselves, complain about their order in words for readers, and hand luqum a text that it can only read one way.
"""

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from search.errors import QuerySyntaxError
from search.fields import FIELDS, Time

MAX_LENGTH = 2000
MAX_DEPTH = 20
MAX_SLOP = 100

Kind = Literal["word", "phrase", "range", "field", "(", ")", "AND", "OR", "NOT"]

_QUOTES = '"“”„«'
_PATTERN = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<phrase>"[^"]*"|[“”„][^“”"]*[“”"]|«[^»]*»)(?:~(?P<slop>\d*))?
  | (?P<unclosed>[{_QUOTES}])
  | (?P<left>\()
  | (?P<right>\))
  | (?P<minus>-(?=[^\s)\-]))
  | (?P<word>[^\s(){_QUOTES}]+)
    """,
    re.VERBOSE,
)
_VALUE = re.compile(rf"(?P<range>\[[^\]]*\])|(?P<word>[^\s(){_QUOTES}]+)")
_RANGE = re.compile(r"\[\s*(\S+)\s+TO\s+(\S+)\s*\]", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d]\w*(?=:)")
_OPERATORS: dict[str, Literal["AND", "OR", "NOT"]] = {
    "AND": "AND",
    "&&": "AND",
    "OR": "OR",
    "||": "OR",
    "NOT": "NOT",
}


class Token(NamedTuple):
    """`start` counts characters of the text as typed, from 0. A range keeps its two ends in `text` and `high`."""

    kind: Kind
    text: str
    start: int
    slop: int | None = None
    high: str = ""


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
    tokens = list(_tokens(text))
    _check(tokens)
    return _written(tokens)


def _tokens(text: str) -> Iterator[Token]:
    at, field = 0, ""
    while at < len(text):
        match = (_VALUE.match(text, at) if field else None) or _PATTERN.match(text, at)
        if match is None or (field and match.lastgroup == "space"):
            break  # _PATTERN takes any character, so only a field without its value gets here
        if match.lastgroup == "unclosed":
            raise QuerySyntaxError(at + 1, 'an opening quote without its closing one: add " at the end')
        token = _range(match, field) if match.lastgroup == "range" else _token(match, in_field=bool(field))
        at = match.end()
        if token is not None:
            field = token.text if token.kind == "field" else ""
            at = token.start + len(token.text) + 1 if field else at
            yield token
    if field:
        raise QuerySyntaxError(at, _no_value(field))


def _token(match: re.Match[str], *, in_field: bool) -> Token | None:
    text, start = match[0], match.start()
    match match.lastgroup:
        case "space":
            return None
        case "left" | "right":
            return Token("(" if text == "(" else ")", text, start)
        case "minus":
            return Token("NOT", text, start)
        case "phrase" | "slop":
            return Token("phrase", match["phrase"][1:-1], start, _slop(match["slop"], match.start("slop")))
        case _:
            return Token("word", text, start) if in_field else _word(text, start)


def _slop(degree: str | None, at: int) -> int | None:
    if degree is None:
        return None
    if degree and int(degree) > MAX_SLOP:
        raise QuerySyntaxError(at + 1, f"~{degree} is too far apart: use ~0 to ~{MAX_SLOP}")
    return int(degree or 1)


def _word(text: str, start: int) -> Token:
    if text in _OPERATORS:
        return Token(_OPERATORS[text], text, start)
    name = _NAME.match(text)
    if name is None:
        return Token("word", text, start)
    if name[0].lower() in FIELDS:
        return Token("field", name[0], start)
    close = difflib.get_close_matches(name[0].lower(), FIELDS, n=1, cutoff=0.75)
    if close and len(text) > name.end() + 1:
        problem = f"unknown field {name[0]!r}: did you mean {close[0]}:? To find it as text, put it in quotes"
        raise QuerySyntaxError(start + 1, problem)
    return Token("word", text, start)


def _range(match: re.Match[str], field: str) -> Token:
    where = match.start() + 1
    if not isinstance(FIELDS[field.lower()], Time):
        raise QuerySyntaxError(
            where, f"{field}: takes no [… TO …]: write one value, or ({field}:a OR {field}:b)"
        )
    ends = _RANGE.fullmatch(match[0])
    if ends is None:
        raise QuerySyntaxError(where, "a span needs two days: write it like [2015-10-01 TO 2015-10-09]")
    return Token("range", ends[1], match.start(), high=ends[2])


def _no_value(field: str) -> str:
    example = {"place": "SY04", "published": "last-7d", "language": "ar", "lang": "ar", "status": "canceled"}
    name = field.lower()
    return (
        f"{field}: has no value: write it right after the colon, like {name}:{example.get(name, 'value')}; "
        "to find it as text, put it in quotes"
    )


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
