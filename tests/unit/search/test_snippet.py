"""Marks and windows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.snippet import Piece, marked, marks, snippet
from search.syntax import QuerySyntaxError, parse_query
from tests.unit.search.wire import BODY


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
