"""Names to patterns: every folded spelling that the automaton looks for, and what each may mean."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lexicon.entries import Entity, Lexicon
from lexicon.fold import fold

How = Literal["name", "spelling", "short", "metonym"]
Case = Literal["any", "capital", "capitals"]

_ARABIC = re.compile(r"[\u0600-\u06ff]")
_CYRILLIC = re.compile(r"[а-я]+\Z")
_ENDING = re.compile(r"[аеиоуыьюя]\Z")
_ARTICLE = re.compile(r"^(?:al|el|ar|as|ash|ad|adh|an|at|ath|az) ")
_KAFR = re.compile(r"كفر ?(?=\w{3})")  # كفر زيتا and كفرزيتا are both written
_DIPHTHONG = re.compile(r"(?<=[a-z])(?:ay|ei|ai|ey)(?=[a-z])")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a spelling may stand for, and the letter case its source text must have."""

    entity: Entity
    how: How
    case: Case


@dataclass(frozen=True, slots=True)
class Pattern:
    """One folded string and its meanings. `stem`: Cyrillic case endings may follow it."""

    text: str
    stem: bool
    meanings: tuple[Meaning, ...]


def patterns(lexicon: Lexicon) -> list[Pattern]:
    """All patterns of a lexicon; made-up place spellings only where no true name folds the same."""
    found: dict[tuple[str, bool], dict[tuple[str, str], Meaning]] = {}
    for entity in lexicon.entities.values():
        for how, value in _given(entity):
            meaning = Meaning(entity, how, _case(value))
            for text, stem in _forms(fold(value).strip()):
                found.setdefault((text, stem), {}).setdefault((entity.id, how), meaning)
    true = {text for text, _ in found}
    for entity in lexicon.entities.values():
        if entity.type == "place":
            for text in _respelled(entity) - true:
                meaning = Meaning(entity, "spelling", "capital")
                found.setdefault((text, False), {}).setdefault((entity.id, "spelling"), meaning)
    return [Pattern(text, stem, tuple(each.values())) for (text, stem), each in found.items()]


def _given(entity: Entity) -> Iterator[tuple[How, str]]:
    for values in entity.names.values():
        yield from (("name", value) for value in values)
    for values in entity.short.values():
        yield from (("short", value) for value in values)
    for values in entity.metonyms.values():
        yield from (("metonym", value) for value in values)


def _case(value: str) -> Case:
    letters = [char for char in value if char.isalpha()]
    if " " not in value and 1 < len(letters) <= 6 and all(char.isupper() for char in letters):
        return "capitals"
    return "capital" if any(char.isupper() for char in letters) else "any"


def _forms(text: str) -> Iterator[tuple[str, bool]]:
    yield text, False
    if _KAFR.match(text):
        yield _KAFR.sub(lambda match: "كفر" if match[0][-1] == " " else "كفر ", text), False
    if text.startswith("ال") and len(text) > 5:
        yield "لل" + text[2:], False  # ل + ال are written as one
    last = text.rsplit(" ", 1)[-1]
    if _CYRILLIC.fullmatch(last) and len(last) >= 4:
        yield _ENDING.sub("", text), True


def _respelled(entity: Entity) -> set[str]:
    """Romanisations that differ in the article or a diphthong: `Al Qaryatayn`, `Qaryatein` → `qaryatain`."""
    made: set[str] = set()
    for lang in ("en", "und"):
        for value in entity.names.get(lang, ()):
            folded = fold(value).strip()
            bare = _ARTICLE.sub("", folded)
            if len(bare) < 5 or _ARABIC.search(bare):
                continue
            for pair in ("ay", "ei", "ai", "ey"):
                again = _DIPHTHONG.sub(pair, bare)
                made |= {bare, again, f"al {again}"}
    return made
