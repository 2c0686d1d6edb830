"""The page in a real browser: search, narrow down, read; at a desk and on a telephone, by day and by night."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from search.app import create_app
from store.records import GeoPoint
from tests.browser.showing import MARKS, shown, violations
from tests.fake_index import FakeIndex, FakeState
from tests.unit.search.wire import ARABIC, COPIED, NOW, WITHDRAWN, archive, article, feeds

CHANGED = "c1"
PAGES = {
    "today": "/",
    "search": "/?q=arch+OR+shelling+OR+غارات",
    "filtered": "/?q=palmyra&entity=place/SY04&language=en",
    "all": "/?q=",
    "filters": "/filters?q=palmyra",
    "entity": "/entity/place/SY04",
    "around": "/around/place/SY04",
    "versions": f"/article/{CHANGED}/compare",
    "version": f"/article/{CHANGED}/version/1",
    "article": f"/article/{COPIED}",
    "arabic": f"/article/{ARABIC}",
    "withdrawn": f"/article/{WITHDRAWN}",
    "feeds": "/feeds",
    "error": "/?q=Homs+(Hama",
    "nothing": "/?q=tomatoes&language=en",
    "missing": "/article/nope",
}

pytestmark = MARKS


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The page, served in a thread over an index in memory."""
    more = [
        article(
            f"m{n:02}",
            headline=f"Shelling reported near Hama, day {n}",
            published=NOW - timedelta(days=n),
            geo=(GeoPoint(lat=35.1, lon=36.7, place_id="place/SY05", precision="governorate"),),
        )
        for n in range(30)
    ]
    named = msgspec.structs.replace(
        archive()[0],
        person_ids=("person/bashar-al-assad",),
        weapon_ids=("weapon/f-16",),
        theme_ids=("theme/heritage",),
    )
    changed = [
        article(CHANGED, body="Three dead."),
        article(CHANGED, version=2, body="Five dead.", signals=("correction",), first_seen=NOW, fetched=NOW),
    ]
    app = create_app(
        FakeIndex([*archive()[1:], named, *changed, *more]), FakeState(feeds()), clock=lambda: NOW
    )
    with shown(app) as url:
        yield url


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
    page.get_by_label("Search the wires").fill("monuments")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("status")).to_have_text("32 articles")
    filters = page.get_by_role("complementary", name="Filters")
    filters.get_by_role("link", name="caspian-digest/world").click()
    expect(page.get_by_role("status")).to_have_text("1 article")
    assert "feed=caspian-digest/world" in page.url
    page.get_by_title("Take this filter away").first.click()
    expect(page.get_by_role("status")).to_have_text("32 articles")
    page.get_by_role("link", name="Newest").click()
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(".hit")).to_have_count(11)
    page.get_by_role("link", name="First page").click()
    page.get_by_role("link", name="Shelling reported near Hama, day 0").click()
    page.locator(".text").get_by_role("link", name="Palmyra").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Palmyra")


def test_keys_move_through_the_stories(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=shelling")
    page.keyboard.press("j")
    expect(page.locator(".hit .title a").nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(".hit .title a").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(".hit .title a").nth(0)).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Search the wires")).to_be_focused()


def test_a_drag_over_the_timeline_sets_the_days(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=day")
    chart = page.locator("svg[data-brush]")
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 20, steps=4)
    page.mouse.up()
    page.wait_for_url("**published:*")
    shown = int(page.get_by_role("status").inner_text().split()[0])
    assert 5 < shown < 30


def test_the_map_can_be_enlarged(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=day")
    page.get_by_role("button", name="Zoom in").click()
    assert page.locator("svg[data-map]").get_attribute("viewBox") == "80 73 160 146"


def test_without_scripts_a_link_leads_to_the_filters(browser: Browser, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{address}/?q=monuments")
    page.get_by_role("link", name="Timeline, map and filters").click()
    page.get_by_role("link", name="caspian-digest/world").click()
    expect(page.get_by_role("status")).to_have_text("1 article")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", list(PAGES))
def test_nobody_is_shut_out(
    browser: Browser, address: str, name: str, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(address + PAGES[name])
    found = violations(page)
    page.close()
    assert found == []


def test_the_keyboard_alone_will_do(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_label("Search the wires").focus()
    page.keyboard.type("غارات")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("1 article")
    assert page.locator(".hit").evaluate("each => getComputedStyle(each).direction") == "rtl"


@pytest.mark.parametrize("width", [1280, 375])
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
