"""The contract of `store.log`, over every adapter."""

import multiprocessing
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from store.adapters import sqlite_log
from store.adapters.sqlite_log import SqliteLog
from store.errors import LogUnavailable, Revoked
from store.log import RAW, Consumer, Entry, Log, Record, read_until

NewLog = Callable[[], Log]


def entries(*keys: str) -> list[Entry]:
    return [Entry(key, f"value of {key}".encode()) for key in keys]


def keys(records: list[Record]) -> list[str]:
    return [record.key for record in records]


def take(consumer: Consumer, count: int) -> list[Record]:
    """Polls until `count` records came: what one poll brings is up to the adapter. Order holds per key only."""
    found: list[Record] = []
    deadline = time.monotonic() + 15
    while len(found) < count and time.monotonic() < deadline:
        found += consumer.poll(count - len(found), timeout=0.5)
    assert len(found) == count
    return found


def drain(log: Log, group: str) -> list[str]:
    """Everything the group has not committed, committed now."""
    consumer = log.consumer(RAW, group)
    found: list[str] = []
    while log.lag(RAW, group):
        found += keys(consumer.poll(100, timeout=0.5))
        consumer.commit()
    assert consumer.poll(100, timeout=0.2) == []
    consumer.close()
    return found


def test_what_was_appended_is_read_in_order(new_log: NewLog) -> None:
    new_log().append(RAW, [Entry("a", b"1"), Entry("b", b"1"), Entry("a", b"2")])
    new_log().append(RAW, [Entry("a", b"3"), Entry("ب", b"2")])
    records = take(new_log().consumer(RAW, "enrich"), 5)
    assert [record.value for record in records if record.key == "a"] == [b"1", b"2", b"3"]
    assert sorted(keys(records)) == ["a", "a", "a", "b", "ب"]
    assert {record.topic for record in records} == {RAW}
    assert len({(record.partition, record.offset) for record in records}) == 5


def test_nothing_appended_is_no_error(new_log: NewLog) -> None:
    log = new_log()
    log.append(RAW, [])
    assert log.consumer(RAW, "enrich").poll(10, timeout=0.1) == []
    assert sum(log.ends(RAW).values()) == 0


def test_a_limit_holds_and_nothing_is_handed_out_twice(new_log: NewLog) -> None:
    log = new_log()
    log.append(RAW, entries("a", "b", "c"))
    consumer = log.consumer(RAW, "enrich")
    first = consumer.poll(2, timeout=5)
    assert 1 <= len(first) <= 2
    rest = take(consumer, 3 - len(first))
    assert sorted(keys(first + rest)) == ["a", "b", "c"]
    assert consumer.poll(2, timeout=0.3) == []


def test_a_crash_before_the_commit_redelivers(new_log: NewLog) -> None:
    log = new_log()
    log.append(RAW, entries("a", "b"))
    consumer = log.consumer(RAW, "enrich")
    take(consumer, 1)
    consumer.commit()
    [second] = keys(take(consumer, 1))
    consumer.close()
    assert drain(new_log(), "enrich") == [second]
    assert drain(new_log(), "enrich") == []


def test_rewind_hands_the_uncommitted_out_again(new_log: NewLog) -> None:
    log = new_log()
    log.append(RAW, entries("a", "b"))
    consumer = log.consumer(RAW, "enrich")
    assert sorted(keys(take(consumer, 2))) == ["a", "b"]
    consumer.rewind()
    assert sorted(keys(take(consumer, 2))) == ["a", "b"]
    consumer.commit()
    log.append(RAW, entries("a", "b"))
    consumer.rewind()
    assert len(take(consumer, 2)) == 2
    assert consumer.poll(10, timeout=0.3) == []


def test_groups_do_not_disturb_each_other(new_log: NewLog) -> None:
    log = new_log()
    log.append(RAW, entries("a"))
    assert drain(log, "enrich") == ["a"]
    assert drain(log, "watch") == ["a"]


def test_lag_counts_what_is_not_committed(new_log: NewLog) -> None:
    log = new_log()
    assert log.lag(RAW, "enrich") == 0
    log.append(RAW, entries("a", "b", "c"))
    assert log.lag(RAW, "enrich") == 3
    consumer = log.consumer(RAW, "enrich")
    take(consumer, 2)
    assert log.lag(RAW, "enrich") == 3
    consumer.commit()
    assert log.lag(RAW, "enrich") == 1


def test_start_latest_skips_what_was_there(new_log: NewLog) -> None:
    log = new_log()
    log.append(RAW, entries("old"))
    consumer = log.consumer(RAW, "tail", start="latest")
    reader = log.consumer(RAW, None, start="latest")
    log.append(RAW, entries("new"))
    assert keys(take(consumer, 1)) == ["new"]
    assert keys(take(reader, 1)) == ["new"]
    assert reader.poll(1, timeout=0.3) == []
    reader.rewind()
    assert keys(take(reader, 1)) == ["new"]


def test_read_until_stops_at_the_recorded_end(new_log: NewLog) -> None:
    log = new_log()
    log.append(RAW, entries("a", "b"))
    ends = log.ends(RAW)
    log.append(RAW, entries("c"))
    assert sorted(record.key for record in read_until(log, RAW, ends, limit=1)) == ["a", "b"]
    assert list(read_until(log, RAW, {0: 0})) == []


def test_a_log_that_became_shorter_is_said(new_log: NewLog) -> None:
    log = new_log()
    log.append(RAW, entries("a"))
    ends = {partition: end + 5 for partition, end in log.ends(RAW).items()}
    with pytest.raises(LogUnavailable, match="shorter than they were"):
        list(read_until(log, RAW, ends))


def test_positions_tell_where_the_next_poll_goes_on(new_log: NewLog) -> None:
    log = new_log()
    log.append(RAW, entries("a", "b"))
    reader = log.consumer(RAW, None)
    read: list[Record] = []
    while len(read) < 2:
        read += reader.poll(10, timeout=5)
    at = reader.positions()
    assert {partition: at[partition] for partition, end in log.ends(RAW).items() if end} == {
        partition: end for partition, end in log.ends(RAW).items() if end
    }


def test_a_second_member_waits_for_the_first(new_log: NewLog) -> None:
    log = new_log()
    log.append(RAW, entries("a"))
    first, second = log.consumer(RAW, "enrich"), new_log().consumer(RAW, "enrich")
    assert keys(take(first, 1)) == ["a"]
    assert second.poll(10, timeout=0.3) == []
    first.close()
    assert keys(take(second, 1)) == ["a"]


def test_a_commit_after_the_partition_was_taken_away_fails(tmp_path: Path) -> None:
    now = [1000.0]
    log = SqliteLog(tmp_path / "log.db", clock=lambda: now[0])
    log.append(RAW, entries("a"))
    slow, quick = log.consumer(RAW, "enrich"), log.consumer(RAW, "enrich")
    assert keys(slow.poll(10, timeout=1)) == ["a"]
    now[0] += sqlite_log.LEASE_SECONDS + 1
    assert keys(quick.poll(10, timeout=1)) == ["a"]
    with pytest.raises(Revoked, match="taken over"):
        slow.commit()
    quick.commit()
    assert log.lag(RAW, "enrich") == 0
    quick.close()
    log.append(RAW, entries("b"))
    assert keys(slow.poll(10, timeout=1)) == ["b"]
    log.close()


def _append_many(path: Path, name: str, count: int) -> None:
    log = SqliteLog(path)
    for n in range(count):
        log.append(RAW, entries(f"{name}{n}", f"{name}{n}+"))
    log.close()


def _take_and_hang(path: Path, taken: "multiprocessing.synchronize.Event") -> None:
    consumer = SqliteLog(path).consumer(RAW, "enrich")
    consumer.poll(10, timeout=5)
    taken.set()
    threading.Event().wait()


def test_two_writing_processes_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [
        context.Process(target=_append_many, args=(tmp_path / "log.db", name, 50)) for name in ("a", "b")
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    log = SqliteLog(tmp_path / "log.db")
    found = drain(log, "enrich")
    assert len(found) == len(set(found)) == 200
    for name in ("a", "b"):
        mine = [key for key in found if key.startswith(name)]
        assert mine == [f"{name}{n}{end}" for n in range(50) for end in ("", "+")]
    log.close()


def test_the_partition_of_a_killed_process_is_free_at_once(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db")
    log.append(RAW, entries("a"))
    context = multiprocessing.get_context("spawn")
    taken = context.Event()
    holder = context.Process(target=_take_and_hang, args=(tmp_path / "log.db", taken))
    holder.start()
    assert taken.wait(30)
    waiting = log.consumer(RAW, "enrich")
    assert waiting.poll(10, timeout=0.2) == []
    holder.kill()
    holder.join()
    assert keys(waiting.poll(10, timeout=5)) == ["a"]
    log.close()


def test_what_is_unavailable_raises_the_ports_error_and_recovers(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.write_text("a file where the folder should be")
    log = SqliteLog(folder / "log.db")
    with pytest.raises(LogUnavailable, match=r"log\.db"):
        log.append(RAW, entries("a"))
    folder.unlink()
    log.append(RAW, entries("a"))
    assert drain(log, "enrich") == ["a"]
    log.close()
