"""The words around a name, and what they decide: kinds of places, whose surname, what goes on."""

import re
from collections.abc import Iterable
from typing import Final

import ahocorasick_rs

from lexicon.entries import Cues, Lexicon
from lexicon.fold import fold
from processors.tag.hits import Hit
from processors.tag.meaning import ARABIC_FROM, folded
from processors.tag.phrases import ARTICLES, Phrases, following, preceding, remember

_LETTERS: Final = re.compile(r"[^\W\d_]+\Z")
_THERE: Final = (
    "in", "near", "around", "outside", "into", "on", "inside", "over", "hit", "struck", "shelled", "bombed", "captured",
    "seized", "besieged", "entered",
)  # fmt: skip
_WHERE: Final = Phrases((*_THERE, "at", "from", "towards", "toward", "to", "of", "between"))
_STRUCK: Final = Phrases(_THERE)

_QUARTER_BEHIND: Final = Phrases(
    ("neighbourhood", "neighborhood", "neighbourhoods", "neighborhoods", "quarter")
)
_QUARTER_BEFORE: Final = Phrases(("حي", "بحي", "neighbourhood of", "neighborhood of", "quarter of"))

_CITY_BEFORE: Final = Phrases(("city of", "مدينة", "مدينتي", "مدن"))
_CITY_BEHIND: Final = Phrases(("city", "cities", "kent*", "şehr*"))
_VILLAGE_BEFORE: Final = Phrases(("قرية", "قرى", "قريتي", "village of", "villages of"))

_QUALIFIER: Final = re.compile(
    r"[ -](?:(?:[Aa]l|[Ee]l|[Aa]sh|[Ee]sh)[ -])?"
    r"(?:Shar[qk]i|Gharbi|S?hamali|Shmali|Ja?nubi|Fo?w?qani|Tah?tani|Ka?bir|Sa?ghir)[a-z]{0,3}\b"
)
_QUALIFIERS_BEGIN: Final = frozenset("SGJFTKaAeE")

_VILLAGE_BEHIND: Final = Phrases(("village", "villages"))

_LIST: Final = 70
_PART: Final = 64
_ACRONYM: Final = 5
_NAME_LENGTH: Final = 40
_NONE: Final = ("", False)
_FIRST: Final = re.compile(r"[^\W_]+")
_LAST: Final = re.compile(r"[^\W_]+\Z")
_ANDS: Final = frozenset(("and", "et", "ve"))
_JOINTS: Final = (", ", " and ", " و", "، ", " и ", " ve ", " et ", " et d ", " et de ", ", d ", ", de ")
_ITEM: Final = r"(?!in |at |from |the |near |to |of )[^\W\d_][\w ]{1,24}"
_BEFORE: Final = re.compile(
    rf" (?:of |de |d )?(?:{_ITEM}(?:, and |, | and |، | и | ve | et | (?=و))(?:of |de |d )?)+و?[بل]?"
)
_BEFORE_ARABIC: Final = re.compile(r" \w+(?: \w+)?(?: و\w+(?: \w+)?)* ")
_BEHIND: Final = re.compile(rf"(?:(?:, and |, | and |، | и | ve | et ){_ITEM})+ ")


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
        self._list_words = [(folded(each), kind) for kind, cue in cues.items() for each in cue.many]
        self._list_automaton = ahocorasick_rs.AhoCorasick([word for word, _ in self._list_words])
        self._any_before = Phrases(each for cue in cues.values() for each in _befores(cue))
        self._any_after = Phrases(each for cue in cues.values() for each in (*cue.after, *cue.many))
        self._days = _folded(words.days)
        self._titles = _folded((*words.titles, *words.openers)) | self._days
        self.short_places = _folded(words.short_places)
        self.heads = _folded(words.toponym_heads)
        self.cue_only = _folded(name for names in words.cue_only for name in names)
        self.no_names = _folded(words.no_names)
        self.arabic_words = _folded(words.arabic_words)
        self._arabic_common = _folded(words.arabic_common)
        self._village_before = Phrases(words.village_before)
        self._syria = re.compile(
            "|".join(rf"\b{re.escape(fold(each).rstrip('*'))}" for each in words.syria) or "(?!)"
        )
        self._given = _folded(words.given_names) | {
            folded(name).split(" ")[0]
            for person in lexicon.entities.values()
            if person.type == "person"
            for name in person.names.get("en", ())
            if " " in name
        }
        # What is remembered of single words, as they stand in texts, so that most are looked at once.
        self._ends: dict[str, bool] = {}
        self._begins: dict[str, bool] = {}
        self._lends_before: dict[str, bool] = {}
        self._lends_after: dict[str, bool] = {}
        self._names: dict[str, tuple[str, bool]] = {}
        self._is_head: dict[str, bool] = {}
        self._title_memo: dict[str, bool] = {}

    def cue(self, hit: Hit) -> str:
        """What the words beside a hit, or around the list that it stands in, tell of its kind; asked once."""
        if hit.cue is None:
            text, start, end = hit.field.text, hit.word, hit.end
            before: tuple[str, ...] = ()
            after: tuple[str, ...] = ()
            if start and text[start - 1] == "#":
                start -= 1
            if start and text[start - 1] == " ":
                word = text[text.rfind(" ", 0, start - 1) + 1 : start - 1]
                known = self._ends.get(word)
                if self._may_end(word) if known is None else known:
                    before = preceding(hit)
            if end < len(text) and text[end] == " ":
                stop = text.find(" ", end + 1)
                word = text[end + 1 : stop] if stop != -1 else text[end + 1 :]
                known = self._begins.get(word)
                if self._may_begin(word) if known is None else known:
                    after = following(hit)
            hit.cue = (self.kind_cue(before, after) if before or after else "") or self.list_cue(hit)
        return hit.cue

    def _may_end(self, last: str) -> bool:
        """Whether what stands before a name may end a cue: cheap, and never wrongly false."""
        match = _LAST.search(last)
        word = match[0] if match else ""
        lasts = self._any_before.lasts
        known = word in lasts or word[1:] in lasts or word in ARTICLES
        remember(self._ends, last, known)
        return known

    def _may_begin(self, first: str) -> bool:
        """Whether what stands behind a name may begin a cue: cheap, and never wrongly false."""
        match = _FIRST.match(first)
        word = match[0] if match else ""
        known = word in self._any_after.firsts or word in self._any_after
        remember(self._begins, first, known)
        return known

    def may_have_cue(self, source: str, span: tuple[int, int]) -> bool:
        """Whether a word that touches `source[span]` may tell its kind: cheap, and never wrongly false."""
        start, end = span
        stop = max(0, start - 1)
        before = source[source.rfind(" ", 0, stop) + 1 : stop]
        known = self._lends_before.get(before)
        if known is None:
            word = before.lower()
            known = word in self._any_before.lasts or word in ARTICLES or word in _ANDS or word.endswith(",")
            remember(self._lends_before, before, known)
        if known or source.startswith(", ", end):
            return True
        stop = source.find(" ", end + 1, end + 24)
        after = source[end + 1 : stop if stop != -1 else end + 24]
        known = self._lends_after.get(after)
        if known is None:
            word = fold(after).rstrip(' .,;:!?)"')
            known = word in self._any_after.firsts or word in self._any_after or word in _ANDS
            remember(self._lends_after, after, known)
        return known

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
        field = hit.field
        if field.lists is None:
            field.lists = self._list_words_in(field.text)
            field.near_lists = frozenset(
                part
                for start, end, _ in field.lists
                for part in range((start - _LIST) // _PART, (end + _LIST) // _PART + 1)
            )
        # Few names stand that near to a plural: only then is it worth to look at what joins them.
        if hit.end // _PART not in field.near_lists and hit.word // _PART not in field.near_lists:
            return ""
        near = [each for each in field.lists if each[0] - hit.end <= _LIST and hit.word - each[1] <= _LIST]
        return _list_kind(field.text, hit, near) if near else ""

    def _list_words_in(self, text: str) -> list[tuple[int, int, str]]:
        found: list[tuple[int, int, str]] = []
        for index, start, end in sorted(self._list_automaton.find_matches_as_indexes(text, overlapping=True)):
            word, kind = self._list_words[index]
            if not text[end : end + 1].isalnum() and (
                not start or not text[start - 1].isalnum() or word[0] > "я"
            ):
                found.append((start, end, kind))
        return found

    def word_before(self, hit: Hit) -> str:
        """The capitalised word that stands right before it and is no title, as in `Jimmy Carter`; else empty."""
        return self._before(hit)[0]

    def after_given_name(self, hit: Hit) -> bool:
        """Whether a first name stands before it: then `Douma`, `Jordan` is a surname."""
        return self._before(hit)[1]

    def _before(self, hit: Hit) -> tuple[str, bool]:
        source, start = hit.field.source, hit.source[0]
        if start < 2 or source[start - 1] != " " or hit.field.titled:
            return _NONE
        least = start - _NAME_LENGTH if start > _NAME_LENGTH else 0
        space = source.rfind(" ", least, start - 1)
        before = source[space + 1 if space != -1 else least : start - 1]
        known = self._names.get(before)
        if known is None:
            match = _LETTERS.search(before)
            word = match[0] if match else ""
            acronym = word.isupper() and 1 < len(word) <= _ACRONYM
            if not word[:1].isupper() or acronym or self.is_title(word):
                known = _NONE
            else:
                known = word, fold(word) in self._given
            remember(self._names, before, known)
        return known

    def is_part(self, hit: Hit) -> bool:
        """Whether it is a part of a longer name of a place: `Bab Nayrab`, `Sheikh Khader`, `Ghariyah Sharqiyah`."""
        source = hit.field.source
        start, end = hit.source
        if source[start] > ARABIC_FROM:
            return hit.word == hit.start and bool(before := preceding(hit)) and before[-1] in self.heads
        if source[end + 1 : end + 2] in _QUALIFIERS_BEGIN and _QUALIFIER.match(source, end):
            return True
        if start < 2 or source[start - 1] not in " -":
            return False
        word = source[source.rfind(" ", max(0, start - _NAME_LENGTH), start - 1) + 1 : start - 1]
        known = self._is_head.get(word)
        if known is None:
            known = word[:1].isupper() and fold(word) in self.heads
            remember(self._is_head, word, known)
        return known

    def is_quarter(self, hit: Hit) -> bool:
        """Whether a word beside it says that it is a part of a city."""
        return _QUARTER_BEHIND.stand_behind(hit) or _QUARTER_BEFORE.stand_before(hit)

    def is_a_word(self, folded: str) -> bool:
        """Whether a folded Arabic name is an everyday word before it is a village's name."""
        return folded in self._arabic_common

    def is_city(self, hit: Hit) -> bool:
        """Whether a word beside it says that it is a city."""
        return _CITY_BEHIND.stand_behind(hit) or _CITY_BEFORE.stand_before(hit)

    def is_village(self, hit: Hit) -> bool:
        """Whether a word beside it says that it is a village."""
        return _VILLAGE_BEFORE.stand_before(hit) or _VILLAGE_BEHIND.stand_behind(hit)

    def is_first_name(self, folded: str) -> bool:
        """Whether a folded word is a first name that we know."""
        return folded in self._given

    def is_title(self, word: str) -> bool:
        """Whether a word, with its capital, is a title or one that begins sentences."""
        known = self._title_memo.get(word)
        if known is None:
            known = fold(word) in self._titles
            remember(self._title_memo, word, known)
        return known

    def is_common(self, folded: str) -> bool:
        """Whether a folded word is a title, an adjective of ours, or what else may have a capital and names nothing."""
        return folded in self._titles or folded in self.cue_only

    def in_a_longer_name(self, hit: Hit) -> bool:
        """Whether a capitalised word touches it on either side, as in `Rami Khatib`. Latin and Cyrillic only."""
        return self.goes_on(hit) or bool(self.word_before(hit))

    def goes_on(self, hit: Hit) -> bool:
        """Whether a capitalised word, and no day, follows it, as in `Kafr Nobol`; not in a titled field."""
        source, end = hit.field.source, hit.source[1]
        after = source[end : end + 2]
        if len(after) != 2 or after[0] not in " -" or not after[1].isupper() or hit.field.titled:
            return False
        match = _FIRST.match(source, end + 1, end + _NAME_LENGTH)
        return match is None or fold(match[0]) not in self._days

    def where(self, hit: Hit) -> bool:
        """Whether a word before it says that something happened there."""
        return _WHERE.stand_before(hit)

    def struck(self, hit: Hit) -> bool:
        """The same, told by a word that hardly stands before a person."""
        return _STRUCK.stand_before(hit)

    def behind_a_place_word(self, hit: Hit) -> bool:
        """The same in Arabic: `غارات على …`, `محيط …`."""
        return not self.is_a_word(hit.key) and self._village_before.stand_before(hit)

    def about_syria(self, text: str) -> bool:
        """Whether a folded text has a word that only stories about Syria have."""
        return self._syria.search(text) is not None


def _list_kind(text: str, hit: Hit, near: list[tuple[int, int, str]]) -> str:
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


def _befores(cue: Cues) -> tuple[str, ...]:
    return (*cue.before, *(f"{word}{of}" for word in cue.many for of in ("", " of", " de", " d")))


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(folded, words))
