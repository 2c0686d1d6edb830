"""A lexicon of a handful of entities, for rules that the real one need not have a case of."""

import msgspec

from lexicon.entity import Entity
from lexicon.entries import Lexicon
from lexicon.load import load_words
from lexicon.rows import Row, entity_of
from store.settings import ROOT

_PEOPLE = [
    {
        "id": "person/ann-carter",
        "names": {"en": ["Ann Carter"]},
        "short": {"en": ["Carter"]},
        "alone": True,
        "roles": [{"title": {"en": "Minister of Defence"}, "of": "state/x", "from": "2011", "to": "2014-06"}],
        "source": "us",
    },
    {
        "id": "person/bob-carter",
        "names": {"en": ["Bob Carter"]},
        "short": {"en": ["Carter"]},
        "alone": True,
        "roles": [
            {"title": {"en": "mayor"}, "of": "state/x", "from": "2012", "to": "2013"},
            {"title": {"fr": "ministre"}, "of": "state/x", "from": "2014-07-01", "to": "2017"},
        ],
        "source": "us",
    },
    {
        "id": "person/serge-lavrov",
        "names": {"en": ["Sergei Lavrov"]},
        "short": {"en": ["Lavrov"]},
        "source": "us",
    },
]
_GROUPS = [
    {
        "id": "group/old-front",
        "names": {"en": ["The Front"]},
        "active": {"from": "2012", "to": "2016-07"},
        "source": "us",
    },
    {"id": "group/new-front", "names": {"en": ["The Front"]}, "active": {"from": "2016-08"}, "source": "us"},
    {"id": "group/jaysh-al-fatah", "names": {"en": ["Jaysh al-Fatah al-Islami"]}, "source": "us"},
]
_STATES = [{"id": "state/x", "names": {"en": ["Xland"]}, "source": "us"}]


def place(
    id_: str, name: str, kind: str, parent: str = "", *, lat: float = 35.0, lon: float = 37.0
) -> Entity:
    """A place of one English name."""
    return Entity(
        id=f"place/{id_}",
        type="place",
        names={"en": (name,)},
        kind=kind,  # type: ignore[arg-type]
        lat=lat,
        lon=lon,
        parent=parent and f"place/{parent}",
        source="us",
    )


PLACES = [
    place("syria", "Syria", "country"),
    place("SY1", "Upland", "governorate", "syria"),
    place("SY2", "Lowland", "governorate", "syria", lat=33.0),
    place("C1", "Uptown", "city", "SY1"),
    place("C2", "Tellbrook", "village", "SY1", lat=35.05),
    place("C3", "Tellbrook", "village", "SY2", lat=33.05),
    place("C4", "Talbiseh Kabira", "village", "SY1", lat=35.02),
    place("gas", "Shaar gas field", "gas-field", "SY2"),
    place("C5", "Shaara", "village", "SY2"),
]


def entities() -> list[Entity]:
    """All of them, in a fixed order."""
    rows = [("person", each) for each in _PEOPLE] + [("group", each) for each in _GROUPS]
    rows += [("state", each) for each in _STATES]
    return [entity_of(msgspec.convert(row, Row), kind) for kind, row in rows] + PLACES  # type: ignore[arg-type]


def lexicon(given: list[Entity] | None = None) -> Lexicon:
    """The lexicon of these entities, by default of all, with the real words."""
    words = load_words(ROOT / "config" / "gazetteer")
    return Lexicon(revision=1, entities={each.id: each for each in given or entities()}, words=words)
