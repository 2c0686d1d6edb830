"""The tagger's rules, each with a sentence of our own. Whole articles: tests/golden/tag."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from store.settings import ROOT

TAGGER = Tagger(load_lexicon(ROOT / "config" / "gazetteer"))


def ids(text: str) -> list[str]:
    return [f"{each.text}={each.entity_id}" for each in TAGGER.tag("", "", text).mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # People
        (
            "Sergei Shoigu spoke. Shoigu left.",
            ["Sergei Shoigu=person/sergei-shoigu", "Shoigu=person/sergei-shoigu"],
        ),
        ("Jimmy Carter spoke of Syria.", ["Syria=state/syria"]),
        ("The corvette Grad Sviyazhsk fired on Syria.", ["Syria=state/syria"]),
        ("Carter bought a boat.", []),
        ("Mr Carter spoke of Syria.", ["Carter=person/ash-carter", "Syria=state/syria"]),
        ("The observatory on the hill, in Syria.", ["Syria=state/syria"]),
        # Letter case, plural and possessive
        ("Let us go; the US stays.", ["US=state/united-states"]),
        ("Two F-16s and a Su24.", ["F-16s=weapon/f-16", "Su24=weapon/su-24"]),
        ("They eat turkey in Turkey’s south.", ["Turkey=state/turkey"]),
        # Marks, common and rare, before a name and inside one
        (
            '…and •Homs →Hama, Idlib/Aleppo_“Syria"',
            [
                "Homs=place/SY04",
                "Hama=place/SY05",
                "Idlib=place/SY07",
                "Aleppo=place/SY02",
                "Syria=state/syria",
            ],
        ),
        ("The Syria/government page", ["Syria=state/syria"]),
        ("Cut in a pair: \ud83d Syria\udc4d", ["Syria=state/syria"]),
        (
            "Barack H. Obama; Barack H, Obama",
            ["Barack H. Obama=person/barack-obama", "Obama=person/barack-obama"],
        ),
        (
            "تنظيم «الدولة الإسلامية»، #حزب_الله",
            ["تنظيم «الدولة الإسلامية=group/islamic-state", "حزب_الله=group/hezbollah"],
        ),
        # Capitals
        ("Moscow warned them.", ["Moscow=state/russia"]),
        ("Moscow's streets were empty.", ["Moscow=place/moscow"]),
        ("Moscow's plan failed.", ["Moscow=state/russia"]),
        ("She wrote from Moscow.", ["Moscow=place/moscow"]),
        ("He urged Ankara to wait.", ["Ankara=state/turkey"]),
        # Places of one name
        ("Homs province", ["Homs=place/SY04"]),
        ("the city of Homs", ["Homs=place/C2528"]),
        ("Homs", ["Homs=place/SY04"]),
        ("محافظة حمص", ["حمص=place/SY04"]),
        # Villages
        ("Rain fell on Atshan.", []),
        ("Rain fell on Atshan and on Hama.", ["Atshan=place/C3021", "Hama=place/SY05"]),
        ("the village of Atshan", ["Atshan=place/C3021"]),
        ("Rami Khatib of Idlib", ["Idlib=place/SY07"]),
        ("They hit Idlib. Has anyone seen it?", ["Idlib=place/SY07"]),
        ("near Qaryateyn in Homs", ["Qaryateyn=place/C2663", "Homs=place/SY04"]),
        # Other scripts
        ("وحلب وبدمشق", ["حلب=place/SY02", "دمشق=place/C1001"]),
        ("فتح الباب", []),
        ("مدينة الباب", ["الباب=place/C1202"]),
        ("بالغارات الجوية", ["الغارات الجوية=theme/airstrike"]),
        ("в Хомсе, с Асадом", ["Хомсе=place/SY04", "Асадом=person/bashar-al-assad"]),
        ("Suriye'nin", ["Suriye=state/syria"]),
    ],
)
def test_rules(text: str, expected: list[str]) -> None:
    assert ids(text) == expected


def test_flat_arrays_hold_ancestors() -> None:
    tags = TAGGER.tag("Kremlin on Qaryatain, a town in Homs province", "", "")
    assert tags.state_ids == ("state/russia", "state/russia/kremlin")
    assert tags.place_ids == ("place/C2663", "place/SY04", "place/SY0401", "place/SY040106", "place/syria")
    assert tags.entity_ids == tuple(sorted((*tags.state_ids, *tags.place_ids)))
    assert [(point.place_id, point.precision) for point in tags.geo] == (
        [("place/C2663", "town"), ("place/SY04", "governorate")]
    )


def test_a_headline_in_capitals() -> None:
    tags = TAGGER.tag("RUSSIA TELLS US: ASSAD WILL STAY", "", "")
    assert tags.entity_ids == ("person/bashar-al-assad", "state/russia")


def test_a_surname_is_known_from_another_field() -> None:
    tags = TAGGER.tag("Hamadani buried", "", "Hossein Hamadani was a general.")
    assert [each.rule for each in tags.mentions] == ["short:named", "name"]


def test_nothing_in_nothing_out() -> None:
    tags = TAGGER.tag("", "", "")
    assert (tags.mentions, tags.entity_ids, tags.geo) == ((), (), ())


PIECES = st.sampled_from(
    [
        "Homs",
        " ",
        "’s",
        "s",
        "U.S.",
        "-led coalition",
        "و",
        "حمص",
        "ُ",
        "Хомс",
        "е",
        "'in",
        "\n",
        "Rami",
        "Assad",
        "ﷺ",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=12).map("".join))
def test_offsets_are_those_of_the_text(text: str) -> None:
    tags = TAGGER.tag(text, text, text)
    fields = {"headline": text, "summary": text, "body": text}
    for each in tags.mentions:
        assert fields[each.field][each.start : each.end] == each.text != ""
        assert 0 < each.confidence <= 1
    order = [(("headline", "summary", "body").index(each.field), each.start) for each in tags.mentions]
    assert order == sorted(order)
