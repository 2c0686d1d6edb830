"""The contract of `store.index`, over every adapter."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from store.errors import BadPage, SyriaWireError
from store.index import Index
from store.query import And, Everything, Node, Not, Or, Phrase, Prefix, Query, Term, TimeRange, Word
from store.records import Article
from tests.articles import NOON, article

NewIndex = Callable[[], Index]
LATER = NOON + timedelta(days=30)


def found(index: Index, where: Node, *, copies: bool = True) -> list[str]:
    """The guids of all matches."""
    index.refresh()
    hits = index.search(Query(where=where, now=LATER, copies=copies, limit=100))
    assert hits.total == len(hits.hits)
    return sorted(hit.article.guid for hit in hits.hits)


def versions(index: Index, one: Article) -> list[tuple[int, int]]:
    return [each.order for each in index.history(one.id)]


def test_an_article_is_stored_whole(new_index: NewIndex) -> None:
    index = new_index()
    one = article("1", keywords=("Syria",), place_ids=("place/SY04", "place/C2528"), ednote="Adds the time.")
    assert index.put([one]) == []
    assert index.get(one.id) == one
    assert index.history(one.id) == [one]
    index.refresh()
    assert [hit.article for hit in index.search(Query(now=LATER)).hits] == [one]
    assert list(index.scan(Query(now=None))) == [one]


def test_an_empty_index_answers(new_index: NewIndex) -> None:
    index = new_index()
    index.refresh()
    assert index.search(Query(now=LATER)).total == 0
    assert index.get("none") is None
    assert index.history("none") == []
    assert list(index.keys("newest")) == []
    assert index.facets(Query(now=LATER), ["language"], 5) == {"language": []}
    assert list(index.scan(Query(now=None))) == []
    assert index.put([]) == []


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_greatest_version_and_revision_wins_in_any_order(
    new_index: NewIndex, order: tuple[int, ...]
) -> None:
    forms = [
        article("1", version=100, revision=5, headline="first"),
        article("1", version=200, revision=1, headline="second"),
        article("1", version=200, revision=2, headline="second, tagged anew"),
    ]
    index = new_index()
    for n in order:
        index.put([forms[n]])
    newest = index.get(forms[0].id)
    assert newest == forms[2]
    assert versions(index, forms[0]) == [(200, 2), (100, 5)]
    assert found(index, Word("first")) == []
    assert found(index, Word("anew")) == ["1"]


def test_the_greatest_wins_within_one_batch(new_index: NewIndex) -> None:
    forms = [article("1", version=n, headline=f"form {n}") for n in (3, 1, 2)]
    index = new_index()
    index.put(forms)
    assert index.get(forms[0].id) == forms[0]
    assert versions(index, forms[0]) == [(3, 0), (2, 0), (1, 0)]


def test_an_equal_order_changes_nothing(new_index: NewIndex) -> None:
    index = new_index()
    index.put(
        [article("1", version=7, headline="as it was"), article("1", version=7, headline="in the same batch")]
    )
    index.put([article("1", version=7, headline="the same version again")])
    index.refresh()
    stored = index.get(article("1").id)
    assert stored is not None
    assert stored.headline == "as it was"
    assert len(list(index.keys("history"))) == 1


def test_a_late_older_version_goes_into_the_history_only(new_index: NewIndex) -> None:
    index = new_index()
    index.put([article("1", version=200, headline="current")])
    index.put([article("1", version=150, headline="late")])
    newest = index.get(article("1").id)
    assert newest is not None
    assert newest.version == 200
    assert versions(index, newest) == [(200, 0), (150, 0)]


def test_keys_list_both_collections(new_index: NewIndex) -> None:
    index = new_index()
    index.put([article("1", version=1), article("2", version=1)])
    index.put([article("1", version=2, revision=3)])
    index.refresh()
    one, two = article("1").id, article("2").id
    assert sorted(index.keys("newest")) == sorted([(one, 2, 3), (two, 1, 0)])
    assert sorted(index.keys("history")) == sorted([(one, 1, 0), (one, 2, 3), (two, 1, 0)])


def test_another_process_sees_what_was_put(new_index: NewIndex) -> None:
    writer, reader = new_index(), new_index()
    reader.refresh()
    writer.put([article("1")])
    assert found(reader, Word("Qaryatain")) == ["1"]
    writer.put([article("2")])
    assert found(reader, Word("Qaryatain")) == ["1", "2"]


@pytest.mark.parametrize(
    ("language", "text", "asked"),
    [
        ("ar", "قصفت الطائرات أطراف المدينة والقريتين", ["مدينة", "القريتين", "قريتين", "الطائرات", "اطراف"]),
        ("ru", "Самолёты нанесли удары по позициям боевиков", ["самолеты", "самолётов", "удар", "боевик"]),
        ("tr", "Rus uçakları Halep'te köyleri vurdu", ["uçak", "uçaklar", "Halep", "köy", "ucaklari"]),
        (
            "en",
            "Warplanes bombed villages near Sha’ar",
            ["warplane", "bombing", "village", "Sha'ar", "Shaar"],
        ),
        ("fr", "Des frappes aériennes ont visé la ville", ["frappe", "aérienne", "aeriennes"]),
        ("ku", "Firokeyên şer gund bombebaran kirin", ["gund", "şer", "ser"]),
    ],
)
def test_text_is_found_by_its_stems_and_its_folded_forms(
    new_index: NewIndex, language: str, text: str, asked: list[str]
) -> None:
    index = new_index()
    index.put([article("1", language=language, headline="x", body=text)])
    assert {word: found(index, Word(word)) for word in asked} == {word: ["1"] for word in asked}
    assert found(index, Word("Tomahawk")) == []


def test_boolean_phrase_and_prefix(new_index: NewIndex) -> None:
    index = new_index()
    index.put(
        [
            article(
                "1", headline="Ceasefire holds", body="The Free Syrian Army said the truce holds in Hama."
            ),
            article("2", headline="Fighting goes on", body="The army of the state left Hama."),
        ]
    )
    assert found(index, And((Word("Hama"), Word("truce")))) == ["1"]
    assert found(index, Or((Word("truce"), Word("left")))) == ["1", "2"]
    assert found(index, And((Word("Hama"), Not(Word("truce"))))) == ["2"]
    assert found(index, Not(Word("truce"))) == ["2"]
    assert found(index, Phrase("free syrian army")) == ["1"]
    assert found(index, Phrase("free army")) == []
    assert found(index, Phrase("free army", slop=1)) == ["1"]
    assert found(index, Prefix("figh")) == ["2"]
    assert found(index, Prefix("free syr")) == ["1"]
    assert found(index, Word("holds", field="headline")) == ["1"]
    assert found(index, Word("goes", field="body")) == []
    assert found(index, Everything()) == ["1", "2"]
    assert found(index, Word("...")) == []


def test_keyword_terms_are_exact(new_index: NewIndex) -> None:
    index = new_index()
    index.put(
        [
            article("1", place_ids=("place/SY04", "place/C1234"), language="en"),
            article("2", place_ids=("place/SY04",), language="ar", signals=("correction",)),
        ]
    )
    assert found(index, Term("place_ids", "place/SY04")) == ["1", "2"]
    assert found(index, Term("place_ids", "place/C1234")) == ["1"]
    assert found(index, Term("place_ids", "place")) == []
    assert found(index, And((Term("language", "ar"), Term("signals", "correction")))) == ["2"]
    assert found(index, Term("id", article("1").id)) == ["1"]


def test_time_ranges_are_half_open(new_index: NewIndex) -> None:
    index = new_index()
    index.put([article(str(n), minutes=n) for n in range(3)] + [article("undated", published=None)])
    minute = timedelta(minutes=1)
    assert found(index, TimeRange("published", NOON, NOON + minute)) == ["0"]
    assert found(index, TimeRange("published", NOON + minute, None)) == ["1", "2"]
    assert found(index, TimeRange("published", None, NOON + minute)) == ["0"]
    assert found(index, TimeRange("published")) == ["0", "1", "2"]


def test_what_is_under_embargo_is_not_shown_before_its_time(new_index: NewIndex) -> None:
    index = new_index()
    index.put([article("1", embargoed_until=NOON + timedelta(hours=1))])
    index.refresh()
    assert index.search(Query(now=NOON)).total == 0
    assert index.facets(Query(now=NOON), ["language"], 5) == {"language": []}
    assert index.search(Query(now=NOON + timedelta(hours=1))).total == 1
    assert index.search(Query(now=None)).total == 1


def test_copies_can_be_left_out(new_index: NewIndex) -> None:
    index = new_index()
    index.put([article("1"), article("2", copy_of=article("1").id, copy_kind="identical")])
    assert found(index, Word("Qaryatain"), copies=False) == ["1"]
    assert found(index, Word("Qaryatain")) == ["1", "2"]
    assert found(index, Term("copy_of", article("1").id)) == ["2"]


def test_facets_count_all_matches(new_index: NewIndex) -> None:
    index = new_index()
    index.put(
        [article(str(n), language="en" if n % 3 else "ar", weapon_ids=("weapon/kalibr",)) for n in range(9)]
    )
    index.refresh()
    counted = index.facets(Query(now=LATER, limit=1), ["language", "weapon_ids", "group_ids"], 5)
    assert [(each.value, each.count) for each in counted["language"]] == [("en", 6), ("ar", 3)]
    assert [(each.value, each.count) for each in counted["weapon_ids"]] == [("weapon/kalibr", 9)]
    assert counted["group_ids"] == []
    narrowed = index.facets(Query(where=Term("language", "ar"), now=LATER), ["language"], 5)
    assert [(each.value, each.count) for each in narrowed["language"]] == [("ar", 3)]


def test_pages_cover_everything_once_in_order(new_index: NewIndex) -> None:
    index = new_index()
    index.put([article(str(n), minutes=n // 2) for n in range(11)])
    index.refresh()
    seen: list[Article] = []
    after = None
    while True:
        page = index.search(Query(now=LATER, sort="newest", limit=4, after=after))
        assert page.total == 11
        seen += [hit.article for hit in page.hits]
        after = page.next
        if after is None:
            break
    assert len({each.id for each in seen}) == len(seen) == 11
    times = [each.published for each in seen if each.published]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    "after", ["", "x", "-1", "from--1", "99999999999", "from-99999999999", "from-٣", "é" * 500]
)
def test_a_page_that_the_index_did_not_give_out_is_refused(new_index: NewIndex, after: str) -> None:
    index = new_index()
    index.put([article("1")])
    index.refresh()
    with pytest.raises(BadPage):
        index.search(Query(now=LATER, after=after))


def test_a_limit_beyond_all_bounds_gives_what_there_is(new_index: NewIndex) -> None:
    index = new_index()
    index.put([article("1"), article("2")])
    index.refresh()
    assert len(index.search(Query(now=LATER, limit=10**12)).hits) == 2


def test_the_text_of_a_retracted_article_is_not_searched(new_index: NewIndex) -> None:
    index = new_index()
    text = {
        "headline": "WITHDRAWN: Town falls",
        "body": "Fighters took Qaryatain.",
        "ednote": "Editors: unfounded.",
    }
    index.put([article("1", pubstatus="canceled", **text)])
    assert found(index, Word("Qaryatain")) == []
    assert found(index, Word("fighter")) == []
    assert found(index, Word("unfounded")) == ["1"]
    assert found(index, Word("withdrawn")) == ["1"]


def test_many_threads_may_read_while_one_writes(new_index: NewIndex) -> None:
    writer, reader = new_index(), new_index()
    writer.put([article("0")])

    def read(_: int) -> int:
        reader.refresh()
        return reader.search(Query(now=LATER)).total + len(reader.history(article("0").id))

    with ThreadPoolExecutor(8) as threads:
        reads = threads.map(read, range(60))
        for n in range(1, 10):
            writer.put([article(str(n))])
        assert all(total >= 2 for total in reads)
    assert len(found(reader, Everything())) == 10


def test_exact_forms_and_headlines_come_first(new_index: NewIndex) -> None:
    index = new_index()
    index.put(
        [
            article("stem", headline="Talks", body="They strike at dawn."),
            article("headline", headline="Strikes at dawn", body="Nothing else."),
            article("body", headline="Talks", body="There were strikes at dawn."),
        ]
    )
    index.refresh()
    hits = index.search(Query(where=Word("strikes"), now=LATER)).hits
    assert [hit.article.guid for hit in hits] == ["headline", "body", "stem"]


def test_a_rebuilt_index_is_seen_after_the_swap(new_index: NewIndex) -> None:
    index, reader = new_index(), new_index()
    index.put([article("1", headline="old tagging")])
    rebuilt = index.create("articles-2")
    rebuilt.put([article("1", headline="new tagging"), article("2")])
    assert len(found(reader, Everything())) == 1
    index.swap("articles-2")
    assert found(reader, Everything()) == ["1", "2"]
    assert found(reader, Word("new")) == ["1"]
    rebuilt.close()
    index.put([article("3")])
    assert found(reader, Everything()) == ["1", "2", "3"]
    with pytest.raises(SyriaWireError, match="articles-2"):
        index.create("articles-2")
    with pytest.raises(SyriaWireError, match="missing"):
        index.swap("missing")
    rebuilt.close()


def test_a_physical_index_can_be_opened_again_and_dropped(new_index: NewIndex) -> None:
    index = new_index()
    assert (index.names(), index.shown()) == ([], None)
    index.put([article("1")])
    rebuilt = index.create("two")
    rebuilt.put([article("2")])
    rebuilt.close()
    shown = str(index.shown())
    assert index.names() == sorted([shown, "two"])
    with pytest.raises(SyriaWireError, match=f"{shown}.*readers see|readers see.*{shown}"):
        index.drop(shown)
    with pytest.raises(SyriaWireError, match="three"):
        index.named("three")
    with pytest.raises(SyriaWireError, match="three"):
        index.drop("three")
    again = index.named("two")
    again.put([article("3")])
    assert found(again, Everything()) == ["2", "3"]
    again.close()
    index.swap("two")
    assert index.shown() == "two"
    index.drop(shown)
    assert index.names() == ["two"]
    assert found(new_index(), Everything()) == ["2", "3"]


def test_what_can_never_be_stored_comes_back_with_the_reason(new_index: NewIndex) -> None:
    index = new_index()
    rejected = index.put(
        [article("1"), article("2", headline="half a character \ud83d"), article("3", version=2**63)]
    )
    assert sorted(each.article.guid for each in rejected) == ["2", "3"]
    assert all(each.reason for each in rejected)
    assert found(index, Everything()) == ["1"]
