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
- hyphens and dashes of all kinds, line ends, tabs and halves of surrogate pairs → a space; several spaces → one
- dotted acronyms lose their dots (`U.S.-led` → `us led`)
- quotation marks are all `"`; all other punctuation stays as it is; `words` splits at it
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from typing import Final

APOSTROPHES: Final = "'’‘‛`´′ʹʻʼʽʾʿˈˊˋ՚＇"
_LETTERS: Final = {
    **dict.fromkeys(APOSTROPHES, ""),
    **dict.fromkeys("ٱ", "ا"),
    **dict.fromkeys("ىیێے", "ي"),
    **dict.fromkeys("ةہھەۃ", "ه"),
    **dict.fromkeys("ۆۇ", "و"),
    **dict.fromkeys("کڪ", "ك"),
    **dict.fromkeys("ـ", ""),
    **dict(zip("ıøđðłħə−٪،؛؟", "ioddlhe %,;?", strict=True)),
    **dict.fromkeys("“”„‟«»", '"'),
    **dict(zip(("æ", "œ", "þ"), ("ae", "oe", "th"), strict=True)),
}

_QUOTE: Final = f"[{re.escape(APOSTROPHES)}]"
_HAS_QUOTE: Final = re.compile(_QUOTE)
_WORDLIKE: Final = f"_{APOSTROPHES}"
_ELIDED: Final = "cdjlmnstCDJLMNST"
_QU: Final = ("qu", "Qu", "QU", "qU")
_ACRONYM: Final = re.compile(r"(?<![\w.])(?:[^\W\d_]\.)+[^\W\d_](?!\w|\.\w)\.?")
_INNER_DOT: Final = re.compile(r"\.[^\W\d_]")
_WORD: Final = re.compile(r"[^\W_]+")
# Characters that surely become one each: most texts hold no other, and those have offsets without any work.
_ONE_EACH: Final = "А-яЁёء-غف-يÀ-ÅÇ-ÏÑ-ÖÙ-Ýà-åç-ïñ-öù-ýÿŞşğĞıİ–—“”«»،؟؛٠-٩\u00a0"
_ODD: Final = re.compile(rf"[^\0-&(-_a-~{_ONE_EACH}]")
_MARKS: Final = "\u064b-\u0652\u0640"  # harakat and tatweel: nothing is left of them
_UNPLAIN: Final = re.compile(rf"[^\t\n\r -~{_ONE_EACH}]")
_RARE: Final = re.compile(rf"[^\t\n\r -~{_ONE_EACH}{_MARKS}]")
_DROPPED: Final = re.compile(f"[{_MARKS}'`]")
_TYPOGRAPHIC: Final = tuple(zip("’‘“”–—", "''\"\"--", strict=True))


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
    if category in ("Pd", "Zs", "Zl", "Zp", "Cc", "Cs"):
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(char))
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())


_TABLE: Final = _Table()
_ASCII: Final = {code: _TABLE[code] for code in range(128) if chr(code) not in APOSTROPHES}


# What small letters of texts without rare characters become, where that is another one.
_SMALL: Final = set(re.sub(_UNPLAIN, "", "".join(map(chr, range(0x3000)))).replace("İ", "").lower())
_CHANGED: Final = tuple(
    (char, _TABLE[ord(char)]) for char in sorted(_SMALL - set(APOSTROPHES)) if _TABLE[ord(char)] != char
)


class Folded:
    """A folded text that knows where it came from.

    `rare`: it may hold other marks than those of ASCII.

    `source_index(i)` is the index in `source` of the character that gave `text[i]`; that of `len(text)` is
    `len(source)`. It never falls; it repeats where one character gave several (`ß` → `ss`). It is kept as the few
    steps where it does more than count on: from `at[n]` on, an index is `shift[n]` further on in the source. `steps`
    has their indices.
    """

    __slots__ = ("_at", "_last", "_next", "_shift", "_to", "rare", "source", "steps", "text")

    def __init__(self, text: str, source: str, steps: dict[int, int], *, rare: bool) -> None:
        self.text = text
        self.rare = rare
        self.source = source
        self.steps: Collection[int] = steps
        self._at = [0, *steps]
        self._next = [*steps, len(text)]
        self._shift = [0, *(to - at for at, to in steps.items())]
        self._to = [0, *steps.values()]
        self._last = 0

    @property
    def same(self) -> bool:
        """Whether every index of `text` is that of `source`."""
        return len(self._at) == 1

    @property
    def offsets(self) -> Sequence[int]:
        """`source_index` of every index up to `len(text)`."""
        return [self.source_index(index) for index in range(len(self.text) + 1)]

    def source_index(self, index: int) -> int:
        """Where in `source` the character `text[index]` comes from."""
        if index >= len(self.text):
            return len(self.source)
        return index + self._shift[bisect_right(self._at, index) - 1]

    def _step_of(self, index: int) -> int:
        """The step that an index of `text` lies in: most who ask go through a text from its beginning to its end."""
        at, step = self._at, self._last
        if index < at[step]:
            step = bisect_right(at, index) - 1
        while step + 1 < len(at) and at[step + 1] <= index:
            step += 1
        self._last = step
        return step

    def text_index(self, index: int) -> int:
        """The first index of `text` that comes from `source[index]` or from what follows it."""
        if self.same:
            return index
        step = bisect_left(self._to, index)
        if step == 0:
            return 0
        limit = self._at[step] if step < len(self._at) else len(self.text)
        return min(index - self._shift[step - 1], limit)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the source: (start, end) in code points.

        Marks on the last letter belong to it, and the dot that closes an acronym; an apostrophe does not.
        """
        if end <= start:
            first = self.source_index(start)
            return first, first
        at, shift = self._at, self._shift
        step = self._step_of(start)
        first = start + shift[step]
        if end < self._next[step]:
            return first, end + shift[step]
        if step + 1 < len(at) and at[step + 1] < end:
            step = bisect_right(at, end - 1, step) - 1
        last = end + shift[step]
        if end not in self.steps and end < len(self.text):
            return first, last
        limit = self.source_index(end)
        while last < limit and unicodedata.category(self.source[last])[0] == "M":
            last += 1
        if last < limit and self.source[last] == ".":
            last += 1
        return first, last


def fold(text: str) -> str:
    """The folded text, without offsets: for what is only compared. `fold(fold(x)) == fold(x)`."""
    if "." not in text and _HAS_QUOTE.search(text) is None:
        folded = text.translate(_ASCII if text.isascii() else _TABLE)
        if "  " not in folded:
            return folded
    return fold_with_offsets(text).text


def fold_with_offsets(text: str) -> Folded:
    """The folded text with the way back. `fold_with_offsets(x).text == fold(x)`."""
    plain = text
    if not text.isascii():
        for char, ascii_char in _TYPOGRAPHIC:
            plain = plain.replace(char, ascii_char)
    unplain = not plain.isascii() and _UNPLAIN.search(plain) is not None
    rare = unplain and _RARE.search(plain) is not None
    prepared = _prepare(plain, rare=rare)
    letters: dict[int, int] = {}
    if prepared.isascii():
        folded = prepared.translate(_ASCII)
    elif not rare:
        folded = prepared.replace("İ", "i").lower()
        for char, piece in _CHANGED:
            folded = folded.replace(char, piece)
    else:
        folded = prepared.translate(_TABLE)
        letters = dict(_letter_steps(prepared))
    if unplain and not rare:
        letters = {match.start() - n: match.end() for n, match in enumerate(_DROPPED.finditer(folded))}
        folded = _DROPPED.sub("", folded)
    elif "'" in folded or "`" in folded:
        letters = {quote - n: quote + 1 for n, quote in enumerate(_quotes(folded, rare=False))}
        folded = folded.replace("'", "").replace("`", "")
    gone = _squeezed_away(folded)
    if gone:
        return Folded(_without(folded, gone), text, _chained(letters, gone), rare=rare)
    return Folded(folded, text, letters, rare=rare)


def words(text: str) -> list[str]:
    """The folded words of a text: letters and digits of any script, in order, nothing else."""
    return _WORD.findall(fold(text))


def _prepare(text: str, *, rare: bool) -> str:
    """Takes English possessives and French elisions apart. Keeps the length, so that offsets stay the source's."""
    pieces, done = [], 0
    for quote in _quotes(text, rare=rare):
        if quote < done:
            continue
        if _is_possessive(text, quote):
            pieces += [text[done:quote], "''"]
            done = quote + 2
        elif _is_elision(text, quote):
            pieces += [text[done:quote], " "]
            done = quote + 1
    return "".join((*pieces, text[done:])) if pieces else text


def _is_possessive(text: str, quote: int) -> bool:
    if text[quote + 1 : quote + 2] not in ("s", "S") or quote < 3 or not text[quote - 3 : quote].isalpha():
        return False
    after = text[quote + 2 : quote + 3]
    return not (after.isalnum() or (after and after in _WORDLIKE))


def _is_elision(text: str, quote: int) -> bool:
    if not text[quote + 1 : quote + 2].isalpha():
        return False
    start = quote - (2 if text[max(0, quote - 2) : quote] in _QU else 1)
    if start < 0 or not (quote - start == 2 or text[start] in _ELIDED):
        return False
    before = text[start - 1 : start] if start else ""
    return not (before.isalnum() or before == "_")


def _quotes(text: str, *, rare: bool) -> Iterator[int]:
    """Where apostrophes stand, in order; all are of ASCII where no character is `rare`."""
    if rare or "`" in text:
        yield from (match.start() for match in _HAS_QUOTE.finditer(text))
        return
    quote = text.find("'")
    while quote != -1:
        yield quote
        quote = text.find("'", quote + 1)


def _letter_steps(text: str) -> Iterator[tuple[int, int]]:
    """The steps that characters make which become none or several."""
    shift = 0
    for match in _ODD.finditer(text):
        index = match.start()
        size = len(_TABLE[ord(match[0])])
        if size == 1:
            continue
        for extra in range(1, size):
            yield index + shift + extra, index
        shift += size - 1
        yield index + 1 + shift, index + 1


def _squeezed_away(text: str) -> list[int]:
    """The indices of spaces after a space, and of the dots in acronyms; in order."""
    gone, space = [], text.find("  ")
    while space != -1:
        gone.append(space + 1)
        space = text.find("  ", space + 1)
    done = 1
    for inner in _INNER_DOT.finditer(text):
        dot = inner.start()
        if dot >= done and text[dot + 1].isalpha() and text[dot - 1].isalpha():
            match = _ACRONYM.match(text, dot - 1)
            if match:
                gone += [index for index in range(match.start(), match.end()) if text[index] == "."]
                done = match.end()
    gone.sort()
    return gone


def _without(text: str, gone: list[int]) -> str:
    starts = [0, *(index + 1 for index in gone)]
    return "".join(text[start:end] for start, end in zip(starts, [*gone, len(text)], strict=True))


def _chained(letters: dict[int, int], gone: list[int]) -> dict[int, int]:
    """The steps of `letters`, given for a text, in that text without the characters at `gone`."""
    if not letters:
        return {index - number: index + 1 for number, index in enumerate(gone)}
    steps: dict[int, int] = {}
    waiting = list(letters.items())
    shift = done = 0
    for number, index in enumerate(gone):
        while done < len(waiting) and waiting[done][0] <= index + 1:
            at, to = waiting[done]
            shift = to - at
            if at < index:
                steps[at - number] = to
            done += 1
        steps[index - number] = index + 1 + shift
    for at, to in waiting[done:]:
        steps[at - len(gone)] = to
    return steps
