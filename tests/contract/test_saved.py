"""The contract of `store.saved`, over every adapter."""

from collections.abc import Callable
from datetime import timedelta
from typing import cast

from store.saved import Channel, Progress, SavedSearch, SavedSearches, Sent, SentKind
from store.state import State
from tests.articles import NOON

NewState = Callable[[], State]
ATOM = Channel(kind="atom")


def saved(new_state: NewState) -> SavedSearches:
    return cast("SavedSearches", new_state())  # one adapter is both


def search(id_: str = "s1", name: str = "homs") -> SavedSearch:
    return SavedSearch(id=id_, name=name, query="place:homs", created=NOON, channels=(ATOM,), since=NOON)


def line(id_: str, version: int = 1, kind: SentKind = "match", minutes: int = 0, search: str = "s1") -> Sent:
    at = NOON + timedelta(minutes=minutes)
    return Sent(search=search, channel="atom", id=id_, version=version, kind=kind, at=at)


def test_a_search_is_kept_with_what_it_knows_and_dropped_with_it(new_state: NewState) -> None:
    store, other = saved(new_state), saved(new_state)
    held = Progress(search="s1", channel="atom", until=NOON, held=("x",))
    assert store.add_search(search(), [held], [line("a", kind="old")])
    assert not other.add_search(search("s2"), [], [line("b", search="s2")])
    assert other.add_search(search("s3", "aleppo"), [], [line("a", search="s3")])
    assert [each.name for each in other.searches()] == ["aleppo", "homs"]
    assert other.searches()[1] == search()
    assert other.progress("s1") == {"atom": held}
    assert other.sent("s2", "atom", ["b"]) == {}
    store.drop_search("s1")
    assert [each.id for each in other.searches()] == ["s3"]
    assert other.progress("s1") == {}
    assert other.sent("s1", "atom", ["a"]) == {}
    assert other.sent("s3", "atom", ["a"]).keys() == {"a"}


def test_progress_is_replaced(new_state: NewState) -> None:
    store = saved(new_state)
    store.save_progress(Progress(search="s1", channel="atom", failures=1, detail="away"))
    done = Progress(search="s1", channel="atom", until=NOON)
    store.save_progress(done)
    assert saved(new_state).progress("s1") == {"atom": done}


def test_the_ledger_tells_the_greatest_version_and_keeps_the_first_line(new_state: NewState) -> None:
    store = saved(new_state)
    store.record_sent([line("a", 2, minutes=1), line("a", 10, "recall", 2), line("b")])
    store.record_sent([line("b", minutes=9), line("c")])
    store.record_sent([])
    found = saved(new_state).sent("s1", "atom", ["a", "b", "d"])
    assert found == {"a": line("a", 10, "recall", 2), "b": line("b")}
    assert store.sent("s1", "webhook-1", ["a"]) == {}
    store.record_sent([line(str(n)) for n in range(1200)])
    assert len(store.sent("s1", "atom", (str(n) for n in range(1300)))) == 1200


def test_the_newest_lines_come_first_without_what_was_old(new_state: NewState) -> None:
    store = saved(new_state)
    store.record_sent(
        [line("a"), line("b", minutes=2), line("c", kind="old", minutes=3), line("d", minutes=1)]
    )
    assert [each.id for each in store.newest_sent("s1", "atom", 2)] == ["b", "d"]


def test_pruning_leaves_the_greatest_version_of_each_article(new_state: NewState) -> None:
    store = saved(new_state)
    store.record_sent([line("a", 1), line("a", 2, minutes=5), line("b", 1), line("c", 1), line("c", 3)])
    assert store.prune_sent(NOON) == 0
    assert store.prune_sent(NOON + timedelta(minutes=9)) == 2
    assert {id_: each.version for id_, each in store.sent("s1", "atom", "abc").items()} == {
        "a": 2,
        "b": 1,
        "c": 3,
    }
