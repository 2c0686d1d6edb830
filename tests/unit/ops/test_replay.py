"""A rebuild holds what the log holds, also what came meanwhile; a new gazetteer's tags win everywhere."""

import shutil
import threading
from pathlib import Path

import pytest

from ops.replay import rebuild, rebuild_index, retag
from ops.verify import verify
from ops.work import work
from store.adapters.sqlite_log import SqliteLog
from store.adapters.tantivy_index import TantivyIndex
from store.errors import SyriaWireError
from store.log import GROUPED, RAW, Entry
from store.query import Query
from store.records import Article, encode
from store.settings import Settings, load_settings
from tests.articles import article


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    gazetteer = tmp_path / "gazetteer"
    shutil.copytree(load_settings({}).gazetteer, gazetteer)
    return load_settings({"SYRIAWIRE_HOME": str(tmp_path), "SYRIAWIRE_GAZETTEER": str(gazetteer)})


def ports(settings: Settings) -> tuple[SqliteLog, TantivyIndex]:
    home = settings.home
    return SqliteLog(home / "log.db"), TantivyIndex(home / "index")


def append(log: SqliteLog, topic: str, *articles: Article) -> None:
    log.append(topic, [Entry(each.id, encode(each)) for each in articles])


def quiet(_: int) -> None:
    """No progress is shown."""


def process(settings: Settings) -> None:
    for stage in ("enrich", "group", "index"):
        work(settings, stage, threading.Event(), until_idle=True)


def test_a_rebuilt_index_holds_every_version_of_the_log(settings: Settings) -> None:
    log, index = ports(settings)
    append(log, RAW, article("1"), article("1", version=2, headline="Corrected"), article("2"))
    process(settings)
    done = rebuild_index(settings, "two", threading.Event(), quiet)
    assert (done.versions, done.dead, done.shown, done.others) == (3, 0, True, ["articles"])
    assert verify(log, index, wait=0).ok
    index.drop("articles")
    assert [each.version for each in index.history(article("1").id)] == [2, 1]


def test_what_comes_during_a_rebuild_is_in_the_new_index_too(settings: Settings) -> None:
    log, index = ports(settings)
    append(log, GROUPED, article("1"))
    worker = TantivyIndex(settings.home / "index")

    def meanwhile(_: int) -> None:
        """The worker is handed a record and writes it into what readers see at that time."""
        late = article(f"late-{len(list(worker.keys('newest')))}")
        if sum(log.ends(GROUPED).values()) < 5:
            append(log, GROUPED, late)
            worker.put([late])

    done = rebuild(log, index, "two", threading.Event(), batch=1, progress=meanwhile)
    assert done.shown
    assert {key.id for key in index.keys("newest")} == {
        article(guid).id for guid in ("1", "late-0", "late-1", "late-2", "late-3")
    }
    worker.close()


def test_a_stopped_rebuild_is_not_shown_and_goes_on_later(settings: Settings) -> None:
    log, index = ports(settings)
    index.put([article("old")])
    append(log, GROUPED, *(article(str(number)) for number in range(6)))
    stop = threading.Event()
    first = rebuild(log, index, "two", stop, batch=2, progress=lambda _: stop.set())
    assert (first.versions, first.shown) == (2, False)
    assert index.search(Query(now=None)).total == 1
    second = rebuild(log, index, "two", threading.Event(), batch=2, progress=quiet)
    assert (second.versions, second.shown) == (4, True)
    assert index.search(Query(now=None)).total == 6


def test_a_name_that_readers_see_or_that_was_used_up_is_refused(settings: Settings) -> None:
    log, index = ports(settings)
    append(log, GROUPED, article("1"))
    rebuild(log, index, "two", threading.Event(), batch=10, progress=quiet)
    with pytest.raises(SyriaWireError, match="two: readers see it already"):
        rebuild(log, index, "two", threading.Event(), batch=10, progress=quiet)
    rebuild(log, index, "three", threading.Event(), batch=10, progress=quiet)
    index.drop("two")
    with pytest.raises(SyriaWireError, match="two: an index of this name was filled before"):
        rebuild(log, index, "two", threading.Event(), batch=10, progress=quiet)
    assert index.names() == ["three"]


def test_a_new_gazetteer_wins_for_all_articles(settings: Settings) -> None:
    log, index = ports(settings)
    append(log, RAW, article("1", body="Fighters of the Zubayd Brigade left the town, residents said."))
    process(settings)
    before = index.get(article("1").id)
    assert before is not None
    groups = settings.gazetteer / "groups.yml"
    groups.write_text(
        groups.read_text(encoding="utf-8")
        + "- {id: group/zubayd-brigade, kind: armed, names: {en: [Zubayd Brigade]}, source: 'made up for this test'}\n",
        encoding="utf-8",
    )
    with pytest.raises(SyriaWireError, match="raise it by one"):
        retag(settings, threading.Event(), quiet)
    (settings.gazetteer / "gazetteer.yml").write_text(f"revision: {before.revision + 1}\n", encoding="utf-8")
    assert retag(settings, threading.Event(), quiet)["done"] == 1
    process(settings)
    index.refresh()
    after = index.get(article("1").id)
    assert after is not None
    assert (after.version, after.revision) == (before.version, before.revision + 1)
    assert "group/zubayd-brigade" in set(after.group_ids) - set(before.group_ids)
    assert retag(settings, threading.Event(), quiet)["done"] == 0
    assert verify(log, index, wait=0).ok
