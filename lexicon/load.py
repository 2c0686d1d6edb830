"""Reads a gazetteer folder into a `Lexicon`. Nothing is cached on disk; the files are small enough to read anew."""

import csv
import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar, cast, get_args

import msgspec

from lexicon.entity import Entity, EntityType, PlaceKind
from lexicon.entries import Languages, Lexicon, LexiconError, Words
from lexicon.rows import Row, entity_of
from lexicon.yaml_file import read_yaml

FILES: dict[str, EntityType] = {
    "people.yml": "person",
    "groups.yml": "group",
    "states.yml": "state",
    "weapons.yml": "weapon",
    "themes.yml": "theme",
}
PLACE_FILES = ("places.csv", "places-own.csv")
ALIAS_FILE = "places-aliases.csv"
ALIAS_COLUMNS = ["id", "alias", "source"]
COLUMNS = ["id", "name_en", "name_ar", "kind", "parent", "lat", "lon", "aliases", "source"]
_KINDS = frozenset(get_args(PlaceKind))
_T = TypeVar("_T", bound=msgspec.Struct)


class _Gazetteer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    revision: int


@contextmanager
def uncollected() -> Iterator[None]:
    """Pauses the garbage collector: a hundred thousand objects that stay cost it as long as they take to make."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@uncollected()
def load_lexicon(path: Path) -> Lexicon:
    """The gazetteer of a folder. Raises `LexiconError`; `lexicon.check` finds what is merely unwise."""
    entities: dict[str, Entity] = {}
    for file, entity in read_entities(path):
        if entity.id in entities:
            raise LexiconError(f"{path / file}: duplicate id {entity.id!r}: move its names to the first one")
        entities[entity.id] = entity
    _add_aliases(path, entities)
    for entity in entities.values():
        if entity.parent and entity.parent not in entities:
            raise LexiconError(
                f"{path}: {entity.id}: unknown parent {entity.parent!r}: add it or mend the id"
            )
    return Lexicon(revision=load_revision(path), entities=entities, words=load_words(path))


def load_revision(path: Path) -> int:
    """The `revision` of a gazetteer folder. Raises `LexiconError`."""
    file = path / "gazetteer.yml"
    return _convert(file, read_yaml(file), _Gazetteer).revision


def load_words(path: Path) -> Words:
    """The `words.yml` of a gazetteer folder. Raises `LexiconError`."""
    file = path / "words.yml"
    return _convert(file, read_yaml(file), Words)


def load_languages(path: Path) -> Languages:
    """The `languages.yml` of a gazetteer folder. Raises `LexiconError`."""
    file = path / "languages.yml"
    return _convert(file, read_yaml(file), Languages)


def read_entities(path: Path) -> Iterator[tuple[str, Entity]]:
    """All entries as they stand in the files, with the file's name; ids may repeat. Raises `LexiconError`."""
    for name, kind in FILES.items():
        file = path / name
        for number, item in enumerate(_list(file), start=1):
            row = _convert(file, item, Row, f"entry {number}: ")
            try:
                yield name, entity_of(row, kind)
            except ValueError as error:
                raise LexiconError(f"{file}: {row.id}: {error}") from error
    for name in PLACE_FILES:
        for where, line in _csv(path / name, COLUMNS):
            yield name, _place(where, line)


def with_aliases(path: Path, entries: Iterable[tuple[str, Entity]]) -> list[tuple[str, Entity]]:
    """The entries of `read_entities` with the spellings of the alias file. Raises `LexiconError`."""
    known = list(entries)
    entities = {entity.id: entity for _, entity in known}
    _add_aliases(path, entities)
    return [(file, entities[entity.id]) for file, entity in known]


def read_aliases(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """(`file:line`, cells) of the spellings of places that stand in a file of their own. Raises `LexiconError`."""
    return _csv(path / ALIAS_FILE, ALIAS_COLUMNS)


def _add_aliases(path: Path, entities: dict[str, Entity]) -> None:
    for where, line in read_aliases(path):
        place = entities.get(line["id"])
        if place is None:
            raise LexiconError(
                f"{where}: unknown id {line['id']!r}: take one of places.csv or places-own.csv"
            )
        lang, value = _alias(where, line["alias"])
        place.names[lang] = (*place.names.get(lang, ()), value)


def _csv(file: Path, columns: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            if reader.fieldnames != columns:
                raise LexiconError(f"{file}: wrong columns: the first line must be {','.join(columns)}")
            for line in reader:
                where = f"{file}:{reader.line_num}"
                if None in line or None in line.values():
                    raise LexiconError(f"{where}: not {len(columns)} cells: quote cells that hold a comma")
                yield where, line
    except OSError as error:
        raise LexiconError(f"{file}: cannot be read ({error.strerror}): restore it") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise LexiconError(f"{file}: not CSV in UTF-8: {error}") from error


def _alias(where: str, text: str) -> tuple[str, str]:
    lang, colon, value = text.partition(":")
    if not colon or not value:
        raise LexiconError(f"{where}: alias {text!r} has no language: write en:{text}")
    return lang, value


def _place(where: str, line: dict[str, str]) -> Entity:
    try:
        lat, lon = float(line["lat"]), float(line["lon"])
    except ValueError as error:
        raise LexiconError(f"{where}: lat or lon is no number: write decimal degrees, as 34.72") from error
    names = {"en": (line["name_en"],), "ar": (line["name_ar"],)}
    for alias in filter(None, line["aliases"].split(" | ")):
        lang, value = _alias(where, alias)
        names[lang] = (*names.get(lang, ()), value)
    return Entity(
        id=line["id"],
        type="place",
        names={lang: values for lang, given in names.items() if (values := tuple(filter(None, given)))},
        source=line["source"],
        parent=line["parent"],
        kind=_kind(where, line["kind"]),
        lat=lat,
        lon=lon,
    )


def _kind(where: str, value: str) -> PlaceKind | Literal[""]:
    if value not in _KINDS:
        raise LexiconError(f"{where}: unknown kind {value!r}: use one of {', '.join(sorted(_KINDS))}")
    return cast("PlaceKind", value)


def _list(file: Path) -> list[object]:
    content = read_yaml(file)
    if not isinstance(content, list):
        raise LexiconError(f"{file}: holds no list: write `- id: …` entries")
    return content


def _convert(file: Path, value: object, kind: type[_T], entry: str = "") -> _T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        known = ", ".join(field.encode_name for field in msgspec.structs.fields(kind))
        raise LexiconError(f"{file}: {entry}{error}: fields are {known}; quote on, no, yes") from error
