"""Russian phrases in their cases: `сергеи шоигу` → `сергея шоиг`, `воздушныи удар` → `воздушного удар`.

The last word is given as its stem, whose ending the finder reads. What comes before it is either declined with it
(adjectives, first names) or is the head of a phrase whose rest stays (`режим асада` → `режима асада`). Folded text:
й is и, ё is е. Forms that no Russian would write do no harm: no text holds them.
"""

import re
from collections.abc import Iterator
from typing import Final

_STEM_END: Final = re.compile(r"[аеиоуыьюя]\Z")
_WORD: Final = re.compile(r"[а-я]{3,}\Z")
# (ending in the nominative, endings in the other cases)
_HARD: Final = ("ого", "ому", "ым", "ом")
_ADJECTIVES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("ыи", _HARD),
    ("ои", _HARD),
    ("ии", ("ого", "его", "ому", "ему", "им", "ом", "ем")),
    ("ая", ("ои", "ую")),
    ("яя", ("еи", "юю")),
    ("ое", _HARD),
    ("ее", ("его", "ему", "им", "ем")),
    ("ые", ("ых", "ым", "ыми")),
    ("ие", ("их", "им", "ими", "ия", "ию", "ием", "ии")),
)
_NOUNS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("ия", ("ии", "ию", "иеи")),
    ("а", ("ы", "и", "е", "у", "ои")),
    ("я", ("и", "е", "ю", "еи")),
    ("о", ("а", "у", "ом", "е")),
    ("и", ("я", "ю", "ем", "е", "ев", "ям", "ями", "ях")),
    ("ы", ("ов", "ам", "ами", "ах")),
    ("ь", ("я", "ю", "ем", "е", "и", "ью")),
    ("", ("а", "у", "ом", "е")),
)


def declined(text: str, *, person: bool) -> Iterator[str]:
    """Stems of the phrase in other cases. `text`: folded words parted by spaces."""
    words = text.split(" ")
    if not all(map(_WORD.match, words)):
        return
    *first, last = words
    stem = _STEM_END.sub("", last)
    heads = list(_forms(first[0], person=person))
    if len(first) == 1:
        yield from (f"{head} {stem}" for head in heads)
    elif len(first) == 2:
        for head in heads:
            yield from (f"{head} {second} {stem}" for second in _forms(first[1], person=person))
    if not person and len(words) <= 4:
        rest = " ".join((*words[1:-1], stem))
        yield from (f"{head} {rest}" for head in heads)


def _forms(word: str, *, person: bool) -> Iterator[str]:
    if not person:
        for ending, others in _ADJECTIVES:
            if word.endswith(ending) and len(word) > len(ending) + 2:
                yield from (word[: -len(ending)] + other for other in others)
                return
    for ending, others in _NOUNS:
        if word.endswith(ending):
            yield from (word[: len(word) - len(ending)] + other for other in others)
            return
