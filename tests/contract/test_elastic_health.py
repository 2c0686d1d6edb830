"""The index of looks at feeds and stages, on a real Elasticsearch."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from store.adapters.elastic_health import KEPT
from store.connect import open_observations
from store.errors import IndexUnavailable
from store.observed import Observation
from tests.articles import NOON
from tests.contract.servers import elastic_prefix, settings

pytestmark = pytest.mark.servers
Write = Callable[..., None]


@pytest.fixture
def url() -> Iterator[str]:
    with elastic_prefix() as url:
        yield url


@pytest.fixture
def write(url: str) -> Write:
    def call(*seen: Observation) -> None:
        kept = open_observations(settings(index=url))
        assert kept is not None
        with closing(kept):
            kept.write(seen)

    return call


def stored(url: str) -> list[dict[str, Any]]:
    server, prefix = url.rsplit("/", 1)
    with Elasticsearch(server) as client:
        client.indices.refresh(index=f"{prefix}-health")
        found = client.search(index=f"{prefix}-health", sort=["at", "kind"], size=100)
    return [hit["_source"] for hit in found["hits"]["hits"]]


LOOK = (
    Observation(at=NOON, kind="feed", feed_id="w/a", health="ok", answers=True, last_success=NOON),
    Observation(at=NOON, kind="pipeline", articles=5, dead_letters=0),
    Observation(at=NOON, kind="stage", stage="index", lag=0),
)


def test_a_look_is_kept_and_the_same_look_again_changes_nothing(write: Write, url: str) -> None:
    write(*LOOK)
    write(*LOOK)
    at = "2015-10-07T12:00:00Z"
    assert stored(url) == [
        {"at": at, "kind": "feed", "feed_id": "w/a", "health": "ok", "answers": True, "last_success": at},
        {"at": at, "kind": "pipeline", "articles": 5, "dead_letters": 0},
        {"at": at, "kind": "stage", "stage": "index", "lag": 0},
    ]


def test_what_is_old_goes(write: Write, url: str) -> None:
    write(*LOOK)
    stored(url)  # refreshes: only what can be seen can be deleted
    later = NOON + KEPT
    write(Observation(at=later, kind="stage", stage="index", lag=1))
    assert len(stored(url)) == 4
    write(Observation(at=later + timedelta(minutes=15), kind="stage", stage="index", lag=2))
    assert [each["lag"] for each in stored(url)] == [1, 2]


def test_an_index_without_our_fields_says_what_it_refused(write: Write, url: str) -> None:
    server, prefix = url.rsplit("/", 1)
    mappings = {"dynamic": "strict", "properties": {"at": {"type": "date"}}}
    with Elasticsearch(server) as client:
        client.indices.create(index=f"{prefix}-health", mappings=mappings)
    with pytest.raises(IndexUnavailable, match="refused 3 of 3: strict_dynamic_mapping_exception"):
        write(*LOOK)


def test_nobody_there() -> None:
    kept = open_observations(settings(index="http://127.0.0.1:9/x"))
    assert kept is not None
    with closing(kept), pytest.raises(IndexUnavailable, match="start Elasticsearch"):
        kept.write(LOOK)
