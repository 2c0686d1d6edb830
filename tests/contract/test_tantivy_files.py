"""What the embedded index promises beyond the contract: one writing process, and recovery when its folder fails."""

import multiprocessing
import resource
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import tantivy
from tantivy import SchemaBuilder

from store.adapters.tantivy_index import TantivyIndex
from store.errors import IndexUnavailable
from store.query import Query, TimeRange
from tests.articles import NOON, article


def test_a_second_writer_says_so_and_takes_over_later(tmp_path: Path) -> None:
    first, second = TantivyIndex(tmp_path / "index"), TantivyIndex(tmp_path / "index")
    first.put([article("1")])
    with pytest.raises(IndexUnavailable, match="another process is its writer"):
        second.put([article("2")])
    first.close()
    second.put([article("2", version=2), article("1", version=0)])
    second.refresh()
    assert second.search(Query(now=None)).total == 2
    second.close()


def _put_and_hang(root: Path, done: "multiprocessing.synchronize.Event") -> None:
    TantivyIndex(root).put([article("1")])
    done.set()
    threading.Event().wait()


def test_what_a_killed_writer_had_put_is_there_and_the_writer_is_free(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    done = context.Event()
    writer = context.Process(target=_put_and_hang, args=(tmp_path / "index", done))
    writer.start()
    assert done.wait(30)
    writer.kill()
    writer.join()
    index = TantivyIndex(tmp_path / "index")
    assert index.get(article("1").id) is not None
    index.put([article("2")])
    index.close()


def test_a_full_disk_raises_the_ports_error_and_the_same_object_recovers(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path / "index")
    index.put([article("0")])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for n in range(1, 6):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            with pytest.raises(IndexUnavailable):
                index.put([article(str(n))])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        index.put([article(str(n))])
    index.refresh()
    assert index.search(Query(now=None)).total == 6
    index.close()


def test_an_unusable_folder_raises_the_ports_error_and_recovers(tmp_path: Path) -> None:
    root = tmp_path / "index"
    root.write_text("a file where the folder should be")
    index = TantivyIndex(root)
    with pytest.raises(IndexUnavailable, match="index"):
        index.put([article("1")])
    root.unlink()
    index.put([article("1")])
    assert index.get(article("1").id) is not None
    index.close()


def test_an_index_of_another_version_is_named_as_such(tmp_path: Path) -> None:
    old = SchemaBuilder().add_text_field("id", tokenizer_name="raw").build()
    for part in ("newest", "history"):
        folder = tmp_path / "index" / "articles" / part
        folder.mkdir(parents=True)
        tantivy.Index(old, str(folder))
    index = TantivyIndex(tmp_path / "index")
    with pytest.raises(IndexUnavailable, match="another version of this program"):
        index.search(Query(now=None))
    with pytest.raises(IndexUnavailable, match="another version of this program"):
        index.put([article("1")])


def test_articles_are_indexed_at_the_time_of_the_clock(tmp_path: Path) -> None:
    now = [NOON.timestamp()]
    index = TantivyIndex(tmp_path / "index", clock=lambda: now[0])
    index.put([article("1"), article("2")])
    now[0] += 60
    index.put([article("1"), article("2", version=2)])
    index.refresh()
    since = TimeRange("indexed", NOON + timedelta(seconds=60), None)
    assert [hit.article.guid for hit in index.search(Query(where=since, now=None)).hits] == ["2"]
    index.close()
