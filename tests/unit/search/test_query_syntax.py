"""The query language: what each form asks for, and that what is wrong is said with its place."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import luqum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import dating
from ingest.complete import COMPLETION
from ingest.signals import EDITED, SAID
from lexicon.fold import words
from search.fields import SIGNALS
from search.syntax import QuerySyntaxError, parse_query
from store.query import (
    And,
    Everything,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Term,
    TimeField,
    TimeRange,
    Wildcard,
    Word,
)
from tests.unit.search.wire import NOW

A, B, C = Word("a"), Word("b"), Word("c")
PIECES = ["AND", "OR", "NOT", "(", ")", '"', "-", ":", "place:", "published:", "headline:", "[", "]", " TO "]
PIECES += ["~", "*", "/", "\\", " ", "a", "حلب", "?", "^", "«", "”", "\n", "\x1c", "0000"]
PIECES += ["last-9999999w", "last-7d", "9999-12-31", "'"]
TYPED = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))


def _names(count: int) -> list[str]:
    return [f"w{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(count)]


def _each(pattern: str, count: int) -> str:
    return " ".join(pattern.format(name) for name in _names(count))


def day(year: int, month: int = 1, number: int = 1) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", Everything()),
        (" \t ", Everything()),
        ("*", Everything()),
        ("a b", And((A, B))),
        ("a AND b c", And((A, B, C))),
        ("a OR b", Or((A, B))),
        ("a b OR c", And((A, Or((B, C))))),
        ("(a b) OR c", Or((And((A, B)), C))),
        ("a AND b OR c", Or((And((A, B)), C))),
        ("a || b && c", Or((A, And((B, C))))),
        ("a NOT b", And((A, Not(B)))),
        ("a -b", And((A, Not(B)))),
        ("a OR b -c", And((Or((A, B)), Not(C)))),
        ("-(a OR b)", Not(Or((A, B)))),
        ("- a", A),
        ("and or", And((Word("and"), Word("or")))),
        ("a TO b", And((A, Word("TO"), B))),
        ('"barrel bomb"', Phrase("barrel bomb")),
        ("“barrel bomb”", Phrase("barrel bomb")),
        ("«برميل متفجر»", Phrase("برميل متفجر")),
        ('"AND (a"', Phrase("AND (a")),
        ('"car bomb"~5', Phrase("car bomb", slop=5)),
        ('"a\\"', Phrase("a\\")),
        ("shell*", Prefix("shell")),
        ("al-ass*", And((Word("al"), Prefix("ass")))),
        ("shell*?", Prefix("shell")),
        ("qar*tain", Wildcard("qar*tain")),
        ("wi?d", Wildcard("wi?d")),
        ("wi?d?", Wildcard("wi?d")),
        ("حل*ب", Wildcard("حل*ب")),
        ("headline:qar?atain", Wildcard("qar?atain", "headline")),
        ("why?", Word("why")),
        ("a b a", And((A, B))),
        ("a a", A),
        ("(a OR b) (a OR b)", Or((A, B))),
        ("ab* " * 499, Prefix("ab")),
        ("AB* OR " * 280 + "ab*", Prefix("ab")),
        ("a " * 999, A),
        (_each("{}*", 8), And(tuple(Prefix(name) for name in _names(8)))),
        (_each("{}", 100), And(tuple(Word(name) for name in _names(100)))),
        (f'"{_each("{}", 400)}"', Phrase(_each("{}", 400))),
    ],
)
def test_words_and_operators(text: str, node: Node) -> None:
    assert parse_query(text) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("feed:levant-wire/all", Term("feed_id", "levant-wire/all")),
        ("language:AR", Term("language", "ar")),
        ("lang:ar", Term("language", "ar")),
        ("id:0a1b", Term("id", "0a1b")),
        ("place:SY04", Term("place_ids", "place/SY04")),
        ("place:sy04", Term("place_ids", "place/SY04")),
        ("PLACE:place/SY04", Term("place_ids", "place/SY04")),
        ("place:palmyra", Term("place_ids", "place/palmyra")),
        ("person:bashar-al-assad", Term("person_ids", "person/bashar-al-assad")),
        ('person:"Bashar al-Assad"', Term("person_ids", "person/bashar-al-assad")),
        ("group:hezbollah", Term("group_ids", "group/hezbollah")),
        ("state:united-states/pentagon", Term("state_ids", "state/united-states/pentagon")),
        ("weapon:sarin", Term("weapon_ids", "weapon/sarin")),
        ("theme:ceasefire", Term("theme_ids", "theme/ceasefire")),
        ("entity:place/sy04", Term("entity_ids", "place/SY04")),
        ("story:s1", Term("story_id", "s1")),
        ("copy_of:a1", Term("copy_of", "a1")),
        ("provider:AFP", Term("provider", "AFP")),
        ("near:34.72,37.26,20km", Near(34.72, 37.26, 20)),
        ('near:"-34.5, 37, 0.5 km"', Near(-34.5, 37, 0.5)),
        ("status:Canceled", Term("pubstatus", "canceled")),
        ("signal:correction", Term("signals", "correction")),
        ("headline:arch", Word("arch", "headline")),
        ('body:"arch of"~2', Phrase("arch of", "body", 2)),
        ("headline:(arch OR pal*)", Or((Word("arch", "headline"), Prefix("pal", "headline")))),
        (
            "-place:(SY04 OR SY02)",
            Not(Or((Term("place_ids", "place/SY04"), Term("place_ids", "place/SY02")))),
        ),
    ],
)
def test_fields(text: str, node: Node) -> None:
    assert parse_query(text) == node


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("published:[2015-10-01 TO 2015-10-09]", day(2015, 10, 1), day(2015, 10, 10)),
        ("published:[2015-10-01 to *]", day(2015, 10, 1), None),
        ("published:2015-12-31", day(2015, 12, 31), day(2016)),
        ("published:2015-12", day(2015, 12), day(2016)),
        ("published:2015", day(2015), day(2016)),
        ("published:last-7d", NOW - timedelta(days=7), None),
        ("published:last-36h", NOW - timedelta(hours=36), None),
        ("published:last-2w", NOW - timedelta(weeks=2), None),
    ],
)
def test_dates(text: str, low: datetime | None, high: datetime | None) -> None:
    assert parse_query(text, now=NOW) == TimeRange("published", low, high)


@pytest.mark.parametrize(
    ("text", "field", "low", "high"),
    [
        ("updated:yesterday", "updated", day(2015, 10, 9), day(2015, 10, 10)),
        ("first_seen:today", "first_seen", day(2015, 10, 10), day(2015, 10, 11)),
        ("first_seen:[last-1d TO today]", "first_seen", NOW - timedelta(days=1), day(2015, 10, 11)),
        ("date:2015-10", "dated", day(2015, 10), day(2015, 11)),
        (
            "updated:2015-10-01T12",
            "updated",
            datetime(2015, 10, 1, 12, tzinfo=UTC),
            datetime(2015, 10, 1, 13, tzinfo=UTC),
        ),
        (
            "updated:2015-10-01T12:30Z",
            "updated",
            datetime(2015, 10, 1, 12, 30, tzinfo=UTC),
            datetime(2015, 10, 1, 12, 31, tzinfo=UTC),
        ),
    ],
)
def test_moments_of_other_fields(text: str, field: TimeField, low: datetime, high: datetime) -> None:
    assert parse_query(text, now=NOW) == TimeRange(field, low, high)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("Sha'ar", Word("Sha'ar")),
        ("Ra’s", Word("Ra’s")),
        ("who bombed Idlib?", And((Word("who"), Word("bombed"), Word("Idlib")))),
        ("12:30", Phrase("12:30")),
        ("al-Assad", Phrase("al-Assad")),
        ("https://example.com/a?b=(c)", And((Phrase("https://example.com/a?b"), Word("c")))),
        ("either/or", Phrase("either/or")),
        ("/etc/", Word("etc")),
        ("Moscow: no", And((Word("Moscow"), Word("no")))),
        ("12%~ ^2 a^2 [x] {y}", And((Word("12%~"), Word("^2"), Phrase("a^2"), Word("x"), Word("y")))),
        ("غارات على حلب؟", And((Word("غارات"), Word("على"), Word("حلب")))),
        ("a ? b", And((A, B))),
        ("a OR ?", A),
        ("U.S.", Word("U.S")),
    ],
)
def test_what_people_type(text: str, node: Node) -> None:
    assert parse_query(text) == node


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        ('ceasefire in "Homs', 14, 'an opening quote without its closing one: add " at the end'),
        ("AND", 1, "AND has nothing before it"),
        ("a AND", 3, "AND has nothing after it"),
        ("a OR OR b", 6, "OR has nothing before it"),
        ("(a OR ) b", 4, "OR has nothing after it"),
        ("NOT NOT a", 5, "NOT twice"),
        ("a (b", 3, "an opening bracket without"),
        ("a) b", 2, "a closing bracket without"),
        ("a ()", 3, "brackets with nothing in them"),
        ("(" * 30 + "a" + ")" * 30, 21, "more than 20 brackets"),
        ("place: SY04", 6, "place: has no value"),
        ("place:", 6, "place: has no value"),
        ("plce:SY04", 1, "unknown field 'plce': did you mean place:?"),
        ("a status:lost", 10, "status: 'lost' is not known: use usable, withheld, canceled"),
        ("place:SY*", 7, "place: takes whole values only"),
        ("entity:assad", 8, "entity: 'assad' does not say what it is"),
        ("headline:(place:x)", 11, "place: stands inside headline:"),
        ("headline:?", 10, "headline: has no word"),
        ("place:[a TO b]", 7, "place: takes no [… TO …]"),
        ("published:[2015]", 11, "a span needs two days"),
        ("published:soon", 11, "'soon' is no date"),
        ("published:2015-02-30", 11, "'2015-02-30' is not in the calendar"),
        ("published:9999-12-31", 11, "'9999-12-31' is not in the calendar"),
        ("published:last-999999w", 11, "'last-999999w' goes back too far"),
        ("published:[2015-10-09 TO 2015-10-01]", 11, "the span ends (2015-10-01) before it begins"),
        ("s*ll", 1, "begins with too little"),
        ("*a*", 1, "begins with too little"),
        ("a -*ll", 4, "begins with too little"),
        ("ab*c*d*e*f*g", 1, "has more than 4 *"),
        ("al-as*d", 1, "is more than one word"),
        ("near:homs", 6, "'homs' is no circle: write near:34.72,37.26,20km"),
        ("near:95,37,20km", 6, "near: 95,37,20km lies on no map"),
        ("near:34,37,99999km", 6, "lies on no map"),
        ("near:palmyra,20km", 6, "'palmyra' is no place of the gazetteer"),
        ("updated:2015-10-01T25", 9, "'2015-10-01T25' is no time of the day"),
        ("first_seen:never", 12, "'never' is no date"),
        ("x " * 10_000, 2001, "the query is too long: keep it below 2000"),
        (" OR ".join(f"c{n}" for n in range(10_000)), 2001, "the query is too long"),
        ("(" * 5000, 2001, "the query is too long"),
        ("a s*", 3, "would match too much"),
        ('"a b"~999', 7, "~999 is too far apart"),
        ("???", 1, "nothing to look for"),
        ("a" * 2001, 2001, "the query is too long"),
        (_each("{}*", 9), 41, "9 words with * or ?, at most 8: write some of them out"),
        (_each("{}* OR", 8) + " ab (headline:zz* OR c)", 78, "9 words with * or ?"),
        (" OR ".join(f"(ab* {word})" for word in _names(9)), 106, "9 words with * or ?"),
        (_each("{}", 101), 401, "101 words and terms, at most 100: leave some out, or put"),
        (_each("feed:{} OR", 99) + " a b", 1191, "101 words and terms, at most 100"),
    ],
)
def test_errors_say_where_and_what_to_do(text: str, position: int, problem: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse_query(text, now=NOW)
    assert caught.value.position == position
    assert caught.value.problem.startswith(problem) or problem in caught.value.problem
    assert str(caught.value) == f"query: character {position}: {caught.value.problem}"


@given(TYPED)
def test_anything_parses_or_is_refused(text: str) -> None:
    try:
        node = parse_query(text, now=NOW)
    except QuerySyntaxError as error:
        wrong = error
    else:
        _sound(node)
        return
    assert 1 <= wrong.position <= len(text) + 1


def _sound(node: Node) -> None:
    match node:
        case And(parts) | Or(parts):
            assert len(parts) > 1
            for part in parts:
                assert type(part) is not type(node)
                _sound(part)
        case Not(part):
            _sound(part)
        case Word(text) | Prefix(text):
            assert len(words(text)) == 1
        case Phrase(text):
            assert words(text)
        case Term(_, value):
            assert value.strip() == value != ""


def test_the_parser_writes_nothing_to_disk(tmp_path: Path) -> None:
    folder = Path(luqum.__file__).parent
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir() if path.is_file()}
    code = "from search.syntax import parse_query; print(parse_query('a'))"
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("Word(text='a'")
    assert not done.stderr
    assert list(tmp_path.iterdir()) == []
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir() if path.is_file()} == before


def test_the_signals_of_the_query_are_those_that_articles_get() -> None:
    dates = {value for name, value in vars(dating).items() if name.startswith("DATE_")}
    assert set(SIGNALS) == {*SAID, EDITED, COMPLETION} | dates
    with pytest.raises(QuerySyntaxError, match="signal: 'nonsense' is not known: use completion, correction"):
        parse_query("signal:nonsense")
