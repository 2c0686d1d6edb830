"""Checks a gazetteer folder: `python -m lexicon.check [DIR]` prints one problem a line; exit 1 when there are any."""

import re
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from lexicon.dated import Period
from lexicon.entity import Entity
from lexicon.entries import Languages, LexiconError
from lexicon.fold import fold
from lexicon.load import load_languages, load_lexicon, read_aliases, read_entities, with_aliases

_ID = re.compile(r"(?:person|group|weapon|theme|place)/[A-Za-z0-9-]+|state/[a-z-]+(?:/[a-z-]+)?")
_PCODE = re.compile(r"place/(?:SY|C)\d+")
_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f\s\d().،-]+")
_SYRIA = (32.2, 37.4, 35.5, 42.5)  # south, north, west, east, with a margin of some kilometres
# Places of these kinds may share a name: cues, seats and named parents decide (docs/gazetteer.md).
_HOMONYMS = frozenset(
    ("governorate", "district", "subdistrict", "city", "town", "village", "neighbourhood", "region")
)


def check(path: Path) -> list[str]:
    """All problems of a gazetteer folder, `file: what: what to do` each; empty when it is sound."""
    try:
        entries = with_aliases(path, read_entities(path))
        languages = load_languages(path)
        unsourced = [where for where, line in read_aliases(path) if not line["source"].strip()]
    except LexiconError as error:
        return [str(error)]
    parents = {entity.id: entity.parent for _, entity in entries}
    problems = [f"{where}: no source: write where the spelling was seen" for where in unsourced]
    problems += _duplicate_ids(entries)
    for file, entity in entries:
        problems += [f"{file}: {entity.id}: {problem}" for problem in _entity(entity, parents)]
    problems += _shared_names(entries)
    problems += _unnamed(entries, languages)
    if not problems:
        try:
            load_lexicon(path)
        except LexiconError as error:
            problems.append(str(error))
    return problems


def _duplicate_ids(entries: Iterable[tuple[str, Entity]]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for file, entity in entries:
        if entity.id in seen:
            yield f"{file}: duplicate id {entity.id} (also in {seen[entity.id]}): keep one of them"
        seen[entity.id] = file


def _entity(entity: Entity, ids: dict[str, str]) -> Iterator[str]:
    above = _above(entity.id, ids)
    if entity.id in above:
        yield "lies within itself: mend the `parent` of one of " + ", ".join(above)
    if not _ID.fullmatch(entity.id) or not entity.id.startswith(f"{entity.type}/"):
        yield f"id is not {entity.type}/slug: use small letters, digits and hyphens"
    if not entity.source.strip():
        yield "no source: write where the names come from, or 'own knowledge'"
    if not any(entity.names.values()):
        yield "no name: give at least one under `names: {en: […]}`"
    if entity.parent and entity.parent not in ids:
        yield f"unknown parent {entity.parent!r}: add it or mend the id"
    for what, other in _named_ids(entity):
        if other not in ids:
            yield f"unknown id {other!r} in `{what}`: add it or mend it"
    yield from _misplaced(entity)
    yield from _spellings(entity)
    if entity.type == "place":
        yield from _coordinates(entity, above)


def _above(entity_id: str, parents: dict[str, str]) -> list[str]:
    """The ids above an entity; the last is the entity itself where they lead back to it."""
    found: list[str] = []
    while (entity_id := parents.get(entity_id, "")) and entity_id not in found:
        found.append(entity_id)
    return found


def _misplaced(entity: Entity) -> Iterator[str]:
    if entity.type != "person" and entity.roles:
        yield "has roles and is no person: take them out"
    if entity.type != "group" and (entity.parents or entity.sides or entity.became):
        yield "has parents, sides or `became` and is no group: take them out"


def _named_ids(entity: Entity) -> Iterator[tuple[str, str]]:
    yield from (("with", other) for other in entity.beside)
    yield from (("roles", role.of) for role in entity.roles if role.of)
    yield from (("parents", membership.id) for membership in entity.parents)
    yield from (("became", renaming.id) for renaming in entity.became)


def _spellings(entity: Entity) -> Iterator[str]:
    for names in (entity.names, entity.short, entity.metonyms):
        for lang, values in names.items():
            for value in values:
                if not fold(value).strip():
                    yield f"empty name under {lang!r}: remove it"
                if lang == "ar" and not _ARABIC.fullmatch(value):
                    yield f"Arabic name {value!r} is not in Arabic script: mend it or change its language"


def _coordinates(entity: Entity, above: list[str]) -> Iterator[str]:
    in_syria = _PCODE.fullmatch(entity.id) or "place/syria" in above
    south, north, west, east = _SYRIA if in_syria else (-90.0, 90.0, -180.0, 180.0)
    if not (south <= entity.lat <= north and west <= entity.lon <= east):
        yield f"coordinates {entity.lat}, {entity.lon} are out of bounds: are lat and lon swapped?"


def _shared_names(entries: Iterable[tuple[str, Entity]]) -> Iterator[str]:
    owners: dict[tuple[str, str], list[Entity]] = {}
    for file, entity in entries:
        if entity.kind in _HOMONYMS:
            continue
        for rule, names in (("name", entity.names), ("short", entity.short if entity.alone else {})):
            for value in sorted({fold(value) for values in names.values() for value in values}):
                # A country is both a state and a place, a capital both a place and a metonym: rules exist.
                kind = "place" if entity.type == "place" else rule
                known = owners.setdefault((kind, value), [])
                for owner in known:
                    if owner.id != entity.id and not _at_other_times(owner, entity):
                        yield (
                            f"{file}: {entity.id}: {value!r} is also {owner.id}: keep it at one, make it `short`, "
                            "or give both dates that do not meet"
                        )
                        break
                known.append(entity)


def _at_other_times(one: Entity, other: Entity) -> bool:
    """Whether the article's date tells the two apart: no day on which both hold a role or are active."""
    first, second = _periods(one), _periods(other)
    return bool(first and second) and not any(_meet(a, b) for a in first for b in second)


def _unnamed(entries: Iterable[tuple[str, Entity]], languages: Languages) -> Iterator[str]:
    """What `languages.yml` asks for and is not there."""
    exempt = frozenset(languages.unnamed)
    main = frozenset(each for ids in languages.entities.values() for each in ids)
    known = set()
    for file, entity in entries:
        known.add(entity.id)
        every = () if entity.id in exempt else languages.every
        for lang in _lacking(entity, every):
            yield f"{file}: {entity.id}: no name in {lang}: add one, every entry has one (languages.yml)"
        for lang in _lacking(entity, languages.main if entity.id in main else ()):
            yield f"{file}: {entity.id}: no name in {lang}: add one, it is in languages.yml"
    yield from (
        f"languages.yml: unknown id {each!r}: add it or mend it" for each in sorted((main | exempt) - known)
    )


def _lacking(entity: Entity, languages: Iterable[str]) -> list[str]:
    return [lang for lang in languages if not entity.names.get(lang)]


def _periods(entity: Entity) -> list[Period]:
    if entity.roles:
        return [role.period for role in entity.roles]
    return [entity.active] if entity.active != Period() else []


def _meet(one: Period, other: Period) -> bool:
    begins = max(one.first or date.min, other.first or date.min)
    return begins <= min(one.last or date.max, other.last or date.max)


def main(arguments: list[str]) -> int:
    """Prints the problems. Exit code 0: none, 1: some, 2: called wrongly."""
    if len(arguments) > 1:
        sys.stderr.write("usage: python -m lexicon.check [GAZETTEER_FOLDER]\n")
        return 2
    problems = check(Path(arguments[0] if arguments else "config/gazetteer"))
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
