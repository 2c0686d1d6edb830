"""Runs of capitalised words, as names in Latin letters are written."""

import re
from collections.abc import Iterator
from typing import Final

from processors.tag.scene import Scene

_ARTICLE: Final = r"(?:[Aa]l|[Ee]l|[Aa]sh?|[Aa]t|[Aa]z|[Aa]d|[Aa]r|[Aa]n|[Uu]l|bin|ibn)"
_NAME: Final = r"[A-ZÀ-ÖØ-ÞŞİ][^\W\d_]+(?:['’ʿʾ`‘-](?=[^\W\d_])(?:[^\W\d_]+))*"
_SPAN: Final = re.compile(
    rf"(?:{_ARTICLE}(?:[ -]|- ))?{_NAME}(?:[ -](?:{_ARTICLE}(?:[ -]|- ))?{_NAME}){{0,3}}"
)
_PARTED: Final = re.compile(r", ?| ?[-/:] ?| and ")
_AT_MOST: Final = 4
_CAPITAL: Final = re.compile(r"[A-ZÀ-ÖØ-ÞŞİ][^\W\d_]")
_INSIDE_A_WORD: Final = frozenset("'’-_")
_SMALL_ARTICLES: Final = frozenset(
    ("al", "el", "as", "ash", "at", "az", "ad", "ar", "an", "ul", "bin", "ibn")
)
_ARTICLE_ENDS: Final = frozenset(article[-2:] for article in _SMALL_ARTICLES)
_LINE: Final = 100


def bare_line(scene: Scene) -> bool:
    """Whether an article is one short line of names."""
    if len(scene.fields) != 1 or len(scene.fields[0].source) > _LINE:
        return False
    text, at = scene.fields[0].source.strip(), 0
    for _ in range(_AT_MOST):
        match = _SPAN.match(text, at)
        if match is None:
            return False
        if match.end() == len(text):
            return True
        parted = _PARTED.match(text, match.end())
        if parted is None:
            return False
        at = parted.end()
    return False


def spans(source: str, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words that touch nothing taken, with the small articles in and before them."""
    if _CAPITAL.search(source) is None:
        return
    reach = at = 0
    for begin, end in (*taken, (len(source), len(source))):
        small = source[at:begin].islower()  # as most of what stands between two names is
        while not small and at < begin and (capital := _CAPITAL.search(source, at, begin)):
            first = capital.start()
            at = first + 2
            start = _with_article(source, first, reach)
            match = _SPAN.match(source, start) if start >= 0 else None
            if match:
                at = reach = match.end()
                if reach <= begin:
                    yield start, reach
        at = max(at, end)


def _with_article(source: str, start: int, reach: int) -> int:
    """Where a name begins whose first capital is at `start`; -1 inside a word."""
    before = source[start - 1] if start else " "
    if before in "- " and start > 2 and source[start - 3 : start - 1] in _ARTICLE_ENDS:
        word = source[source.rfind(" ", max(0, start - 5), start - 1) + 1 : start - 1]
        if word in _SMALL_ARTICLES and start - len(word) > reach:
            start -= len(word) + 1
            before = " "
    return -1 if before.isalnum() or before in _INSIDE_A_WORD else start
