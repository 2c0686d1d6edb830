"""The contract of `store.state`, over every adapter."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from queue import Queue

import msgspec
import pytest
import sqlalchemy as sa

from store.adapters.sql_schema import STEPS, TABLES, migrate
from store.adapters.sql_state import SqlState
from store.errors import SettingsError, StateUnavailable
from store.state import FeedState, Hints, Seen, State
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
    state.save_feeds([one])
    state.save_feeds([FeedState(feed_id="a/a")])
    assert new_state().feed("a/b") == one
    state.save_feeds([msgspec.structs.replace(one, etag='"y"')])
    assert [feed.feed_id for feed in state.feeds()] == ["a/a", "a/b"]
    changed = new_state().feed("a/b")
    assert changed is not None
    assert changed.etag == '"y"'
    assert [feed.feed_id for feed in state.feeds(["a/b", "a/b", "a/c"])] == ["a/b"]
    state.save_feeds([FeedState(feed_id=f"b/{n}", arrivals=(n,)) for n in range(700)])
    assert len(new_state().feeds(f"b/{n}" for n in range(600))) == 600
    state.save_feeds([])
    assert state.feeds([]) == []


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


def test_many_leases_at_once(new_state: NewState) -> None:
    state, other = new_state(), new_state()
    assert other.lease("feed:b", "two", MINUTE, NOON)
    assert state.lease_all(["feed:c", "feed:b", "feed:a"], "one", MINUTE, NOON) == {"feed:a", "feed:c"}
    assert other.lease_all(["feed:a", "feed:b"], "two", MINUTE, NOON) == {"feed:b"}
    other.release_all(["feed:a", "feed:b"], "two")
    assert not other.lease("feed:a", "two", MINUTE, NOON)
    state.release_all(["feed:a", "feed:c"], "one")
    assert other.lease_all(["feed:a", "feed:b", "feed:c"], "two", MINUTE, NOON) == {
        "feed:a",
        "feed:b",
        "feed:c",
    }
    assert state.lease_all([], "one", MINUTE, NOON) == frozenset()
    state.release_all([], "one")


def test_a_host_that_asked_us_to_wait_is_remembered_until_then(new_state: NewState) -> None:
    state = new_state()
    assert state.waits(NOON) == {}
    state.save_waits({"a.example": NOON + 5 * MINUTE, "b.example": NOON + MINUTE})
    state.save_waits({"a.example": NOON + 2 * MINUTE})
    state.save_waits({})
    assert new_state().waits(NOON) == {"a.example": NOON + 5 * MINUTE, "b.example": NOON + MINUTE}
    assert state.waits(NOON + MINUTE) == {"a.example": NOON + 5 * MINUTE}
    state.save_waits({"b.example": NOON + 9 * MINUTE})
    assert state.waits(NOON + 6 * MINUTE) == {"b.example": NOON + 9 * MINUTE}


def test_the_first_claim_stays(new_state: NewState) -> None:
    state, other = new_state(), new_state()
    assert state.claim("copies", {"text": "one"}) == {"text": "one"}
    assert other.claim("copies", {"text": "two", "text 2": "two"}) == {"text": "one", "text 2": "two"}
    assert other.claim("rebuild", {"text": "two"}) == {"text": "two"}
    assert state.claim("copies", {}) == {}
    assert other.claimed("copies", ["text", "text 3"]) == {"text": "one"}
    assert other.claim("copies", {"text 3": "three"}) == {"text 3": "three"}  # to ask was not to claim
    assert other.claimed("copies", [str(n) for n in range(1100)]) == {}
    many = {str(n): "x" for n in range(1200)}
    assert state.claim("copies", many) == many


def test_a_value_gives_up_what_it_does_not_keep(new_state: NewState) -> None:
    state = new_state()
    state.claim("copies", {"old text": "one", "other text": "two", "third text": "three"})
    state.claim("rebuild", {"old text": "one"})
    state.give_up("copies", {"one": "new text", "three": "third text", "nobody": ""})
    wishes = {"old text": "four", "other text": "four", "third text": "four"}
    assert new_state().claim("copies", wishes) == {
        "old text": "four",
        "other text": "two",
        "third text": "three",
    }
    assert state.claim("rebuild", {"old text": "four"}) == {"old text": "one"}
    state.give_up("copies", {})


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


def test_a_process_that_lives_on_sees_the_state_file_that_another_made_anew(tmp_path: Path) -> None:
    living, other = (SqlState(f"sqlite:///{tmp_path}/state.db") for _ in range(2))
    living.set_mark("copies-recovered", "yes")
    for file in tmp_path.glob("state.db*"):
        file.unlink()
    other.set_mark("items-recovered", "yes")
    assert living.mark("copies-recovered") is None
    assert living.mark("items-recovered") == "yes"
    living.close()
    other.close()


def _ask_for_leases(open_state: NewState, owner: str, names: list[str], won: Queue[tuple[str, str]]) -> None:
    state = open_state()
    for name in names:
        if state.lease(name, owner, MINUTE, NOON):
            won.put((name, owner))
    state.close()


def test_of_many_who_ask_at_once_one_gets_the_lease(new_state: NewState) -> None:
    names = [f"feed:{n}" for n in range(25)]
    won: Queue[tuple[str, str]] = Queue()
    threads = [
        threading.Thread(target=_ask_for_leases, args=(new_state, f"owner {n}", names, won)) for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won.get()[0] for _ in range(won.qsize())) == sorted(names)


def test_claims_that_cross_do_not_block_each_other(new_state: NewState) -> None:
    forth = {str(n): "forth" for n in range(1200)}
    back = dict.fromkeys(reversed(forth), "back")
    with ThreadPoolExecutor(2) as pool:
        held = [
            future.result()
            for future in [
                pool.submit(new_state().claim, "copies", wishes) for wishes in (forth, back, forth, back)
            ]
        ]
    assert held[0] == held[1] == held[2] == held[3]
    assert new_state().claim("copies", {"0": "late"}) == {"0": held[0]["0"]}


def test_items_that_are_saved_crosswise_do_not_block_each_other(new_state: NewState) -> None:
    ids = [str(n) for n in range(600)]
    with ThreadPoolExecutor(2) as pool:
        for future in [
            pool.submit(new_state().save_seen, [seen(id_, version) for id_ in order])
            for version, order in enumerate((ids, ids[::-1], ids, ids[::-1]))
        ]:
            future.result()
    assert len({item.version for item in new_state().seen(ids).values()}) == 1
    new_state().save_seen([seen("0", 7), seen("0", 8)])
    assert new_state().seen(["0"])["0"].version == 8


def test_the_steps_make_the_tables_that_are_declared(tmp_path: Path) -> None:
    state = SqlState(f"sqlite:///{tmp_path}/state.db")
    state.set_mark("made", "yes")
    state.close()
    engine = sa.create_engine(f"sqlite:///{tmp_path}/state.db")
    assert_tables(sa.inspect(engine))
    engine.dispose()


def assert_tables(made: sa.Inspector) -> None:
    for table in TABLES:
        columns = {column["name"]: column for column in made.get_columns(table.name)}
        assert {name: column["nullable"] for name, column in columns.items()} == {
            column.name: column.nullable for column in table.columns
        }
        assert [columns[column.name]["type"].python_type for column in table.columns] == [
            column.type.python_type for column in table.columns
        ]
        primary = made.get_pk_constraint(table.name)["constrained_columns"]
        assert primary == [column.name for column in table.primary_key]


def test_an_older_database_gets_the_new_steps_and_a_newer_one_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/state.db"
    state = SqlState(url)
    state.set_mark("before", "yes")
    state.close()
    engine = sa.create_engine(url)
    newer = (*STEPS, ("ALTER TABLE marks ADD COLUMN since TEXT", "UPDATE marks SET since = 'long'"))
    for _ in range(2):
        with engine.begin() as connection:
            migrate(connection, newer)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT * FROM marks").all() == [("before", "yes", "long")]
    engine.dispose()
    with pytest.raises(SettingsError, match="run the newer program"):
        SqlState(url).mark("before")


OLD_FEED = (
    '{"feed_id":"levant-wire/top","url":"https://levant-wire.example/feed","etag":"\\"1\\"","last_modified":"",'
    '"body_hash":"sha256:ab","health":"ok","detail":"","failures":0,"next_due":"2015-10-07T12:00:00Z",'
    '"last_poll":"2015-10-07T12:00:00Z","last_success":"2015-10-07T12:00:00Z","newest_item":null,"items_total":2}'
)
"""A row as version 2 of the tables held it."""


def assert_upgraded(engine: sa.Engine, url: str) -> None:
    """A database that a program of version 2 left at `url` goes on."""
    with engine.begin() as db:
        migrate(db, STEPS[:2])
        db.execute(sa.text("INSERT INTO feeds VALUES ('levant-wire/top', :data)"), {"data": OLD_FEED})
    engine.dispose()
    state = SqlState(url)
    (feed,) = state.feeds()
    assert (feed.etag, feed.items_total, feed.next_due) == ('"1"', 2, NOON)
    assert (feed.arrivals, feed.hints, feed.address, feed.last_whole) == ((), Hints(), "", None)
    state.save_waits({"levant-wire.example": NOON + MINUTE})
    state.save_feeds([msgspec.structs.replace(feed, arrivals=(1, 2), hints=Hints(skip_hours=(3,)))])
    state.close()
    again = SqlState(url)
    upgraded = again.feed("levant-wire/top")
    assert upgraded is not None
    assert (upgraded.arrivals, upgraded.hints.skip_hours, upgraded.etag) == ((1, 2), (3,), '"1"')
    assert again.waits(NOON) == {"levant-wire.example": NOON + MINUTE}
    again.close()


def assert_ledger_goes_on(engine: sa.Engine, url: str) -> None:
    """A ledger that a program of version 5 left at `url` keeps its lines, and takes versions of today."""
    with engine.begin() as db:
        migrate(db, STEPS[:5])
        db.execute(
            sa.text("INSERT INTO saved_sent VALUES ('s1', 'atom', 'a', 7, 'match', 0, 'answered 405')")
        )
    engine.dispose()
    state = SqlState(url)
    (old,) = state.sent("s1", "atom", ["a"]).values()
    assert (old.version, old.refused) == (7, "answered 405")
    state.record_sent([msgspec.structs.replace(old, version=1_795_483_003_509)])
    assert state.sent("s1", "atom", ["a"])["a"].version == 1_795_483_003_509
    state.close()


def test_an_old_ledger_goes_on(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/state.db"
    assert_ledger_goes_on(sa.create_engine(url), url)


def test_an_old_database_is_upgraded_and_its_feeds_go_on(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/state.db"
    assert_upgraded(sa.create_engine(url), url)


def test_a_database_from_before_there_were_steps_is_taken_over(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/state.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE marks (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
        connection.exec_driver_sql("INSERT INTO marks VALUES ('before', 'yes')")
    engine.dispose()
    state = SqlState(f"sqlite:///{tmp_path}/state.db")
    assert state.mark("before") == "yes"
    assert state.feeds() == []
    state.close()
