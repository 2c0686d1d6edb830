"""What can be asked of `store.index`, over every adapter: near, wildcards, folds, counts, pages, long walks."""

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from store.bounds import MOST_LEVELS, MOST_NODES
from store.errors import BadPage, BadQuestion
from store.index import Index
from store.query import (
    And,
    Bounds,
    Everything,
    Fold,
    Hit,
    Interval,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Sort,
    Term,
    TimeRange,
    Wildcard,
    Word,
)
from store.records import Article, GeoPoint
from tests.articles import NOON, article

NewIndex = Callable[[], Index]
PALMYRA = GeoPoint(lat=34.5604, lon=38.2672, place_id="place/palmyra", precision="point")
QARYATAIN = GeoPoint(lat=34.2289, lon=37.2406, place_id="place/qaryatain", precision="point")
ALEPPO = GeoPoint(lat=36.2028, lon=37.1586, place_id="place/aleppo", precision="point")
FIJI = GeoPoint(lat=-16.5, lon=179.9, place_id="place/fiji", precision="point")
ANYTHING = Query(now=None)


def asked(where: Node) -> Query:
    return Query(where=where, now=None, limit=100)


def found(index: Index, where: Node) -> list[str]:
    return sorted(hit.article.guid for hit in index.search(asked(where)).hits)


def stored(new_index: NewIndex, *articles: Article) -> Index:
    index = new_index()
    assert index.put(articles) == []
    index.refresh()
    return index


def pages(index: Index, query: Query) -> Iterator[list[Hit]]:
    after = None
    while True:
        page = index.search(
            Query(
                where=query.where, now=None, sort=query.sort, fold=query.fold, limit=query.limit, after=after
            )
        )
        yield list(page.hits)
        if (after := page.next) is None:
            return


def test_near_finds_what_names_a_place_within_the_distance(new_index: NewIndex) -> None:
    index = stored(
        new_index,
        article("palmyra", geo=(PALMYRA,)),
        article("qaryatain", geo=(QARYATAIN,)),
        article("both", geo=(PALMYRA, ALEPPO)),
        article("fiji", geo=(FIJI,)),
        article("nowhere"),
    )
    assert found(index, Near(34.56, 38.27, 5)) == ["both", "palmyra"]
    assert found(index, Near(34.2, 37.2, 20)) == ["qaryatain"]
    assert found(index, Near(34.5, 37.8, 500)) == ["both", "palmyra", "qaryatain"]
    assert found(index, Near(36.2, 37.16, 1)) == ["both"]
    assert found(index, Near(-16.5, -179.9, 30)) == ["fiji"]
    assert found(index, Near(90, 0, 20_000)) == ["both", "fiji", "palmyra", "qaryatain"]
    assert found(index, And((Near(36.2, 37.16, 1), Not(Near(34.56, 38.27, 5))))) == []
    # The latitude of one of its points and the longitude of the other make no third.
    assert found(index, Near(ALEPPO.lat, PALMYRA.lon, 30)) == []
    assert found(index, Near(PALMYRA.lat, ALEPPO.lon, 30)) == []


@pytest.mark.parametrize("bearing", range(0, 360, 30))
def test_near_is_exact(new_index: NewIndex, bearing: int) -> None:
    north = math.cos(math.radians(bearing)) * math.degrees(1 / 6371.0088)
    east = math.sin(math.radians(bearing)) * math.degrees(1 / 6371.0088) / math.cos(math.radians(35))
    articles = [
        article(
            str(km),
            geo=(GeoPoint(lat=35 + km * north, lon=38 + km * east, place_id="place/x", precision="point"),),
        )
        for km in (9.8, 9.99, 10.01, 10.2)
    ]
    assert found(stored(new_index, *articles), Near(35, 38, 10)) == ["9.8", "9.99"]


def test_wildcards_stand_for_letters_within_a_word(new_index: NewIndex) -> None:
    index = stored(
        new_index,
        article("1", headline="Qaryatain falls", body="x"),
        article("2", headline="y", body="Al-Qarytayn holds"),
        article("3", headline="قصف القريتين", body="x", language="ar"),
    )
    assert found(index, Wildcard("qar*n")) == ["1", "2"]
    assert found(index, Wildcard("QARYAT??N")) == ["1"]
    assert found(index, Wildcard("qarytay?")) == ["2"]
    assert found(index, Wildcard("qaryta?")) == []
    assert found(index, Wildcard("qar*n", "headline")) == ["1"]
    assert found(index, Wildcard("القر*ن")) == ["3"]
    assert found(index, Wildcard("qar**a*n")) == ["1", "2"]
    assert found(index, Wildcard("falls")) == ["1"]


@pytest.mark.parametrize(
    "where",
    [
        Wildcard("*a*"),
        Wildcard("?ar"),
        Wildcard("q*"),
        Wildcard("*"),
        Wildcard(""),
        Wildcard("al-qar*n"),
        Wildcard("qa*a*a*a*a*a"),
        Wildcard("q" * 100 + "*"),
        Or(tuple(Word(f"w{n}") for n in range(10_000))),
        And((Word("x"), *(Or((Word(f"w{n}"), Word("v"))) for n in range(MOST_NODES)))),
        Phrase("word " * 10_000),
        Word("x" * 100_000),
        Phrase("two words", slop=10**9),
        Near(91, 0, 1),
        Near(0, 181, 1),
        Near(0, 0, 0),
        Near(0, 0, math.nan),
        Near(math.nan, 0, 1),
    ],
)
def test_a_question_that_is_too_much_is_refused(new_index: NewIndex, where: Node) -> None:
    index = stored(new_index, article("1"))
    with pytest.raises(BadQuestion, match="query: "):
        index.search(asked(where))
    with pytest.raises(BadQuestion):
        index.facets(asked(where), ["language"], 5)
    with pytest.raises(BadQuestion):
        list(index.scan(asked(where)))


def test_how_deep_a_question_may_be(new_index: NewIndex) -> None:
    index = stored(new_index, article("1", headline="town"))
    where: Node = Word("town")
    for _ in range(MOST_LEVELS // 2 - 1):
        where = Or((And((where, Everything())), Word("nothing")))
    assert found(index, where) == ["1"]
    for _ in range(10_000):
        where = Not(where)
    with pytest.raises(BadQuestion, match="levels"):
        found(index, where)


def test_parts_of_one_kind_may_be_nested_deeply(new_index: NewIndex) -> None:
    index = stored(new_index, article("1", headline="town"))
    either: Node = Word("town")
    for n in range(MOST_NODES // 2 - 1):
        either = Or((either, Term("language", f"x{n}")))
    assert found(index, either) == ["1"]


@pytest.mark.parametrize("fold", get_args(Fold))
@pytest.mark.parametrize("sort", get_args(Sort))
def test_folds_show_one_hit_each_on_whatever_page(new_index: NewIndex, sort: Sort, fold: Fold) -> None:
    owners = [article(f"owner-{n}", minutes=10 * n) for n in range(7)]
    copies = [
        article(f"copy-{n}-{m}", minutes=10 * n + m + 95 * (m % 2), copy_of=one.id, story_id=one.id)
        for n, one in enumerate(owners)
        for m in range(n)
    ]
    index = stored(new_index, *owners, *copies, article("other", headline="Rain"))
    query = Query(where=Word("Qaryatain"), now=None, sort=sort, fold=fold, limit=2)
    shown = [hit for page in pages(index, query) for hit in page]
    folds = [hit.article.copy_of or hit.article.id for hit in shown]
    assert sorted(folds) == sorted(one.id for one in owners)
    assert {fold: hit.folded for fold, hit in zip(folds, shown, strict=True)} == {
        one.id: n for n, one in enumerate(owners)
    }
    assert index.search(query).total == len(owners) + len(copies)
    unfolded = index.search(Query(where=query.where, now=None, sort=sort, limit=100)).hits
    firsts: dict[str, Hit] = {}
    for hit in unfolded:
        firsts.setdefault(hit.article.copy_of or hit.article.id, hit)
    if sort != "relevance":  # equal texts have equal scores: any of them may be the first
        assert [hit.article.id for hit in shown] == [hit.article.id for hit in firsts.values()]


def test_a_fold_holds_matches_only(new_index: NewIndex) -> None:
    one = article("1", language="ar")
    index = stored(new_index, one, article("2", copy_of=one.id), article("3", story_id=one.id))
    english = Term("language", "en")
    hits = index.search(Query(where=english, now=None, fold="story")).hits
    assert [hit.folded for hit in hits] == [1]
    hits = index.search(Query(where=english, now=None, fold="copies", sort="newest")).hits
    assert [(sorted(hit.article.guid), hit.folded) for hit in hits] == [(["2"], 0), (["3"], 0)] or [
        (hit.article.guid, hit.folded) for hit in hits
    ] == [("3", 0), ("2", 0)]


@pytest.mark.parametrize("fold", [None, *get_args(Fold)])
@pytest.mark.parametrize("sort", get_args(Sort))
def test_pages_of_any_order_hold_everything_once(new_index: NewIndex, sort: Sort, fold: Fold | None) -> None:
    """Articles of the same millisecond too."""
    articles = [article(str(n), minutes=n // 9) for n in range(40)]
    index = stored(new_index, *articles[:25])
    index.put(articles[25:])
    index.refresh()
    query = Query(now=None, sort=sort, fold=fold, limit=7)
    shown = [hit.article for page in pages(index, query) for hit in page]
    assert len(shown) == 40
    assert {each.id for each in shown} == {each.id for each in articles}
    times = [each.published for each in shown if each.published]
    if sort != "relevance":
        assert times == sorted(times, reverse=sort != "oldest")
    whole = index.search(Query(now=None, sort=sort, fold=fold, limit=100)).hits
    assert [hit.article.id for hit in whole] == [each.id for each in shown]


def test_a_page_of_another_order_is_refused(new_index: NewIndex) -> None:
    index = stored(new_index, *(article(str(n)) for n in range(3)))
    after = index.search(Query(now=None, sort="newest", limit=1)).next
    assert after is not None
    for sort in ("relevance", "oldest", "first_seen"):
        with pytest.raises(BadPage):
            index.search(Query(now=None, sort=sort, limit=1, after=after))


def test_the_undated_are_dated_by_when_they_were_first_seen(new_index: NewIndex) -> None:
    index = stored(
        new_index,
        article("old", published=datetime(1969, 7, 20, tzinfo=UTC)),
        article("undated", minutes=5, published=None),
        article("dated", minutes=1),
    )
    order = [hit.article.guid for hit in index.search(Query(now=None, sort="newest")).hits]
    assert order == ["undated", "dated", "old"]
    assert found(index, TimeRange("dated", NOON, None)) == ["dated", "undated"]
    assert found(index, TimeRange("dated")) == ["dated", "old", "undated"]


def test_a_timeline_has_no_gaps(new_index: NewIndex) -> None:
    days = [0, 0, 3, 40]
    index = stored(
        new_index,
        *(article(str(n), minutes=1440 * day) for n, day in enumerate(days)),
        article("undated", minutes=1440, published=None),
    )

    def line(interval: Interval, **more: str) -> list[tuple[str, int]]:
        found = index.timeline(ANYTHING, interval, **more)  # type: ignore[arg-type]
        return [(bucket.start.isoformat()[:16], bucket.count) for bucket in found]

    daily = line("day")
    assert daily[:4] == [
        ("2015-10-07T00:00", 2),
        ("2015-10-08T00:00", 1),
        ("2015-10-09T00:00", 0),
        ("2015-10-10T00:00", 1),
    ]
    assert len(daily) == 41
    assert line("week")[:2] == [("2015-10-05T00:00", 4), ("2015-10-12T00:00", 0)]
    assert line("month") == [("2015-10-01T00:00", 4), ("2015-11-01T00:00", 1)]
    assert line("year") == [("2015-01-01T00:00", 5)]
    hourly = line("hour", field="published")
    assert (hourly[0], hourly[-1]) == (("2015-10-07T12:00", 2), ("2015-11-16T12:00", 1))
    assert len(hourly) == 40 * 24 + 1
    assert sum(count for _, count in hourly) == 4
    assert index.timeline(asked(Word("nothing")), "day") == []
    assert index.timeline(asked(Word("nothing")), "hour") == []


def test_a_timeline_is_bounded(new_index: NewIndex) -> None:
    index = stored(
        new_index, article("1", published=datetime(1000, 1, 1, tzinfo=UTC)), article("2", minutes=60 * 24)
    )
    for interval in ("hour", "day", "week", "month"):
        with pytest.raises(BadQuestion, match="longer interval"):
            index.timeline(ANYTHING, interval)
    yearly = index.timeline(ANYTHING, "year")
    assert (yearly[0].start.year, len(yearly), sum(each.count for each in yearly)) == (1000, 1016, 2)


def test_cells_count_articles_and_name_their_places(new_index: NewIndex) -> None:
    near_palmyra = GeoPoint(lat=34.561, lon=38.268, place_id="place/near", precision="point")
    index = stored(
        new_index,
        article("1", geo=(PALMYRA, near_palmyra)),
        article("2", geo=(PALMYRA,)),
        article("3", geo=(ALEPPO,)),
        article("4", geo=(FIJI, ALEPPO)),
        article("5"),
    )
    cells = index.cells(ANYTHING, 8)
    assert [(cell.count, cell.places) for cell in cells] == [
        (2, ("place/aleppo",)),
        (2, ("place/palmyra", "place/near")),
        (1, ("place/fiji",)),
    ]
    assert [cell.cell for cell in cells] == ["8/154/100", "8/155/101", "8/255/139"]
    assert cells[1].lat == pytest.approx(34.5606, abs=1e-4)
    assert cells[1].lon == pytest.approx((2 * PALMYRA.lon + near_palmyra.lon) / 3, abs=1e-4)
    syria = Bounds(south=32, west=35, north=38, east=43)
    assert [cell.count for cell in index.cells(ANYTHING, 8, syria)] == [2, 2]
    pacific = Bounds(south=-30, west=170, north=0, east=-170)
    assert [cell.places for cell in index.cells(ANYTHING, 14, pacific)] == [("place/fiji",)]
    assert [cell.count for cell in index.cells(ANYTHING, 8, size=1)] == [2]
    assert [cell.count for cell in index.cells(asked(Near(36.2, 37.16, 5)), 5, syria)] == [2]
    assert index.cells(asked(Word("nothing")), 8) == []
    for precision in (1, 15):
        with pytest.raises(BadQuestion, match="precision"):
            index.cells(ANYTHING, precision)


def test_company_is_what_is_more_frequent_than_elsewhere(new_index: NewIndex) -> None:
    index = stored(
        new_index,
        *(article(f"a{n}", place_ids=("homs",), weapon_ids=("kalibr", "common")) for n in range(6)),
        *(article(f"b{n}", place_ids=("aleppo",), weapon_ids=("common",)) for n in range(9)),
        article("c", place_ids=("homs",), weapon_ids=("once",)),
        article("d", place_ids=("aleppo",), weapon_ids=("kalibr",)),
    )
    company = index.company(asked(Term("place_ids", "homs")), "weapon_ids", 5)
    assert [(each.value, each.count, each.background) for each in company] == [("kalibr", 6, 7)]
    assert company[0].score == pytest.approx(10.79, abs=0.01)
    assert index.company(ANYTHING, "weapon_ids", 5) == []
    assert index.company(asked(Word("nothing")), "weapon_ids", 5) == []


def test_the_background_keeps_an_embargo(new_index: NewIndex) -> None:
    index = stored(
        new_index,
        *(article(f"a{n}", language="ar", weapon_ids=("kalibr",)) for n in range(2)),
        *(article(f"b{n}") for n in range(4)),
        article("secret", weapon_ids=("kalibr",), embargoed_until=NOON + timedelta(days=1)),
    )
    query = Query(where=Term("language", "ar"), now=NOON)
    assert [each.background for each in index.company(query, "weapon_ids", 5)] == [2]


def test_a_walk_goes_over_all_matches_newest_first(new_index: NewIndex) -> None:
    articles = [article(str(n), minutes=n // 3) for n in range(50)]
    index = stored(new_index, *articles, article("other", headline="Rain"))
    walked = list(index.scan(Query(where=Word("Qaryatain"), now=None, limit=3, fold="story", sort="oldest")))
    assert sorted(each.id for each in walked) == sorted(each.id for each in articles)
    times = [each.published for each in walked if each.published]
    assert times == sorted(times, reverse=True)
    assert [each.id for each in index.scan(Query(where=Word("Qaryatain"), now=None))] == [
        each.id for each in walked
    ]


def test_a_walk_sees_the_index_as_it_was_at_the_start(new_index: NewIndex) -> None:
    index = stored(new_index, *(article(str(n), minutes=n) for n in range(5)))
    walk = index.scan(ANYTHING)
    assert next(walk).guid == "4"
    index.put([article("5", minutes=9), article("0", version=2, headline="Rain")])
    index.refresh()
    assert [each.guid for each in walk] == ["3", "2", "1", "0"]


def test_a_walk_through_the_history_gives_every_version_of_each_match(new_index: NewIndex) -> None:
    index = stored(
        new_index,
        article("1", version=1, headline="first"),
        article("1", version=2, headline="second"),
        article("2", minutes=5),
        article("3", version=1),
        article("3", version=2, headline="x", body="y"),
    )
    walked = [(each.guid, each.version) for each in index.scan(asked(Word("town")), "history")]
    assert walked == [("2", 1), ("1", 2), ("1", 1)]


def test_what_was_indexed_since_a_moment_is_found(new_index: NewIndex) -> None:
    before = datetime.now(UTC) - timedelta(minutes=1)
    index = stored(new_index, article("1"), article("2"))
    after = datetime.now(UTC) + timedelta(minutes=1)
    assert found(index, TimeRange("indexed", before, after)) == ["1", "2"]
    assert found(index, TimeRange("indexed", after, None)) == []
    assert sum(bucket.count for bucket in index.timeline(ANYTHING, "day", "indexed")) == 2


def test_a_beginning_of_a_passage_finds_every_ending(new_index: NewIndex) -> None:
    index = stored(new_index, *(article(str(n), headline=f"free syr{n:03}") for n in range(80)))
    assert len(found(index, Prefix("free syr"))) == 80


@pytest.fixture(scope="module")
def many() -> list[Article]:
    """5,000 that all hold one word, many of them equally good and equally old, two to a story."""
    return [
        article(
            str(n),
            headline="Shelling " * (1 + n % 3),
            body=f"Word {n}",
            minutes=n // 7,
            story_id=f"story-{n // 2}",
        )
        for n in range(5000)
    ]


@pytest.mark.parametrize("fold", [None, "story"])
@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest", "first_seen"])
def test_pages_have_no_end_before_the_hits_have_one(
    new_index: NewIndex, many: list[Article], sort: Sort, fold: Fold | None
) -> None:
    index = new_index()
    for at in range(0, len(many), 1000):
        assert index.put(many[at : at + 1000]) == []
        index.refresh()
    where = Word("shelling")
    hits = [
        hit
        for page in pages(index, Query(where=where, now=None, sort=sort, fold=fold, limit=200))
        for hit in page
    ]
    shown = {hit.article.story_id if fold else hit.article.id for hit in hits}
    assert len(hits) == len(shown) == (2500 if fold else 5000)
    assert sum(1 + hit.folded for hit in hits) == 5000
    if sort == "relevance":
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        return
    times = [(hit.article.first_seen if sort == "first_seen" else hit.article.published) for hit in hits]
    assert times == sorted(times, reverse=sort != "oldest")  # type: ignore[type-var]
