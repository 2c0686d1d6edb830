"""Spellings that no file lists: capitalised names compared by their consonants; and the names that nobody knows.

Only Latin script, only in stories that name somebody or something of the war. A place is taken only where the
article names the district or governorate around it, and only one place there is spelled like that.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from lexicon.entity import Entity
from lexicon.entries import Lexicon
from lexicon.fold import fold
from lexicon.transliteration import key, vowels_agree
from processors.tag.capitals import bare_line, spans
from processors.tag.context import Context
from processors.tag.hits import Field, Hit, in_order, within
from processors.tag.lists import Listed
from processors.tag.meaning import folded
from processors.tag.phrases import remember
from processors.tag.places import Places
from processors.tag.scene import Scene
from processors.tag.sounding import Sounding

# What tells the kind, with a capital: no part of the name.
_NOUN: Final = re.compile(r" (?:Village|Town|City|Villages|Towns|Subdistrict|District|Countryside|Area)\Z")
# What Turkish spells in its own way, as English has it.
_TURKISH: Final = str.maketrans({"ş": "sh", "Ş": "Sh", "ç": "ch", "Ç": "Ch", "c": "j", "C": "J"})
_TURKISH_LETTERS: Final = "ğĞşŞıİ"
_NAME_LENGTH: Final = 4
_PLACE_KINDS_LEFT_OUT: Final = frozenset(("country", "governorate", "world-city", "water"))
_CONTEXT: Final = ("group/", "weapon/", "theme/", "person/", "state/syria", "place/SY", "place/C")


class Unknown(NamedTuple):
    """A name that looks like one of ours and means nothing that we know, or one of several."""

    field: Field
    source: tuple[int, int]
    reason: str
    candidates: tuple[str, ...] = ()


class Looks(NamedTuple):
    """What a capitalised span looks like, wherever it stands."""

    folded: str
    key: str
    entities: tuple[Entity, ...]
    alike: bool
    headed: bool
    reason: str
    common: bool
    skip: int
    cut: int
    """How many characters before and behind it are no part of the name."""
    dull: bool
    """Whether only the words beside it could make a name of it."""
    never: bool
    """Whether not even they."""


class Variants:
    """The lexicon's names by their keys. Built once."""

    def __init__(self, lexicon: Lexicon, context: Context, places: Places) -> None:
        self._context = context
        self._group_heads = frozenset(map(folded, lexicon.words.name_heads))
        self._names: dict[str, dict[str, tuple[Entity, str]]] = {}
        self._sounding = Sounding(context, places)
        self._latin: dict[str, Looks] = {}
        self._turkish: dict[str, Looks] = {}
        for entity in lexicon.entities.values():
            self._index(entity)

    def _index(self, entity: Entity) -> None:
        if entity.type not in ("person", "group", "place") or entity.kind in _PLACE_KINDS_LEFT_OUT:
            return
        for lang in ("en", "fr"):
            for name in entity.names.get(lang, ()):
                text = folded(name)
                if not text.isascii():
                    continue
                if entity.type == "place":
                    self._sounding.learn(entity, text)
                elif " " in text and " " in (known := key(text)) and len(known) >= 7:
                    self._names.setdefault(known, {}).setdefault(entity.id, (entity, text))

    def settle(self, scene: Scene) -> list[Unknown]:
        """Adds hits of variants to the scene, in order; returns what stays unknown."""
        about = any(hit.name.startswith(_CONTEXT) for hit in scene.hits)
        if not about and not bare_line(scene):
            return []
        unknown: list[Unknown] = []
        added: list[Hit] = []
        for field in scene.fields:
            if not field.shouted and not field.titled:
                self._settle(field, scene, added, unknown)
        if added:
            kept = [hit for hit in scene.hits if hit.entity is not None or not within(hit, added)]
            scene.hits = sorted((*kept, *added), key=in_order)
        return unknown

    def _settle(self, field: Field, scene: Scene, added: list[Hit], unknown: list[Unknown]) -> None:
        """The variants of one field; those of a list again from its end, as its last name may be what is known."""
        here = [hit for hit in scene.hits if hit.field is field]
        listed = Listed(here)
        waiting: list[tuple[Hit, Looks, Unknown | None]] = []
        named: dict[str, Entity] = {}
        for hit, looks in self._candidates(field, here):
            found = self._one(hit, looks, scene, listed)
            if isinstance(found, Hit):
                added.append(found)
                listed.add(found)
                if found.entity is not None:
                    named[looks.folded] = found.entity
            elif looks.alike:
                waiting.append((hit, looks, found))
            elif found is not None:
                unknown.append(found)
        for hit, looks, before in reversed(waiting):
            found = self._again(hit, looks, scene, listed, named.get(looks.folded))
            if found is not None:
                added.append(found)
                listed.add(found)
            elif before is not None:
                unknown.append(before)

    def _again(
        self, hit: Hit, looks: Looks, scene: Scene, listed: Listed, known: Entity | None
    ) -> Hit | None:
        """What a name comes to when its field has been read: what it was elsewhere, else what is near in its list."""
        if known is not None:
            hit.decide(known, "place:variant", "named so elsewhere in the article")
            return hit
        found = self._one(hit, looks, scene, listed)
        return found if isinstance(found, Hit) else None

    def _candidates(self, field: Field, here: list[Hit]) -> Iterator[tuple[Hit, Looks]]:
        """Capitalised spans that no hit has, and that look like a name of ours or stand where one should."""
        taken = [hit.source for hit in here if hit.entity is not None]
        known = {hit.source for hit in here if hit.entity is None}
        source = field.source
        turkish = not source.isascii() and any(letter in source for letter in _TURKISH_LETTERS)
        for start, end in spans(source, taken):
            text = source[start:end]
            looks = self._look(text, turkish=turkish)
            span = (start + looks.skip, end - looks.cut)
            if looks.skip or looks.cut:  # `In Kafr Foobar`: the sentence begins there, the name does not
                looks = self._look(source[span[0] : span[1]], turkish=turkish)
            if looks.never or span in known:
                continue
            if not looks.dull or self._context.may_have_cue(source, span):
                yield Hit.at(field, span), looks

    def _look(self, text: str, *, turkish: bool) -> Looks:
        looks = self._turkish if turkish else self._latin
        known = looks.get(text)
        if known is None:
            folded = fold(text.translate(_TURKISH) if turkish else text)
            its_key = key(folded)
            named = self._names.get(its_key, {}).values() if " " in its_key else ()
            words = folded.split(" ")
            first = text.split(" ", 1)[0]
            skip = len(first) + 1 if first != text and self._context.is_title(first) else 0
            noun = _NOUN.search(text)
            cut = len(noun[0]) if noun and its_key not in self._sounding else 0
            reason = "group:unknown" if len(words) > 1 and words[0] in self._group_heads else ""
            if len(words) > 2 and words[0] == "abu":
                reason = "person:unknown"
            entities = tuple(entity for entity, name in named if vowels_agree(folded, name))
            headed = len(words) > 1 and words[0] in self._context.heads
            common = len(folded) < _NAME_LENGTH or self._context.is_common(words[0])
            alike = its_key in self._sounding and not (common and len(words) == 1)
            dull = not (entities or alike or headed or reason)
            never = dull and common
            known = Looks(folded, its_key, entities, alike, headed, reason, common, skip, cut, dull, never)
            remember(looks, text, known)
        return known

    def _one(self, hit: Hit, looks: Looks, scene: Scene, listed: Listed) -> Hit | Unknown | None:
        if len(looks.entities) == 1:
            hit.decide(looks.entities[0], "name:variant", "the same consonants")
            return hit
        cue = self._context.cue(hit)
        if looks.alike:
            place = self._sounding.place(
                hit, looks.key, looks.folded, scene, listed, told=bool(cue) or looks.headed
            )
            if place is not None:
                hit.decide(place, "place:variant", "the same consonants, in an area that the article names")
                return hit
        if looks.headed or (cue and not looks.common):
            return Unknown(hit.field, hit.source, "place:unknown", self._sounding.alike(looks.key))
        return Unknown(hit.field, hit.source, looks.reason) if looks.reason else None
