"""The same wire day on Kafka, Elasticsearch and Postgres: what comes out equals the embedded run's."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ops.verify import verify
from ops.work import work
from store.connect import open_index, open_log
from store.log import ENRICHED, GROUPED, RAW
from store.records import Article
from tests.articles import NOON
from tests.contract.servers import elastic_prefix, kafka_prefix, postgres_schema
from tests.e2e.conftest import Pipeline, Wires, make_pipeline

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
DAY = 3


class Ticking:
    """A clock that both runs see alike: an hour passes from poll to poll, none within one."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def tick(self) -> None:
        self.now += timedelta(hours=1)


@pytest.fixture
def places() -> Iterator[dict[str, str]]:
    """Log, index and state on the servers, each with a place of its own."""
    with ExitStack() as stack:
        yield {
            "log": stack.enter_context(kafka_prefix()),
            "index": stack.enter_context(elastic_prefix()),
            "state": stack.enter_context(postgres_schema()),
        }


def whole_day(home: Path, url: str, **places: object) -> Pipeline:
    clock = Ticking()
    pipeline = make_pipeline(home, url, clock=clock, **places)
    for _ in range(DAY):
        pipeline.poll()
        pipeline.work()
        clock.tick()
    return pipeline


def essence(articles: list[Article]) -> dict[tuple[str, int], object]:
    return {
        (each.id, each.version): (
            each.headline,
            each.body,
            each.language,
            each.mentions,
            each.place_ids,
            each.geo,
        )
        for each in articles
    }


def test_the_servers_hold_what_the_embedded_run_holds(
    tmp_path: Path, wires: Wires, places: dict[str, str]
) -> None:
    embedded = whole_day(tmp_path / "embedded", wires())
    distributed = whole_day(tmp_path / "distributed", wires(), **places)
    assert len(embedded.everything()) > 60
    assert essence(distributed.everything()) == essence(embedded.everything())
    for article in embedded.everything():
        assert essence(distributed.history(article.guid)) == essence(embedded.history(article.guid))
    log, index = open_log(distributed.settings), open_index(distributed.settings)
    found = verify(log, index, wait=0)
    assert found.problems == []
    log.close()
    index.close()


def test_several_workers_share_the_work(tmp_path: Path, wires: Wires, places: dict[str, str]) -> None:
    pipeline = make_pipeline(tmp_path / "home", wires(), **places)
    stop = threading.Event()
    done: dict[str, int] = {}

    def run(name: str, number: int) -> None:
        stage = next(each for each in ("enrich", "group", "index") if each == name)
        done[f"{name}{number}"] = work(pipeline.settings, stage, stop)["done"]

    crew = [("enrich", 3), ("group", 2), ("index", 2)]
    workers = [
        threading.Thread(target=run, args=(name, number)) for name, count in crew for number in range(count)
    ]
    for worker in workers:
        worker.start()
    log, index = open_log(pipeline.settings), open_index(pipeline.settings)
    try:
        for _ in range(DAY):
            pipeline.poll()
        found = verify(log, index, wait=120)
        assert found.problems == []
        assert found.articles > 60
        ends = {topic: sum(log.ends(topic).values()) for topic in (RAW, ENRICHED, GROUPED)}
        assert set(ends.values()) == {found.versions}, "a record was worked twice though nothing failed"
    finally:
        stop.set()
        for worker in workers:
            worker.join()
        log.close()
        index.close()
    assert sum(done[f"enrich{n}"] for n in range(3)) == found.versions
    assert sorted(done[f"group{n}"] for n in range(2)) == [0, found.versions]
