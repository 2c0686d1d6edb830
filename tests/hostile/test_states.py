"""Every answer, and the lack of one, becomes a health state of its own."""

from datetime import timedelta

import pytest

from tests.hostile.acts import BOMBS, FEED, PACKED, RAW
from tests.hostile.asking import ask, ask_all, feed, known
from tests.hostile.publisher import Publisher, publishing


def test_a_feed(publisher: Publisher) -> None:
    got = ask(publisher.url("ok"))
    assert (got.health, got.status, got.body, got.detail) == ("ok", 200, FEED, "")
    assert (got.etag, got.last_modified, got.content_type) == ('"1"', "then", "text/xml")
    assert (got.url, got.moved_to, got.max_age) == (publisher.url("ok"), "", timedelta(minutes=1))
    assert publisher.requests[0].headers["user-agent"] == "SyriaWire/test"
    assert "if-none-match" not in publisher.requests[0].headers


def test_validators_are_sent_and_304_is_unchanged(publisher: Publisher) -> None:
    assert ask(publisher.url("ok"), known()).health == "unchanged"
    assert ask(publisher.url("ok"), known('"0"')).health == "ok"
    assert [each.headers["if-none-match"] for each in publisher.requests] == ['"1"', '"0"']


def test_validators_that_no_header_can_carry_are_not_sent(publisher: Publisher) -> None:
    assert ask(publisher.url("ok"), known("é\r\nX: y")).health == "ok"
    assert "if-none-match" not in publisher.requests[0].headers


def test_an_unconditional_request_exposes_a_frozen_cache(publisher: Publisher) -> None:
    assert ask(publisher.url("frozen"), known()).health == "unchanged"
    got = ask(publisher.url("frozen"), known(), conditional=False)
    assert (got.health, got.status) == ("stale", 304)
    assert publisher.requests[-1].headers["cache-control"] == "no-cache"
    assert ask(publisher.url("frozen")).health == "stale"


@pytest.mark.parametrize(
    ("status", "health"),
    [
        (300, "redirects"),
        (302, "redirects"),
        (400, "not_found"),
        (401, "unauthorised"),
        (403, "blocked"),
        (404, "not_found"),
        (407, "unauthorised"),
        (408, "timeout"),
        (410, "gone"),
        (429, "rate_limited"),
        (451, "blocked"),
        (500, "server_error"),
        (503, "server_error"),
    ],
)
def test_statuses(publisher: Publisher, status: int, health: str) -> None:
    got = ask(publisher.url(f"status/{status}"))
    assert (got.health, got.status, got.body) == (health, status, b"")
    assert got.detail == (f"HTTP {status} Some Reason" if status >= 400 else "")


def test_an_empty_answer_is_for_the_parser(publisher: Publisher) -> None:
    assert ask(publisher.url("status/204")).health == "ok"


@pytest.mark.parametrize("status", [200, 403, 429, 503])
def test_a_bot_wall(publisher: Publisher, status: int) -> None:
    got = ask(publisher.url(f"wall/{status}"))
    assert (got.health, got.detail, got.body) == (
        "blocked",
        f"the bot wall of Cloudflare (HTTP {status})",
        b"",
    )


def test_a_login_wall(publisher: Publisher) -> None:
    got = ask(publisher.url("to/302//login/?next=%2Fto"))
    assert (got.health, got.body) == ("unauthorised", b"")
    assert got.detail == f"redirected to a login: {publisher.url('login/?next=…')}"
    assert ask(publisher.url("login")).health == "ok", "a page at the address itself is for the parser"


@pytest.mark.parametrize("encoding", PACKED)
def test_compression(publisher: Publisher, encoding: str) -> None:
    assert ask(publisher.url(f"packed/{encoding}")).body == FEED
    assert encoding in publisher.requests[0].headers["accept-encoding"]


@pytest.mark.parametrize("encoding", BOMBS)
def test_bombs(publisher: Publisher, encoding: str) -> None:
    got = ask(publisher.url(f"bomb/{encoding}"))
    assert (got.health, got.detail, got.body) == ("too_large", "more than 5000000 bytes", b"")


def test_the_size_of_what_is_not_packed(publisher: Publisher) -> None:
    assert ask(publisher.url("large/4")).health == "ok"
    assert ask(publisher.url("large/400")).health == "too_large"


def test_the_size_of_what_is_packed_and_grows_no_smaller(publisher: Publisher) -> None:
    assert ask(publisher.url("bulky/200000"), limit=200_000).health == "too_large"


@pytest.mark.parametrize(
    ("label", "health"),
    [
        ("gzip", "bad_content"),
        ("br", "bad_content"),
        ("zstd", "bad_content"),
        ("gzip+gzip", "bad_content"),
        ("gzip+br", "bad_content"),
        ("identity", "ok"),
        ("utf-8", "ok"),
    ],
)
def test_labels_that_lie(publisher: Publisher, label: str, health: str) -> None:
    assert ask(publisher.url(f"mislabelled/{label}")).health == health


@pytest.mark.parametrize("where", ["drip/head", "drip/body", "silent"])
def test_slow_drips_end_at_the_deadline(publisher: Publisher, where: str) -> None:
    got = ask(publisher.url(where), deadline=0.3)
    assert (got.health, got.detail) == ("timeout", "no complete response within 0.3 s")


def test_an_error_whose_page_drips_is_that_error(publisher: Publisher) -> None:
    assert ask(publisher.url("drip/error")).health == "server_error"


def test_the_deadline_is_for_all_redirects_together(publisher: Publisher) -> None:
    assert ask(publisher.url("later//" * 4 + "ok"), deadline=0.5).health == "timeout"


def test_a_host_that_is_slow_holds_no_other_up(publisher: Publisher) -> None:
    slow = [publisher.url("silent", f"127.0.1.{number}") for number in range(1, 20)]
    got = ask_all([*slow, publisher.url("ok", "127.0.2.1")], deadline=1.0)
    assert [each.health for each in got] == ["timeout"] * 19 + ["ok"]


@pytest.mark.parametrize("name", sorted(set(RAW) - {"hints", "short", "cut-gzip"}))
def test_what_is_no_http(publisher: Publisher, name: str) -> None:
    got = ask(publisher.url(f"raw/{name}"))
    assert (got.health, got.body) == ("connection", b"")
    assert got.detail


def test_what_is_nearly_http(publisher: Publisher) -> None:
    assert ask(publisher.url("raw/hints")).body == FEED
    assert ask(publisher.url("raw/short")).body == FEED[:5]
    assert ask(publisher.url("raw/cut-gzip")).health == "bad_content"


def test_nobody_there() -> None:
    with publishing({}) as gone:
        url = gone.url("ok")
    assert ask(url).health == "refused"
    assert ask("http://levant-wire.invalid/").health == "dns"
    assert ask(f"http://{'x' * 70}.invalid/").health == "dns"


def test_a_header_that_cannot_be_sent_is_named_but_not_shown(publisher: Publisher) -> None:
    got = ask(feed(publisher.url("ok"), headers={"Authorization": "secret\r\nX: y"}))
    assert got.health == "failed"
    assert "secret" not in repr(got)
    assert publisher.requests == []
