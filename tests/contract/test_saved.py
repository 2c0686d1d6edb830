"""The contract of `store.saved`, over every adapter."""

from collections.abc import Callable
from datetime import timedelta
from typing import cast

import msgspec
import pytest

from store.errors import NotFound
from store.saved import Channel, Progress, SavedSearch, SavedSearches, Sent, SentKind, Tally
from store.state import State
from tests.articles import NOON

NewState = Callable[[], State]
ATOM = Channel(kind="atom")


def saved(new_state: NewState) -> SavedSearches:
    return cast("SavedSearches", new_state())  # one adapter is both


def search(id_: str = "s1", name: str = "homs") -> SavedSearch:
    return SavedSearch(id=id_, name=name, query="place:homs", created=NOON, channels=(ATOM,), since=NOON)


def line(
    id_: str,
    version: int = 1,
    kind: SentKind = "match",
    minutes: int = 0,
    search: str = "s1",
    refused: str = "",
) -> Sent:
    at = NOON + timedelta(minutes=minutes)
    return Sent(search=search, channel="atom", id=id_, version=version, kind=kind, at=at, refused=refused)


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


def test_versions_are_times_in_milliseconds(new_state: NewState) -> None:
    sent = line("a", 1_795_483_003_509)
    saved(new_state).record_sent([sent])
    assert saved(new_state).sent("s1", "atom", ["a"]) == {"a": sent}


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


def test_pages_of_the_ledger_meet_without_overlap_also_where_times_are_equal(new_state: NewState) -> None:
    store = saved(new_state)
    lines = [line(f"a{n}", version, minutes=n // 4) for n in range(10) for version in (1, 2)]
    store.record_sent(lines)
    found: list[Sent] = []
    while page := store.newest_sent("s1", "atom", 3, found[-1].place if found else None):
        found += page
    assert found == sorted(lines, key=lambda each: (-each.at.timestamp(), each.id, -each.version))


def test_what_is_set_aside_is_told_apart_and_can_be_taken_back(new_state: NewState) -> None:
    store = saved(new_state)
    aside = [
        line("b", refused="answered 400", minutes=1),
        line("c", 2, "correction", 2, refused="answered 413"),
    ]
    replaced = [line("d", refused="answered 400"), line("d", 2)]
    store.record_sent([line("a"), line("old", kind="old"), line("c"), *aside, *replaced])
    assert [(each.id, each.version) for each in store.newest_sent("s1", "atom", 9)] == [
        ("a", 1),
        ("c", 1),
        ("d", 2),
    ]
    assert store.aside("s1", 9) == aside[::-1]
    assert store.aside("s1", 1) == aside[1:]
    assert store.tallies("s1") == {"atom": Tally(articles=3, last=NOON, aside=2)}
    assert store.tallies("s2") == {}
    # The line before the one that was set aside still says what the receiver knows.
    assert store.prune_sent(NOON + timedelta(days=99)) == 1
    progress = Progress(search="s1", channel="atom", held=("b", "c"))
    store.take_back(progress, aside)
    assert store.aside("s1", 9) == []
    assert store.progress("s1") == {"atom": progress}
    assert store.sent("s1", "atom", ["b", "c"]) == {"c": line("c")}


def test_a_search_is_changed_with_its_channels(new_state: NewState) -> None:
    store = saved(new_state)
    hook = Channel(kind="webhook", target="https://desk.example/hook")
    both = msgspec.structs.replace(search(), channels=(ATOM, hook))
    store.add_search(both, [Progress(search="s1", channel=each.id) for each in both.channels], [line("a")])
    store.record_sent([Sent(search="s1", channel=hook.id, id="a", version=1, kind="match", at=NOON)])
    store.add_search(search("s2", "aleppo"), [], [])
    renamed = msgspec.structs.replace(search(), name="hama", query="place:hama")
    assert not store.change_search(msgspec.structs.replace(renamed, name="aleppo"), [], [])
    assert store.change_search(renamed, [Progress(search="s1", channel="atom", until=NOON)], [line("b")])
    assert store.searches() == [search("s2", "aleppo"), renamed]
    assert store.progress("s1") == {"atom": Progress(search="s1", channel="atom", until=NOON)}
    assert store.sent("s1", "atom", "ab").keys() == {"a", "b"}
    assert store.sent("s1", hook.id, "a") == {}
    with pytest.raises(NotFound, match="not here any more"):
        store.change_search(search("s9", "gone"), [], [])
