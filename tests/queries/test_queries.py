"""Queries with known answers, the same on both backends: `queries.tsv` over the articles of `corpus.yml`."""

from collections.abc import Iterator

import pytest

from search.syntax import parse_query
from store.adapters.tantivy_index import TantivyIndex
from store.connect import open_index
from store.index import Index
from store.query import Query
from tests.contract.servers import elastic_prefix, settings
from tests.queries.corpus import HERE, LANGUAGES, NAMES, NOW, corpus


def _queries() -> list[tuple[str, str, str]]:
    lines = (HERE / "queries.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [(kind, query, found) for kind, query, found in rows]


QUERIES = _queries()


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    index = TantivyIndex(tmp_path_factory.mktemp("queries") / "index")
    index.put(corpus())
    index.refresh()
    yield index
    index.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Index]:
    with elastic_prefix() as url:
        index = open_index(settings(index=url))
        index.put(corpus())
        index.refresh()
        yield index
        index.close()


def _expected(found: str) -> set[str]:
    """`homs en fr; palmyra all` → ids."""
    ids: set[str] = set()
    for part in filter(None, found.split("; ")):
        event, *languages = part.split(" ")
        ids |= {f"{event}-{each}" for each in (LANGUAGES if languages == ["all"] else languages)}
    return ids


def _check(index: Index, query: str, found: str) -> None:
    asked = Query(where=parse_query(query, now=NOW, names=NAMES), now=NOW, limit=200)
    hits = index.search(asked)
    ids = [hit.article.id for hit in hits.hits]
    assert set(ids) == _expected(found)
    assert len(ids) == len(set(ids)) == hits.total
    assert {article.id for article in index.scan(asked)} == set(ids)


@pytest.mark.parametrize(("kind", "query", "found"), QUERIES)
def test_on_tantivy(embedded: Index, kind: str, query: str, found: str) -> None:
    _check(embedded, query, found)


@pytest.mark.servers
@pytest.mark.parametrize(("kind", "query", "found"), QUERIES)
def test_on_elasticsearch(server: Index, kind: str, query: str, found: str) -> None:
    _check(server, query, found)


def test_there_are_enough_of_them() -> None:
    assert len({query for _, query, _ in QUERIES}) >= 150
    assert {kind for kind, _, _ in QUERIES} >= {"concept", "boolean", "date", "phrase", "exact", "stem"}
    assert len(corpus()) == 60
