"""Names to patterns: every folded spelling that the automaton looks for, and what each may mean."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from lexicon.entity import Entity
from lexicon.entries import Lexicon
from processors.tag.meaning import UNITS, Case, How, Meaning, case_of, folded
from processors.tag.respelled import respelled
from processors.tag.russian import declined

_CYRILLIC: Final = re.compile(r"[а-я]+\Z")
_ENDING: Final = re.compile(r"[аеиоуыьюя]\Z")
# كفر زيتا and كفرزيتا are both written
_HEAD: Final = re.compile(r"(كفر|خان|تل|دير|عين|بيت|معر|جب|بئر) ?(?=\w{3})")
_UNIT_WORD: Final = re.compile(r"^(?:محافظه|منطقه|ناحيه) | (?:governorate|district|subdistrict|province)\Z")
_CLEAR: Final = 4
_GLUED: Final = ("city", "town", "governorate")
_TURKISH_NOUNS: Final = ("weapon", "theme", "group")


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
    for entity in lexicon.entities.values():
        turkish |= _add_given(found, entity)
        if entity.type == "person":
            for form in _surnames(entity):
                _add(found, form, Meaning(entity, "surname", "capital"))
    for text, meaning in respelled(lexicon, {text for text, _ in found}):
        _add(found, (text, False), meaning)
    for name in lexicon.words.not_names:
        found.setdefault((folded(name), False), [])
    return [Pattern(*form, form[0] in turkish, _in_order(found[form])) for form in sorted(found)]


def _in_order(meanings: list[Meaning]) -> tuple[Meaning, ...]:
    return tuple(sorted(meanings, key=_by_entity) if len(meanings) > 1 else meanings)


def _by_entity(meaning: Meaning) -> tuple[str, str]:
    return meaning.entity.id, meaning.how


def _add_given(found: _Found, entity: Entity) -> set[str]:
    """Adds the names as they are written; returns those that take Turkish endings."""
    units = _with_unit_word(entity) if entity.kind in UNITS else frozenset()
    turkish: set[str] = set()
    declined_already: set[tuple[str, ...]] = set()
    for how, lang, value in _given(entity):
        text = folded(value)
        if text in units:
            continue
        small = lang == "en" and entity.kind == "governorate" and len(value) >= _CLEAR
        meaning = Meaning(entity, how, "any" if small else case_of(value))  # careless copy: `in idlib`
        a_noun = meaning.case == "any" and entity.type in _TURKISH_NOUNS
        if lang == "tr" and (a_noun or (" " in text and text[-1] in "iu")):  # `Esed rejimi`, `rejimine`
            turkish.add(text)
        if text.isascii() and text:
            _add(found, (text, False), meaning)
            continue
        for form in _forms(text):
            _add(found, form, meaning)
        if entity.kind in _GLUED and " ال" in text:  # `معرةالنعمان`
            _add(found, (text.replace(" ", ""), False), meaning)
        if lang == "ru" and " " in text:
            person = entity.type == "person"
            begins = tuple(word[:4] for word in text.split(" "))
            if person and begins in declined_already:
                continue  # another case of the same name, written out
            declined_already.add(begins)
            for case in declined(text, person=person):
                _add(found, (case, True), meaning)
    return turkish


def _with_unit_word(entity: Entity) -> frozenset[str]:
    """`Homs Governorate`, where `Homs` is a name too: the word beside the name is a cue, and no part of it."""
    names = {folded(value) for values in entity.names.values() for value in values}
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
    given = {folded(value) for values in person.short.values() for value in values}
    full = {
        (lang, folded(value)) for lang, values in person.names.items() if lang != "ar" for value in values
    }
    last = {(lang, name.rsplit(" ", 1)[-1]) for lang, name in full if " " in name}
    return {form for lang, name in last if len(name) > 3 and name not in given for form in _forms(name)}
