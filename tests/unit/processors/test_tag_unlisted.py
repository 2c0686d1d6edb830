"""Names in Arabic and Cyrillic that no file lists: other letters of a known name, and names that nobody knows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexicon.fold import fold
from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from processors.tag.tags import Tags
from processors.tag.unlisted import letters
from store.settings import ROOT

TAGGER = Tagger(load_lexicon(ROOT / "config" / "gazetteer"))


def tag(text: str) -> Tags:
    return TAGGER.tag("", "", text, published=date(2016, 5, 1))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("الزهراء", "زهرا"),
        ("زردنا", "زردنة"),
        ("كفر نبل", "كفرنبل"),
        ("اللاذقية", "لاذقية"),
        ("الضهور", "ظهور"),
        ("إدلب", "ادلب"),
    ],
)
def test_letters_that_are_mixed_up(one: str, other: str) -> None:
    assert letters(fold(one)) == letters(fold(other))


def test_a_word_behind_a_mark_tells_too() -> None:
    assert [each.text for each in tag("قصف على ريف حماة (قرية طمبورة)").unresolved] == ["طمبورة"]


@pytest.mark.parametrize(("one", "other"), [("حمص", "حماة"), ("الشعرة", "الشاعر"), ("كفر نبل", "كفر نبودة")])
def test_other_names_stay_others(one: str, other: str) -> None:
    assert letters(fold(one)) != letters(fold(other))


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("قصف على بلدة زردنه في ريف إدلب.", "زردنه", "place/C3938"),
        ("سقطت قذائف على حي الزهرا في مدينة حمص.", "الزهرا", "place/homs-zahra"),
        ("قصفوا مطار ابو ضهور في محافظة إدلب.", "مطار ابو ضهور", "place/abu-al-duhur-air-base"),
    ],
)
def test_a_variant_in_an_area_that_is_named(text: str, name: str, place: str) -> None:
    found = {each.text: each for each in tag(text).mentions}
    assert (found[name].entity_id, found[name].rule) == (place, "place:variant")
    assert found[name].confidence <= 0.5


@pytest.mark.parametrize(
    ("text", "towns"),
    [
        ("انسحبوا نحو المسطومة وأريحا في محافظة إدلب.", ["المسطومة", "أريحا", "إدلب"]),
        ("انسحبوا نحو أريحا وسراقب.", ["أريحا", "سراقب"]),
        ("انسحبوا من سراقب ومن أريحا.", ["سراقب"]),
        ("انسحبوا من درعا وأريحا.", ["درعا"]),
        ("قال جاسم وربيعة إن سراقب بعيدة.", ["سراقب"]),
    ],
)
def test_a_town_whose_name_is_a_word_beside_a_near_place(text: str, towns: list[str]) -> None:
    assert [each.text for each in tag(text).mentions] == towns


def test_no_variant_elsewhere() -> None:
    tags = tag("قصف على بلدة زردنه في ريف درعا.")
    assert "place/C3938" not in tags.place_ids
    assert [(each.text, each.candidates) for each in tags.unresolved] == [("زردنه", ("place/C3938",))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قصف على قرية فلفلونة في سوريا.", [("فلفلونة", "place:unknown")]),
        ("قصف على قرية كفر فلفلون في سوريا.", [("كفر فلفلون", "place:unknown")]),
        ("أغلق معبر القرنبيط في سوريا.", [("معبر القرنبيط", "place:unknown")]),
        ("قتل العقيد سامر القرنبيط في سوريا.", [("سامر القرنبيط", "person:unknown")]),
        ("قتل القائد أبو فلفل في سوريا.", [("أبو فلفل", "person:unknown")]),
        ("ظهر لواء أحرار القرنبيط في سوريا.", [("لواء أحرار القرنبيط", "group:unknown")]),
        ("Они вошли в деревню Абракадабра в Сирии.", [("Абракадабра", "place:unknown")]),
        ("Suriye'de Şarabistan köyü vuruldu.", [("Şarabistan", "place:unknown")]),
        # No names at all
        ("قصف على قرية صغيرة في سوريا، وعلى مطار عسكري.", []),
        ("قال القائد العسكري ولواء متقاعد إن سوريا بعيدة.", []),
        ("Они вошли в город и в деревню у реки в Сирии, в город Алеппо.", []),
        # A story on something else
        ("زار قرية فلفلونة.", []),
    ],
)
def test_what_nobody_knows_is_kept(text: str, expected: list[tuple[str, str]]) -> None:
    tags = tag(text)
    assert [(each.text, each.reason) for each in tags.unresolved] == expected
    assert all(text[each.start : each.end] == each.text for each in tags.unresolved)


@given(
    st.text(alphabet="قرية بلدة مطار العقيد لواء كفر زردناهءظضأ عبد أبو حمص ريف إدلب سوريا.،ـَ", max_size=120)
)
def test_offsets_are_those_of_the_text(text: str) -> None:
    tags = tag(text)
    for each in (*tags.mentions, *tags.unresolved):
        assert text[each.start : each.end] == each.text
    assert [each.start for each in tags.mentions] == sorted(each.start for each in tags.mentions)
