"""Names to patterns: every folded spelling that the automaton looks for, and what each may mean."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import permutations
from typing import Final, Literal, NamedTuple

from lexicon.entries import Entity, Lexicon
from lexicon.fold import fold
from processors.tag.russian import declined

How = Literal[
    "name", "spelling", "short", "metonym", "surname"
]  # of a place, `short` is `Sha'ar` for the gas field
Case = Literal["any", "capital", "capitals"]

_ARABIC: Final = re.compile(r"[\u0600-\u06ff]")
_CYRILLIC: Final = re.compile(r"[а-я]+\Z")
_ENDING: Final = re.compile(r"[аеиоуыьюя]\Z")
_ARTICLE: Final = re.compile(r"^(?:al|el|ar|as|ash|ad|adh|an|at|ath|az) ")
# كفر زيتا and كفرزيتا are both written
_HEAD: Final = re.compile(r"(كفر|خان|تل|دير|عين|بيت|معر|جب|بئر) ?(?=\w{3})")
_PAIRS: Final = ("ay", "ei", "ai", "ey")
_DIPHTHONG: Final = re.compile(r"(?<=[a-z])(?:ay|ei|ai|ey)(?=[a-z])")
_UNITS: Final = ("governorate", "district", "subdistrict")
_UNIT_WORD: Final = re.compile(r"^(?:محافظه|منطقه|ناحيه) | (?:governorate|district|subdistrict|province)\Z")
_NAMED_BARE: Final = (
    "governorate", "district", "subdistrict", "city", "town", "village", "country", "world-city",
)  # fmt: skip
_CLEAR: Final = 4
_LATIN: Final = ("en", "und", "tr", "fr")
_SETTLED: Final = ("city", "town", "village")
_SHARING: Final = ("city", "town", "village", "neighbourhood")
_GLUED: Final = ("city", "town", "governorate")
_TURKISH_NOUNS: Final = ("weapon", "theme", "group")


class Meaning(NamedTuple):
    """What a spelling may stand for, and the letter case its source text must have."""

    entity: Entity
    how: How
    case: Case


class Pattern(NamedTuple):
    """One folded string and its meanings; none: a longer name that hides what lies in it (`Washington Post`).

    `stem`: Cyrillic case endings must follow it. `turkish`: Turkish endings may follow without an apostrophe.
    """

    text: str
    stem: bool
    turkish: bool
    meanings: tuple[Meaning, ...]


_Found = dict[tuple[str, bool], list[Meaning]]
"""(text, is a stem) → meanings, one an entity and way of naming it."""


def patterns(lexicon: Lexicon) -> list[Pattern]:
    """All patterns, in an order of their own; made-up place spellings only where no true name folds the same."""
    found: _Found = {}
    turkish: set[str] = set()
    nouns = [_folded(noun) for noun in lexicon.words.facility_nouns]
    for entity in lexicon.entities.values():
        turkish |= _add_given(found, entity)
        if entity.type == "person":
            for form in _surnames(entity):
                _add(found, form, Meaning(entity, "surname", "capital"))
    _share(found, lexicon)
    true = {text for text, _ in found}
    for entity in lexicon.entities.values():
        if entity.type == "place":
            for text in _without_noun(entity, nouns):
                _add(found, (text, False), Meaning(entity, "short", "capital"))
            for text in _respelled(entity) - true:
                _add(found, (text, False), Meaning(entity, "spelling", "capital"))
    for name in lexicon.words.not_names:
        found.setdefault((_folded(name), False), [])
    return [Pattern(*form, form[0] in turkish, _in_order(found[form])) for form in sorted(found)]


def _share(found: _Found, lexicon: Lexicon) -> None:
    """Of settlements that are spelled alike in Arabic, any romanisation of the one may mean the other."""
    alike: dict[str, list[Entity]] = {}
    for entity in lexicon.entities.values():
        if entity.kind in _SHARING and entity.names.get("ar"):
            alike.setdefault(_folded(entity.names["ar"][0]), []).append(entity)
    for group in alike.values():
        for one, other in permutations(group, 2):
            # A quarter is better known than a village of its name.
            how: How = "name" if one.kind in _SETTLED and other.kind in _SETTLED else "spelling"
            for lang in _LATIN:
                for value in one.names.get(lang, ()):
                    _add(found, (_folded(value), False), Meaning(other, how, _case(value)))


def _in_order(meanings: list[Meaning]) -> tuple[Meaning, ...]:
    return tuple(sorted(meanings, key=_by_entity) if len(meanings) > 1 else meanings)


def _by_entity(meaning: Meaning) -> tuple[str, str]:
    return meaning.entity.id, meaning.how


def _add_given(found: _Found, entity: Entity) -> set[str]:
    """Adds the names as they are written; returns those that take Turkish endings."""
    units = _with_unit_word(entity) if entity.kind in _UNITS else frozenset()
    turkish: set[str] = set()
    declined_already: set[tuple[str, ...]] = set()
    for how, lang, value in _given(entity):
        folded = _folded(value)
        if folded in units:
            continue
        small = lang == "en" and entity.kind == "governorate" and len(value) >= _CLEAR
        meaning = Meaning(entity, how, "any" if small else _case(value))  # careless copy: `in idlib`
        a_noun = meaning.case == "any" and entity.type in _TURKISH_NOUNS
        if lang == "tr" and (a_noun or (" " in folded and folded[-1] in "iu")):  # `Esed rejimi`, `rejimine`
            turkish.add(folded)
        if folded.isascii() and folded:
            _add(found, (folded, False), meaning)
            continue
        for form in _forms(folded):
            _add(found, form, meaning)
        if entity.kind in _GLUED and " ال" in folded:  # `معرةالنعمان`
            _add(found, (folded.replace(" ", ""), False), meaning)
        if lang == "ru" and " " in folded:
            person = entity.type == "person"
            begins = tuple(word[:4] for word in folded.split(" "))
            if person and begins in declined_already:
                continue  # another case of the same name, written out
            declined_already.add(begins)
            for text in declined(folded, person=person):
                _add(found, (text, True), meaning)
    return turkish


def _with_unit_word(entity: Entity) -> frozenset[str]:
    """`Homs Governorate`, where `Homs` is a name too: the word beside the name is a cue, and no part of it."""
    names = {_folded(value) for values in entity.names.values() for value in values}
    return frozenset(name for name in names if (bare := _UNIT_WORD.sub("", name)) != name and bare in names)


def _add(found: _Found, form: tuple[str, bool], new: Meaning) -> None:
    """Of two spellings that fold the same, the one that asks less of the letter case stays."""
    meanings = found.get(form)
    if meanings is None:
        found[form] = [new]
        return
    for index, known in enumerate(meanings):
        if known.entity.id == new.entity.id and known.how == new.how:
            if _ORDER[new.case] < _ORDER[known.case]:
                meanings[index] = new
            return
    meanings.append(new)


_ORDER: Final[dict[Case, int]] = {"any": 0, "capital": 1, "capitals": 2}


def _given(entity: Entity) -> Iterator[tuple[How, str, str]]:
    kinds: Iterable[tuple[How, dict[str, tuple[str, ...]]]] = (
        ("name", entity.names),
        ("short", entity.short),
        ("metonym", entity.metonyms),
    )
    for how, names in kinds:
        for lang, values in names.items():
            yield from ((how, lang, value) for value in values)


def _case(value: str) -> Case:
    if value == value.lower():
        return "any"
    short = " " not in value and value.isupper() and 1 < sum(map(str.isalpha, value)) <= 6
    return "capitals" if short else "capital"


@lru_cache(maxsize=200_000)
def _folded(value: str) -> str:
    return fold(value).strip()


def _forms(text: str) -> Iterator[tuple[str, bool]]:
    if not text:
        return
    yield text, False
    if head := _HEAD.match(text):
        yield head[1] + (" " if head.end() == head.end(1) else "") + text[head.end() :], False
    if text.startswith("ابو "):
        yield "ابا " + text[4:], False
        yield "ابي " + text[4:], False
    if text.startswith("ال") and len(text) > 5:
        yield "لل" + text[2:], False  # ل + ال are written as one
    last = text.rsplit(" ", 1)[-1]
    if _CYRILLIC.fullmatch(last) and len(last) >= 4:
        yield _ENDING.sub("", text), True


def _surnames(person: Entity) -> set[tuple[str, bool]]:
    """The last words of the names that have capitals: enough where the article names the person in full."""
    given = {_folded(value) for values in person.short.values() for value in values}
    full = {
        (lang, _folded(value)) for lang, values in person.names.items() if lang != "ar" for value in values
    }
    last = {(lang, name.rsplit(" ", 1)[-1]) for lang, name in full if " " in name}
    return {form for lang, name in last if len(name) > 3 and name not in given for form in _forms(name)}


def _without_noun(entity: Entity, nouns: list[str]) -> set[str]:
    """`Sha'ar gas field` → `shaar`, for places whose name ends in the noun of their kind."""
    if entity.kind in _NAMED_BARE:
        return set()
    names = {_folded(value) for lang, values in entity.names.items() if lang != "ar" for value in values}
    made = {
        name.removesuffix(f" {noun}") for name in names for noun in nouns if name.endswith(f" {noun}")
    } - names
    return {each for each in made if len(each) >= 4 and not any(each.endswith(f" {noun}") for noun in nouns)}


def _respelled(entity: Entity) -> set[str]:
    """Romanisations that differ in the article or a diphthong: `Al Qaryatayn`, `Qaryatein` → `qaryatain`."""
    made: set[str] = set()
    for lang in ("en", "und"):
        for value in entity.names.get(lang, ()):
            folded = _folded(value)
            bare = _ARTICLE.sub("", folded)
            if len(bare) < 5 or _ARABIC.search(bare):
                continue
            again = (
                {bare, *(_DIPHTHONG.sub(pair, bare) for pair in _PAIRS)}
                if _DIPHTHONG.search(bare)
                else {bare}
            )
            made |= again if " " in bare else {*again, *(f"al {each}" for each in again)}
    return made
