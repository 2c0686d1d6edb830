"""Fits the committed objects to an installation: its prefix, its page, and the names of its gazetteer.

Kibana aggregates ids, which for places are P-codes; a field format `static_lookup` in the data view shows each as a
name, in every panel, filter and table, while filters keep the id. The names are not committed: they would change with
every line of the gazetteer, and belong to the gazetteer that the articles were tagged with.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from lexicon.entity import Entity
from lexicon.entries import Lexicon
from ops.kibana.lens import Json
from ops.kibana.objects import PREFIX

PAGE = "http://127.0.0.1:8088"
"""Where the links of the committed file lead."""
_VIEW = "index-pattern"
_UNITS = ("governorate", "district", "subdistrict")
_LOOKUP = "static_lookup"


def tailored(
    objects: Sequence[Json], lexicon: Lexicon, *, prefix: str = PREFIX, page: str = PAGE
) -> list[Json]:
    """The same objects with the titles, links and names of this installation."""
    names = labels(lexicon)
    return [_view(each, names, prefix, page) if each["type"] == _VIEW else each for each in objects]


def labels(lexicon: Lexicon) -> dict[str, str]:
    """Id → a name that tells it from others of its kind: units by their kind, namesakes by what they lie in."""
    plain = {id_: _plain(entity) for id_, entity in lexicon.entities.items()}
    shared = Counter((entity.type, plain[id_]) for id_, entity in lexicon.entities.items())
    found = {}
    for id_, entity in lexicon.entities.items():
        label = plain[id_]
        if entity.kind in _UNITS:
            label = f"{label} {entity.kind}"
        elif shared[entity.type, label] > 1 and entity.parent in plain:
            label = f"{label}, {plain[entity.parent]}"
        found[id_] = label
    return found


def _plain(entity: Entity) -> str:
    """Its first English name, else its first in any language."""
    spellings = [*entity.names.get("en", ()), *(name for names in entity.names.values() for name in names)]
    return spellings[0] if spellings else entity.id


def _view(view: Json, names: Mapping[str, str], prefix: str, page: str) -> Json:
    attributes = view["attributes"]
    formats: Json = msgspec.json.decode(attributes["fieldFormatMap"].replace(PAGE, page.rstrip("/")))
    for field, shown in formats.items():
        if shown["id"] == _LOOKUP:
            kind = field.removesuffix("_ids")
            known = {id_: name for id_, name in names.items() if id_.startswith(f"{kind}/")}
            entries = [{"key": id_, "value": name} for id_, name in sorted(known.items())]
            shown["params"]["lookupEntries"] = entries
    changed = {
        "title": prefix + attributes["title"].removeprefix(PREFIX),
        "fieldFormatMap": msgspec.json.encode(formats).decode(),
    }
    return {**view, "attributes": {**attributes, **changed}}
