"""The words around a name, and what they decide: kinds of places, whose surname, what goes on."""

import re
from collections.abc import Iterable

from lexicon.entries import Cues, Lexicon
from lexicon.fold import fold
from processors.tag.find import Hit
from processors.tag.phrases import Phrases, following, preceding

_LETTERS = re.compile(r"[^\W\d_]+\Z")
_WHERE = Phrases(
    ("in", "near", "at", "from", "around", "outside", "towards", "toward", "to", "into", "on", "of", "and", "between",
     "inside", "over", "hit", "struck", "shelled", "bombed", "captured", "seized", "besieged", "entered")
)  # fmt: skip

_LIST = 70
_ACRONYM = 5
_WORD = re.compile(r" ([^\W_]+)")
_ARTICLES = frozenset(("the", "la", "le", "les"))
_ANDS = frozenset(("and", "et", "ve"))
_JOINTS = (", ", " and ", " و", "، ", " и ", " ve ", " et ", " et d ", " et de ", ", d ", ", de ")
_ITEM = r"(?!in |at |from |the |near |to |of )[^\W\d_][\w ]{1,24}"
_BEFORE = re.compile(
    rf" (?:of |de |d )?(?:{_ITEM}(?:, and |, | and |، | и | ve | et | (?=و))(?:of |de |d )?)+و?[بل]?"
)
_BEFORE_ARABIC = re.compile(r" \w+(?: \w+)?(?: و\w+(?: \w+)?)* ")
_BEHIND = re.compile(rf"(?:(?:, and |, | and |، | и | ve | et ){_ITEM})+ ")


class Context:
    """The folded words of a lexicon, ready to be asked about a hit."""

    def __init__(self, lexicon: Lexicon) -> None:
        words = lexicon.words
        cues = {
            "governorate": words.cues.governorate,
            "district": words.cues.district,
            "subdistrict": words.cues.subdistrict,
            "settlement": words.cues.settlement,
        }
        self._cues = [
            (kind, Phrases(_befores(cue)), Phrases((*cue.after, *cue.many))) for kind, cue in cues.items()
        ]
        self._list_words = [(fold(each).strip(), kind) for kind, cue in cues.items() for each in cue.many]
        self._any_before = Phrases(each for cue in cues.values() for each in _befores(cue))
        self._any_after = Phrases(each for cue in cues.values() for each in (*cue.after, *cue.many))
        self._titles = _folded(words.titles)
        self.short_places = _folded(words.short_places)
        self.heads = _folded(words.toponym_heads)
        self.cue_only = _folded(name for names in words.cue_only for name in names)
        self.no_names = _folded(words.no_names)
        self._syria = re.compile(
            "|".join(rf"\b{re.escape(fold(each).rstrip('*'))}" for each in words.syria) or "(?!)"
        )
        self._given = _folded(words.given_names) | {
            fold(name).split(" ")[0]
            for person in lexicon.entities.values()
            if person.type == "person"
            for name in person.names.get("en", ())
            if " " in name
        }
        self._title_memo: dict[str, bool] = {}

    def cue(self, hit: Hit) -> str:
        """What the words beside a hit, or around the list that it stands in, tell of its kind; asked once."""
        if hit.cue is None:
            before = preceding(hit) if self._may_end(hit) else ()
            after = following(hit) if self._may_begin(hit) else ()
            hit.cue = (self.kind_cue(before, after) if before or after else "") or self.list_cue(hit)
        return hit.cue

    def _may_end(self, hit: Hit) -> bool:
        """Whether the last word before a hit is the last of a cue: cheap, and never wrongly false."""
        text, stop = hit.field.text, hit.word - 1
        last = text[text.rfind(" ", 0, max(0, stop)) + 1 : stop] if stop > 0 else ""
        lasts = self._any_before.lasts
        return last in lasts or last[1:] in lasts or last in _ARTICLES or not last.isalnum()

    def _may_begin(self, hit: Hit) -> bool:
        match = _WORD.match(hit.field.text, hit.end)
        return match is not None and (match[1] in self._any_after.firsts or match[1] in self._any_after)

    def may_have_cue(self, source: str, span: tuple[int, int]) -> bool:
        """Whether a word that touches `source[span]` may tell its kind: cheap, and never wrongly false."""
        start, end = span
        before = source[source.rfind(" ", 0, max(0, start - 1)) + 1 : max(0, start - 1)].lower()
        if before in self._any_before.lasts or before in _ARTICLES:
            return True
        stop = source.find(" ", end + 1, end + 24)
        after = fold(source[end + 1 : stop if stop != -1 else end + 24]).rstrip(' .,;:!?)"')
        if after in self._any_after.firsts or after in self._any_after or source[end : end + 2] == ", ":
            return True
        return before.endswith(",") or before in _ANDS or after in _ANDS

    def kind_cue(self, before: tuple[str, ...], after: tuple[str, ...]) -> str:
        """`governorate`, `district`, `subdistrict`, `settlement`, or empty when no word beside it tells."""
        if self._any_before.end(before) or self._any_after.begin(after):
            for kind, _, last in self._cues:
                if last.begin(after):
                    return kind
            for kind, first, _ in self._cues:
                if first.end(before):
                    return kind
        return ""

    def list_cue(self, hit: Hit) -> str:
        """The same, told by a plural at either end of a list: `in Aleppo and Idlib provinces`."""
        field, text = hit.field, hit.field.text
        if field.lists is None:
            field.lists = self._list_words_in(text)
        # Few names stand that near to a plural: only then is it worth to look at what joins them.
        near = [each for each in field.lists if each[0] - hit.end <= _LIST and hit.word - each[1] <= _LIST]
        if not near:
            return ""
        behind = text.startswith(_JOINTS, hit.end)
        arabic = text[hit.word] == "و"
        before = arabic or text.endswith(_JOINTS, 0, hit.start)
        if not behind and not before:
            return ""
        for start, end, kind in near:
            if arabic and 0 < hit.word - end <= _LIST and _BEFORE_ARABIC.fullmatch(text, end, hit.word):
                return kind
            if before and 0 <= hit.word - end <= _LIST and _BEFORE.fullmatch(text, end, hit.word):
                return kind
            if behind and 0 <= start - hit.end <= _LIST and _BEHIND.fullmatch(text, hit.end, start):
                return kind
        return ""

    def _list_words_in(self, text: str) -> list[tuple[int, int, str]]:
        found: list[tuple[int, int, str]] = []
        for word, kind in self._list_words:
            start = text.find(word)
            while start != -1:
                end = start + len(word)
                if not text[end : end + 1].isalnum() and (
                    not start or not text[start - 1].isalnum() or word[0] > "я"
                ):
                    found.append((start, end, kind))
                start = text.find(word, end)
        return found

    def word_before(self, hit: Hit) -> str:
        """The capitalised word that stands right before it and is no title, as in `Jimmy Carter`; else empty."""
        if hit.field.titled:
            return ""
        source, start = hit.field.source, hit.source[0]
        if start < 2 or source[start - 1] != " ":
            return ""
        word = source[source.rfind(" ", max(0, start - 40), start - 1) + 1 : start - 1]
        if not word.isalpha():
            match = _LETTERS.search(word)
            word = match[0] if match else ""
        if not word or not word[0].isupper() or (word.isupper() and 1 < len(word) <= _ACRONYM):
            return ""
        return "" if self.is_title(word) else word

    def after_given_name(self, hit: Hit) -> bool:
        """Whether a first name stands before it: then `Douma`, `Jordan` is a surname."""
        word = self.word_before(hit)
        return bool(word) and fold(word) in self._given

    def is_title(self, word: str) -> bool:
        """Whether a word, with its capital, is a title or one that begins sentences."""
        known = self._title_memo.get(word)
        if known is None:
            if len(self._title_memo) > 10_000:
                self._title_memo.clear()
            known = self._title_memo[word] = fold(word) in self._titles
        return known

    def is_common(self, folded: str) -> bool:
        """Whether a folded word is a title, an adjective of ours, or what else may have a capital and names nothing."""
        return folded in self._titles or folded in self.cue_only

    def in_a_longer_name(self, hit: Hit) -> bool:
        """Whether a capitalised word touches it on either side, as in `Rami Khatib`. Latin and Cyrillic only."""
        return self.goes_on(hit) or bool(self.word_before(hit))

    def goes_on(self, hit: Hit) -> bool:
        """Whether a capitalised word follows it, as in `Kafr Nobol`; in a titled field that says nothing."""
        source, end = hit.field.source, hit.source[1]
        after = source[end : end + 2]
        return len(after) == 2 and after[0] in " -" and after[1].isupper() and not hit.field.titled

    def where(self, hit: Hit) -> bool:
        """Whether a word before it says that something happened there."""
        return _WHERE.end(preceding(hit))

    def about_syria(self, text: str) -> bool:
        """Whether a folded text has a word that only stories about Syria have."""
        return self._syria.search(text) is not None


def _befores(cue: Cues) -> tuple[str, ...]:
    return (*cue.before, *(f"{word}{of}" for word in cue.many for of in ("", " of", " de", " d")))


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(word).strip() for word in words)
