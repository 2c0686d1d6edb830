"""The page in a real browser: search, narrow down, read; at a desk and on a telephone, by day and by night."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import msgspec
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from search.app import create_app
from search.serve import listening
from tests.fake_index import FakeIndex, FakeState
from tests.unit.search.wire import ARABIC, COPIED, NOW, WITHDRAWN, archive, article, feeds

CHROMIUM = Path("/usr/bin/chromium")
PAGES = {
    "search": "/?q=arch+OR+shelling+OR+غارات",
    "filtered": "/?q=palmyra&entity=place/SY04&language=en",
    "all": "/",
    "article": f"/article/{COPIED}",
    "arabic": f"/article/{ARABIC}",
    "withdrawn": f"/article/{WITHDRAWN}",
    "feeds": "/feeds",
    "error": "/?q=Homs+(Hama",
    "nothing": "/?q=tomatoes&language=en",
    "missing": "/article/nope",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed: apt-get install chromium"
    ),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The page, served in a thread over an index in memory."""
    more = [
        article(
            f"m{n:02}", headline=f"Shelling reported near Hama, day {n}", published=NOW - timedelta(days=n)
        )
        for n in range(30)
    ]
    named = msgspec.structs.replace(
        archive()[0],
        person_ids=("person/bashar-al-assad",),
        weapon_ids=("weapon/f-16",),
        theme_ids=("theme/heritage",),
    )
    app = create_app(FakeIndex([*archive()[1:], named, *more]), FakeState(feeds()), clock=lambda: NOW)
    with listening("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of the system."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that complains of anything its console says: a broken CSP or a missing file shows there."""
    opened = browser.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    opened.close()
    assert said == []


def test_search_narrow_down_read(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Search the wires").fill("palmyra arch")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("status")).to_have_text("32 stories")
    page.get_by_role("complementary", name="Filters").get_by_role("link", name="caspian-digest/world").click()
    expect(page.get_by_role("status")).to_have_text("1 story")
    assert "feed=caspian-digest/world" in page.url
    page.get_by_title("Take this filter away").first.click()
    expect(page.get_by_role("status")).to_have_text("32 stories")
    page.get_by_role("link", name="Newest").click()
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".hit")).to_have_count(12)
    page.get_by_role("link", name="First page").click()
    page.get_by_role("link", name="Islamic State blows up Palmyra's Arch of Triumph").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Islamic State blows up Palmyra's Arch of Triumph"
    )
    page.locator(".text").get_by_role("link", name="Palmyra").first.click()
    expect(page.get_by_label("Search the wires")).to_have_value("place:palmyra")


def test_the_keyboard_alone_will_do(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_label("Search the wires").focus()
    page.keyboard.type("غارات")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("1 story")
    assert page.locator(".hit").evaluate("each => getComputedStyle(each).direction") == "rtl"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits(
    browser: Browser, address: str, tmp_path: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    for name, path in PAGES.items():
        page.goto(address + path)
        page.screenshot(path=tmp_path / f"{name}-{width}-{scheme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (
            f"{name} is wider than the screen"
        )
    page.close()
