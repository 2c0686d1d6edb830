"""Whose surname it is, and what somebody was on a day: roles, titles, who is named in full, who stands beside."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from lexicon.dated import Role
from lexicon.entity import Entity
from lexicon.entries import Lexicon
from lexicon.fold import fold
from lexicon.transliteration import key
from processors.tag.context import Context
from processors.tag.hits import Hit
from processors.tag.meaning import ARABIC_FROM, folded
from processors.tag.phrases import following, preceding, words_at
from processors.tag.scene import Scene

_SYRIA: Final = "state/syria"
_IN_SYRIA: Final = ("place/SY", "place/C")
_GRACE: Final = timedelta(days=60)  # the press writes of a designated minister, and of one who has just left
_NOT_TELLING: Final = frozenset(
    ("of", "the", "for", "and", "to", "in", "de", "du", "la", "des", "us", "u", "s", "syrian", "syria")
)
_AMERICAN: Final = {"defense": "defence", "organization": "organisation", "center": "centre"}
_REMEMBERED: Final = 20_000
_OURS: Final = "state/syria/"
_SEATED: Final = re.compile(r" (?:in|of|في|de|d['’]|в) ?")
_OUR_OWNERS: Final = ("government", "regime", "Assad", "Sharaa", "Syria", "country", "Damascus")
_ARABIC: Final = re.compile(r"[\u0600-\u06ff]")


class People:
    """Decides whom a short name means. Reads the lexicon's roles and nothing else of the world."""

    def __init__(self, lexicon: Lexicon, context: Context) -> None:
        self._context = context
        persons = [each for each in lexicon.entities.values() if each.type == "person"]
        self._first = {each.id: _first_names(each) for each in persons}
        known = {name for names in self._first.values() for name in names}
        known.update(map(folded, lexicon.words.given_names))
        self._given = frozenset(name for name in known if _ARABIC.search(name))
        self._foreign = frozenset(map(folded, lexicon.words.foreign))
        self._telling: dict[str, list[tuple[Role, set[str]]]] = {}
        self._roles: dict[tuple[str, date | None], Role | None] = {}

    def settle(self, scene: Scene) -> None:
        """Decides the short names of a scene, as far as they can be."""
        open_hits = [
            (index, hit)
            for index, hit in enumerate(scene.hits)
            if hit.entity is None and (hit.reading.shorts or hit.reading.surnames)
        ]
        if not open_hits:
            return
        named = scene.named()
        for index, hit in open_hits:
            candidates = hit.reading.shorts
            first = self._context.word_before(hit)
            if first:
                self._with_first_name(hit, candidates, first)
            elif not candidates:
                self._named_in_full(hit, hit.reading.surnames, scene, named, index)
            elif not self._after_another_first_name(hit, candidates):
                self._alone(hit, candidates, scene, named, index)

    def role(self, person: Entity, day: date | None) -> Role | None:
        """The role held on a day, the latest that began; None without a day, or when none was held."""
        about = (person.id, day)
        if day is None or not person.roles:
            return None
        known = self._roles
        if about in known:
            return known[about]
        held = [role for role in person.roles if role.period.holds(day)]
        role = max(held, key=lambda role: role.period.first or date.min, default=None)
        if len(self._roles) > _REMEMBERED:
            self._roles = {}
        self._roles[about] = role
        return role

    def _alone(
        self, hit: Hit, candidates: Sequence[Entity], scene: Scene, named: dict[str, list[int]], index: int
    ) -> None:
        if any(each.id.startswith(_OURS) for each in candidates) and _of_another_state(
            hit, scene, self._foreign
        ):
            return
        candidates = [each for each in candidates if not _theirs_is_named(each, named)]
        if self._named_in_full(hit, (*candidates, *hit.reading.surnames), scene, named, index):
            return
        titled = self._titled(hit, candidates, scene.day)
        if len(titled) == 1:
            hit.decide(titled[0], "short:title", self._why(titled[0], scene.day))
            return
        beside = not hit.reading.places  # `Kobani` beside the SDF is the town still
        for rule, some in (
            ("short:alone", [each for each in candidates if each.alone]),
            (
                "short:beside",
                [each for each in candidates if beside and self._beside(each, scene, named)],
            ),
        ):
            held = self._in_office(some, scene.day) if len(some) > 1 else some
            if len(held) == 1:
                by_role = len(some) > 1
                hit.decide(held[0], "short:role" if by_role else rule, self._why(held[0], scene.day))
                return
            if len(some) > 1:
                return

    def _named_in_full(
        self, hit: Hit, candidates: Sequence[Entity], scene: Scene, named: dict[str, list[int]], index: int
    ) -> bool:
        full = [each for each in candidates if each.id in named]
        if full:
            best = _nearest_before(full, named, index)
            hit.decide(best, "short:named", f"named as {scene.hits[named[best.id][0]].text}")
        return bool(full)

    def _with_first_name(self, hit: Hit, candidates: Sequence[Entity], first: str) -> None:
        """`Serguei Lavrov`: the first name is another spelling of his, or it is somebody else."""
        folded = fold(first)
        same = [each for each in candidates if folded in self._first.get(each.id, ())]
        same = same or [each for each in candidates if key(folded) in map(key, self._first.get(each.id, ()))]
        if len(same) == 1 and same[0].type == "person":
            hit.decide(same[0], "name:variant", f"{first} is a spelling of the first name")

    def _after_another_first_name(self, hit: Hit, candidates: Sequence[Entity]) -> bool:
        """Arabic has no capitals; a first name of somebody we know, right before, makes it another person's."""
        if hit.field.text[hit.start] < ARABIC_FROM:
            return False
        before = preceding(hit)[-1:]
        if not before or before[0] not in self._given:
            return False
        return not any(before[0] in self._first.get(each.id, ()) for each in candidates)

    def _titled(self, hit: Hit, candidates: Sequence[Entity], day: date | None) -> list[Entity]:
        around = {_AMERICAN.get(word, word) for word in (*preceding(hit), *following_after_comma(hit))}
        if not around:
            return []
        return [
            each
            for each in candidates
            if any(around & telling for role, telling in self._told_by(each) if _about(role, day))
        ]

    def _told_by(self, person: Entity) -> list[tuple[Role, set[str]]]:
        """The roles of a person, each with the words of its titles."""
        known = self._telling.get(person.id)
        if known is None:
            known = self._telling[person.id] = [(role, _telling(role)) for role in person.roles]
        return known

    def _beside(self, entity: Entity, scene: Scene, named: dict[str, list[int]]) -> bool:
        if any(each in named for each in entity.beside):
            return True
        if not entity.beside:
            return False
        colleagues = (hit.entity for hit in scene.hits if hit.entity is not None and hit.entity.roles)
        if any(
            role.of in entity.beside for each in colleagues for role in each.roles if _about(role, scene.day)
        ):
            return True
        if _SYRIA in entity.beside:
            if scene.syrian is None:
                scene.syrian = any(self._context.about_syria(field.text) for field in scene.fields)
            return scene.syrian or any(hit.name.startswith(_IN_SYRIA) for hit in scene.hits)
        return False

    def _in_office(self, candidates: Sequence[Entity], day: date | None) -> list[Entity]:
        return [each for each in candidates if self.role(each, day) is not None or _active(each, day)]

    def _why(self, entity: Entity, day: date | None) -> str:
        role = self.role(entity, day)
        return role_text(role) if role else ""


def role_text(role: Role) -> str:
    """The title of a role, in English where there is one."""
    return role.title.get("en") or next(iter(role.title.values()), "")


def following_after_comma(hit: Hit) -> tuple[str, ...]:
    """The words after `Carter, the …`: a title may follow the name."""
    text, end = hit.field.text, hit.end
    if text[end : end + 2] != ", ":
        return ()
    words = words_at(text, end + 1)
    return words if not words or words[0] != "the" else words[1:]


def _nearest_before(full: Sequence[Entity], named: dict[str, list[int]], index: int) -> Entity:
    """Who may stand alone, else who was named last before this place, else who is named first after it."""
    alone = [each for each in full if each.alone]
    if len(alone) == 1:
        return alone[0]

    def rank(entity: Entity) -> tuple[bool, int]:
        before = [each for each in named[entity.id] if each < index]
        return (not before, -max(before) if before else min(named[entity.id]))

    return min(full, key=rank)


def _first_names(person: Entity) -> frozenset[str]:
    names = (folded(name) for values in person.names.values() for name in values)
    return frozenset(name.split(" ")[0] for name in names if " " in name)


def _about(role: Role, day: date | None) -> bool:
    if day is None:
        return True
    period = role.period
    return (period.first is None or period.first - _GRACE <= day) and (
        period.last is None or day <= period.last + _GRACE
    )


def _active(entity: Entity, day: date | None) -> bool:
    return entity.type == "group" and day is not None and entity.active.holds(day)


def _telling(role: Role) -> set[str]:
    words = {_AMERICAN.get(word, word) for title in role.title.values() for word in fold(title).split()}
    return words - _NOT_TELLING


def _of_another_state(hit: Hit, scene: Scene, foreign: frozenset[str]) -> bool:
    """Whether what stands beside an organ gives it to another state: `وزارة الدفاع الأردنية`, `… in Oslo`."""
    after = following(hit)[:1]
    if after and after[0] in foreign:
        return True
    source = hit.field.source
    start, end = hit.source
    if source.endswith(("'s ", "’s "), 0, start):
        return not source.endswith(_OUR_OWNERS, 0, start - 3)
    match = _SEATED.match(source, end)
    behind = scene.starting(hit.field, match.end()) if match else None
    return behind is not None and _abroad(behind)


def _abroad(hit: Hit) -> bool:
    """Whether a hit can only name a state or place outside Syria."""
    meant = (*hit.reading.names, *hit.reading.where, *hit.reading.states)
    return bool(meant) and not any(each.id.startswith((_SYRIA, *_IN_SYRIA)) for each in meant)


def _theirs_is_named(entity: Entity, named: dict[str, list[int]]) -> bool:
    """Whether an article names the like organ of another state."""
    if not entity.id.startswith(_OURS):
        return False
    organ = entity.id.rpartition("/")[2]
    others = (each for each in named if each.startswith("state/") and not each.startswith(_OURS))
    return any(each.rpartition("/")[2] == organ for each in others)
