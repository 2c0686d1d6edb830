"""Spellings of places that no file lists: made out of those that stand there, and of those of their namesakes."""

import re
from collections.abc import Collection, Iterator
from itertools import permutations
from typing import Final

from lexicon.entity import Entity
from lexicon.entries import Lexicon
from processors.tag.meaning import How, Meaning, case_of, folded

_ARABIC: Final = re.compile(r"[\u0600-\u06ff]")
_ARTICLE: Final = re.compile(r"^(?:al|el|ar|as|ash|ad|adh|an|at|ath|az) ")
_PAIRS: Final = ("ay", "ei", "ai", "ey")
_DIPHTHONG: Final = re.compile(r"(?<=[a-z])(?:ay|ei|ai|ey)(?=[a-z])")
_NAMED_BARE: Final = (
    "governorate", "district", "subdistrict", "city", "town", "village", "country", "world-city",
)  # fmt: skip
_ABROAD: Final = ("world-city", "country")
_LATIN: Final = ("en", "und", "tr", "fr")
_SETTLED: Final = ("city", "town", "village")
_SHARING: Final = ("city", "town", "village", "neighbourhood")
_DIRECTION: Final = re.compile(
    r"^(?:eastern|western|northern|southern|upper|lower|big|small|great|little) (?=\w{4})"
)
_DIRECTION_BEHIND: Final = re.compile(
    r"(?<=\w{4}) (?:ال)?(?:شرقي|غربي|شمالي|جنوبي|فوقاني|تحتاني|وسطاني|كبير|صغير|كبري|صغري)ه?\Z"
)
_KUNYA: Final = frozenset(("ابو", "ابي", "ام"))
_ARABIC_ARTICLE: Final = re.compile(r"(?<![ء-ي])ال(?=[ء-ي]{3})")


def respelled(lexicon: Lexicon, true: Collection[str]) -> Iterator[tuple[str, Meaning]]:
    """Folded spellings with what they may mean; `true` are those that the files list."""
    nouns = [folded(noun) for noun in lexicon.words.facility_nouns]
    for entity in lexicon.entities.values():
        if entity.type == "place":
            for text in _without_noun(entity, nouns):
                yield text, Meaning(entity, "short", "capital")
            for text in _romanised(entity) if entity.kind not in _ABROAD else ():
                if text not in true:
                    yield text, Meaning(entity, "spelling", "capital")
            if entity.kind in _SETTLED:
                for text in _bare(entity):
                    yield text, Meaning(entity, "spelling", "capital")
    yield from _shared(lexicon)


def _shared(lexicon: Lexicon) -> Iterator[tuple[str, Meaning]]:
    """Of places that are spelled alike in Arabic, any romanisation of the one may mean the other.

    Less so where their names differ by an article or a direction, or one is a quarter, which is better known.
    """
    alike: dict[str, list[tuple[str, Entity]]] = {}
    for entity in lexicon.entities.values():
        if entity.kind in _SHARING and entity.names.get("ar"):
            name = folded(entity.names["ar"][0])
            core = _ARABIC_ARTICLE.sub("", _DIRECTION_BEHIND.sub("", name))
            alike.setdefault(core, []).append((name, entity))
    for group in alike.values():
        for (name, one), (other_name, other) in permutations(group, 2):
            same = name == other_name and one.kind in _SETTLED and other.kind in _SETTLED
            how: How = "name" if same else "spelling"
            for lang in _LATIN:
                for value in one.names.get(lang, ()):
                    yield folded(value), Meaning(other, how, case_of(value))
            if name != other_name and (" " in name or name.startswith("ال")):  # without it most are words
                yield name, Meaning(other, "spelling", "capital")


def _bare(entity: Entity) -> set[str]:
    """`Eastern Buwayda` → `buwayda`, `تل الورد غربي` → `تل الورد`, `تل سلطان` → `تل السلطان`."""
    made: set[str] = set()
    for value in entity.names.get("en", ()):
        if match := _DIRECTION.match(name := folded(value)):
            made.add(name[match.end() :])
    for value in entity.names.get("ar", ()):
        name = folded(value)
        bare = _DIRECTION_BEHIND.sub("", name)
        if " " in bare or bare.startswith("ال"):  # without either most are words
            made.add(bare)
        first, _, rest = bare.partition(" ")
        if rest and first not in _KUNYA:
            made.add(f"ال{bare}")
            made.add(f"{first} {rest.removeprefix('ال')}" if rest.startswith("ال") else f"{first} ال{rest}")
    return {each for each in made if len(each) >= 4} - {folded(v) for vs in entity.names.values() for v in vs}


def _without_noun(entity: Entity, nouns: list[str]) -> set[str]:
    """`Sha'ar gas field` → `shaar`, for places whose name ends in the noun of their kind."""
    if entity.kind in _NAMED_BARE:
        return set()
    names = {folded(value) for lang, values in entity.names.items() if lang != "ar" for value in values}
    made = {
        name.removesuffix(f" {noun}") for name in names for noun in nouns if name.endswith(f" {noun}")
    } - names
    return {each for each in made if len(each) >= 4 and not any(each.endswith(f" {noun}") for noun in nouns)}


def _romanised(entity: Entity) -> set[str]:
    """Romanisations that differ in the article or a diphthong: `Al Qaryatayn`, `Qaryatein` → `qaryatain`."""
    made: set[str] = set()
    for lang in ("en", "und"):
        for value in entity.names.get(lang, ()):
            bare = _ARTICLE.sub("", folded(value))
            if len(bare) < 5 or _ARABIC.search(bare):
                continue
            again = (
                {bare, *(_DIPHTHONG.sub(pair, bare) for pair in _PAIRS)}
                if _DIPHTHONG.search(bare)
                else {bare}
            )
            made |= again if " " in bare else {*again, *(f"al {each}" for each in again)}
    return made
