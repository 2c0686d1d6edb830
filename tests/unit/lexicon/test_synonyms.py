"""The gazetteer as synonyms: what means one thing only, nothing that could bring what was not asked for."""

import msgspec
import pytest

from lexicon.entity import Entity
from lexicon.load import load_lexicon
from lexicon.synonyms import rules
from store.settings import ROOT

GAZETTEER = ROOT / "config" / "gazetteer"
# More rules than that may not be applied, and they cost the node memory.
MOST_RULES = 10_000


@pytest.fixture(scope="module")
def lines() -> list[list[str]]:
    return [line.split(", ") for line in rules(load_lexicon(GAZETTEER))]


def test_one_name_brings_the_others_in_every_script(lines: list[list[str]]) -> None:
    hmeimim = {name for line in lines if "hmeimim" in line for name in line}
    assert {"khmeimim", "حميميم", "хмеимим"} <= hmeimim


def test_what_several_are_called_is_left_out_unless_all_are_places() -> None:
    def entity(id_: str, *names: str) -> Entity:
        kind = id_.split("/", 1)[0]
        return Entity(id=id_, type=kind, names={"en": names}, source="made up")  # type: ignore[arg-type]

    entities = [
        entity("place/homs", "Homs", "Hims"),
        entity("place/homs-province", "Homs", "Homs province"),
        entity("group/front", "The Front", "Southern Brigade"),
        entity("group/other-front", "The Front", "Northern Brigade", "Brigade of the North"),
    ]
    lexicon = load_lexicon(GAZETTEER)
    few = msgspec.structs.replace(lexicon, entities={each.id: each for each in entities})
    assert list(rules(few)) == ["brigade of the north, northern brigade", "hims, homs", "homs, homs province"]


def test_everyday_words_are_left_out(lines: list[list[str]]) -> None:
    assert not {name for line in lines for name in line} & {"hit", "has", "rami", "dana", "harem"}


def test_lines_are_as_the_filter_reads_them(lines: list[list[str]]) -> None:
    assert 5_000 < len(lines) < MOST_RULES
    assert all(len(line) > 1 and not set("=>#\\") & set("".join(line)) for line in lines)
