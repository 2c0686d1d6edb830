"""Which version is the newest: `max(previous + 1, fetch time)`, with room for late ones."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import BadRecord
from store.identity import article_id, content_hash, digest, milliseconds, next_version
from store.records import Article, decode_article, encode
from tests.articles import NOON, article

MOMENTS = st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001


def test_an_id_depends_on_scope_and_guid_only() -> None:
    assert article_id("a", "1") == article_id("a", "1")
    assert len({article_id("a", "1"), article_id("b", "1"), article_id("a", "2")}) == 3
    assert len(article_id("a", "1")) == 32
    assert digest(("ab", "c")) != digest(("a", "bc"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("headline", "x"),
        ("body", "x"),
        ("pubstatus", "canceled"),
        ("ednote", "x"),
        ("keywords", ("x",)),
        ("urgency", 1),
    ],
)
def test_content_that_readers_see_changes_the_hash(field: str, value: object) -> None:
    assert content_hash(article("1", **{field: value})) != content_hash(article("1"))


def test_times_and_derived_fields_do_not_change_the_hash() -> None:
    changed = article("1", minutes=5, version=9, revision=3, place_ids=("place/SY04",), updated=NOON)
    assert content_hash(changed) == content_hash(article("1"))


@given(first=MOMENTS, second=MOMENTS)
def test_a_change_always_gets_a_greater_version(first: datetime, second: datetime) -> None:
    previous = next_version(first)
    assert next_version(second, previous=previous) > previous


def test_versions_go_on_without_the_state_store() -> None:
    known = next_version(NOON, previous=next_version(NOON))
    assert next_version(NOON + timedelta(seconds=1)) > known


@given(wires=st.permutations(range(1, 8)))
def test_wire_versions_keep_their_order_in_whatever_order_they_come(wires: list[int]) -> None:
    ours: dict[int, int] = {}
    current: tuple[int, int] | None = None
    for wire in wires:
        previous, previous_wire = current or (None, None)
        ours[wire] = next_version(NOON, previous=previous, previous_wire=previous_wire, wire=wire)
        if current is None or wire > current[1]:
            current = (ours[wire], wire)
    assert [ours[wire] for wire in sorted(ours)] == sorted(set(ours.values()))


def test_milliseconds() -> None:
    assert milliseconds(datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)) == 1500


def test_a_record_comes_back_as_it_was_and_names_its_schema() -> None:
    one = article("1", body="قصف على القريتين", keywords=("a",))
    assert decode_article(encode(one)) == one
    assert msgspec.json.decode(encode(one))["schema"] == "article/1"


@pytest.mark.parametrize(
    "value",
    [b"", b"{not json", b"[]", b"\xff", b'{"schema": "article/9"}', b'{"schema": "article/1", "id": "x"}'],
)
def test_what_is_no_article_is_a_bad_record(value: bytes) -> None:
    with pytest.raises(BadRecord, match="article record"):
        decode_article(value)


def test_a_time_without_a_zone_is_refused() -> None:
    naive = encode(article("1")).replace(b"2015-10-07T12:00:00Z", b"2015-10-07T12:00:00")
    with pytest.raises(BadRecord):
        decode_article(naive)


@given(headline=st.text(), body=st.text())
def test_any_text_survives_the_codec(headline: str, body: str) -> None:
    one: Article = article("1", headline=headline, body=body)
    assert decode_article(encode(one)) == one
