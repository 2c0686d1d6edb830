"""Folding: one spelling of a text for search and for matching, and the way back to the source.

What becomes what:

- case: Unicode casefold; the Turkish `İ`, `I`, `ı`, `i` are all `i`
- marks: diacritics go, in every script (`Ḩamāh` → `hamah`, `й` → `и`, `ё` → `е`, harakat, niqqud); so do
  tatweel, zero-width and direction characters, the soft hyphen
- Arabic: `أ إ آ ٱ` → `ا`, `ى ی` → `ي`, `ة` → `ه`, `ؤ` → `و`, `ئ` → `ي`, `ک` → `ك`;
  presentation forms → letters
- digits of any script → ASCII digits
- apostrophes, ʿ, ʾ and backticks go (`Sha'ar` → `shaar`); before that the English possessive goes with its s
  (`Russia's` → `russia`; after two letters or fewer it stays, as in `Ra's al-Ayn`), and a French elision
  becomes a word of its own (`d'Alep` → `d alep`)
- hyphens and dashes of all kinds, line ends and tabs → a space; several spaces → one
- dotted acronyms lose their dots (`U.S.-led` → `us led`)
- all other punctuation stays as it is; `words` splits at it
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

APOSTROPHES = "'’‘‛`´′ʹʻʼʽʾʿˈˊˋ՚＇"
_DROPPED = "\N{SOFT HYPHEN}"
_LETTERS = {
    **dict.fromkeys(APOSTROPHES, ""),
    **dict.fromkeys("ٱ", "ا"),
    **dict.fromkeys("ىیێے", "ي"),
    **dict.fromkeys("ةہھەۃ", "ه"),
    **dict.fromkeys("ۆۇ", "و"),
    **dict.fromkeys("کڪ", "ك"),
    **dict.fromkeys("ـ", ""),
    **dict(zip("ıøđðłħə−٪،؛؟", "ioddlhe %,;?", strict=True)),
    **dict(zip(("æ", "œ", "þ"), ("ae", "oe", "th"), strict=True)),
}

_QUOTE = f"[{re.escape(APOSTROPHES)}]"
# Both replacements keep the length of the text, so that offsets stay those of the source.
_ELISION = re.compile(rf"(?<!\w)(?:[cdjlmnst]|qu){_QUOTE}(?=[^\W\d_])", re.IGNORECASE)
_POSSESSIVE = re.compile(rf"(?<=[^\W\d_]{{3}}){_QUOTE}s(?!\w|{_QUOTE})", re.IGNORECASE)
_HAS_QUOTE = re.compile(_QUOTE)
_SQUEEZE = re.compile(r" {2,}|(?<![\w.])(?:[^\W\d_]\.)+[^\W\d_](?!\w|\.\w)\.?")
_WORD = re.compile(r"[^\W_]+")


class _Table(dict[int, str]):
    """Code point → folded text, filled as characters are met: all of Unicode would take a second."""

    def __missing__(self, code: int) -> str:
        piece = chr(code)
        while (again := "".join(map(_fold_character, piece))) != piece:
            piece = again
        self[code] = piece
        return piece


def _fold_character(char: str) -> str:
    if char in _LETTERS:
        return _LETTERS[char]
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf"):
        return ""
    if category in ("Pd", "Zs", "Zl", "Zp", "Cc"):
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(char))
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())


_TABLE = _Table()


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text that knows where it came from.

    `offsets[i]` is the index in `source` of the character that gave `text[i]`; one entry more, the last, is
    `len(source)`. Offsets never fall; they repeat where one character gave several (`ß` → `ss`).
    """

    text: str
    offsets: Sequence[int]
    source: str

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the source: (start, end) in code points.

        Marks on the last letter belong to it, and the dot that closes an acronym; an apostrophe does not.
        """
        first = self.offsets[start]
        if end <= start:
            return first, first
        last = self.offsets[end - 1] + 1
        limit = self.offsets[end]
        while last < limit and unicodedata.category(self.source[last])[0] == "M":
            last += 1
        if last < limit and self.source[last] == ".":
            last += 1
        return first, last


def fold(text: str) -> str:
    """The folded text, without offsets: for what is only compared. `fold(fold(x)) == fold(x)`."""
    return _SQUEEZE.sub(_squeezed, _prepare(text).translate(_TABLE))


def fold_with_offsets(text: str) -> Folded:
    """The folded text with the way back. `fold_with_offsets(x).text == fold(x)`."""
    pieces = [_TABLE[code] for code in map(ord, _prepare(text))]
    folded = "".join(pieces)
    if len(folded) == len(pieces) and "" not in pieces:
        offsets = list(range(len(folded)))
    else:
        offsets = [index for index, piece in enumerate(pieces) for _ in piece]
    kept, out, done = [], [], 0
    for match in _SQUEEZE.finditer(folded):
        start, end = match.span()
        dropped = range(start + 1, end) if match[0][0] == " " else _dots(match[0], start)
        for index in dropped:
            kept.append(folded[done:index])
            out += offsets[done:index]
            done = index + 1
    kept.append(folded[done:])
    out += offsets[done:]
    out.append(len(text))
    return Folded("".join(kept), out, text)


def words(text: str) -> list[str]:
    """The folded words of a text: letters and digits of any script, in order, nothing else."""
    return _WORD.findall(fold(text))


def _prepare(text: str) -> str:
    if not _HAS_QUOTE.search(text):
        return text
    text = _ELISION.sub(lambda match: match[0][:-1] + " ", text)
    return _POSSESSIVE.sub(_DROPPED * 2, text)


def _squeezed(match: re.Match[str]) -> str:
    return " " if match[0][0] == " " else match[0].replace(".", "")


def _dots(text: str, start: int) -> list[int]:
    return [start + index for index, char in enumerate(text) if char == "."]
