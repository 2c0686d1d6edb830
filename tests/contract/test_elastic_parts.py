"""What the index on Elasticsearch does without a server: fields, versions, page marks, addresses, credentials."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.adapters.elastic_client import address, available
from store.adapters.elastic_index import ElasticIndex
from store.adapters.elastic_mapping import creation, external_version, newest_entry, properties
from store.adapters.elastic_query import read_cursor, translate, write_cursor
from store.connect import open_index
from store.errors import BadPage, IndexUnavailable, SettingsError
from store.query import And, KeywordField, Node, Query, TimeField, Word
from store.records import Article
from store.settings import Secret, Settings
from tests.articles import article

ORDERS = st.tuples(st.integers(0, 2**42 - 1), st.integers(0, 2**21 - 1))


def test_every_field_of_an_article_has_its_place_in_the_index() -> None:
    fields = properties("newest")
    missing = {field.encode_name for field in msgspec.structs.fields(Article)} - set(fields)
    assert missing == set()
    assert {name: fields[name]["type"] for name in get_args(KeywordField)} == dict.fromkeys(
        get_args(KeywordField), "keyword"
    )
    assert {name: fields[name]["type"] for name in get_args(TimeField)} == dict.fromkeys(
        get_args(TimeField), "date"
    )
    for language in ("en", "ar", "ru", "tr", "fr", "ku"):
        document = msgspec.json.decode(newest_entry(article("1", language=language), 0)[1])
        assert set(document) <= set(fields)
        stems = {name for name in document if name.startswith("stem_")}
        assert stems == ({f"stem_{language}"} if language != "ku" else set())


@given(ORDERS, ORDERS)
def test_the_packed_version_orders_as_version_and_revision_do(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    packed, packed_other = (
        external_version(article(version=version, revision=revision)) for version, revision in (one, other)
    )
    assert 0 <= packed < 2**63
    assert (packed < packed_other) == (one < other)


@pytest.mark.parametrize("order", [(-1, 0), (2**42, 0), (1, -1), (1, 2**21)])
def test_an_order_that_does_not_fit_is_refused(order: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        external_version(article(version=order[0], revision=order[1]))


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 10**9))
def test_a_page_mark_leads_back_to_its_place(score: float, seen: int) -> None:
    mark = write_cursor(Query(now=None), seen, (score, "0" * 32))
    assert len(mark) < 500
    cursor = read_cursor(Query(now=None, after=mark))
    assert cursor is not None
    assert (cursor.seen, cursor.place) == (seen, (score, "0" * 32))
    with pytest.raises(BadPage):
        read_cursor(Query(now=None, sort="newest", after=mark))


def test_a_long_question_does_not_grow_deep() -> None:
    where: Node = Word("town")
    for n in range(100):
        where = And((where, Word(f"word{n}")))
    asked = translate(Query(where=where, now=None))
    assert len(asked["bool"]["must"][0]["bool"]["must"]) == 101


def test_the_number_of_copies_follows_the_settings() -> None:
    assert creation("newest", Settings())["settings"]["auto_expand_replicas"] == "0-1"
    made = creation("history", Settings(elasticsearch_replicas=2, elasticsearch_shards=3))["settings"]
    assert (made["number_of_replicas"], made["number_of_shards"]) == (2, 3)


@pytest.mark.parametrize(
    ("url", "hosts", "prefix"),
    [
        ("http://localhost:9201", ("http://localhost:9201",), "syria-wire"),
        ("https://a,b:9201/wire/", ("https://a:9200", "https://b:9201"), "wire"),
    ],
)
def test_an_address_names_nodes_and_prefix(url: str, hosts: tuple[str, ...], prefix: str) -> None:
    assert address(url) == (hosts, prefix)


@pytest.mark.parametrize("url", ["http:///wire", "https://a/Wire", "https://a/-wire", "https://a/one/two"])
def test_what_cannot_be_an_address_is_named(url: str) -> None:
    with pytest.raises(SettingsError, match="SYRIAWIRE_INDEX: this URL will not do"):
        open_index(Settings(index=url))


@pytest.mark.parametrize(
    ("url", "credentials", "says"),
    [
        ("https://wire:hunter2@a", {}, "holds a password"),
        ("https://a", {"elasticsearch_user": "wire"}, "go together"),
        ("https://a", {"elasticsearch_password": Secret("hunter2")}, "go together"),
        (
            "https://a",
            {"elasticsearch_api_key": Secret("hunter2"), "elasticsearch_user": "wire"},
            "unset one",
        ),
        ("https://a", {"elasticsearch_ca_file": "missing.pem"}, "SYRIAWIRE_ELASTICSEARCH_CA_FILE"),
    ],
)
def test_credentials_that_will_not_do_are_named_and_not_shown(
    url: str, credentials: dict[str, str], says: str
) -> None:
    with pytest.raises(SettingsError, match=says) as refused:
        ElasticIndex(url, Settings(**credentials))  # type: ignore[arg-type]
    assert "hunter2" not in str(refused.value)


def test_a_server_that_is_not_there_is_unavailable_and_no_secret_is_told() -> None:
    secret = Secret("hunter2")
    settings = Settings(elasticsearch_user="wire", elasticsearch_password=secret)
    index = ElasticIndex("http://127.0.0.1:1", settings)
    with pytest.raises(IndexUnavailable, match="start Elasticsearch") as refused:
        index.put([article("1")])
    assert "hunter2" not in repr(refused.value) + repr(refused.value.__cause__) + repr(settings)
    with pytest.raises(IndexUnavailable):
        index.get("1")
    index.close()


def test_our_own_mistakes_stay_what_they_are() -> None:
    with pytest.raises(KeyError), available("here"):
        raise KeyError("x")
