"""What people type → tokens, in our own reading of it: quotes of all kinds, `12:30`, `Sha'ar?`, URLs, `al-Assad/…`."""

import difflib
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from search.errors import QuerySyntaxError
from search.fields import FIELDS, Time

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


def tokenize(text: str) -> Iterator[Token]:
    """The tokens, in whatever order they stand. Raises `QuerySyntaxError` for one that cannot be read by itself."""
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
    example |= {"near": "palmyra,20km", "updated": "last-7d", "first_seen": "today", "date": "2015-10"}
    name = field.lower()
    return (
        f"{field}: has no value: write it right after the colon, like {name}:{example.get(name, 'value')}; "
        "to find it as text, put it in quotes"
    )
