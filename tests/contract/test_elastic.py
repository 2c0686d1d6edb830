"""What the index on Elasticsearch promises beyond the contract, over a real server."""

import random
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from elasticsearch import BadRequestError, Elasticsearch

from store.adapters.elastic_index import ElasticIndex
from store.adapters.elastic_mapping import creation
from store.connect import open_index
from store.errors import BadQuestion, IndexUnavailable
from store.index import Index
from store.query import Everything, Phrase, Query, Term
from store.records import Article, GeoPoint, Mention, encode
from store.settings import Settings
from tests.articles import article
from tests.contract.servers import elastic_prefix, settings

pytestmark = pytest.mark.servers


@pytest.fixture
def url() -> Iterator[str]:
    with elastic_prefix() as url:
        yield url


@pytest.fixture
def index(url: str) -> Iterator[Index]:
    opened = open_index(settings(index=url))
    yield opened
    opened.close()


@pytest.fixture
def raw(url: str) -> Iterator[Elasticsearch]:
    """The server itself, as Kibana sees it."""
    with Elasticsearch(url.rsplit("/", 1)[0]) as client:
        yield client


def prefix(url: str) -> str:
    return url.rsplit("/", 1)[1]


def count(index: Index) -> int:
    index.refresh()
    return index.search(Query(now=None, limit=1)).total


def test_a_field_that_the_mapping_does_not_know_is_refused(
    index: Index, raw: Elasticsearch, url: str
) -> None:
    index.put([article("1")])
    with pytest.raises(BadRequestError, match="strict_dynamic_mapping_exception"):
        raw.index(index=f"{prefix(url)}-newest", document={"id": "x", "unheard_of": 1})
    with pytest.raises(BadRequestError, match="strict_dynamic_mapping_exception"):
        raw.index(index=f"{prefix(url)}-history", document={"id": "x", "unheard_of": 1})


def test_what_the_server_can_never_store_comes_back_with_the_reason(index: Index) -> None:
    rejected = index.put([article("1"), article("2", wire_version=2**70), article("3", version=2**60)])
    assert {each.article.guid for each in rejected} == {"2", "3"}
    assert all(each.reason.startswith("index: ") for each in rejected)
    assert count(index) == 1


def test_dashboards_find_real_fields(index: Index, raw: Elasticsearch, url: str) -> None:
    place = GeoPoint(lat=34.23, lon=37.24, place_id="place/C2528", precision="town")
    mention = Mention(
        entity_id=place.place_id,
        type="place",
        text="Qaryatain",
        field="headline",
        start=21,
        end=30,
        rule="name",
        confidence=0.9,
    )
    one = article("1", geo=(place, place), mentions=(mention,), place_ids=("place/SY04", "place/C2528"))
    index.put([one])
    index.refresh()
    assert index.get(one.id) == one
    answer = raw.search(
        index=f"{prefix(url)}-newest",
        query={"query_string": {"query": "STRIKES AND Qaryâtain"}},
        aggregations={
            "where": {"geotile_grid": {"field": "geo_points", "precision": 8}},
            "when": {"date_histogram": {"field": "published", "calendar_interval": "day"}},
            "what": {"terms": {"field": "place_ids"}},
            "how": {"terms": {"field": "pubstatus"}},
        },
    )
    assert answer["hits"]["total"]["value"] == 1
    assert [len(answer["aggregations"][name]["buckets"]) for name in ("where", "when", "what", "how")] == [
        1,
        1,
        2,
        1,
    ]
    searched = {"exact_headline", "exact_body", "stem_en"}
    assert searched.isdisjoint(answer["hits"]["hits"][0]["_source"])


def test_writers_that_start_together_make_one_index(url: str, raw: Elasticsearch) -> None:
    indices = [ElasticIndex(url, settings()) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        rejected = list(threads.map(lambda n: indices[n].put([article(str(n))]), range(6)))
    assert rejected == [[]] * 6
    assert count(indices[0]) == 6
    names = set(raw.indices.get(index=f"{prefix(url)}-*"))
    assert names == {f"{prefix(url)}-newest-articles", f"{prefix(url)}-history-articles"}
    for index in indices:
        index.close()


def test_writers_of_the_same_articles_agree(url: str) -> None:
    """Three deliver every version of each article, each in an order of its own."""
    forms = [article(str(n), version=v, revision=r) for n in range(20) for v in (1, 2, 3) for r in (0, 7)]
    indices = [ElasticIndex(url, settings()) for _ in range(3)]

    def write(n: int) -> None:
        mine = random.Random(n).sample(forms, len(forms))
        for start in range(0, len(mine), 17):
            assert indices[n].put(mine[start : start + 17]) == []

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(write, range(3)))
    indices[0].refresh()
    assert sorted(indices[0].keys("newest")) == sorted((article(str(n)).id, 3, 7) for n in range(20))
    assert sorted(indices[0].keys("history")) == sorted(
        (article(str(n)).id, v, 7) for n in range(20) for v in (1, 2, 3)
    )
    for index in indices:
        index.close()


def test_an_index_of_an_older_program_gets_the_new_fields(index: Index, raw: Elasticsearch, url: str) -> None:
    made = creation("newest", Settings())
    properties = {
        name: field for name, field in made["mappings"]["properties"].items() if name != "weapon_ids"
    }
    raw.indices.create(
        index=f"{prefix(url)}-newest-articles",
        settings=made["settings"],
        mappings={**made["mappings"], "properties": properties},
        aliases={f"{prefix(url)}-newest": {}},
    )
    assert index.put([article("1", weapon_ids=("weapon/kalibr",))]) == []
    index.refresh()
    assert index.search(Query(where=Term("weapon_ids", "weapon/kalibr"), now=None)).total == 1


def test_a_swap_is_never_seen_half(index: Index) -> None:
    index.put([article(str(n)) for n in range(3)])
    rebuilt = index.create("second")
    rebuilt.put([article(str(n)) for n in range(5)])
    rebuilt.refresh()
    index.refresh()
    totals: set[int] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            totals.add(index.search(Query(now=None)).total)

    with ThreadPoolExecutor(2) as threads:
        readers = [threads.submit(read) for _ in range(2)]
        for name in ["second", "articles"] * 5:
            index.swap(name)
        done.set()
        for reader in readers:
            reader.result()
    rebuilt.close()
    assert totals == {3, 5}


def test_an_index_that_was_removed_is_made_anew(index: Index, raw: Elasticsearch, url: str) -> None:
    index.put([article("1")])
    raw.indices.delete(index=f"{prefix(url)}-newest-articles,{prefix(url)}-history-articles")
    with pytest.raises(IndexUnavailable, match="index_not_found"):
        index.put([article("2")])
    assert index.put([article("2")]) == []
    assert count(index) == 1
    assert set(raw.indices.get_alias(name=f"{prefix(url)}-*")) == set(
        raw.indices.get(index=f"{prefix(url)}-*")
    )


@pytest.mark.parametrize("block", ["index.blocks.write", "index.blocks.read_only_allow_delete"])
def test_a_blocked_index_is_unavailable_until_the_block_is_lifted(
    raw: Elasticsearch, url: str, block: str
) -> None:
    """The second block is the one that a full disk brings."""
    index = ElasticIndex(url, settings(elasticsearch_patience=0.5))
    index.put([article("1")])
    raw.indices.put_settings(index=f"{prefix(url)}-*", settings={block: True})
    with pytest.raises(IndexUnavailable, match="free its disk or lift the block"):
        index.put([article("2")])
    raw.indices.put_settings(index=f"{prefix(url)}-*", settings={block: None})
    assert index.put([article("2")]) == []
    assert count(index) == 2
    index.close()


def test_what_only_the_server_refuses_is_not_waited_for(index: Index) -> None:
    index.put([article("1")])
    index.refresh()
    with pytest.raises(BadQuestion, match="cannot answer this"):
        index.facets(Query(now=None), ["headline"], 5)  # type: ignore[list-item]


@pytest.mark.slow
def test_many_articles(
    index: Index, raw: Elasticsearch, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """More than Elasticsearch pages through by offset; speed and size are told, not judged."""
    number, batch = 11_000, 200
    words = random.Random(7).choices(
        [f"word{n}" for n in range(5000)], [1 / (n + 2) for n in range(5000)], k=200_000
    )
    articles = [
        article(
            str(n), minutes=n // 2, body=" ".join(words[17 * n : 17 * n + 350]), place_ids=("place/SY04",)
        )
        for n in range(number)
    ]
    began = time.perf_counter()
    for start in range(0, number, batch):
        assert index.put(articles[start : start + batch]) == []
    seconds = time.perf_counter() - began
    index.refresh()
    assert index.search(Query(now=None, limit=0)).total == number
    assert len(list(index.keys("newest"))) == len(list(index.keys("history"))) == number
    seen: list[str] = []
    after = None
    while True:
        page = index.search(Query(now=None, sort="newest", limit=2500, after=after))
        seen += [hit.article.id for hit in page.hits]
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == number
    assert sum(1 for _ in index.scan(Query(where=Phrase("residents said"), now=None))) == 0
    assert sum(1 for _ in index.scan(Query(where=Everything(), now=None))) == number
    stored = raw.indices.stats(index=f"{prefix(url)}-*")["_all"]["total"]["store"]["size_in_bytes"]
    source = sum(len(encode(each)) for each in articles)
    with capsys.disabled():
        sys.stderr.write(
            f"\n{number} articles: {number / seconds:.0f} a second, {stored / source:.2f} of their JSON on disk\n"
        )


def test_an_index_of_another_version_is_named_as_such(index: Index, raw: Elasticsearch, url: str) -> None:
    made = creation("newest", Settings())["mappings"]["properties"]
    old = {name: field for name, field in made.items() if name in Article.__struct_fields__}
    for part in ("newest", "history"):
        raw.indices.create(
            index=f"{prefix(url)}-{part}-articles",
            aliases={f"{prefix(url)}-{part}": {}},
            mappings={"properties": old},
        )
    with pytest.raises(IndexUnavailable, match="has form 1, this program needs form 2"):
        index.put([article("1")])
    with pytest.raises(IndexUnavailable, match="has form 1"):
        index.search(Query(now=None, sort="newest"))
