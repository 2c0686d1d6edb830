"""The same wire day on Kafka, Elasticsearch and Postgres: what comes out equals the embedded run's."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ops.verify import verify
from store.connect import open_index, open_log
from store.log import ENRICHED, GROUPED, RAW
from store.records import Article
from tests.contract.servers import elastic_prefix, kafka_prefix, postgres_schema
from tests.e2e.conftest import Pipeline, Ticking, Wires, make_pipeline

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
DAY = 3
SYRIAWIRE = str(Path(sys.executable).parent / "syriawire")


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


CREW = {"enrich": 3, "group": 2, "index": 2}


def test_several_processes_share_the_work(tmp_path: Path, wires: Wires, places: dict[str, str]) -> None:
    pipeline = make_pipeline(tmp_path / "home", wires(), **places)
    environ = {**os.environ, **{f"SYRIAWIRE_{name.upper()}": value for name, value in places.items()}}
    environ["SYRIAWIRE_HOME"] = str(tmp_path / "home")
    workers = [
        subprocess.Popen(
            [SYRIAWIRE, "work", name], env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for name, count in CREW.items()
        for _ in range(count)
    ]
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
        for worker in workers:
            worker.terminate()
        reports = [json.loads(worker.communicate(timeout=60)[0]) for worker in workers]
        log.close()
        index.close()
    done: dict[str, list[int]] = {name: [] for name in CREW}
    for report in reports:
        done[report["stage"]].append(report.get("done", 0))
    assert {name: sum(counts) for name, counts in done.items()} == dict.fromkeys(CREW, found.versions)
    assert sorted(done["group"]) == [0, found.versions]
