"""`verify` finds what is missing, stale, doubled or too many; and accepts what is all there."""

from pathlib import Path

import pytest

from ops.dead import find, letters, retry
from ops.verify import Verification, verify
from store.adapters.sqlite_log import SqliteLog
from store.adapters.tantivy_index import TantivyIndex
from store.errors import IndexUnavailable, NotFound
from store.log import DEAD, RAW, Entry
from store.records import Article, DeadLetter, encode
from tests.articles import NOON, article


class Desk:
    """A log and an index in a folder."""

    def __init__(self, folder: Path) -> None:
        self.log = SqliteLog(folder / "log.db")
        self.index = TantivyIndex(folder / "index")

    def append(self, *articles: Article) -> None:
        self.log.append(RAW, [Entry(each.id, encode(each)) for each in articles])

    def bury(self, value: bytes, key: str, offset: int) -> DeadLetter:
        letter = DeadLetter(
            id=f"{offset % 2**64:032x}",
            stage="enrich",
            topic=RAW,
            partition=0,
            offset=offset,
            key=key,
            value=value,
            reason="odd",
            at=NOON,
        )
        self.log.append(DEAD, [Entry(key, encode(letter))])
        return letter

    def verify(self) -> Verification:
        return verify(self.log, self.index, wait=0)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def kinds(found: Verification) -> list[str]:
    assert found.ok == (not found.problems)
    return sorted(problem.kind for problem in found.problems)


def test_all_there(desk: Desk) -> None:
    forms = [article("1", version=1), article("1", version=2), article("2")]
    desk.append(*forms)
    desk.index.put(forms)
    found = desk.verify()
    assert kinds(found) == []
    assert (found.articles, found.versions, found.indexed, found.raw_end) == (2, 3, 2, 3)


def test_an_index_that_is_away_for_a_moment_is_waited_for(desk: Desk) -> None:
    class Starting(TantivyIndex):
        away = 2

        def refresh(self) -> None:
            if self.away:
                self.away -= 1
                raise IndexUnavailable("index: starting: wait")
            super().refresh()

    desk.append(article("1"))
    desk.index.put([article("1")])
    desk.index.close()
    starting = Starting(desk.index._root)
    assert verify(desk.log, starting, wait=30).ok
    starting.away = 1
    with pytest.raises(IndexUnavailable):
        verify(desk.log, starting, wait=0)


def test_an_empty_pipeline_is_well(desk: Desk) -> None:
    assert desk.verify().ok


def test_a_repeated_record_is_no_problem(desk: Desk) -> None:
    desk.append(article("1"), article("1"))
    desk.index.put([article("1")])
    assert kinds(desk.verify()) == []


def test_missing_and_stale(desk: Desk) -> None:
    desk.append(article("1", version=1), article("1", version=2), article("2"))
    desk.index.put([article("1", version=1)])
    assert kinds(desk.verify()) == ["missing", "stale"]


def test_a_version_that_the_history_lacks(desk: Desk) -> None:
    desk.append(article("1", version=1), article("1", version=2))
    desk.index.put([article("1", version=2)])
    assert kinds(desk.verify()) == ["history"]


def test_what_the_log_does_not_know(desk: Desk) -> None:
    desk.index.put([article("1")])
    assert kinds(desk.verify()) == ["extra"]


def test_a_dead_letter_accounts_for_its_article(desk: Desk) -> None:
    desk.append(article("1"), article("2"))
    desk.index.put([article("1")])
    desk.bury(encode(article("2")), article("2").id, 1)
    found = desk.verify()
    assert kinds(found) == []
    assert found.dead == 1


def test_a_record_that_nobody_can_read_must_be_a_dead_letter(desk: Desk) -> None:
    desk.log.append(RAW, [Entry("broken", b"{not json")])
    assert kinds(desk.verify()) == ["unreadable"]
    desk.bury(b"{not json", "broken", 0)
    assert kinds(desk.verify()) == []
    retry(desk.log, letters(desk.log), NOON)
    assert kinds(desk.verify()) == ["unreadable"]
    desk.bury(b"{not json", "broken", 1)
    assert kinds(desk.verify()) == []


def test_retry_sends_back_and_marks(desk: Desk) -> None:
    desk.append(article("1"))
    letter = desk.bury(encode(article("1")), article("1").id, 0)
    assert [each.id for each in letters(desk.log)] == [letter.id]
    assert retry(desk.log, letters(desk.log), NOON) == []
    assert letters(desk.log) == []
    assert letters(desk.log, retried=True)[0].retried == NOON
    assert desk.log.ends(RAW) == {0: 2}
    assert kinds(desk.verify()) == ["missing"]
    desk.index.put([article("1")])
    assert kinds(desk.verify()) == []


def test_a_letter_without_its_text_never_goes_back_and_a_foreign_one_is_passed_over(desk: Desk) -> None:
    bare = desk.bury(b"", "k", 1)
    ingest = desk.bury(encode(article("2")), "k", -1)
    desk.log.append(DEAD, [Entry("x", b"{not ours")])
    whole = desk.bury(encode(article("3")), "k", 3)
    refused = retry(desk.log, letters(desk.log), NOON)
    assert [each.letter.id for each in refused] == [bare.id, ingest.id]
    assert [each.id for each in letters(desk.log)] == [bare.id, ingest.id]
    assert desk.log.ends(RAW) == {0: 1}
    assert find(desk.log, whole.id).retried == NOON


def test_a_letter_is_found_by_the_beginning_of_its_id(desk: Desk) -> None:
    desk.bury(b"x", "k", 1)
    desk.bury(b"x", "k", 2)
    assert find(desk.log, f"{1:032x}").offset == 1
    with pytest.raises(NotFound, match="2 dead letters"):
        find(desk.log, "0000")
    with pytest.raises(NotFound, match="no dead letter"):
        find(desk.log, "fff")
