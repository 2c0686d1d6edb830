"""The shell of ingest over fakes: crashes between any two steps, leases, siblings, outcome lines."""

import contextlib
from dataclasses import replace

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from ingest.desk import LEASE_TTL
from ingest.poll import poll_batch, poll_feed
from ingest.recover import MARK
from store.errors import ArchiveUnavailable, LogUnavailable, StateUnavailable, Unavailable
from store.identity import milliseconds
from store.log import RAW
from store.records import Article
from tests.articles import NOON
from tests.fakes import FakeArchive, FakeState
from tests.unit.ingest.world import DATED, FEED, World, rss


@pytest.fixture
def world() -> World:
    return World()


def test_first_poll(world: World) -> None:
    with capture_logs() as lines:
        result = poll_feed(FEED, world.desk())
    assert (result.health, result.new, result.unchanged) == ("ok", 2, 0)
    assert [article.headline for article in world.articles()] == ["One", "Two"]
    (reference,) = world.archive.stored
    assert [article.raw_ref for article in world.articles()] == [f"{reference}#0", f"{reference}#1"]
    assert [record.key for record in world.log.topics[RAW]] == [article.id for article in world.articles()]
    assert all(seen.appended for seen in world.state.items.values())
    state = world.state.feed_states[FEED.id]
    assert (state.etag, state.body_hash, state.items_total) == ('"1"', reference, 2)
    assert state.next_due is not None
    assert state.next_due > NOON
    assert world.state.leases == {}
    assert [line["event"] for line in lines] == ["feed_polled"]


def test_nothing_new_in_three_ways(world: World) -> None:
    poll_feed(FEED, world.desk())
    assert poll_feed(FEED, world.desk()).health == "unchanged"
    world.etag = ""
    again = poll_feed(FEED, world.desk())
    assert (again.health, again.unchanged) == ("unchanged", 0)
    world.body = rss("One", "Two", stamp=7)
    stamped = poll_feed(FEED, world.desk())
    assert (stamped.health, stamped.unchanged) == ("ok", 2)
    assert len(world.articles()) == 2
    assert len(world.archive.stored) == 1


def test_validators_do_not_outlive_a_changed_address(world: World) -> None:
    poll_feed(FEED, world.desk())
    moved = msgspec.structs.replace(FEED, url=f"{FEED.url}?v=2")
    assert poll_feed(moved, world.desk()).health == "ok"
    assert "if-none-match" not in world.asked[-1].headers
    assert poll_feed(moved, world.desk()).health == "unchanged"
    assert len(world.articles()) == 2


def test_a_correction(world: World) -> None:
    poll_feed(FEED, world.desk())
    world.body, world.etag = rss("CORRECTION: One", "Two"), '"2"'
    world.clock.move(minutes=5)
    result = poll_feed(FEED, world.desk())
    assert (result.new, result.changed, result.unchanged) == (0, 1, 1)
    newest = world.articles()[-1]
    assert (newest.signals, newest.first_seen) == (("correction",), NOON)
    assert newest.version == milliseconds(world.clock.now)


@pytest.mark.parametrize(
    ("port", "when", "method", "error"),
    [
        ("state", "before", "seen", StateUnavailable),
        ("archive", "before", "put", ArchiveUnavailable),
        ("state", "before", "save_seen", StateUnavailable),
        ("state", "after", "save_seen", StateUnavailable),
        ("log", "before", "append", LogUnavailable),
        ("log", "after", "append", LogUnavailable),
        ("state", "before", "save_feeds", StateUnavailable),
        ("state", "after", "save_feeds", StateUnavailable),
    ],
)
def test_the_world_in_the_way_loses_and_doubles_nothing(
    world: World, port: str, when: str, method: str, error: type[Unavailable]
) -> None:
    getattr(getattr(world, port).trouble, when)[method] = error(f"{method}: gone")
    with capture_logs() as lines, pytest.raises(error):
        poll_feed(FEED, world.desk())
    assert [(line["event"], line["health"]) for line in lines] == [("feed_polled", "interrupted")]
    assert world.state.leases == {}
    world.clock.move(minutes=5)
    poll_feed(FEED, world.desk("another"))
    records = {(article.id, article.version) for article in world.articles()}
    assert len(records) == 2
    assert all(seen.appended for seen in world.state.items.values())
    assert len({article.content_hash for article in world.articles()}) == 2


def test_a_feed_that_another_polls(world: World) -> None:
    world.state.lease("feed:levant-wire/top", "other", LEASE_TTL, NOON)
    with capture_logs() as lines:
        result = poll_feed(FEED, world.desk())
    assert (result.health, world.asked, world.state.feed_states) == ("busy", [], {})
    assert len(lines) == 1
    world.clock.move(minutes=6)
    assert poll_feed(FEED, world.desk()).health == "ok"


def test_a_lease_that_ran_out_appends_nothing(world: World) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        world.clock.move(minutes=10)
        world.state.lease("feed:levant-wire/top", "other", LEASE_TTL, world.clock.now)
        return httpx.Response(200, content=world.body)

    world.answer = answer  # type: ignore[method-assign]
    assert poll_feed(FEED, world.desk()).health == "busy"
    assert world.articles() == []
    assert world.state.leases["feed:levant-wire/top"][0] == "other"


def test_feeds_of_one_scope_share_a_lease(world: World) -> None:
    wide = msgspec.structs.replace(FEED, scope="publisher/levant-wire")
    world.state.lease("publisher/levant-wire", "other", LEASE_TTL, NOON)
    assert poll_feed(wide, world.desk()).health == "busy"


@pytest.mark.parametrize(
    ("body", "status", "health"),
    [
        (b"", 200, "empty"),
        (b"<!doctype html><p>Please wait", 200, "html_instead"),
        (b"<rss><chan", 200, "unparsable"),
        (b"", 500, "server_error"),
        (b"", 404, "not_found"),
    ],
)
def test_a_feed_that_goes_wrong_keeps_what_was_known(
    world: World, body: bytes, status: int, health: str
) -> None:
    poll_feed(FEED, world.desk())
    good = world.state.feed_states[FEED.id]
    world.body, world.status, world.etag = body, status, '"bad"'
    world.clock.move(minutes=5)
    assert [poll_feed(FEED, world.desk()).health for _ in range(2)] == [health, health]
    bad = world.state.feed_states[FEED.id]
    assert (bad.health, bad.failures, bad.etag, bad.body_hash) == (health, 2, good.etag, good.body_hash)
    assert bad.last_success == NOON
    world.body, world.status, world.etag = rss("One", "Two", "Three"), 200, '"3"'
    assert poll_feed(FEED, world.desk()).new == 1
    assert world.state.feed_states[FEED.id].failures == 0


def test_one_feed_never_stops_its_siblings(world: World) -> None:
    broken = msgspec.structs.replace(FEED, id="broken/top", url="https://broken.example/feed")
    results = poll_batch([broken, FEED], world.desk())
    assert [(each.feed_id, each.health) for each in results] == [
        ("broken/top", "failed"),
        ("levant-wire/top", "ok"),
    ]
    assert results[0].detail == "KeyError: 'a fault of ours'"
    assert world.state.feed_states["broken/top"].health == "failed"
    assert msgspec.json.decode(msgspec.json.encode(results))[1]["new"] == 2


def test_a_lost_state_store_doubles_nothing_and_later_corrections_win(world: World) -> None:
    poll_batch([FEED], world.desk())
    world.body, world.etag = rss("CORRECTION: One", "Two"), '"2"'
    world.clock.move(minutes=5)
    poll_batch([FEED], world.desk())
    before = dict(world.state.items)

    world.state = FakeState()
    world.clock.move(minutes=-60)  # and the clock of the new machine is slow
    (result,) = poll_batch([FEED], world.desk())
    assert (result.new, result.changed, result.unchanged) == (0, 0, 2)
    assert world.state.items == before
    world.body, world.etag = rss("WITHDRAWN: One", "Two"), '"3"'
    poll_batch([FEED], world.desk())
    versions = [article.version for article in world.articles() if article.guid == "0"]
    assert versions == sorted(set(versions))
    assert world.articles()[-1].pubstatus == "canceled"
    assert MARK in world.state.marks


def test_a_lease_that_another_had_meanwhile_appends_nothing(world: World) -> None:
    """The other has polled and given the lease back, so that to renew it succeeds."""
    world.etag = ""
    world.body = rss("Old")

    class SlowArchive(FakeArchive):
        def put(self, data: bytes) -> str:
            world.clock.move(minutes=6)
            world.body = rss("New")
            assert poll_feed(FEED, world.desk("other")).new == 1
            return super().put(data)

    assert poll_feed(FEED, replace(world.desk(), archive=SlowArchive())).health == "busy"
    assert [article.headline for article in world.articles()] == ["New"]


def test_a_state_store_that_is_lost_within_a_batch_doubles_nothing(world: World) -> None:
    world.etag = ""
    other = msgspec.structs.replace(FEED, id="b/b", scope="b/b", url="https://levant-wire.example/b")
    poll_batch([FEED, other], world.desk())
    world.body = rss("One", "Two", stamp=2)
    world.clock.move(minutes=5)
    real, asked = world.answer, len(world.asked)

    def answer(request: httpx.Request) -> httpx.Response:
        if len(world.asked) == asked + 1:
            for held in (world.state.feed_states, world.state.items, world.state.leases, world.state.marks):
                held.clear()  # type: ignore[attr-defined]
        return real(request)

    world.answer = answer  # type: ignore[method-assign]
    assert [each.new for each in poll_batch([FEED, other], world.desk())] == [0, 0]
    assert len(world.articles()) == 4


def items(*texts: str) -> bytes:
    inner = "".join(
        f"<item><guid>{n}</guid>{DATED}<description>{each}</description></item>"
        for n, each in enumerate(texts)
    )
    return f"<rss><channel>{inner}</channel></rss>".encode()


def test_a_feed_that_is_cut_off_overwrites_nothing_and_is_read_anew(world: World) -> None:
    whole = items("One.", "First half. The minister denied it.")
    world.body, world.etag = whole, '"1"'
    poll_feed(FEED, world.desk())
    world.body, world.etag = whole.replace(b"One.", b"One!")[:-60], '"2"'
    world.clock.move(minutes=5)
    cut = poll_feed(FEED, world.desk())
    assert (cut.health, cut.changed, cut.unchanged) == ("ok", 1, 0)
    assert "not well-formed" in cut.detail
    assert cut.detail.endswith("left out; read anew at the next poll")
    state = world.state.feed_states[FEED.id]
    assert (state.etag, state.last_modified, state.body_hash) == ("", "", "")
    world.body = whole
    world.clock.move(minutes=5)
    mended = poll_feed(FEED, world.desk())
    assert (mended.health, mended.changed, mended.unchanged) == ("ok", 1, 1)
    assert {article.summary for article in world.articles() if article.guid == "1"} == {
        "First half. The minister denied it."
    }


def test_an_etag_that_cannot_be_sent_back_stops_nothing(world: World) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        headers = [(b"etag", b'"\xe9"'), (b"last-modified", b"x\x1by")]
        return httpx.Response(200, content=world.body, headers=headers)

    world.answer = answer  # type: ignore[method-assign]
    for number in range(3):
        world.body = rss("One", f"Two {number}")
        assert poll_feed(FEED, world.desk()).health == "ok"
    state = world.state.feed_states[FEED.id]
    assert (state.etag, state.last_modified) == ("", "")
    world.state.feed_states[FEED.id] = msgspec.structs.replace(state, etag='"\u00e9"', last_modified="\ud800")
    assert poll_feed(FEED, world.desk()).health == "unchanged"


def test_a_detail_tells_no_secret(world: World) -> None:
    moved = msgspec.structs.replace(FEED, url="https://user:secret@levant-wire.example/feed?key=TOKEN")

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/feed":
            return httpx.Response(301, headers={"location": "/new?key=TOKEN"})
        return httpx.Response(200, content=world.body)

    world.answer = answer  # type: ignore[method-assign]
    with capture_logs() as lines:
        result = poll_feed(moved, world.desk())
    assert result.detail.startswith("moved for good to https://levant-wire.example/new?key=…")
    for shown in (str(lines), result.detail, world.state.feed_states[FEED.id].detail):
        assert "TOKEN" not in shown
        assert "secret" not in shown


def atom(text: str, hour: int) -> bytes:
    entry = f"<id>urn:1</id><title>{text}</title><updated>2015-10-07T{hour:02}:00:00Z</updated>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{entry}</entry></feed>'.encode()


def newest(world: World) -> Article:
    return max(world.articles(), key=lambda article: article.order)


def test_a_caches_late_older_form_never_wins(world: World) -> None:
    world.etag = ""
    old, new = atom("30 killed", 8), atom("CORRECTION: 3 killed", 11)
    for body in (old, new, old, new, old):
        world.body = body
        poll_feed(FEED, world.desk())
        world.clock.move(minutes=20)
    assert len(world.articles()) == 2
    world.state = FakeState()
    world.body = old
    poll_feed(FEED, world.desk())
    assert newest(world).headline == "CORRECTION: 3 killed"
    world.body = atom("CORRECTION: 4 killed", 11)  # the same time, another text
    assert poll_feed(FEED, world.desk()).changed == 1
    assert newest(world).headline == "CORRECTION: 4 killed"


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 11), st.sampled_from(["poll", "lost state", "lost append"])),
        min_size=1,
        max_size=8,
    )
)
def test_the_form_that_was_updated_last_is_the_newest_in_whatever_order(steps: list[tuple[int, str]]) -> None:
    world = World()
    world.etag = ""
    for hour, what in steps:
        if what == "lost state":
            world.state = FakeState()
        world.body = atom(f"form of {hour}", hour)
        if what == "lost append":
            world.log.trouble.after["append"] = LogUnavailable("gone")
        with contextlib.suppress(LogUnavailable):
            poll_feed(FEED, world.desk())
        world.log.trouble.after.clear()
        world.clock.move(minutes=15)
        poll_feed(FEED, world.desk())
    assert newest(world).headline == f"form of {max(hour for hour, _ in steps)}"
    records = {(article.version, article.content_hash) for article in world.articles()}
    assert len(records) == len({hour for hour, _ in steps}) == len({version for version, _ in records})
