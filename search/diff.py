"""What changed between two texts, word by word. Pure."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

MOST_WORDS = 6000
"""So many words of a text are compared: two hostile texts must not keep a reader waiting."""
_PIECE = re.compile(r"\n{2,}|[^\S\n]*\n|\s*[^\s]+")
Kind = Literal["same", "gone", "new"]


class Change(NamedTuple):
    """A run of text that both versions have, or that the later one lost or gained."""

    kind: Kind
    text: str


class Compared(NamedTuple):
    """`cut`: the texts were too long, only their beginnings were compared."""

    changes: list[Change]
    cut: bool


def compare(before: str, after: str) -> Compared:
    """The later text with what it lost (`gone`) before what it gained (`new`) at each place.

    The runs that are `same` or `new` make up `after`, those that are `same` or `gone` make up `before`; runs of
    white space at a changed word may be those of the other text.
    """
    old, new = _words(before), _words(after)
    cut = max(len(old), len(new)) > MOST_WORDS
    return Compared(_joined(_changes(old[:MOST_WORDS], new[:MOST_WORDS])), cut)


def _words(text: str) -> list[str]:
    return _PIECE.findall(text)


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    # The rule of difflib that passes over frequent words stays on: without it time grows with the square.
    matcher = SequenceMatcher(None, [word.strip() for word in old], [word.strip() for word in new])
    for kind, low, high, start, end in matcher.get_opcodes():
        if kind == "equal":
            apart = " " if old[low][0].isspace() and not new[start][0].isspace() else ""
            yield Change("same", apart + "".join(new[start:end]))
            continue
        if high > low:
            yield Change("gone", "".join(old[low:high]))
        if end > start:
            yield Change("new", "".join(new[start:end]))


def _joined(changes: Iterator[Change]) -> list[Change]:
    found: list[Change] = []
    for change in changes:
        if found and found[-1].kind == change.kind:
            found[-1] = Change(change.kind, found[-1].text + change.text)
        else:
            found.append(change)
    return found
