"""Marks and windows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.snippet import LOOKED_AT, Piece, best_start, marked, marks, snippet
from search.syntax import QuerySyntaxError, parse_query
from tests.unit.search.wire import BODY, Counted


def shown(text: str, query: str, width: int = 260) -> str:
    pieces = snippet(text, parse_query(query), "body", width)
    return "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Rebels shelled Hama", "shelling", "Rebels [shelled] Hama"),
        ("commit a comment", "commit", "[commit] a comment"),
        ("near Sha‘ār field", "sha'ar", "near [Sha‘ār] field"),
        ("Syria’s army", "syria", "[Syria]’s army"),
        ("بلدة الشَّعَار قرب", "الشعار", "بلدة [الشَّعَار] قرب"),
        ("barrel bomb, a bomb in a barrel", '"barrel bomb"', "[barrel] [bomb], a bomb in a barrel"),
        ("car and truck bomb", '"car bomb"~2', "[car] and truck [bomb]"),
        ("car and truck bomb", '"car bomb"~1', "car and truck bomb"),
        ("shellfire and shells", "shell*", "[shellfire] and [shells]"),
        ("Qaryatain, Qaryatayn and Qara", "qar*t*n", "[Qaryatain], [Qaryatayn] and Qara"),
        ("القريتين وحمص", "ال*تين", "[القريتين] وحمص"),
        ("Homs and Hama", "homs -hama", "[Homs] and Hama"),
        ("Homs and Hama", "headline:homs body:hama", "Homs and [Hama]"),
        ("at 12:30 or 12 of 30", "12:30", "at [12]:[30] or 12 of 30"),
        ("Homs", "place:homs", "Homs"),
        ("", "homs", ""),
    ],
)
def test_marks(text: str, query: str, expected: str) -> None:
    assert shown(text, query) == expected


def test_the_window_shows_most_marks() -> None:
    found = shown(BODY, "shelling russian idlib", 160)
    assert found.startswith("… ")
    assert "[shelling]" in found
    assert "[Russian]" in found
    assert "[Idlib]" in found


def test_without_marks_the_beginning_is_shown() -> None:
    assert shown(BODY, "tomatoes", 60) == "BEIRUT (Levant Wire) - Islamic State fighters have blown up …"


def test_a_window_never_cuts_what_it_marks() -> None:
    assert shown("x" * 300, "x" * 300, 50) == "x" * 50 + " …"


@given(st.text(max_size=400), st.text(min_size=1, max_size=12), st.integers(10, 80))
def test_pieces_are_runs_of_the_text(text: str, query: str, width: int) -> None:
    try:
        node = parse_query(query)
    except QuerySyntaxError:
        return
    assert "".join(piece.text for piece in marked(text, marks(text, node, "any"))) == text
    pieces = snippet(text, node, "body", width)
    kept = "".join(piece.text for piece in pieces if piece not in (Piece("… ", False), Piece(" …", False)))
    assert kept in text
    assert len(kept) <= width


def test_only_the_beginning_of_a_huge_text_is_looked_at() -> None:
    huge = "Homs is shelled. " * 200_000
    places = marks(huge, parse_query("homs shelled"), "body")
    assert len(places) == 2 * (LOOKED_AT // 17) + 1
    assert places[-1][1] <= LOOKED_AT
    late = "x " * LOOKED_AT + "Homs"
    assert marks(late, parse_query("homs"), "body") == []
    assert snippet(late, parse_query("homs")) == [Piece("x " * 129 + "x", False), Piece(" …", False)]


def test_a_word_that_is_cut_there_is_not_marked() -> None:
    text = "x" * (LOOKED_AT - 5) + " Homs" + "ton and more"
    assert marks(text, parse_query("homs"), "body") == []
    assert marks(text.replace("ton", " ton"), parse_query("homs"), "body") == []
    assert len(marks(text[1:].replace("ton", " ton"), parse_query("homs"), "body")) == 1


def test_the_window_is_found_in_one_pass() -> None:
    text = "Homs is shelled. " * 1000
    places = Counted(marks(text, parse_query("homs shelled"), "body"))
    assert best_start(text, places, 260) == 0
    assert places.reads <= 4 * len(places)


def test_a_long_phrase_in_a_text_that_repeats_itself() -> None:
    text, phrase = "a " * 9_000 + "b", " ".join(["a"] * 900)
    assert len(marks(text, parse_query(f'"{phrase}"'), "body")) == 9_000
    assert len(marks(text, parse_query(f'"{phrase} b"'), "body")) == 901
    assert len(marks(text, parse_query(f'"{phrase} b"~3'), "body")) == 904


@pytest.mark.parametrize(("at", "marked_there"), [(0, 4), (40, 6)])
def test_the_window_with_most_marks_is_the_first_of_equals(at: int, marked_there: int) -> None:
    text = "Homs Homs Homs Homs " + "x " * 300 + "Homs " * (4 + at // 20) + "y " * 300
    pieces = snippet(text, parse_query("homs"), "body", 100)
    assert sum(piece.marked for piece in pieces) == marked_there
    assert (pieces[0].text == "Homs") == (at == 0)


def test_stars_over_a_long_word_do_not_try_each_way_through_it() -> None:
    assert marks("a" * 15_000, parse_query("aa*a*a*a*b"), "body") == []
    assert marks("a" * 15_000 + "b", parse_query("aa*a*a*a*b"), "body") == [(0, 15_001)]
