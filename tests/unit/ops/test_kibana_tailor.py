"""The objects as an installation gets them: its names, its indices, its page."""

import json

from lexicon.entity import Entity
from lexicon.entries import Lexicon
from lexicon.load import load_words
from ops.kibana.objects import FILE, read_ndjson
from ops.kibana.tailor import labels, tailored
from store.settings import ROOT


def entity(id_: str, name: str, **more: object) -> Entity:
    made: dict[str, object] = {
        "id": id_,
        "type": id_.partition("/")[0],
        "names": {"en": (name,)},
        "source": "s",
        **more,
    }
    return Entity(**made)  # type: ignore[arg-type]


def lexicon(*entities: Entity) -> Lexicon:
    words = load_words(ROOT / "config" / "gazetteer")
    return Lexicon(revision=1, entities={each.id: each for each in entities}, words=words)


HOMS = entity("place/SY04", "Homs", kind="governorate")
KNOWN = lexicon(
    HOMS,
    entity("place/C1", "Homs", kind="city", parent="place/SY04"),
    entity("place/C2", "Rableh", kind="village", parent="place/SY04"),
    entity("person/ash-carter", "Ash Carter"),
    Entity(id="group/x", type="group", names={"ar": ("فصيل",)}, source="s"),
)


def test_units_and_namesakes_can_be_told_apart() -> None:
    assert labels(KNOWN) == {
        "place/SY04": "Homs governorate",
        "place/C1": "Homs, Homs",
        "place/C2": "Rableh",
        "person/ash-carter": "Ash Carter",
        "group/x": "فصيل",
    }


def test_a_data_view_shows_names_on_the_indices_and_the_page_of_the_installation() -> None:
    plain = read_ndjson(FILE.read_bytes())
    made = tailored(plain, KNOWN, prefix="desk", page="https://wire.example/")
    views = {each["id"]: each["attributes"] for each in made if each["type"] == "index-pattern"}
    assert [view["title"] for view in views.values()] == ["desk-newest", "desk-history", "desk-health"]
    formats = json.loads(views["syria-wire-newest"]["fieldFormatMap"])
    assert formats["person_ids"] == {
        "id": "static_lookup",
        "params": {"lookupEntries": [{"key": "person/ash-carter", "value": "Ash Carter"}]},
    }
    assert len(formats["place_ids"]["params"]["lookupEntries"]) == 3
    assert formats["id"]["params"]["urlTemplate"] == "https://wire.example/article/{{value}}"
    assert [each for each in made if each["type"] != "index-pattern"] == [
        each for each in plain if each["type"] != "index-pattern"
    ]
