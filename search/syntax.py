"""The one query language: text → `store.query.Node`. Described for readers in docs/search.md.

luqum reads the grammar (Lucene's, default AND; OR binds tighter than a mere space); `search.scan` makes what people
type safe for it. `person:` and its fellows take ids, slugs, and names of the gazetteer.
"""

import re
from datetime import UTC, datetime

from luqum import thread as luqum_thread
from luqum import tree
from luqum.exceptions import ParseError

from lexicon.fold import words
from search.dates import Span, between, span
from search.errors import QuerySyntaxError
from search.fields import FIELDS, Circle, Field, Keyword, Text, Time, circle, keyword_term
from search.leaves import asked
from search.names import Names
from search.scan import Prepared, prepare
from store.bounds import wild_pieces
from store.errors import BadQuestion
from store.query import And, Everything, Node, Not, Or, Phrase, Prefix, TextField, TimeRange, Wildcard, Word

__all__ = ["QuerySyntaxError", "parse_query"]

MAX_TERMS = 100
MAX_PREFIXES = 8
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PLACE = re.compile(r"position (\d+)")
_AFTER = "?!.,;:؟،؛"
_WILD = re.compile(r"[\w'’]*\w\?[\w?'’]*\w")


def parse_query(text: str, *, now: datetime | None = None, names: Names | None = None) -> Node:
    """What `text` asks for; only spaces ask for `Everything`.

    `now` (UTC-aware) is what `published:last-7d` counts back from, by default the clock. `names` lets `place:` and its
    fellows take names; without it they take ids and slugs only. Words without a letter or digit ask for nothing and
    are left out. Raises `QuerySyntaxError`, nothing else.
    """
    if not text.strip():
        return Everything()
    prepared = prepare(text)
    try:
        parsed = luqum_thread.parse(prepared.text)
    except ParseError as error:
        place = _PLACE.search(str(error))
        position = prepared.position(int(place[1]) if place else len(prepared.text))
        raise QuerySyntaxError(position, "cannot be read here: put the words in quotes") from error
    translation = _Translation(prepared, now or datetime.now(UTC), names)
    node = translation.node(parsed, None)
    if node is None:
        raise QuerySyntaxError(1, "nothing to look for: type a word, a name or a field such as place:SY04")
    translation.check_size(node)
    return node


class _Translation:
    """luqum's tree → ours. None stands for what asks for nothing, such as a lone question mark."""

    def __init__(self, prepared: Prepared, now: datetime, names: Names | None) -> None:
        self.names = names
        self.prepared = prepared
        self.now = now
        self.typed: list[tuple[Node, int]] = []
        """Each leaf of the tree with its position."""

    def check_size(self, node: Node) -> None:
        """Raises `QuerySyntaxError` for more than an index answers in a moment; each prefix reads many words."""
        terms = list(asked(node))
        prefixes = [term for term in terms if isinstance(term, Prefix | Wildcard)]
        if len(prefixes) > MAX_PREFIXES:
            problem = f"{len(prefixes)} words with * or ?, at most {MAX_PREFIXES}: write some of them out"
            raise QuerySyntaxError(self._position(prefixes[MAX_PREFIXES]), problem)
        if len(terms) > MAX_TERMS:
            problem = f"{len(terms)} words and terms, at most {MAX_TERMS}: leave some out, or put a passage in quotes"
            raise QuerySyntaxError(self._position(terms[MAX_TERMS]), problem)

    def _position(self, leaf: Node) -> int:
        return next(position for typed, position in self.typed if typed is leaf)

    def node(self, item: tree.Item, field: str | None) -> Node | None:
        match item:
            case tree.UnknownOperation() | tree.AndOperation():
                return self._joined(And, item, field)
            case tree.OrOperation():
                return self._joined(Or, item, field)
            case tree.Not():
                inner = self.node(item.a, field)
                return None if inner is None else Not(inner)
            case tree.BaseGroup():
                return self.node(item.expr, field)
            case tree.SearchField():
                if field is not None:
                    raise self._problem(
                        item, f"{item.name}: stands inside {field}: take it out of the brackets"
                    )
                return self.node(item.expr, item.name)
            case _:
                return self._leaf(item, field)

    def _joined(self, kind: type[And] | type[Or], item: tree.Item, field: str | None) -> Node | None:
        parts: list[Node] = []
        for child in item.children:
            part = self.node(child, field)
            if isinstance(part, kind):
                parts.extend(part.parts)
            elif part is not None:
                parts.append(part)
        different = tuple(dict.fromkeys(parts))  # asking twice finds nothing more
        if len(different) < 2:
            return different[0] if different else None
        return kind(different)

    def _leaf(self, item: tree.Item, field: str | None) -> Node | None:
        leaf = self._asked(item, field)
        if leaf is not None:
            self.typed += [(each, self.prepared.position(item.pos or 0)) for each in asked(leaf)]
        return leaf

    def _asked(self, item: tree.Item, field: str | None) -> Node | None:
        target: Field = Text("any") if field is None else FIELDS[field]
        try:
            match target:
                case Text():
                    return _text(item, target.field)
                case Keyword():
                    return keyword_term(field or "", target, _one_value(item, field or ""), self.names)
                case Time():
                    return TimeRange(target.field, *self._span(item))
                case Circle():
                    return circle(_one_value(item, field or ""), self.names)
        except ValueError as error:
            raise self._problem(item, str(error)) from error

    def _span(self, item: tree.Item) -> Span:
        if isinstance(item, tree.Range):
            return between(_plain(item.low), _plain(item.high), self.now)
        return span(_plain(item), self.now)

    def _problem(self, item: tree.Item, problem: str) -> QuerySyntaxError:
        return QuerySyntaxError(self.prepared.position(item.pos or 0), problem)


def _plain(item: tree.Item) -> str:
    """The text of a leaf as it was typed, without its quotes."""
    if isinstance(item, tree.Proximity):
        item = item.term
    if isinstance(item, tree.Phrase):
        return _ESCAPE.sub(r"\1", item.value[1:-1])
    return _ESCAPE.sub(r"\1", item.value)


def _one_value(item: tree.Item, field: str) -> str:
    value = _plain(item)
    if not words(value):
        raise ValueError(f"{field}: has no value: write it right after the colon")
    if "*" in value:
        raise ValueError(f"{field}: takes whole values only: leave the * out")
    return value


def _text(item: tree.Item, field: TextField) -> Node | None:
    value = _plain(item)
    if field != "any" and value != "*" and not words(value):
        raise ValueError(f"{field}: has no word: write one right after the colon")
    if isinstance(item, tree.Proximity):
        return Phrase(value, field, int(item.degree)) if words(value) else None
    if isinstance(item, tree.Phrase):
        return Phrase(value, field) if words(value) else None
    if value == "*":
        return Everything()
    bare = value.rstrip(_AFTER)
    return _wild(bare, field) if "*" in bare or _WILD.fullmatch(bare) else _bare(value, field)


def _bare(value: str, field: TextField) -> Node | None:
    """One typed word. What folding makes several of (`12:30`, `al-Assad`) must stand side by side."""
    pieces = words(value)
    if not pieces:
        return None
    text = value.strip("?!.,;:؟،؛[]{}<>/\\|+-–—=#@…'’‘`")
    text = text if words(text) == pieces else value
    return Word(text, field) if len(pieces) == 1 else Phrase(text, field)


def _wild(value: str, field: TextField) -> Node:
    stem = value.rstrip("*")
    if "*" in stem or "?" in stem:
        return _wildcard(value, field)
    pieces = words(stem)
    if not pieces or stem[-1] in "-–—/:.":
        raise ValueError(f"{value!r}: a * stands in a word or at its end: write it like shell* or qar*tain")
    if len(pieces[-1]) < 2:
        raise ValueError(f"{value!r} would match too much: give at least two letters before the *")
    parts: tuple[Node, ...] = (*(Word(each, field) for each in pieces[:-1]), Prefix(pieces[-1], field))
    return parts[0] if len(parts) == 1 else And(parts)


def _wildcard(value: str, field: TextField) -> Node:
    try:
        wild_pieces(value)
    except BadQuestion as error:
        raise ValueError(str(error).removeprefix("query: ")) from error
    return Wildcard(value, field)
