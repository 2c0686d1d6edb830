"""Which place a name means. The rules, in order, are told to analysts in docs/gazetteer.md."""

from operator import attrgetter
from typing import Final, NamedTuple

from lexicon.entity import Entity
from lexicon.entries import Lexicon
from processors.tag.apposed import around
from processors.tag.area import WEAK, Area, Found
from processors.tag.context import Context
from processors.tag.distance import kilometres
from processors.tag.hits import Hit, Reading
from processors.tag.lists import beside, may_be_wide
from processors.tag.lists import nearest as nearest_in_list
from processors.tag.meaning import ARABIC_FROM, UNITS
from processors.tag.scene import Scene

_SETTLEMENTS: Final = frozenset(("city", "town", "village", "neighbourhood", "camp", "region", "world-city"))
# `Tal Tamr district` is a subdistrict, `the countryside of Manbij` a district.
_LESS: Final = {"district": "subdistrict", "governorate": "district"}
_OF_THE_WORLD: Final = frozenset(("world-city", "country", "region", "water"))
_TOWNS: Final = frozenset(("city", "town"))
_NO_VILLAGE: Final = frozenset(("world-city", "neighbourhood"))
_MOVABLE: Final = frozenset(("town", "village", "neighbourhood"))
_HERE_KM: Final = 25.0
_ID: Final = attrgetter("id")
_LONG: Final = 6
# Folded: how Arabic names of villages begin that are nothing else.
_HEADS: Final = frozenset(("كفر", "تل", "دير", "خربه", "معره", "خان", "جب", "بير"))
_FEW: Final = 4
_FEW_ARABIC: Final = 3  # where short vowels are not written


class Plain(NamedTuple):
    """What a bare name means by itself: the place, or None; whether it needs no support, and can be nothing else."""

    found: Found | None
    strong: bool
    only: bool


class Places:
    """Decides between places of one name. Holds no state but what follows from the lexicon."""

    def __init__(self, lexicon: Lexicon, context: Context) -> None:
        self.area = Area(lexicon)
        self._context = context
        self._no_places = context.heads | context.no_names
        self._plain: dict[tuple[str, Reading | tuple[str, ...]], Plain] = {}

    def choose(self, hit: Hit, candidates: tuple[Entity, ...], scene: Scene, *, last: bool) -> Found | None:
        """The place that is meant; None when that cannot be told (yet, unless `last`)."""
        key = hit.key
        if key in self._no_places:
            return None  # `Tal`, `Kafr`: the beginning of a name that no list has; `قرية صغيرة`: a small one
        cue = self._context.cue(hit)
        if not cue:
            return self._bare(hit, key, candidates, scene, last=last)
        if cue in UNITS:
            units = [place for place in candidates if place.kind == cue]
            if not units and key[0] < ARABIC_FROM:
                units = [place for place in candidates if place.kind == _LESS.get(cue)]
            if len(units) == 1:
                return Found(units[0], "place:cue", cue)
            return (
                self.area.nearest(hit, units, scene)
                if units
                else self._told(hit, candidates, scene, cue, last=last)
            )
        return self._settlement(hit, candidates, scene, cue, last=last)

    def _settlement(
        self, hit: Hit, candidates: tuple[Entity, ...], scene: Scene, cue: str, *, last: bool
    ) -> Found | None:
        """A name of which a word beside it says that it is a city, a town, a village or a quarter."""
        settlements = tuple(place for place in candidates if place.kind in _SETTLEMENTS) or candidates
        if self._context.is_quarter(hit):
            quarters = tuple(place for place in settlements if place.kind in ("neighbourhood", "camp"))
            settlements = quarters or tuple(
                place for place in settlements if self._may_be_quarter(place, scene)
            )
        elif self._context.is_village(hit):
            settlements = tuple(place for place in settlements if place.kind not in _NO_VILLAGE)
        elif self._context.is_city(hit):
            settlements = tuple(place for place in settlements if place.kind not in WEAK) or settlements
        if len(settlements) > 1:
            # What decides may come later in the text.
            if not last:
                return None
            nearest = self.listed(hit, settlements, scene) or self.area.nearest(hit, settlements, scene)
            if nearest is not None:
                return nearest
        return self._told(hit, settlements, scene, cue, last=last) if settlements else None

    def _told(
        self, hit: Hit, candidates: tuple[Entity, ...], scene: Scene, cue: str, *, last: bool
    ) -> Found | None:
        """A name of which a word beside it says that it is a place."""
        found = self._by_itself(hit, hit.key, candidates).found or self.area.nearest(hit, candidates, scene)
        if found is None and last:
            found = self.area.near(candidates, scene)
        if found is None or found.rule != "place:name":
            return found
        if found.entity.kind in WEAK:
            common = hit.key in self._context.cue_only or (len(hit.key) <= 4 and hit.key[0] < ARABIC_FROM)
            elsewhere = not self.area.inside(found.entity, scene) and (scene.support or not last)
            if (
                (common and elsewhere)
                or self._context.goes_on(hit)
                or self.area.contradicted(found.entity, scene)
            ):
                return (
                    None  # the article is about other parts, or the name is longer: no list has every village
                )
        return Found(found.entity, "place:cue", cue)

    def _may_be_quarter(self, place: Entity, scene: Scene) -> bool:
        """Whether a place may be called one: a village, where the article names the town or district that it is in."""
        return place.kind != "village" or any(each in scene.support for each in self.area.above(place.id)[:2])

    def relocated(self, hit: Hit, scene: Scene) -> Found | None:
        """Of a village or town far from what a list has beside it, the namesake that is near, if there is one."""
        here, reading = hit.entity, hit.reading
        if here is None or len(reading.places) + len(reading.spelled) < 2 or here.kind not in _MOVABLE:
            return None
        others = beside(hit, scene)
        if not others or min(kilometres(here, other) for other in others) <= _HERE_KM:
            return None
        namesakes = [each for each in (*reading.places, *reading.spelled) if each.kind in _MOVABLE]
        near = nearest_in_list([each for each in namesakes if each is not here], others)
        return Found(near, "place:near", f"beside {others[0].id}") if near else None

    def _bare(
        self, hit: Hit, key: str, candidates: tuple[Entity, ...], scene: Scene, *, last: bool
    ) -> Found | None:
        plain = self._by_itself(hit, key, candidates)
        if not plain.only and (under := self._under(hit, key, candidates, plain, scene)):
            return under
        if scene.only_names:
            found = self.area.nearest(hit, candidates, scene) if last else self._alone(candidates)
            if (
                found is not None
                and found.entity.kind in WEAK
                and self.area.contradicted(found.entity, scene)
            ):
                return None
            return found
        if key in self._context.cue_only:
            if last and (found := self.listed(hit, candidates, scene) or self._said(hit, candidates, scene)):
                return found
            if last and self._context.behind_a_place_word(hit):
                return self._told(hit, candidates, scene, "", last=last)
            candidates = tuple(place for place in candidates if place.kind in _OF_THE_WORLD)
            plain = self._by_itself(hit, key, candidates)
        return self._supported(hit, key, candidates, plain, scene, last=last)

    def _supported(
        self, hit: Hit, key: str, candidates: tuple[Entity, ...], plain: Plain, scene: Scene, *, last: bool
    ) -> Found | None:
        if plain.strong:
            return None if self._context.after_given_name(hit) or self._context.is_part(hit) else plain.found
        if not last or not candidates or (self._longer(hit, scene) and not beside(hit, scene)):
            return None
        found = plain.found or self.area.nearest(hit, candidates, scene) or self.area.near(candidates, scene)
        if found is not None and not self.area.inside(found.entity, scene):
            found = self.area.near((found.entity,), scene) or self._somewhere(hit, plain, scene)
        if key[0] > ARABIC_FROM and " " not in key:
            found = self._one_word(hit, key, found)
        return found or self.listed(hit, candidates, scene)

    def _one_word(self, hit: Hit, key: str, found: Found | None) -> Found | None:
        """Arabic has no capitals: of a village's name that is a word or a first name too, something must tell."""
        if found is None or found.entity.kind not in WEAK:
            return found
        a_word = key in self._context.arabic_words or self._context.is_first_name(key)
        return None if a_word and not self._context.behind_a_place_word(hit) else found

    def _longer(self, hit: Hit, scene: Scene) -> bool:
        """Whether a capitalised word touches it that is no place by itself: `Rami Khatib`, but `Aqraba Deraa`."""
        if self._context.word_before(hit):
            return True
        if not self._context.goes_on(hit):
            return False
        behind = scene.starting(hit.field, hit.source[1] + 1)
        return behind is None or not behind.reading.where

    def _under(
        self, hit: Hit, key: str, candidates: tuple[Entity, ...], plain: Plain, scene: Scene
    ) -> Found | None:
        """`Salma, Latakia`: the one that lies in the place beside it; of a name that is a word too, no village."""
        other = around(hit, scene)
        if other is None:
            return None
        ids = self.area.meant(other)
        candidates = tuple({place.id: place for place in (*candidates, *hit.reading.spelled)}.values())
        inside = tuple(place for place in candidates if ids.intersection(self.area.above(place.id)))
        found = self._by_itself(hit, key, inside).found if inside else None
        if found is None or self._context.in_a_longer_name(hit) or self._context.is_part(hit):
            return None
        if plain.found is not None and plain.found.entity is found.entity:
            return plain.found
        a_word = key in self._context.cue_only or self._context.is_first_name(key)
        a_word = a_word or self._context.is_a_word(key)
        weak = found.entity.kind in WEAK
        if weak and (may_be_wide(hit) or (a_word and not scene.only_names)):
            return None  # `Hama, Raqqa`: two governorates
        unit = next(each for each in self.area.above(found.entity.id) if each in ids)
        return Found(found.entity, "place:parent", unit)

    def _alone(self, candidates: tuple[Entity, ...]) -> Found | None:
        """Where nothing but names is given, as in a list of places: the largest of that name, a village too."""
        found = self._seat(candidates)
        return (
            found._replace(rule="place:alone") if found is not None and found.entity.kind in WEAK else found
        )

    def listed(self, hit: Hit, candidates: tuple[Entity, ...], scene: Scene) -> Found | None:
        """`سراقب وأريحا`: a name that is a word too, right beside a place that is near, or whose governorate it shares.

        A village may be meant too, but where a name with a capital may be a person's.
        """
        others = beside(hit, scene)
        if not others:
            return None
        towns = [place for place in candidates if place.kind in _TOWNS]
        a_person = hit.key[0] < ARABIC_FROM and hit.key in self._context.cue_only
        villages = [place for place in candidates if place.kind in WEAK]
        if a_person or self._context.is_first_name(hit.key):
            villages = []
        if near := nearest_in_list((*towns, *villages), others):
            return Found(near, "place:near", f"beside {others[0].id}")
        shared = len(towns) == 1 and any(
            self.area.governorate(towns[0]) == self.area.governorate(o) for o in others
        )
        return (
            Found(towns[0], "place:near", "in the governorate of what stands beside it") if shared else None
        )

    def _said(self, hit: Hit, candidates: tuple[Entity, ...], scene: Scene) -> Found | None:
        """`in Jasim`: a town whose name is a word too, where the article names its governorate or what lies in that."""
        towns = [place for place in candidates if place.kind in _TOWNS]
        if len(towns) != 1 or hit.key[0] > ARABIC_FROM or not self._context.struck(hit):
            return None
        if self._context.in_a_longer_name(hit) or any(place.kind in _OF_THE_WORLD for place in candidates):
            return None
        unit = self.area.governorate(towns[0])
        near = any(unit == each or unit in self.area.above(each) for each in scene.support)
        return Found(towns[0], "place:parent", unit) if near else None

    def _somewhere(self, hit: Hit, plain: Plain, scene: Scene) -> Found | None:
        """`in Barisha`: a village whose long name no other place has, in a story on Syria that names no place near."""
        key = hit.key
        if plain.found is None or plain.found.rule != "place:name" or len(key) < _LONG:
            return None
        if key[0] > ARABIC_FROM and key.partition(" ")[0] not in _HEADS:
            return None
        if plain.found.entity.kind == "neighbourhood" and " " not in key:
            return None  # other cities have quarters of that name
        told = key[0] > ARABIC_FROM or self._context.where(hit)
        if not told or not any(each.entity is not None for each in scene.hits):
            return None
        return plain.found._replace(rule="place:alone")

    def _by_itself(self, hit: Hit, key: str, candidates: tuple[Entity, ...]) -> Plain:
        whole = candidates is hit.reading.where
        about = (key, hit.reading if whole else tuple(map(_ID, candidates)))
        known = self._plain.get(about)
        if known is None:
            if len(self._plain) > 50_000:
                self._plain.clear()
            found = self._seat(candidates)
            few = _FEW_ARABIC if key[0] > ARABIC_FROM else _FEW
            short = len(key.replace(" ", "")) <= few and key not in self._context.short_places
            short = short and not all(place.kind == "world-city" for place in candidates)
            strong = found is not None and found.entity.kind not in WEAK and not short
            only = strong and sum(place.kind not in UNITS for place in candidates) == 1
            known = self._plain[about] = Plain(found, strong, only and key not in self._context.cue_only)
        return known

    def _seat(self, candidates: tuple[Entity, ...]) -> Found | None:
        """The settlement that gave its name to the units of that name, the only strong one, or the only one."""
        units = [place for kind in UNITS for place in candidates if place.kind == kind]
        others = [place for place in candidates if place.kind not in UNITS]
        if units:
            ids = {unit.id for unit in units}
            seats = [place for place in others if ids.intersection(self.area.above(place.id))]
            large = [place for place in seats if place.kind not in WEAK] or seats
            if len(large) == 1:
                return Found(large[0], "place:seat", f"or {units[0].id}")
            top = [unit for unit in units if unit.kind == units[0].kind]
            return Found(top[0], "place:unit") if len(top) == 1 else None
        strong = [place for place in others if place.kind not in WEAK]
        if len(strong) == 1:
            return Found(strong[0], "place:name")
        return Found(others[0], "place:name") if len(others) == 1 else None
