"""Polling as the DAGs and the command line call it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from ingest.catalogue import CatalogueError
from ingest.desk import Desk
from ingest.fetch import Fetcher
from ops.poll import check, due_batches, health_report, list_feeds, poll
from store.settings import Settings, load_settings
from store.state import FeedState
from tests.articles import NOON
from tests.fakes import FakeArchive, FakeClock, FakeLog, FakeState

FEEDS = """\
publisher: Levant Wire
feeds:
  - {id: levant-wire/top, url: "${SYRIAWIRE_DEMO_URL}/top", every: 5m, allow_private: true, headers: {x-key: secret}}
  - {id: levant-wire/gone, url: "${SYRIAWIRE_DEMO_URL}/gone", every: 5m, allow_private: true}
"""
ITEM = b"<guid>1</guid><title>One</title><pubDate>Wed, 07 Oct 2015 11:30:00 GMT</pubDate>"
RSS = b"<rss><channel><title>Levant</title><item>" + ITEM + b"</item></channel></rss>"


def fetcher(waits: Mapping[str, datetime]) -> Fetcher:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(410) if request.url.path == "/gone" else httpx.Response(200, content=RSS)

    return Fetcher(user_agent="x", waits=waits, spacing=0, transport=httpx.MockTransport(answer))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    feeds = tmp_path / "feeds"
    feeds.mkdir()
    (feeds / "levant-wire.yml").write_text(FEEDS, encoding="utf-8")
    return load_settings({"SYRIAWIRE_HOME": str(tmp_path), "SYRIAWIRE_FEEDS": str(feeds)})


@pytest.fixture
def desk() -> Desk:
    return Desk(
        log=FakeLog(),
        state=FakeState(),
        archive=FakeArchive(),
        clock=FakeClock(NOON),
        fetcher=fetcher,
    )


def opener(desk: Desk) -> Callable[[Settings], AbstractContextManager[Desk]]:
    @contextmanager
    def opening(settings: Settings) -> Iterator[Desk]:
        yield desk

    return opening


def test_poll_all_that_are_due(settings: Settings, desk: Desk) -> None:
    assert due_batches(settings, NOON, desk=opener(desk)) == [["levant-wire/top", "levant-wire/gone"]]
    results = poll(settings, desk=opener(desk))
    assert [(each.feed_id, each.health) for each in results] == [
        ("levant-wire/top", "ok"),
        ("levant-wire/gone", "gone"),
    ]
    assert poll(settings, desk=opener(desk)) == []
    assert due_batches(settings, NOON, desk=opener(desk)) == []
    assert due_batches(settings, NOON + timedelta(minutes=6), desk=opener(desk)) == [["levant-wire/top"]]


def test_named_feeds_are_polled_now(settings: Settings, desk: Desk) -> None:
    for health in ("ok", "unchanged"):
        (result,) = poll(settings, ["levant-wire/top"], desk=opener(desk))
        assert result.health == health
    with pytest.raises(CatalogueError, match="did you mean 'levant-wire/top'"):
        poll(settings, ["levant-wire/topp"], desk=opener(desk))


def test_check_stores_nothing(settings: Settings) -> None:
    top, gone = check(settings, fetcher=fetcher)
    assert (top.health, top.articles, top.title, top.headline, top.bytes) == (
        "ok",
        1,
        "Levant",
        "One",
        len(RSS),
    )
    assert (gone.health, gone.status, gone.detail) == ("gone", 410, "HTTP 410 Gone")
    assert "take it out" in gone.remedy
    assert len(check(settings, ["levant-wire/top"], fetcher=fetcher)) == 1
    assert sorted(path.name for path in settings.home.iterdir()) == ["feeds"]


def test_health_report(settings: Settings, desk: Desk) -> None:
    before = health_report(settings, NOON, desk=opener(desk))
    assert {each.health for each in before} == {"new"}
    poll(settings, desk=opener(desk))
    desk.state.save_feeds([FeedState(feed_id="no-longer/there", health="ok")])
    top, gone = health_report(settings, NOON, desk=opener(desk))
    assert (top.health, top.items_total, top.last_success, top.overdue) == ("ok", 1, NOON, False)
    assert (gone.health, gone.failures, gone.last_success) == ("gone", 1, None)
    later = health_report(settings, NOON + timedelta(hours=1), desk=opener(desk))
    assert [each.overdue for each in later] == [True, False]
    assert msgspec.json.encode(later)


def test_list_feeds_shows_no_secret(settings: Settings) -> None:
    listed = list_feeds(settings)
    assert (listed[0].feed_id, listed[0].every_seconds) == ("levant-wire/top", 300)
    assert listed[0].url == f"{settings.demo_url}/top"
    assert b"secret" not in msgspec.json.encode(listed)


def test_a_key_in_an_address_is_shown_nowhere(settings: Settings, desk: Desk) -> None:
    secret = FEEDS.replace(
        '"${SYRIAWIRE_DEMO_URL}/top"', '"http://user:secret@levant-wire.example/top?key=TOKEN"'
    )
    (settings.feeds / "levant-wire.yml").write_text(secret, encoding="utf-8")
    desk.state.save_feeds(
        [FeedState(feed_id="levant-wire/top", detail="moved to http://x.example/?key=TOKEN")]
    )
    everything = (
        list_feeds(settings),
        check(settings, fetcher=fetcher),
        health_report(settings, NOON, desk=opener(desk)),
        poll(settings, desk=opener(desk)),
    )
    shown = msgspec.json.encode(everything)
    assert b"levant-wire.example/top?key=\xe2\x80\xa6" in shown
    assert b"secret" not in shown
    assert b"TOKEN" not in shown


def test_over_the_embedded_adapters(settings: Settings) -> None:
    """The ports of the settings are opened and closed; what was polled is there for the next process."""
    assert len(due_batches(settings, NOON)) == 1
    assert {each.health for each in health_report(settings, NOON)} == {"new"}
    assert poll(settings, []) == []
