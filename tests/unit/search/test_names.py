"""Concepts by name: any spelling of the gazetteer, in any script, and ids as they are."""

import pytest

from lexicon.load import load_lexicon
from search.concepts import completions, suggestions
from search.errors import QuerySyntaxError
from search.names import Names
from search.syntax import parse_query
from store.query import Near, Or, Term
from store.settings import ROOT


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(lambda: load_lexicon(ROOT / "config" / "gazetteer"))


@pytest.mark.parametrize(
    ("typed", "field", "entity_id"),
    [
        ("group:ISIS", "group_ids", "group/islamic-state"),
        ("group:داعش", "group_ids", "group/islamic-state"),
        ('group:"nusra front"', "group_ids", "group/nusra-front"),
        ("person:assad", "person_ids", "person/bashar-al-assad"),
        ("person:bashar-al-assad", "person_ids", "person/bashar-al-assad"),
        ("weapon:kalibr", "weapon_ids", "weapon/kalibr"),
        ("place:SY04", "place_ids", "place/SY04"),
        ("place:c2663", "place_ids", "place/C2663"),
        ("place:C2663", "place_ids", "place/C2663"),
        ("place:place/C2663", "place_ids", "place/C2663"),
    ],
)
def test_a_name_gives_its_concept(names: Names, typed: str, field: str, entity_id: str) -> None:
    assert parse_query(typed, names=names) == Term(field, entity_id)


def test_a_name_that_several_places_share_gives_all(names: Names) -> None:
    found = parse_query("place:aleppo", names=names)
    assert isinstance(found, Or)
    assert Term("place_ids", "place/SY02") in found.parts
    assert all(isinstance(part, Term) for part in found.parts)
    same = parse_query("place:حلب", names=names)
    assert isinstance(same, Or)
    assert Term("place_ids", "place/SY02") in same.parts


def test_city_or_province_can_be_chosen(names: Names) -> None:
    assert parse_query("province:homs", names=names) == Term("place_ids", "place/SY04")
    city = parse_query("city:حمص", names=names)
    assert isinstance(city, Term)
    assert city.value != "place/SY04"
    with pytest.raises(QuerySyntaxError, match="province: 'palmyra' is no name"):
        parse_query("province:palmyra", names=names)


def test_near_a_place_by_its_name(names: Names) -> None:
    near = parse_query("near:palmyra,20km", names=names)
    assert isinstance(near, Near)
    assert (round(near.lat, 1), round(near.lon, 1), near.km) == (34.6, 38.3, 20)


def test_a_word_that_is_a_name_offers_its_concepts(names: Names) -> None:
    found = suggestions('airstrikes islamic state -Homs place:hama "nusra front" headline:(assad)', names)
    offered = {each.words: [(c.id, c.query) for c in each.concepts] for each in found}
    rest = ' -Homs place:hama "nusra front" headline:(assad)'
    assert ("group/islamic-state", f"airstrikes group:islamic-state{rest}") in offered["islamic state"]
    assert "place/SY04" in [id_ for id_, _ in offered["Homs"]]
    assert [id_ for id_, _ in offered['"nusra front"']] == ["group/nusra-front"]
    assert {"hama", "assad"}.isdisjoint(offered)
    for each in found:
        for concept in each.concepts:
            parse_query(concept.query, names=names)


def test_the_beginning_of_a_name_is_completed(names: Names) -> None:
    assert "place/SY04" in [entity.id for entity, _ in names.beginning("hom", 10)]
    assert "group/islamic-state" in [entity.id for entity, _ in names.beginning("داع", 5)]
    assert names.beginning("  ", 5) == []


def test_one_town_in_two_scripts(names: Names) -> None:
    assert set(names.ids("place", "Qaryatain")) & set(names.ids("place", "القريتين"))


def test_an_unknown_name_is_said_with_its_place(names: Names) -> None:
    with pytest.raises(QuerySyntaxError, match=r"character 7: place: 'atlantis' is no name in the gazetteer"):
        parse_query("place:atlantis", names=names)


def test_the_gazetteer_is_read_only_when_a_name_is_asked_for() -> None:
    def load() -> None:
        raise AssertionError("read for nothing")

    parse_query("homs language:ar", names=Names(load))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "words", "query"),
    [
        ("nusra front airstrike", "nusra front", "group:nusra-front airstrike"),
        ("غارات في حمص", "حمص", "غارات في place:SY04"),
        ("удар Хомс", "Хомс", "удар place:SY04"),
        (
            "barrel AND (джебхат ан-нусра OR Homs) -x",
            "джебхат ан-нусра",
            "barrel AND (group:nusra-front OR Homs) -x",
        ),
        ("barrel AND (nusra OR Homs) NOT aleppo", "Homs", "barrel AND (nusra OR place:SY04) NOT aleppo"),
        ("truce “nusra front” OR x", "“nusra front”", "truce group:nusra-front OR x"),
    ],
)
def test_a_concept_takes_the_place_of_its_words_alone(
    names: Names, typed: str, words: str, query: str
) -> None:
    offered = {each.words: [concept.query for concept in each.concepts] for each in suggestions(typed, names)}
    assert query in offered[words]


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("airstrike qaryat", "airstrike place:"),
        ("shelling (idlib OR nusra fr", "shelling (idlib OR group:nusra-front"),
        ("غارات داع", "غارات group:islamic-state"),
    ],
)
def test_the_end_of_what_is_typed_is_completed(names: Names, typed: str, query: str) -> None:
    assert any(text.startswith(query) for *_, text in completions(typed, names, 8))


@pytest.mark.parametrize(
    "typed", ["", "a", 'x "qaryat', "place:qaryat", "nowhere:", "(", "homs )", "qaryatain."]
)
def test_what_is_no_beginning_is_left_alone(names: Names, typed: str) -> None:
    for entity, _, text in completions(typed, names, 8):
        assert entity.id.partition("/")[2] in text
