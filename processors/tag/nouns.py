"""`The Front` in an article that has named the Nusra Front, and no other front, before; `قالت الحركة` likewise.

Only with its capital: `the movement` is not a name. In Arabic, which has none, only after a verb of saying: `توقفت
الحركة` is about traffic.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from lexicon.entries import Words
from lexicon.fold import fold
from processors.tag.hits import Field, Hit, in_order
from processors.tag.phrases import Phrases, preceding
from processors.tag.scene import Scene

_ENGLISH: Final = frozenset(("Front", "Movement", "Brigade", "Brigades", "Division"))
_ORGANISED: Final = frozenset(("group", "state"))
_ARABIC: Final = frozenset(("حركة", "جبهة", "هيئة", "جماعة"))
_THE: Final = {
    noun: re.compile(rf"{noun}\b(?<=\b[Tt]he {noun})(?![ -][^\W\d_]*[A-Z])(?! al-)") for noun in _ENGLISH
} | {noun: re.compile(rf"ال{noun}\b(?<= ال{noun})") for noun in _ARABIC}  # fmt: skip
_BARE: Final = (
    "he Front", "he Movement", "he Brigade", "he Division", " الحركة", " الجبهة", " الهيئة", " الجماعة",
)  # fmt: skip


class Nouns:
    """Finds the bare nouns of groups. Holds no state but what follows from the words."""

    def __init__(self, words: Words) -> None:
        self._saying = Phrases(word for word in words.state_before if fold(word)[:1] > "\u0600")
        self._nouns: dict[str, str] = {}

    def settle(self, scene: Scene) -> None:
        """Adds the hits of a scene, in order."""
        if not _stands_in(scene.fields):
            return
        named: dict[tuple[int, str], list[Hit]] = {}
        for hit in scene.hits:
            if hit.entity is not None and hit.entity.type in _ORGANISED and (noun := self._noun(hit.text)):
                named.setdefault((id(hit.field), noun), []).append(hit)
        found = [each for (_, noun), hits in named.items() for each in self._bare(noun, hits, scene)]
        if found:
            scene.hits = sorted((*scene.hits, *found), key=in_order)

    def _noun(self, name: str) -> str:
        """The noun that a group may be called by, of its name; empty when it has none."""
        known = self._nouns.get(name)
        if known is None:
            words = name.split()
            if len(self._nouns) > 5_000:
                self._nouns.clear()
            noun = words[0] if words[0] in _ARABIC else words[-1]
            known = self._nouns[name] = noun if noun in _THE and len(words) > 1 else ""
        return known

    def _bare(self, noun: str, named: list[Hit], scene: Scene) -> Iterator[Hit]:
        field: Field = named[0].field
        if field.titled:
            return
        for match in _THE[noun].finditer(field.source, named[0].source[1]):
            before = {
                hit.entity.id: hit.entity for hit in named if hit.entity and hit.source[1] <= match.start()
            }
            taken = any(
                hit.field is field and hit.source[0] < match.end() and match.start() < hit.source[1]
                for hit in scene.hits
            )
            if len(before) != 1 or taken:
                continue
            hit = Hit.at(field, match.span())
            if noun in _ENGLISH or self._saying.end(preceding(hit)):
                (group,) = before.values()
                hit.decide(group, "short:named", f"named as {named[0].text}")
                yield hit


def _stands_in(fields: Iterable[Field]) -> bool:
    """Whether one of the nouns stands somewhere: cheap, and never wrongly false."""
    for field in fields:
        source = field.source
        for bare in _BARE:
            if bare in source:
                return True
    return False
