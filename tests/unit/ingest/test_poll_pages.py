"""Full text and strange guids through whole polls."""

import httpx
import msgspec

from ingest.poll import poll_feed
from tests.unit.ingest.test_page import PAGE
from tests.unit.ingest.world import FEED, World

PAGES = msgspec.structs.replace(FEED, full_text="page")
FLASH = (
    "<rss><channel><item><title>Strikes near Qaryatain</title><guid>{guid}</guid>"
    "<pubDate>Wed, 07 Oct 2015 11:30:00 GMT</pubDate><link>https://levant-wire.example/1</link>"
    "<description>Strikes were heard.</description></item></channel></rss>"
)


class Site(World):
    """A publisher with pages."""

    def __init__(self) -> None:
        super().__init__()
        self.body = FLASH.format(guid=1).encode()
        self.page = httpx.Response(503)

    def answer(self, request: httpx.Request) -> httpx.Response:
        match request.url.path:
            case "/feed":
                return super().answer(request)
            case "/1":
                return self.page
        return httpx.Response(404)


def test_the_page_comes_with_the_article() -> None:
    site = Site()
    site.page = httpx.Response(200, content=PAGE.encode())
    assert poll_feed(PAGES, site.desk()).new == 1
    (article,) = site.articles()
    assert (article.text_from, article.summary) == ("page", "Strikes were heard.")
    site.etag = '"2"'
    assert poll_feed(PAGES, site.desk()).health == "unchanged"
    assert len(site.articles()) == 1


def test_the_page_comes_later_though_the_feed_says_304() -> None:
    site = Site()
    assert poll_feed(PAGES, site.desk()).new == 1
    site.page = httpx.Response(200, content=PAGE.encode())
    site.clock.move(minutes=11)
    assert poll_feed(PAGES, site.desk()).health == "unchanged"
    first, second = site.articles()
    assert (first.text_from, second.text_from, second.signals) == ("feed", "page", ("completion",))
    assert (second.id, second.content_hash) == (first.id, first.content_hash)
    site.etag = '"2"'
    site.clock.move(minutes=11)
    assert poll_feed(PAGES, site.desk()).health == "unchanged"
    assert len(site.articles()) == 2


def test_a_guid_that_changes_at_each_poll_is_one_article_and_is_said() -> None:
    site = Site()
    site.etag = ""
    for number in range(5):
        site.body = FLASH.format(guid=f"s-{number}").encode()
        result = poll_feed(FEED, site.desk())
        site.clock.move(minutes=5)
    assert result.detail == "guids that changed, known by link and headline (`guid: link` may suit): 1"
    assert len(site.articles()) == 1
