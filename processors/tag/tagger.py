"""The tagger: headline, summary and body in, mentions and flat id arrays out. No network, no state, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lexicon.entries import Entity, Lexicon
from processors.tag.context import Context
from processors.tag.find import Finder, Hit
from processors.tag.places import Found, Places
from processors.tag.spelling import How, patterns
from store.records import GeoPoint, Mention

# How sure each rule is. Measured on few texts only: an order, not a probability.
CONFIDENCE: Mapping[str, float] = {
    "name": 0.95,
    "short:named": 0.9,
    "short:alone": 0.85,
    "short:beside": 0.7,
    "metonym:before": 0.75,
    "metonym:saying": 0.8,
    "metonym:possessive": 0.75,
    "place:cue": 0.95,
    "place:name": 0.85,
    "place:seat": 0.85,
    "place:unit": 0.8,
    "place:parent": 0.6,
    "place:spelling": 0.6,
}
_PRECISION = {"facility": "point", "crossing": "point", "world-city": "city"}
_NO_POINT = frozenset(("country", "water"))


@dataclass(frozen=True, slots=True)
class Tags:
    """What an article names. The id tuples are sorted and unique; the fields are those of `Article`."""

    mentions: tuple[Mention, ...]
    entity_ids: tuple[str, ...]
    person_ids: tuple[str, ...]
    group_ids: tuple[str, ...]
    state_ids: tuple[str, ...]
    place_ids: tuple[str, ...]
    weapon_ids: tuple[str, ...]
    theme_ids: tuple[str, ...]
    geo: tuple[GeoPoint, ...]


class Tagger:
    """Built once from a lexicon; `tag` may be called from several threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._finder = Finder(patterns(lexicon))
        self._context = Context(lexicon)
        self._places = Places(lexicon, self._context)

    def tag(self, headline: str, summary: str = "", body: str = "") -> Tags:
        """Tags of one article. Offsets count code points of the field as given."""
        hits = [
            *self._finder.find("headline", headline),
            *self._finder.find("summary", summary),
            *self._finder.find("body", body),
        ]
        decided: dict[int, tuple[Entity, str]] = {}
        self._names(hits, decided)
        self._short(hits, decided)
        self._governments(hits, decided)
        self._locate(hits, decided)
        return self._tags([(hits[index], *decided[index]) for index in sorted(decided)])

    def _names(self, hits: list[Hit], decided: dict[int, tuple[Entity, str]]) -> None:
        """Names that mean one entity wherever they stand; a true place of the name does not matter then."""
        for index, hit in enumerate(hits):
            named = [entity for entity in _meant(hit, "name") if entity.type != "place"]
            if named:
                decided[index] = (named[0], "name")

    def _short(self, hits: list[Hit], decided: dict[int, tuple[Entity, str]]) -> None:
        """Surnames and the like: the person named in full in this article, else one that may stand alone."""
        named = {entity.id: index for index, (entity, _) in decided.items()}
        for index, hit in enumerate(hits):
            short = _meant(hit, "short")
            if index in decided or not short or not self._context.stands_alone(hit):
                continue
            full = [entity for entity in short if entity.id in named]
            alone = [entity for entity in short if entity.alone]
            beside = [entity for entity in short if not named.keys().isdisjoint(entity.beside)]
            if full:
                decided[index] = (max(full, key=lambda entity: named[entity.id]), "short:named")
            elif len(alone) == 1:
                decided[index] = (alone[0], "short:alone")
            elif len(beside) == 1:
                decided[index] = (beside[0], "short:beside")

    def _governments(self, hits: list[Hit], decided: dict[int, tuple[Entity, str]]) -> None:
        """Capitals that stand for governments; of two that are coordinated the second follows the first."""
        for index, hit in enumerate(hits):
            states = _meant(hit, "metonym")
            if index in decided or len(states) != 1:
                continue
            why = self._context.government(hit)
            before = decided.get(index - 1, (None, ""))[1]
            if not why and before.startswith("metonym:") and _coordinated(hits[index - 1], hit):
                why = before.removeprefix("metonym:")
            if why:
                decided[index] = (states[0], f"metonym:{why}")

    def _locate(self, hits: list[Hit], decided: dict[int, tuple[Entity, str]]) -> None:
        """Places in two rounds: first what is clear by itself, then what the clear ones support."""
        open_hits = {index: hit for index, hit in enumerate(hits) if index not in decided}
        named: frozenset[str] = frozenset()
        for _ in range(2):
            support = set(named)
            for index, hit in list(open_hits.items()):
                candidates = _meant(hit, "name", place=True) or _meant(hit, "spelling")
                found = self._places.choose(hit, candidates, named) if candidates else None
                if found is None:
                    continue
                decided[index] = (found.entity, self._rule(hit, found))
                support |= self._places.naming(candidates, found)
                del open_hits[index]
            named = frozenset(support)

    def _rule(self, hit: Hit, found: Found) -> str:
        return found.rule if _meant(hit, "name", place=True) else "place:spelling"

    def _tags(self, found: list[tuple[Hit, Entity, str]]) -> Tags:
        mentions = tuple(
            Mention(
                entity_id=entity.id,
                type=entity.type,
                text=hit.text,
                field=hit.field.name,
                start=hit.source[0],
                end=hit.source[1],
                rule=rule,
                confidence=CONFIDENCE[rule],
            )
            for hit, entity, rule in found
        )
        entities = {entity.id: entity for _, entity, _ in found}
        ids = {above for each in entities for above in self.lexicon.ancestors(each)} | entities.keys()
        return Tags(
            mentions=mentions,
            entity_ids=tuple(sorted(ids)),
            person_ids=_of_type(ids, "person/"),
            group_ids=_of_type(ids, "group/"),
            state_ids=_of_type(ids, "state/"),
            place_ids=_of_type(ids, "place/"),
            weapon_ids=_of_type(ids, "weapon/"),
            theme_ids=_of_type(ids, "theme/"),
            geo=tuple(_point(entities[each]) for each in sorted(entities) if _has_point(entities[each])),
        )


def _meant(hit: Hit, how: How, *, place: bool = False) -> list[Entity]:
    found = list({each.entity.id: each.entity for each in hit.meanings if each.how == how}.values())
    return [entity for entity in found if entity.type == "place"] if place else found


def _coordinated(first: Hit, second: Hit) -> bool:
    between = second.field.folded.text[first.end : second.start]
    return first.field is second.field and between in (" and ", ", ", " и ", " ve ", " et ", " و")


def _of_type(ids: Iterable[str], prefix: str) -> tuple[str, ...]:
    return tuple(sorted(each for each in ids if each.startswith(prefix)))


def _has_point(entity: Entity) -> bool:
    return entity.type == "place" and entity.kind not in _NO_POINT


def _point(place: Entity) -> GeoPoint:
    precision = _PRECISION.get(place.kind, place.kind)
    return GeoPoint(lat=place.lat, lon=place.lon, place_id=place.id, precision=precision)
