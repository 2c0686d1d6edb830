"""The contract of `store.state`, over every adapter."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from store.adapters.sql_state import SqlState
from store.errors import StateUnavailable
from store.state import FeedState, Seen, State
from tests.articles import NOON

NewState = Callable[[], State]
MINUTE = timedelta(minutes=1)


def seen(id_: str, version: int = 1, **changes: object) -> Seen:
    made = Seen(id=id_, feed_id="levant-wire/top", version=version, content_hash="c", first_seen=NOON)
    return msgspec.structs.replace(made, **changes)


def test_feeds_are_kept(new_state: NewState) -> None:
    state = new_state()
    assert state.feed("a/b") is None
    one = FeedState(feed_id="a/b", etag='"x"', health="ok", next_due=NOON, last_success=NOON, failures=2)
    state.save_feed(one)
    state.save_feed(FeedState(feed_id="a/a"))
    assert new_state().feed("a/b") == one
    state.save_feed(msgspec.structs.replace(one, etag='"y"'))
    assert [feed.feed_id for feed in state.feeds()] == ["a/a", "a/b"]
    changed = new_state().feed("a/b")
    assert changed is not None
    assert changed.etag == '"y"'


def test_seen_items_are_kept_and_replaced(new_state: NewState) -> None:
    state = new_state()
    state.save_seen([seen("1"), seen("2", wire_version=3, appended=False, late=("h",))])
    assert new_state().seen(["1", "2", "3"]) == {
        "1": seen("1"),
        "2": seen("2", wire_version=3, appended=False, late=("h",)),
    }
    state.save_seen([seen("1", version=9)])
    assert new_state().seen(["1"])["1"].version == 9
    state.save_seen([])
    assert state.seen([]) == {}


def test_many_items_at_once(new_state: NewState) -> None:
    state = new_state()
    state.save_seen([seen(str(n)) for n in range(1500)])
    assert len(state.seen(str(n) for n in range(1600))) == 1500


def test_a_lease_is_held_by_one_until_it_ends(new_state: NewState) -> None:
    state, other = new_state(), new_state()
    assert state.lease("feed:a", "one", MINUTE, NOON)
    assert not other.lease("feed:a", "two", MINUTE, NOON)
    assert state.lease("feed:a", "one", MINUTE, NOON)
    assert other.lease("feed:b", "two", MINUTE, NOON)
    assert other.lease("feed:a", "two", MINUTE, NOON + 2 * MINUTE)
    assert not state.lease("feed:a", "one", MINUTE, NOON + 2 * MINUTE)


def test_only_its_holder_releases_a_lease(new_state: NewState) -> None:
    state = new_state()
    assert state.lease("feed:a", "one", MINUTE, NOON)
    state.release("feed:a", "two")
    assert not state.lease("feed:a", "two", MINUTE, NOON)
    state.release("feed:a", "one")
    assert state.lease("feed:a", "two", MINUTE, NOON)


def test_the_first_claim_stays(new_state: NewState) -> None:
    state, other = new_state(), new_state()
    assert state.claim("copies", {"text": "one"}) == {"text": "one"}
    assert other.claim("copies", {"text": "two", "text 2": "two"}) == {"text": "one", "text 2": "two"}
    assert other.claim("rebuild", {"text": "two"}) == {"text": "two"}
    assert state.claim("copies", {}) == {}
    many = {str(n): "x" for n in range(1200)}
    assert state.claim("copies", many) == many


def test_marks(new_state: NewState) -> None:
    state = new_state()
    assert state.mark("items-recovered") is None
    state.set_mark("items-recovered", "yes")
    state.set_mark("items-recovered", "twice")
    assert new_state().mark("items-recovered") == "twice"


def test_what_is_unavailable_raises_the_ports_error_and_recovers(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file where the folder should be")
    state = SqlState(f"sqlite:///{home}/state.db")
    with pytest.raises(StateUnavailable, match=r"state\.db"):
        state.feeds()
    home.unlink()
    assert state.feeds() == []
    state.close()


def test_a_state_file_that_was_deleted_is_made_anew(tmp_path: Path) -> None:
    state = SqlState(f"sqlite:///{tmp_path}/state.db")
    state.set_mark("items-recovered", "yes")
    for file in tmp_path.glob("state.db*"):
        file.unlink()
    assert state.mark("items-recovered") is None
    state.set_mark("items-recovered", "again")
    assert SqlState(f"sqlite:///{tmp_path}/state.db").mark("items-recovered") == "again"
    state.close()
