"""Spellings that no file lists: capitalised names compared by their consonants; and the names that nobody knows.

Only Latin script, only in stories that name somebody or something of the war. A place is taken only where the
article names the district or governorate around it, and only one place there is spelled like that.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from lexicon.entries import Entity, Lexicon
from lexicon.fold import fold
from lexicon.transliteration import key, vowels_agree
from processors.tag.apposed import around
from processors.tag.context import Context
from processors.tag.hits import Field, Hit
from processors.tag.lists import Listed, nearest
from processors.tag.meaning import UNITS
from processors.tag.phrases import remember
from processors.tag.places import Places
from processors.tag.scene import Scene

_ARTICLE: Final = r"(?:[Aa]l|[Ee]l|[Aa]sh?|[Aa]t|[Aa]z|[Aa]d|[Aa]r|[Aa]n|[Uu]l|bin|ibn)"
_NAME: Final = r"[A-ZÀ-ÖØ-ÞŞİ][^\W\d_]+(?:['’ʿʾ`‘-](?=[^\W\d_])(?:[^\W\d_]+))*"
_SPAN: Final = re.compile(
    rf"(?:{_ARTICLE}(?:[ -]|- ))?{_NAME}(?:[ -](?:{_ARTICLE}(?:[ -]|- ))?{_NAME}){{0,3}}"
)
# What tells the kind, with a capital: no part of the name.
_NOUN: Final = re.compile(r" (?:Village|Town|City|Villages|Towns|Subdistrict|District|Countryside|Area)\Z")
# What Turkish spells in its own way, as English has it.
_TURKISH: Final = str.maketrans({"ş": "sh", "Ş": "Sh", "ç": "ch", "Ç": "Ch", "c": "j", "C": "J"})
_TURKISH_LETTER: Final = re.compile("[ğĞşŞıİ]")
# Nothing but names, as where somebody asks for the place of an incident.
_BARE: Final = re.compile(rf"{_SPAN.pattern}(?:(?:, ?| ?[-/:] ?| and ){_SPAN.pattern}){{0,3}}")
_HEAD: Final = re.compile(r"(kafr|khan|tal|deir|ein|beit|maar|jub|bir|um|abu|ras|tir)( ?)(\w{3}.*)")
_CAPITAL: Final = re.compile(r"[A-ZÀ-ÖØ-ÞŞİ][^\W\d_]")
_INSIDE_A_WORD: Final = frozenset("'’-_")
_SMALL_ARTICLES: Final = frozenset(
    ("al", "el", "as", "ash", "at", "az", "ad", "ar", "an", "ul", "bin", "ibn")
)
_ARTICLE_ENDS: Final = frozenset(article[-2:] for article in _SMALL_ARTICLES)
_TOO_SHORT: Final = 3
_TELLING: Final = 6  # so many consonants tell a place whatever the vowels
_NAME_LENGTH: Final = 4
_LINE: Final = 100
_PLACE_KINDS_LEFT_OUT: Final = frozenset(("country", "governorate", "world-city", "water"))
_LARGE: Final = frozenset(("city", "town"))
_QUARTERS: Final = frozenset(("neighbourhood", "camp"))  # no village has these words behind it
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
        self._places = places
        self._group_heads = frozenset(fold(each).strip() for each in lexicon.words.name_heads)
        self._names: dict[str, dict[str, tuple[Entity, str]]] = {}
        self._place_names: dict[str, list[tuple[Entity, str]]] = {}
        self._latin: dict[str, Looks] = {}
        self._turkish: dict[str, Looks] = {}
        for entity in lexicon.entities.values():
            self._index(entity)

    def _index(self, entity: Entity) -> None:
        if entity.type not in ("person", "group", "place") or entity.kind in _PLACE_KINDS_LEFT_OUT:
            return
        for lang in ("en", "fr"):
            for name in entity.names.get(lang, ()):
                folded = fold(name).strip()
                if not folded.isascii():
                    continue
                known = key(folded)
                if entity.type == "place":
                    for written in _joined_or_parted(folded):
                        its_key = key(written)
                        if len(its_key.replace(" ", "")) >= _TOO_SHORT:
                            self._place_names.setdefault(its_key, []).append((entity, written))
                elif " " in known and len(known) >= 7:
                    self._names.setdefault(known, {}).setdefault(entity.id, (entity, folded))

    def settle(self, scene: Scene) -> list[Unknown]:
        """Adds hits of variants to the scene, in order; returns what stays unknown."""
        about = any(hit.entity is not None and hit.entity.id.startswith(_CONTEXT) for hit in scene.hits)
        if not about and not _bare(scene):
            return []
        unknown: list[Unknown] = []
        added: list[Hit] = []
        for field in scene.fields:
            if not field.shouted and not field.titled:
                self._settle(field, scene, added, unknown)
        if added:
            order = {id(field): number for number, field in enumerate(scene.fields)}
            scene.hits = sorted((*scene.hits, *added), key=lambda hit: (order[id(hit.field)], hit.source))
        return unknown

    def _settle(self, field: Field, scene: Scene, added: list[Hit], unknown: list[Unknown]) -> None:
        """The variants of one field; those of a list again from its end, as its last name may be what is known."""
        here = [hit for hit in scene.hits if hit.field is field]
        listed = Listed(here)
        waiting: list[tuple[Hit, Looks, Unknown | None]] = []
        for hit, looks in self._candidates(field, here):
            found = self._one(hit, looks, scene, listed)
            if isinstance(found, Hit):
                added.append(found)
                listed.add(found)
            elif looks.alike:
                waiting.append((hit, looks, found))
            elif found is not None:
                unknown.append(found)
        if not waiting:
            return
        named = {fold(hit.text): hit.entity for hit in added}
        for hit, looks, before in reversed(waiting):
            known = named.get(looks.folded)
            if known is not None:
                hit.decide(known, "place:variant", "named so elsewhere in the article")
            found = hit if known is not None else self._one(hit, looks, scene, listed)
            if isinstance(found, Hit):
                added.append(found)
                listed.add(found)
            elif before is not None:
                unknown.append(before)

    def _candidates(self, field: Field, here: list[Hit]) -> Iterator[tuple[Hit, Looks]]:
        """Capitalised spans that no hit has, and that look like a name of ours or stand where one should."""
        taken = [hit.source for hit in here if hit.entity is not None]
        known = {hit.source for hit in here if hit.entity is None}
        turkish = _TURKISH_LETTER.search(field.source) is not None
        for start, end in _spans(field.source, taken):
            text = field.source[start:end]
            looks = self._look(text, turkish=turkish)
            span = (start + looks.skip, end - looks.cut)
            if looks.skip or looks.cut:  # `In Kafr Foobar`: the sentence begins there, the name does not
                looks = self._look(field.source[span[0] : span[1]], turkish=turkish)
            if looks.never or span in known:
                continue
            if not looks.dull or self._context.may_have_cue(field.source, span):
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
            cut = len(noun[0]) if noun and its_key not in self._place_names else 0
            reason = "group:unknown" if len(words) > 1 and words[0] in self._group_heads else ""
            if len(words) > 2 and words[0] == "abu":
                reason = "person:unknown"
            entities = tuple(entity for entity, name in named if vowels_agree(folded, name))
            headed = len(words) > 1 and words[0] in self._context.heads
            common = len(folded) < _NAME_LENGTH or self._context.is_common(words[0])
            alike = its_key in self._place_names and not (common and len(words) == 1)
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
            place = self._place(hit, looks, cue, scene, listed)
            if place is not None:
                hit.decide(place, "place:variant", "the same consonants, in an area that the article names")
                return hit
        if looks.headed or (cue and not looks.common):
            return Unknown(hit.field, hit.source, "place:unknown", self._alike(looks.key))
        return Unknown(hit.field, hit.source, looks.reason) if looks.reason else None

    def _place(self, hit: Hit, looks: Looks, cue: str, scene: Scene, listed: Listed) -> Entity | None:
        """The place of these consonants, where something tells that a place stands there, and which."""
        if looks.folded in self._context.cue_only:
            return None
        rows = self._place_names[looks.key]
        if self._context.is_quarter(hit):
            rows = [row for row in rows if row[0].kind in _QUARTERS]
        size = len(looks.key.replace(" ", ""))
        long = size >= _TELLING
        alike = list({place.id: place for place, _ in rows}.values()) if size > _TOO_SHORT else []
        agreeing = list({p.id: p for p, name in rows if long or vowels_agree(looks.folded, name)}.values())
        agreeing = [place for place in agreeing if place.kind not in UNITS] or agreeing
        bare = _bare(scene)
        if bare and not scene.support:
            return self._only(alike) if size > _TOO_SHORT + 1 or " " in looks.key else None
        if (other := around(hit, scene)) is not None:
            ids = self._places.area.meant(other)
            if inside := self._inside(ids, agreeing) or self._inside(ids, alike):
                return inside
        fitting = [each for each in agreeing if each.kind == "city" or self._places.area.inside(each, scene)]
        return self._chosen(
            hit, fitting, alike, scene, listed.beside(hit), told=bool(cue or looks.headed or bare)
        )

    def _chosen(
        self,
        hit: Hit,
        fitting: list[Entity],
        alike: list[Entity],
        scene: Scene,
        beside: list[Entity],
        *,
        told: bool,
    ) -> Entity | None:
        """One of those that fit; in a list one that is near, with other vowels too where none fits."""
        if not (told or beside or self._context.where(hit)):
            return None
        if hit.cue and not scene.support and not beside:
            return self._only(alike)
        if len(fitting) == 1:
            return fitting[0]
        if beside and ((near := nearest(fitting or alike, beside)) is not None or not fitting):
            return near
        found = self._places.choose(hit, tuple(fitting), scene, last=True) if fitting else None
        return found.entity if found else None

    def _inside(self, ids: set[str], places: list[Entity]) -> Entity | None:
        return self._only([each for each in places if ids.intersection(self._places.area.above(each.id))])

    def _only(self, places: list[Entity]) -> Entity | None:
        """The one of several, a town before villages."""
        large = [each for each in places if each.kind in _LARGE] or places
        return large[0] if len(large) == 1 else None

    def _alike(self, known: str) -> tuple[str, ...]:
        return tuple(sorted({place.id for place, _ in self._place_names.get(known, ())}))[:8]


def _joined_or_parted(folded: str) -> Iterator[str]:
    """`kafr naha` and `kafrnaha`: both are written."""
    yield folded
    match = _HEAD.match(folded)
    if match and match[2] == " " and " " not in match[3]:
        yield match[1] + match[3]
    elif match and not match[2]:
        yield f"{match[1]} {match[3]}"


def _bare(scene: Scene) -> bool:
    """Whether an article is one short line of names."""
    if len(scene.fields) != 1 or len(scene.fields[0].source) > _LINE:
        return False
    return _BARE.fullmatch(scene.fields[0].source.strip()) is not None


def _spans(source: str, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words that touch nothing taken, with the small articles in and before them."""
    reach = at = 0
    for begin, end in (*taken, (len(source), len(source))):
        while at < begin and (capital := _CAPITAL.search(source, at, begin)):
            at = capital.end()
            start = _with_article(source, capital.start(), reach)
            match = _SPAN.match(source, start) if start >= 0 else None
            if match:
                at = reach = match.end()
                if reach <= begin:
                    yield start, reach
        at = max(at, end)


def _with_article(source: str, start: int, reach: int) -> int:
    """Where a name begins whose first capital is at `start`; -1 inside a word."""
    before = source[start - 1] if start else " "
    if before in "- " and start > 2 and source[start - 3 : start - 1] in _ARTICLE_ENDS:
        word = source[source.rfind(" ", max(0, start - 5), start - 1) + 1 : start - 1]
        if word in _SMALL_ARTICLES and start - len(word) > reach:
            start -= len(word) + 1
            before = " "
    return -1 if before.isalnum() or before in _INSIDE_A_WORD else start
