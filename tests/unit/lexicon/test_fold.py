"""Folding: what becomes what, and that every folded place leads back into the source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexicon.fold import fold, fold_with_offsets, words

TEXT = st.text(
    st.one_of(
        st.sampled_from("aAbiIıİßéЙйёأإآٱىةؤئکیـًٌّ٣۴'’ʿʾ`-–. \n\t\u200c\u00ad\u0301ﷺŉsd"),
        st.characters(),
    )
)


@pytest.mark.parametrize(
    ("source", "folded"),
    [
        ("İstanbul ISPARTA ılık", "istanbul isparta ilik"),
        ("Ḩamāh Café Straße", "hamah cafe strasse"),
        ("Чёрный Краснодарский край", "черныи краснодарскии краи"),
        ("أحمد إدلب آل ٱلله", "احمد ادلب ال الله"),
        ("القُصَيْـــر مصطفى حماة", "القصير مصطفي حماه"),
        ("مؤتمر هيئة", "موتمر هييه"),
        ("کوبانی", "كوباني"),
        ("٢٠١٥ ۲۰۱۵", "2015 2015"),
        ("Sha’ar Sha'ar Shaʿar Sha`ar", "shaar shaar shaar shaar"),
        ("'Atshan’ ‘quoted’", "atshan quoted"),
        ("Russia’s Assad's", "russia assad"),
        ("Ra's al-Ayn", "ras al ayn"),
        ("l'armée d'Alep qu’il", "l armee d alep qu il"),
        ("Kalibr-NK  F–16\nDeir\u00a0ez-Zor", "kalibr nk f 16 deir ez zor"),
        ("U.S.-led, the U.N. said. A.B.cd x.", "us led, the un said. a.b.cd x."),
        ("(Homs), 50%", "(homs), 50%"),
        ("Homs\ud83d Hama", "homs hama"),
        ("", ""),
    ],
)
def test_fold(source: str, folded: str) -> None:
    assert fold(source) == folded


def test_words() -> None:
    assert words("The U.S.-led coalition's F-16s hit «Хомс», حماة_2") == (
        ["the", "us", "led", "coalition", "f", "16s", "hit", "хомс", "حماه", "2"]
    )


@given(TEXT)
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


COMMON = st.text(st.sampled_from("aZ8_ -\n\tАЯйЁёآأةىئؤÀéçÑüÿŞğIıİ–—“»،؟٤\u00a0\u064b\u0651\u0652ـ"))


@given(COMMON)
def test_common_letters_fold_as_each_does_by_itself(text: str) -> None:
    assert fold_with_offsets(text).text.replace(" ", "") == "".join(map(fold, text)).replace(" ", "")


@given(COMMON)
def test_common_letters_are_not_rare(text: str) -> None:
    assert not fold_with_offsets(text).rare


@given(TEXT)
def test_what_is_not_rare_has_no_marks_but_those_of_ascii(text: str) -> None:
    folded = fold_with_offsets(text)
    assert folded.rare or all(char.isalnum() or char.isascii() for char in folded.text)


@given(TEXT)
def test_offsets_never_fall_and_stay_inside(text: str) -> None:
    folded = fold_with_offsets(text)
    assert folded.text == fold(text)
    assert len(folded.offsets) == len(folded.text) + 1
    assert list(folded.offsets) == sorted(folded.offsets)
    assert folded.offsets[-1] == len(text)
    assert all(0 <= offset < len(text) for offset in folded.offsets[:-1])


@given(TEXT, st.data())
def test_spans_lead_back_into_the_source(text: str, data: st.DataObject) -> None:
    folded = fold_with_offsets(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    first, last = folded.source_span(start, end)
    assert 0 <= first <= last <= len(text)
    assert (first < last) == (start < end)


@pytest.mark.parametrize(
    ("source", "part", "expected"),
    [
        ("at the Sha’ar gas field.", "shaar gas field", "Sha’ar gas field"),
        ("on Assad’s side", "assad", "Assad"),
        ("the cafe\u0301 in", "cafe", "cafe\u0301"),
        ("the U.S.-led war", "us led", "U.S.-led"),
        ("in the U.S. today", "us", "U.S."),
        ("the U.S.", "us", "U.S."),
        ("in Homs.", "homs", "Homs"),
        ("Islamic \n State", "islamic state", "Islamic \n State"),
        ("في حمصَ اليوم", "حمص", "حمصَ"),
    ],
)
def test_source_span(source: str, part: str, expected: str) -> None:
    folded = fold_with_offsets(source)
    start = folded.text.index(part)
    first, last = folded.source_span(start, start + len(part))
    assert source[first:last] == expected


@given(TEXT)
def test_every_letter_comes_from_a_character_that_folds_to_it(text: str) -> None:
    folded = fold_with_offsets(text)
    for index, char in enumerate(folded.text):
        if char.isalnum():
            assert char in fold(text[folded.offsets[index]]), (index, char)


@given(TEXT, st.data())
def test_the_way_there_is_the_way_back(text: str, data: st.DataObject) -> None:
    folded = fold_with_offsets(text)
    index = data.draw(st.integers(0, len(text)))
    there = folded.text_index(index)
    assert there == next(
        (at for at, source in enumerate(folded.offsets) if source >= index), len(folded.text)
    )
