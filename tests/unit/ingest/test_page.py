"""Full text from the page: politely, within a deadline, and later as a completion that is no edit."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.catalogue import Feed
from ingest.complete import Completer
from ingest.decide import Decision, decide
from ingest.fetch import Fetched, Fetcher
from ingest.page import Completed, Pages, is_the_story, page_text, with_page
from ingest.parse import parse
from ingest.robots import Robots
from ingest.send import send
from store.log import RAW
from store.records import Article, decode_article
from store.state import FeedState
from tests.articles import NOON, article
from tests.fakes import FakeArchive, FakeClock, FakeLog, FakeState

SITE = "https://levant-wire.example"
AGENT = "SyriaWire/0.1 (news archive)"
STORY = "".join(
    f"<p>Warplanes struck the edge of Qaryatain for the {n}th time before dawn, residents said by telephone.</p>"
    for n in range(5)
)
PAGE = (
    f"<html><head><title>x</title></head><body><nav>Home | World | About us</nav><article><h1>Strikes near Qaryatain"
    f"</h1>{STORY}</article><footer>All rights reserved, Levant Wire</footer></body></html>"
)
FEED = Feed(
    id="levant-wire/top", url=f"{SITE}/feed", publisher="x", scope="levant-wire/top", full_text="page"
)
FLASH = (
    "<rss version='2.0'><channel><title>x</title><item><title>Strikes near Qaryatain</title><guid>1</guid>"
    "<link>{site}/1</link><description>Strikes were heard.</description></item></channel></rss>"
)


class Web:
    """Answers by address; what it has no answer for is not found."""

    def __init__(self, **answers: Fetched) -> None:
        self.answers = {f"{SITE}/{name}": answer for name, answer in answers.items()}
        self.asked: list[str] = []

    async def fetch(
        self, feed: Feed, known: FeedState | None, *, conditional: bool = True, at: str = ""
    ) -> Fetched:
        self.asked.append(at)
        return self.answers.get(at, Fetched(health="not_found", status=404))


def page(text: str = PAGE) -> Fetched:
    return Fetched(health="ok", status=200, body=text.encode(), content_type="text/html")


class Room:
    """A completer over the ports in memory, and the clock that all of it goes by."""

    def __init__(self, web: Any, deadline: float = 60.0) -> None:
        self.clock = FakeClock(NOON)
        self.state, self.log, self.archive = FakeState(), FakeLog(), FakeArchive()
        self.web = web
        self.slept: list[float] = []
        self.deadline = deadline

    def completer(self) -> Completer:
        robots = Robots(self.web, AGENT, self.clock, {})
        pages = Pages(self.web, robots, deadline=self.deadline, sleep=self._sleep)
        return Completer(state=self.state, pages=pages, robots=robots, run=asyncio.run, clock=self.clock)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def poll(self, body: str, feed: Feed = FEED) -> Decision:
        self.clock.move(minutes=5)
        reference = self.archive.put(body.encode())
        articles = parse(body.encode(), feed, "", self.clock.now, reference).articles
        known = self.state.seen(each.id for each in articles)
        decision = self.completer().fill(feed, decide(known, articles, self.clock.now), known)
        send(decision, known, self.log, self.state, lambda: True)
        return decision

    def catch_up(self, feed: Feed = FEED) -> int:
        return self.completer().catch_up(feed, self.log, self.archive, lambda: True)

    @property
    def sent(self) -> list[Article]:
        return [decode_article(record.value) for record in self.log.topics.get(RAW, [])]


def test_a_new_article_goes_out_with_its_page() -> None:
    room = Room(web := Web(**{"1": page()}))
    room.poll(FLASH.format(site=SITE))
    (sent,) = room.sent
    assert sent.text_from == "page"
    assert sent.body.startswith("Warplanes struck the edge of Qaryatain for the 0th time")
    assert (sent.summary, sent.signals) == ("Strikes were heard.", ())
    assert "All rights reserved" not in sent.body
    assert web.asked == [f"{SITE}/robots.txt", f"{SITE}/1"]
    room.poll(FLASH.format(site=SITE))
    assert len(room.sent) == 1
    assert len(web.asked) == 2  # what is known is not asked for again


def test_without_full_text_page_nothing_is_asked() -> None:
    room = Room(web := Web(**{"1": page()}))
    room.poll(FLASH.format(site=SITE), msgspec.structs.replace(FEED, full_text="feed"))
    assert [each.text_from for each in room.sent] == ["feed"]
    assert web.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        Fetched(health="not_found", status=404),
        Fetched(health="blocked", status=403),
        page("<html><body><p>Please accept our cookies, they help us to understand you.</p></body></html>"),
        page("<html><body></body></html>"),
        page("<" * 5000),
    ],
)
def test_a_short_flash_is_an_article_too(answer: Fetched) -> None:
    room = Room(web := Web(**{"1": answer}))
    room.poll(FLASH.format(site=SITE))
    assert [(each.summary, each.text_from) for each in room.sent] == [("Strikes were heard.", "feed")]
    room.clock.move(days=1)
    assert room.catch_up() == 0  # such an answer is final
    assert len(web.asked) == 2


def test_text_that_comes_later_is_a_completion() -> None:
    room = Room(web := Web(**{"1": Fetched(health="timeout")}))
    room.poll(FLASH.format(site=SITE))
    web.answers[f"{SITE}/1"] = page()
    assert room.catch_up() == 0  # not before its time
    room.clock.move(minutes=11)
    assert room.catch_up() == 1
    first, second = room.sent
    assert (first.text_from, second.text_from) == ("feed", "page")
    assert second.signals == ("completion",)
    assert (second.id, second.content_hash, second.first_seen) == (
        first.id,
        first.content_hash,
        first.first_seen,
    )
    assert second.version > first.version
    assert room.catch_up() == 0
    assert room.poll(FLASH.format(site=SITE)).append == ()  # the feed has changed nothing


def test_a_change_of_the_feed_overtakes_a_completion() -> None:
    room = Room(web := Web(**{"1": Fetched(health="timeout")}))
    room.poll(FLASH.format(site=SITE))
    room.poll(FLASH.format(site=SITE).replace("were heard", "killed three"))
    web.answers[f"{SITE}/1"] = page()
    room.clock.move(hours=1)
    assert room.catch_up() == 1
    assert [each.text_from for each in room.sent] == ["feed", "feed", "page"]
    assert room.sent[-1].content_hash == room.sent[1].content_hash
    assert [each.signals for each in room.sent] == [(), ("edited",), ("completion", "edited")]


def test_it_is_tried_six_times_more_and_then_no_more() -> None:
    room = Room(web := Web(**{"1": Fetched(health="server_error")}))
    room.poll(FLASH.format(site=SITE))
    for _ in range(30):
        room.clock.move(days=1)
        room.catch_up()
    assert web.asked.count(f"{SITE}/1") == 1 + 6


def test_a_withdrawn_story_keeps_the_notice() -> None:
    room = Room(web := Web(**{"1": page()}))
    room.poll(FLASH.format(site=SITE).replace("<title>Strikes", "<title>WITHDRAWN: Strikes"))
    assert [each.pubstatus for each in room.sent] == ["canceled"]
    assert web.asked == []


def test_a_repeat_after_a_crash_is_the_same_record_and_gets_its_text_later() -> None:
    room = Room(web := Web(**{"1": page()}))
    room.log.trouble.after["append"] = RuntimeError("killed")
    with pytest.raises(RuntimeError):
        room.poll(FLASH.format(site=SITE))
    room.poll(FLASH.format(site=SITE))
    assert web.asked.count(f"{SITE}/1") == 1
    room.clock.move(minutes=11)
    assert room.catch_up() == 1
    assert room.sent[0].version == room.sent[1].version < room.sent[2].version


def test_robots_are_asked_once_a_day_and_obeyed() -> None:
    rules = "User-agent: SyriaWire\nDisallow: /1\n"
    room = Room(web := Web(**{"robots.txt": page(rules), "1": page(), "2": page()}))
    room.poll(FLASH.format(site=SITE))
    room.poll(FLASH.format(site=SITE).replace(">1<", ">2<").replace("/1", "/2"))
    assert web.asked == [f"{SITE}/robots.txt", f"{SITE}/2"]  # each poll had a memory of its own: the state's
    room.clock.move(days=1)
    room.poll(FLASH.format(site=SITE).replace(">1<", ">3<").replace("/1", "/3"))
    assert web.asked.count(f"{SITE}/robots.txt") == 2
    assert [each.text_from for each in room.sent] == ["feed", "page", "feed"]


def test_where_the_rules_cannot_be_had_the_page_waits() -> None:
    room = Room(web := Web(**{"robots.txt": Fetched(health="server_error"), "1": page()}))
    room.poll(FLASH.format(site=SITE))
    assert web.asked == [f"{SITE}/robots.txt"]
    web.answers[f"{SITE}/robots.txt"] = page("")
    room.clock.move(minutes=11)
    assert room.catch_up() == 1


def test_a_delay_that_the_host_asks_for_is_kept() -> None:
    room = Room(Web(**{"robots.txt": page("User-agent: *\nCrawl-delay: 7\n"), "1": page()}))
    room.poll(FLASH.format(site=SITE))
    assert room.slept == [7.0]


class Stuck(Web):
    """Never answers a page."""

    async def fetch(
        self, feed: Feed, known: FeedState | None, *, conditional: bool = True, at: str = ""
    ) -> Fetched:
        if at.endswith("/1"):
            await asyncio.Event().wait()
        return await super().fetch(feed, known, conditional=conditional, at=at)


def test_the_deadline_is_for_all_pages_together() -> None:
    room = Room(web := Stuck(**{"2": page()}), deadline=0.05)
    two = FLASH.format(site=SITE).replace(
        "</channel>",
        f"<item><title>Strikes near Qaryatain, again</title><guid>2</guid><link>{SITE}/2</link></item></channel>",
    )
    room.poll(two)
    assert [each.text_from for each in room.sent] == ["feed", "feed"]
    assert f"{SITE}/2" not in web.asked
    room.deadline = 60.0
    room.web = Web(**{"1": page(), "2": page()})
    room.clock.move(minutes=11)
    assert room.catch_up() == 2


def test_a_response_that_left_the_archive_is_let_go() -> None:
    room = Room(web := Web(**{"1": Fetched(health="timeout")}))
    room.poll(FLASH.format(site=SITE))
    room.archive.stored.clear()
    web.answers[f"{SITE}/1"] = page()
    room.clock.move(minutes=11)
    assert room.catch_up() == 0


ARABIC = (
    "<html><head><meta charset='windows-1256'></head><body><article><h1>قصف على القريتين</h1>"
    + "".join(
        f"<p>قصفت الطائرات الحربية أطراف البلدة قبل الفجر، كما قال {n} من السكان عبر الهاتف يوم الأربعاء.</p>"
        for n in range(5)
    )
    + "</article></body></html>"
)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (ARABIC.encode("windows-1256"), "text/html"),
        (ARABIC.encode("windows-1256"), "text/html; charset=windows-1256"),
        (ARABIC.encode(), "text/html; charset=iso-8859-1"),
    ],
)
def test_the_page_in_its_charset(body: bytes, content_type: str) -> None:
    assert "قصفت الطائرات الحربية أطراف البلدة" in page_text(body, content_type)


def test_no_charset_that_no_page_is_in() -> None:
    assert page_text(PAGE.encode("utf-16"), "text/html; charset=punycode") == page_text(
        PAGE.encode("utf-16"), "text/html; charset=idna"
    )


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"<html><p>{text}".encode()))
def test_no_page_makes_it_raise(body: bytes) -> None:
    assert isinstance(page_text(body, "text/html"), str)


def test_what_is_the_story() -> None:
    flash = article("1", body="Strikes were heard.", headline="Strikes near Qaryatain")
    assert is_the_story("Warplanes struck Qaryatain before dawn, residents said.", flash)
    assert not is_the_story("Short: Qaryatain.", flash)
    assert not is_the_story("Subscribe to read all of this and much more from our desk.", flash)


def test_the_page_changes_no_content_hash() -> None:
    flash = article("1")
    told = with_page(flash, "Strikes reported near Qaryatain\n\nHOMS (Levant Wire) - Warplanes struck <b>.")
    assert told.content_hash == flash.content_hash
    assert (told.dateline, told.body) == ("HOMS (Levant Wire)", "Warplanes struck <b>.")
    assert told.body_html == "<p>HOMS (Levant Wire) - Warplanes struck &lt;b&gt;.</p>"


@contextmanager
def served(pages: dict[str, str]) -> Iterator[str]:
    """A web server on loopback; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def complete_over_http(feed: Feed, articles: tuple[Article, ...]) -> Completed:
    clock = FakeClock(NOON)
    async with Fetcher(user_agent=AGENT, spacing=0.0) as fetcher:
        return await Pages(fetcher, Robots(fetcher, AGENT, clock, {})).complete(feed, articles)


def test_over_http_with_the_fetcher_that_vets_addresses() -> None:
    with served({"/1": PAGE, "/robots.txt": "User-agent: *\nDisallow: /2\n", "/2": PAGE}) as site:
        body = FLASH.format(site=site)
        feed = msgspec.structs.replace(FEED, url=f"{site}/feed", allow_private=True)
        found = parse(body.encode(), feed, "", NOON, "")
        other = parse(body.replace("/1", "/2").encode(), feed, "", NOON, "")
        both = (*found.articles, *other.articles)
        assert [a.text_from for a in asyncio.run(complete_over_http(feed, both)).articles] == ["page", "feed"]
        public = msgspec.structs.replace(feed, allow_private=False)
        refused = asyncio.run(complete_over_http(public, found.articles))
        assert [a.text_from for a in refused.articles] == ["feed"]
