"""What changed between two versions, in words."""

from hypothesis import given
from hypothesis import strategies as st

from search.diff import MOST_WORDS, Change, compare

TEXTS = st.lists(st.sampled_from(["tank", "tanks", "حلب", "Homs.", "\n\n", "-"]), max_size=60).map(" ".join)


def test_a_changed_word_stands_between_what_stayed() -> None:
    assert compare("Russian-made TOW missiles", "US-made TOW missiles").changes == [
        Change("gone", "Russian-made"),
        Change("new", "US-made"),
        Change("same", " TOW missiles"),
    ]


def test_a_new_paragraph_is_one_change() -> None:
    found = compare("One.\n\nThree.", "One.\n\nTwo is new.\n\nThree.").changes
    assert [each.text.strip() for each in found if each.kind == "new"] == ["Two is new."]
    assert not [each for each in found if each.kind == "gone"]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_it(before: str, after: str) -> None:
    changes = compare(before, after).changes
    assert "".join(each.text for each in changes if each.kind != "new").split() == before.split()
    assert "".join(each.text for each in changes if each.kind != "gone").split() == after.split()


@given(TEXTS)
def test_nothing_changes_between_a_text_and_itself(text: str) -> None:
    assert {each.kind for each in compare(text, text).changes} <= {"same"}


def test_a_giant_text_is_cut_and_says_so() -> None:
    found = compare("a b " * MOST_WORDS, "b a " * MOST_WORDS)
    assert found.cut
    assert sum(len(each.text.split()) for each in found.changes if each.kind != "gone") <= MOST_WORDS
