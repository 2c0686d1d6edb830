"""The consumer loop: bad records become dead letters, a bad world is waited for, nothing is skipped."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from processors import deliver
from processors import run as loop_module
from processors.run import Failure, Loop, run
from processors.turn import Turn
from store.adapters.sql_state import SqlState
from store.adapters.sqlite_log import SqliteLog
from store.errors import BadRecord, IndexUnavailable, Revoked, TooLarge
from store.log import DEAD, ENRICHED, RAW, Consumer, Ends, Entry, Log, Record, read_until
from store.records import Article, DeadLetter, decode_article, decode_dead_letter, encode
from tests.articles import NOON, article


class Recorder:
    """A stage that keeps what it is given, and fails as it is told."""

    name = "recorder"
    source = RAW

    def __init__(self) -> None:
        self.delivered: list[Article] = []
        self.starts = 0
        self.down = 0
        self.bad: dict[str, Exception] = {}
        self.refused: set[str] = set()
        self.trips: set[str] = set()

    def start(self) -> None:
        self.starts += 1

    def work(self, article: Article) -> Article:
        if article.guid in self.bad:
            raise self.bad[article.guid]
        return article

    def deliver(self, articles: Sequence[Article]) -> list[Failure]:
        if self.down:
            self.down -= 1
            raise IndexUnavailable("index: down: wait")
        if any(each.guid in self.trips for each in articles):
            raise OverflowError("a bug of ours")
        self.delivered += [each for each in articles if each.guid not in self.refused]
        return [Failure(each, "index: too odd") for each in articles if each.guid in self.refused]


@pytest.fixture
def log(tmp_path: Path) -> SqliteLog:
    return SqliteLog(tmp_path / "log.db")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "_FIRST_WAIT", 0.01)


def append(log: Log, *guids: str) -> None:
    log.append(RAW, [Entry(article(guid).id, encode(article(guid))) for guid in guids])


def work(stage: Recorder, log: Log, batch: int = 2) -> dict[str, int]:
    loop = Loop(log=log, clock=lambda: NOON, stop=threading.Event(), batch=batch, until_idle=True)
    return dict(run(stage, loop))


def dead(log: Log) -> list[DeadLetter]:
    return [decode_dead_letter(record.value) for record in read_until(log, DEAD, log.ends(DEAD))]


def test_everything_is_delivered_in_order_and_committed(log: SqliteLog) -> None:
    append(log, "1", "2", "3")
    stage = Recorder()
    assert work(stage, log) == {"done": 3}
    assert [each.guid for each in stage.delivered] == ["1", "2", "3"]
    assert log.lag(RAW, "recorder") == 0


def test_a_bad_record_is_kept_with_its_reason_and_the_others_go_on(log: SqliteLog) -> None:
    append(log, "1", "2")
    log.append(RAW, [Entry("broken", b"{not json")])
    append(log, "3")
    stage = Recorder()
    stage.bad["2"] = BadRecord("article 2: no headline: mend it")
    stage.bad["3"] = ZeroDivisionError("a bug of ours")
    assert work(stage, log) == {"done": 1, "dead": 3}
    assert [each.guid for each in stage.delivered] == ["1"]
    letters = {letter.key: letter for letter in dead(log)}
    assert letters[article("2").id].reason == "article 2: no headline: mend it"
    assert letters["broken"].value == b"{not json"
    assert "ZeroDivisionError" in letters[article("3").id].reason
    assert {letter.stage for letter in letters.values()} == {"recorder"}
    assert log.lag(RAW, "recorder") == 0


def test_what_the_sink_refuses_is_kept_too(log: SqliteLog) -> None:
    append(log, "1", "2")
    stage = Recorder()
    stage.refused.add("1")
    assert work(stage, log) == {"done": 1, "dead": 1}
    assert [letter.reason for letter in dead(log)] == ["index: too odd"]


def test_two_refused_records_of_one_version_are_both_kept(log: SqliteLog) -> None:
    for body in ("a", "b"):
        log.append(RAW, [Entry(article("1").id, encode(article("1", body=body)))])
    stage = Recorder()
    stage.refused.add("1")
    work(stage, log)
    assert [decode_article(letter.value).body for letter in dead(log)] == ["a", "b"]


def test_what_a_delivery_trips_over_is_found_and_kept(log: SqliteLog) -> None:
    append(log, "1", "2", "3")
    stage = Recorder()
    stage.trips.add("2")
    assert work(stage, log, batch=3) == {"done": 2, "dead": 1}
    assert [each.guid for each in stage.delivered] == ["1", "3"]
    assert ["OverflowError" in letter.reason for letter in dead(log)] == [True]


def test_what_is_too_large_for_the_log_is_kept_and_the_others_go_on(log: SqliteLog) -> None:
    class Narrow(SqliteLog):
        def append(self, topic: str, records: Sequence[Entry]) -> None:
            places = tuple(n for n, entry in enumerate(records) if len(entry.value) > 2000)
            if places and topic != DEAD:
                raise TooLarge("log: too large: raise the limit", places)
            super().append(topic, records)

    narrow = Narrow(log._file._path)
    articles = [article("1"), article("2", body="x" * 3000), article("3")]
    failed = deliver.append(narrow, ENRICHED, articles)
    assert [(failure.article.guid, "too large" in failure.reason) for failure in failed] == [("2", True)]
    assert [record.key for record in read_until(log, ENRICHED, log.ends(ENRICHED))] == [
        articles[0].id,
        articles[2].id,
    ]


def test_a_dead_letter_that_is_too_large_says_where_its_record_is(log: SqliteLog) -> None:
    class Narrow(SqliteLog):
        def append(self, topic: str, records: Sequence[Entry]) -> None:
            places = tuple(n for n, entry in enumerate(records) if len(entry.value) > 2000)
            if places:
                raise TooLarge("log: too large: raise the limit", places)
            super().append(topic, records)

    log.append(RAW, [Entry(article("1").id, encode(article("1", body="x" * 3000)))])
    stage = Recorder()
    stage.bad["1"] = BadRecord("article 1: odd: mend it")
    assert work(stage, Narrow(log._file._path)) == {"dead": 1}
    (letter,) = dead(log)
    assert letter.value == b""
    assert f"too large to keep: {RAW} still has it" in letter.reason
    assert log.lag(RAW, "recorder") == 0


def test_a_bad_world_is_waited_for_and_nothing_is_skipped(log: SqliteLog) -> None:
    append(log, "1", "2", "3")
    stage = Recorder()
    stage.down = 3
    assert work(stage, log)["done"] == 3
    assert [each.guid for each in stage.delivered] == ["1", "2", "3"]
    assert dead(log) == []


def test_a_redelivered_failure_is_the_same_dead_letter(log: SqliteLog) -> None:
    append(log, "1", "2")
    stage = Recorder()
    stage.bad["1"] = BadRecord("article 1: odd: mend it")
    work(stage, _ForgetfulLog(log))  # the commit is lost once: the batch comes twice
    letters = dead(log)
    assert len(letters) == 2
    assert len({letter.id for letter in letters}) == 1
    assert [each.guid for each in stage.delivered] == ["2", "2"]
    assert stage.starts == 2


class _ForgetfulLog(SqliteLog):
    """Revokes the first commit, as a broker does when a worker was too slow."""

    def __init__(self, inner: SqliteLog) -> None:
        self.__dict__.update(inner.__dict__)
        self.revoked = False

    def consumer(self, topic: str, group: str | None, start: str = "earliest") -> Consumer:
        return _Forgetful(super().consumer(topic, group, "earliest"), self)


class _Forgetful:
    def __init__(self, inner: Consumer, log: _ForgetfulLog) -> None:
        self._inner = inner
        self._log = log

    def poll(self, limit: int, timeout: float) -> list[Record]:
        return self._inner.poll(limit, timeout)

    def commit(self) -> None:
        if not self._log.revoked:
            self._log.revoked = True
            self._inner.close()
            raise Revoked("taken over")
        self._inner.commit()

    def positions(self) -> Ends:
        return self._inner.positions()

    def rewind(self) -> None:
        self._inner.rewind()

    def close(self) -> None:
        self._inner.close()


def test_stop_ends_the_loop_between_batches(log: SqliteLog) -> None:
    append(log, "1")
    stop = threading.Event()
    stop.set()
    stage = Recorder()
    run(stage, Loop(log=log, clock=lambda: NOON, stop=stop))
    assert stage.delivered == []
    assert log.lag(RAW, "recorder") == 1


def test_only_the_worker_whose_turn_it_is_works(log: SqliteLog, tmp_path: Path) -> None:
    append(log, "1", "2")
    state = SqlState(f"sqlite:///{tmp_path}/state.db")
    first, second = Turn(state, "recorder", lambda: NOON), Turn(state, "recorder", lambda: NOON)
    assert first.mine()
    waiting, stop = Recorder(), threading.Event()
    loop = Loop(log=log, clock=lambda: NOON, stop=stop, turn=second)
    worker = threading.Thread(target=run, args=(waiting, loop))
    worker.start()
    working = Recorder()
    run(working, Loop(log=log, clock=lambda: NOON, stop=threading.Event(), until_idle=True, turn=first))
    assert [each.guid for each in working.delivered] == ["1", "2"]
    append(log, "3")
    while not waiting.delivered:  # the turn was given back
        time.sleep(0.05)
    stop.set()
    worker.join()
    assert [each.guid for each in waiting.delivered] == ["3"]
    state.close()


def test_the_heart_beats_while_there_is_nothing_to_do_and_while_the_world_is_away(log: SqliteLog) -> None:
    append(log, "1")
    stage, stop, beats = Recorder(), threading.Event(), []
    stage.down = 2

    def beat() -> None:
        beats.append(len(stage.delivered))
        if len(beats) == 5:
            stop.set()

    run(stage, Loop(log=log, clock=lambda: NOON, stop=stop, beat=beat))
    assert beats == [0, 0, 0, 1, 1]
