"""Words and short phrases beside a hit, looked up in sets: cheaper than patterns, and as exact."""

import re
from collections.abc import Iterable
from typing import Final, TypeVar

from processors.tag.hits import Hit
from processors.tag.meaning import folded

_AFTER: Final = re.compile(r' "?([^\W_]+)(?: ([^\W_]+)(?: ([^\W_]+))?)?')
_FIRST: Final = re.compile(r'"?([^\W_]+)')
_LAST: Final = re.compile(r"[^\W_]+\Z")
_REACH: Final = 48  # characters, and words among them: three and an article
_WORDS: Final = 4
_AT_MOST: Final = 3
_REMEMBERED: Final = 20_000
ARTICLES: Final = frozenset(("the", "la", "le", "les", "l"))
_ARABIC_PREFIX: Final = "وفبلك"
T = TypeVar("T")


class Phrases:
    """Phrases of up to three words; a `*` at the end of one stands for any ending.

    `firsts` and `lasts` are the first and the last words of the phrases.
    """

    __slots__ = ("_begin", "_firsts", "_lasts", "_longest", "_whole", "firsts", "lasts")

    def __init__(self, phrases: Iterable[str]) -> None:
        known = [folded(each) for each in phrases]
        self._whole = frozenset(text for text in known if not text.endswith("*"))
        self._begin = tuple(sorted(text.rstrip("*") for text in known if text.endswith("*")))
        self._longest = max((text.count(" ") + 1 for text in known), default=0)
        self.firsts = frozenset(text.split(" ")[0] for text in known)
        self.lasts = frozenset(text.split(" ")[-1] for text in known)
        # What is remembered of single words, as they stand in texts.
        self._firsts: dict[str, bool] = {}
        self._lasts: dict[str, bool] = {}

    def __contains__(self, phrase: str) -> bool:
        return phrase in self._whole or (bool(self._begin) and phrase.startswith(self._begin))

    def begin(self, words: tuple[str, ...]) -> bool:
        """Whether the words after a hit begin with one of the phrases."""
        if not words:
            return False
        if words[0] in self:
            return True
        if words[0] not in self.firsts:
            return False
        return any(" ".join(words[:size]) in self for size in range(2, min(self._longest, len(words)) + 1))

    def end(self, words: tuple[str, ...]) -> bool:
        """Whether the words before a hit end with one of the phrases; Arabic prefixes do not matter."""
        if not words:
            return False
        last = words[-1]
        if last in self or (last[0] in _ARABIC_PREFIX and len(last) > 2 and last[1:] in self):
            return True
        if last not in self.lasts:
            return False
        count = len(words)
        return any(
            " ".join(words[count - size :]) in self for size in range(2, min(self._longest, count) + 1)
        )

    def stand_before(self, hit: Hit) -> bool:
        """`end(preceding(hit))`, where most hits go by the last word alone."""
        text, start = hit.field.text, hit.word
        if start and text[start - 1] == "#":
            start -= 1
        if not start or text[start - 1] != " ":
            return False
        last = text[text.rfind(" ", 0, start - 1) + 1 : start - 1]
        known = self._lasts.get(last)
        if known is None:
            match = _LAST.search(last)
            word = match[0] if match else ""
            known = word in self or word[1:] in self or word in self.lasts or word in ARTICLES
            remember(self._lasts, last, known)
        return known and self.end(preceding(hit))

    def stand_behind(self, hit: Hit) -> bool:
        """`begin(following(hit))`, where most hits go by the first word alone."""
        text, end = hit.field.text, hit.end
        if end == len(text) or text[end] != " ":
            return False
        stop = text.find(" ", end + 1)
        first = text[end + 1 : stop] if stop != -1 else text[end + 1 :]
        known = self._firsts.get(first)
        if known is None:
            match = _FIRST.match(first)
            word = match[1] if match else ""
            known = word in self or word in self.firsts
            remember(self._firsts, first, known)
        return known and self.begin(following(hit))


def remember(memo: dict[str, T], word: str, known: T) -> None:
    """Keeps what was found out about a word of a text; forgets all when there are too many."""
    if len(memo) > _REMEMBERED:
        memo.clear()
    memo[word] = known


def following(hit: Hit) -> tuple[str, ...]:
    """Up to three folded words after a hit, in order; none when a mark stands between."""
    return words_at(hit.field.text, hit.end)


def words_at(text: str, end: int) -> tuple[str, ...]:
    """The same for what ends at `end` in a folded text."""
    if text[end : end + 1] != " ":
        return ()
    match = _AFTER.match(text, end)
    return tuple(word for word in match.groups() if word) if match else ()


def preceding(hit: Hit) -> tuple[str, ...]:
    """Up to three folded words before a hit, in order, without articles; none when a mark stands between."""
    if hit.before is None:
        hit.before = _words_before(hit.field.text, hit.word)
    return hit.before


def _words_before(text: str, start: int) -> tuple[str, ...]:
    if start and text[start - 1] == "#":
        start -= 1
    if start == 0 or text[start - 1] != " ":
        return ()
    found: list[str] = []
    least = start - _REACH if start > _REACH else 0
    end = start - 1
    for _ in range(_WORDS):
        space = text.rfind(" ", least, end)
        word = text[space + 1 if space != -1 else least : end]
        if not word.isalnum():
            match = _LAST.search(word) if word[-1:].isalnum() else None
            if match:
                found.append(match[0])
            break
        if word not in ARTICLES:
            found.append(word)
        if space == -1 or len(found) == _AT_MOST:
            break
        end = space
    found.reverse()
    return tuple(found)
