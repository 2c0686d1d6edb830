"""What a lexicon is made of: its entities, and the words that decide between meanings."""

from collections.abc import Iterator, Mapping

import msgspec

from lexicon.entity import Entity


class LexiconError(Exception):
    """A gazetteer file cannot be used. The message says `file: what: what to do`; nothing was loaded."""


class Cues(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words right before or right after a name that tell its kind; `many`: of all names in a list beside them."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    many: tuple[str, ...] = ()


class KindCues(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cues for each kind of place; `settlement` stands for city, town and village."""

    governorate: Cues
    district: Cues
    subdistrict: Cues
    settlement: Cues


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`words.yml`, as written there (see its comments); whoever uses it folds it."""

    cues: KindCues
    place_before: tuple[str, ...]
    saying: tuple[str, ...]
    saying_last: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()
    state_before: tuple[str, ...]
    city_nouns: tuple[str, ...]
    seat_before: tuple[str, ...] = ()
    seat_after: tuple[str, ...] = ()
    unit_before: tuple[str, ...] = ()
    titles: tuple[str, ...]
    days: tuple[str, ...] = ()
    openers: tuple[str, ...] = ()
    short_places: tuple[str, ...]
    cue_only: tuple[tuple[str, ...], ...]
    not_names: tuple[str, ...] = ()
    media_nouns: tuple[str, ...] = ()
    media_heads: tuple[str, ...] = ()
    given_names: tuple[str, ...] = ()
    toponym_heads: tuple[str, ...] = ()
    facility_nouns: tuple[str, ...] = ()
    name_heads: tuple[str, ...] = ()
    facility_before: tuple[str, ...] = ()
    person_before: tuple[str, ...] = ()
    no_names: tuple[str, ...] = ()
    syrian_nouns: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    arabic_words: tuple[str, ...] = ()
    arabic_common: tuple[str, ...] = ()
    village_before: tuple[str, ...] = ()
    syria: tuple[str, ...] = ()


class Languages(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`languages.yml`: which languages every entry has names in, and which those that matter most have besides.

    `entities` maps a heading to ids; `unnamed` are the ids that need no name in a language of `every`.
    """

    every: tuple[str, ...]
    main: tuple[str, ...]
    unnamed: tuple[str, ...] = ()
    entities: dict[str, tuple[str, ...]]


class Lexicon(msgspec.Struct, frozen=True, kw_only=True):
    """The whole gazetteer. `revision` becomes `Article.revision`; `entities` maps id → entity."""

    revision: int
    entities: Mapping[str, Entity]
    words: Words

    def ancestors(self, entity_id: str) -> Iterator[str]:
        """The ids above an entity, the nearest first; empty for an unknown one."""
        seen = {entity_id}
        entity = self.entities.get(entity_id)
        while entity is not None and entity.parent and entity.parent not in seen:
            seen.add(entity.parent)
            yield entity.parent
            entity = self.entities.get(entity.parent)
