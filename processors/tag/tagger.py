"""The tagger: headline, summary and body in, mentions and flat id arrays out. No network, no state, no clock."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from lexicon.entity import Entity
from lexicon.entries import Lexicon
from lexicon.load import uncollected
from processors.tag import provinces
from processors.tag.area import AROUND, WEAK, Found
from processors.tag.context import Context
from processors.tag.find import Finder
from processors.tag.governments import Governments
from processors.tag.hits import Field, Hit
from processors.tag.lists import beside
from processors.tag.media import Media
from processors.tag.nouns import Nouns
from processors.tag.people import People
from processors.tag.places import Places
from processors.tag.scene import Scene
from processors.tag.seats import Seats
from processors.tag.spelling import patterns
from processors.tag.tags import Results, Tags
from processors.tag.unlisted import Unlisted
from processors.tag.variants import Unknown, Variants

_MIN_UNSUPPORTED: Final = 5
_AGENCY: Final = re.compile(r"[^\n(]{2,60}\(([^()\n]{2,40})\)\s*[-–—]")


class Tagger:
    """Built once from a lexicon; `tag` may be called from several threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        with uncollected():
            self.lexicon = lexicon
            self._finder = Finder(patterns(lexicon))
            self._context = Context(lexicon)
            self._places = Places(lexicon, self._context)
            self._media = Media(lexicon.words)
            self._seats = Seats(lexicon, self._places)
            self._people = People(lexicon, self._context)
            self._governments = Governments(lexicon.words)
            self._nouns = Nouns(lexicon.words)
            self._variants = Variants(lexicon, self._context, self._places)
            self._unlisted = Unlisted(lexicon, self._context, self._places)
            self._results = Results(self._places.area, self._people, self._seats)

    def tag(
        self,
        headline: str,
        summary: str = "",
        body: str = "",
        *,
        published: date | None = None,
        dateline: str = "",
    ) -> Tags:
        """Tags of one article. Offsets count code points of the field as given; `published` tells who was what."""
        given = (("headline", headline), ("summary", summary), ("body", body))
        fields = [Field(name, text) for name, text in given if text]  # type: ignore[arg-type]
        hits = [hit for field in fields for hit in _outside_agency(field, self._finder.find(field))]
        where = self._finder.find(Field("body", dateline)) if dateline else []
        day = published.date() if isinstance(published, datetime) else published
        scene = Scene(fields, self._media.without(hits), day, where)
        self._name(scene)
        self._governments.settle(scene)
        self._people.settle(scene)
        self._locate(scene)
        self._relocate(scene)
        self._seats.settle(scene)
        provinces.settle(scene, self._places, self._context)
        self._name_facilities(scene)
        self._nouns.settle(scene)
        told = len(scene.hits)
        unknown = [*self._variants.settle(scene), *self._unlisted.settle(scene)]
        if len(scene.hits) != told:
            self._list_again(scene)
        self._people.settle(
            scene
        )  # again: who stands alone in a story on Syria, now that its places are known
        undecided = [each for each in self._undecided(scene) if not _overlaps(each, unknown)]
        return self._results.tags(scene, [*undecided, *unknown])

    def _name(self, scene: Scene) -> None:
        """Names that mean one entity wherever they stand; a true place of the name does not matter then."""
        for hit in scene.hits:
            reading = hit.reading
            if reading.sole is not None:
                hit.decide(reading.sole, "name")
                continue
            names = reading.names
            if len(names) == 1:
                if not self._context.after_given_name(hit) and not self._governments.is_adjective(hit):
                    hit.decide(names[0], "name")
            elif names:
                active = [each for each in names if _active(each, scene.day)]
                if len(active) == 1:
                    hit.decide(active[0], "name:date", f"active on {scene.day}")

    def _locate(self, scene: Scene) -> None:
        """Places in two rounds: first what is clear by itself, then what the clear ones support."""
        for hit in scene.dateline:
            found = (
                self._places.choose(hit, hit.reading.places, scene, last=False)
                if hit.reading.places
                else None
            )
            if found:
                scene.add_support(hit, self._places.area.lends(hit, found.entity))
        waiting = [hit for hit in scene.hits if hit.entity is None and hit.reading.where]
        for last in (False, True):
            if not waiting:
                return
            still: list[Hit] = []
            for hit in waiting:
                found, rule = self._found(hit, scene, last=last)
                if found is None:
                    still.append(hit)
                    continue
                hit.decide(found.entity, rule, found.evidence)
                if not last:
                    ids = self._places.area.lends(hit, found.entity)
                    scene.add_support(hit, ids)
                    if not ids.isdisjoint(AROUND):
                        scene.add_around(AROUND[each] for each in ids if each in AROUND)
            waiting = still

    def _found(self, hit: Hit, scene: Scene, *, last: bool) -> tuple[Found | None, str]:
        """The place that a hit names, and the rule: by its name, else at last by a name that is spelled so, too."""
        reading = hit.reading
        found: Found | None = self._places.choose(hit, reading.where, scene, last=last)
        if last and reading.places and reading.spelled:
            open_yet = found is None or (found.entity.kind in WEAK and bool(hit.cue or beside(hit, scene)))
            either = (*reading.places, *reading.spelled)
            found = (self._places.choose(hit, either, scene, last=True) if open_yet else None) or found
        if found is None:
            return None, ""
        here = found.entity
        by_name = any(each is here for each in reading.places)
        return found, found.rule if by_name else "place:spelling"

    def _relocate(self, scene: Scene) -> None:
        """Lists tell which of the namesakes is meant."""
        for hit in scene.hits:
            if hit.entity is None or not hit.reading.where:
                continue
            found = self._places.relocated(hit, scene)
            if found is not None:
                hit.decide(found.entity, found.rule, found.evidence)

    def _list_again(self, scene: Scene) -> None:
        """Names that are words too, in a list with a place that was found by its letters."""
        for hit in scene.hits:
            if hit.entity is None and hit.reading.where:
                found = self._places.listed(hit, hit.reading.where, scene)
                if found is not None:
                    hit.decide(found.entity, found.rule, found.evidence)

    def _name_facilities(self, scene: Scene) -> None:
        """The bare name of a facility that the article has named in full, unless a town is meant."""
        bare = [hit for hit in scene.hits if hit.reading.facilities]
        if not bare:
            return
        named = scene.named()
        for hit in bare:
            meant = [each for each in hit.reading.facilities if each.id in named]
            weak = hit.entity is None or hit.entity.kind in WEAK
            if len(meant) == 1 and weak and not (hit.entity and hit.entity.type != "place"):
                hit.decide(meant[0], "place:named", f"named as {scene.hits[named[meant[0].id][0]].text}")

    def _undecided(self, scene: Scene) -> Iterable[Unknown]:
        """Hits that may be places, with the places that they may be."""
        about_syria = bool(scene.support)
        for hit in scene.hits:
            places = hit.reading.where
            if hit.entity is not None or not places or hit.reading.shorts:
                continue
            if hit.key in self._context.no_names:
                continue
            cue = self._context.cue(hit)
            several = "place:several" if len(places) > 1 else "place:unsupported"
            if cue or scene.only_names or (about_syria and self._worth_keeping(hit)):
                yield Unknown(hit.field, hit.source, several, tuple(each.id for each in places))

    def _worth_keeping(self, hit: Hit) -> bool:
        """Whether a bare name that stayed open is likelier a place than a word or a first name."""
        key = hit.key
        return key.isascii() and len(key) >= _MIN_UNSUPPORTED and key not in self._context.cue_only and not (
            self._context.in_a_longer_name(hit)
        )  # fmt: skip


def _outside_agency(field: Field, hits: list[Hit]) -> list[Hit]:
    """The hits that are no places in the brackets of a dateline: `BEIRUT (Levant Wire) - `."""
    match = _AGENCY.match(field.source) if field.name == "body" else None
    if match is None:
        return hits
    begin, end = match.span(1)
    return [hit for hit in hits if not begin <= hit.source[0] < end or _may_write(hit)]


def _may_write(hit: Hit) -> bool:
    """Whether a hit may name a medium: a group, or an organ of a state."""
    return any(each.type == "group" or each.id.count("/") > 1 for each in hit.reading.names)


def _overlaps(one: Unknown, others: list[Unknown]) -> bool:
    start, end = one.source
    return any(
        one.field is other.field and start < other.source[1] and other.source[0] < end for other in others
    )


def _active(entity: Entity, day: date | None) -> bool:
    if day is None:
        return False
    if entity.roles:
        return any(role.period.holds(day) for role in entity.roles)
    return entity.active.holds(day)
