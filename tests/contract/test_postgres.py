"""What the state on Postgres promises beyond the contract: races between processes, lost connections, secrets."""

import multiprocessing
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from store.adapters.sql_schema import STEPS
from store.adapters.sql_state import SqlState
from store.errors import SettingsError, StateUnavailable
from tests.articles import NOON
from tests.contract.servers import postgres_schema, server
from tests.contract.test_state import MINUTE, assert_ledger_goes_on, assert_tables, assert_upgraded, seen
from tests.stack import postgres as stack

pytestmark = pytest.mark.servers


@pytest.fixture
def url() -> Iterator[str]:
    with postgres_schema() as url:
        yield url


def _take_leases(url: str, owner: str, begin: "multiprocessing.synchronize.Barrier", count: int) -> None:
    state = SqlState(url)
    begin.wait()
    for n in range(count):
        if state.lease(f"feed:{n}", owner, MINUTE, NOON):
            state.claim("won", {f"{n}/{owner}": owner})
    state.close()


def test_two_processes_never_both_get_a_lease(url: str) -> None:
    context = multiprocessing.get_context("spawn")
    begin = context.Barrier(3)
    processes = [
        context.Process(target=_take_leases, args=(url, owner, begin, 200)) for owner in ("a", "b", "c")
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    with psycopg.connect(url) as connection:
        won = connection.execute("SELECT split_part(key, '/', 1) FROM claims WHERE scope = 'won'").fetchall()
    assert sorted(int(row[0]) for row in won) == list(range(200))


def test_processes_that_start_together_make_the_tables_once(url: str) -> None:
    states = [SqlState(url) for _ in range(5)]
    threads = [
        threading.Thread(target=state.set_mark, args=("made", str(n))) for n, state in enumerate(states)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states[0].mark("made") in {"0", "1", "2", "3", "4"}
    for state in states:
        state.close()
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    assert_tables(sa.inspect(engine))
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT version FROM schema_version ORDER BY version").all() == [
            (number,) for number in range(1, len(STEPS) + 1)
        ]
    engine.dispose()


def test_an_old_database_is_upgraded_and_its_feeds_go_on(url: str) -> None:
    assert_upgraded(sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://")), url)


def test_an_old_ledger_goes_on(url: str) -> None:
    assert_ledger_goes_on(sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://")), url)


def test_a_cut_connection_is_replaced(url: str) -> None:
    state = SqlState(url)
    state.save_seen([seen("1")])
    with psycopg.connect(server("POSTGRES"), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'syriawire'"
        )
    assert state.seen(["1"]) == {"1": seen("1")}
    state.close()


def test_a_connection_cut_within_a_transaction_is_the_ports_error(url: str) -> None:
    state = SqlState(url)
    state.lease("feed:a", "one", MINUTE, NOON)
    with psycopg.connect(url) as holder, psycopg.connect(server("POSTGRES"), autocommit=True) as other:
        holder.execute("LOCK TABLE leases IN EXCLUSIVE MODE")  # the lease below waits for this
        cut = threading.Timer(
            0.3,
            other.execute,
            ["SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"],
        )
        cut.start()
        with pytest.raises(StateUnavailable, match="tried again"):
            state.lease("feed:a", "two", MINUTE, NOON)
        cut.join()
    assert state.lease("feed:a", "two", MINUTE, NOON + timedelta(hours=1))
    state.close()


def test_a_server_that_was_away_is_used_again_by_the_same_object(tmp_path: Path) -> None:
    server("POSTGRES")
    running = stack.start(tmp_path / "postgres")
    try:
        state = SqlState(running.url)
        state.set_mark("items-recovered", "yes")
        stack.stop(running)
        with pytest.raises(StateUnavailable, match="refused"):
            state.mark("items-recovered")
        running = stack.start(tmp_path / "postgres")
        assert state.mark("items-recovered") == "yes"
        state.close()
    finally:
        stack.stop(running)
        stack.wipe(tmp_path / "postgres")


def test_no_error_shows_a_password() -> None:
    state = SqlState("postgresql://wire:hunter2@127.0.0.1:1/db?sslpassword=hunter3")
    with pytest.raises(StateUnavailable) as refused:
        state.feeds()
    assert "127.0.0.1" in str(refused.value)
    assert "hunter" not in str(refused.value)
    with pytest.raises(SettingsError) as unread:
        SqlState("postgresql://wire:hunter2@host:port/db")
    assert "hunter" not in str(unread.value)


def test_a_cluster_that_was_made_without_a_locale_does(url: str) -> None:
    name = sa.make_url(url).database
    ascii_only = sa.make_url(url).set(database=f"{name}_ascii", query={})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}_ascii"')
        connection.execute(f"CREATE DATABASE \"{name}_ascii\" ENCODING 'SQL_ASCII' TEMPLATE template0")
        state = SqlState(ascii_only.render_as_string(hide_password=False))
        state.set_mark("القريتين", "Карьятейн")
        assert state.mark("القريتين") == "Карьятейн"
        state.close()
        connection.execute(f'DROP DATABASE "{name}_ascii"')
