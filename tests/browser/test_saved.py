"""Saved searches and the sign-in in a real browser: without a mouse's help from scripts, by day and by night."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.showing import MARKS, shown, violations
from tests.unit.search.kept import HOOK, MAIL, World

pytestmark = MARKS
PAGES = {
    "saved": "/saved",
    "saved-new": "/saved/new?q=Qaryatain&language=en",
    "saved-edit": "/saved/strikes around Homs/edit",
    "search-saved": "/?q=Qaryatain",
    "search-none": "/?q=tomatoes",
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """One search that works, one whose webhook refuses, one that has not run, in Arabic."""
    made = World(tmp_path)
    channels = [{"kind": "webhook", "target": HOOK}, {"kind": "email", "target": MAIL}]
    made.save(
        name="strikes around Homs",
        query="Qaryatain OR (theme:airstrike near:34.72,37.26,50km)",
        channels=channels,
    )
    made.find("1", "2")
    made.refuses = True
    for minutes in (60, 60, 300):
        made.find(str(minutes * made.now.hour), minutes=minutes)
    made.refuses = False
    made.save(name="everything on chlorine", query="weapon:chlorine", copies=True)
    made.save(name="غارات حلب", query="غارات حلب", channels=[channels[1]])
    made.now += timedelta(minutes=3)
    return made


@pytest.fixture
def address(world: World) -> Iterator[str]:
    with shown(world.app) as url:
        yield url


def looked_at(page: Page, width: int) -> list[str]:
    """What axe-core says against a page; it must not be wider than the screen."""
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    return violations(page)


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(
    browser: Browser, address: str, tmp_path: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    for name, path in PAGES.items():
        page.goto(address + path)
        page.screenshot(path=tmp_path / f"{name}-{width}-{scheme}.png", full_page=True)
        assert looked_at(page, width) == [], name
    page.get_by_role("link", name="Save this search").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Name").fill("<b>")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("name: takes letters")
    page.screenshot(path=tmp_path / f"saved-error-{width}-{scheme}.png", full_page=True)
    assert looked_at(page, width) == []
    page.goto(address + "/saved")
    page.get_by_role("button", name="Send a test of strikes").click()
    page.locator("summary").first.click()
    page.locator(".delete summary").first.click()
    page.screenshot(path=tmp_path / f"saved-tested-{width}-{scheme}.png", full_page=True)
    assert looked_at(page, width) == []
    page.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_save_test_edit_send_again_delete(
    browser: Browser, world: World, address: str, scripts: bool
) -> None:
    page = browser.new_page(java_script_enabled=scripts)
    page.goto(f"{address}/?q=Qaryatain&language=en")
    page.get_by_role("link", name="Save this search").click()
    page.get_by_label("Name").fill("my strikes")
    page.get_by_label("E-mail addresses").fill(MAIL)
    page.get_by_role("button", name="Save").click()
    mine = page.get_by_role("region", name="my strikes", exact=True)
    expect(mine).to_contain_text("(Qaryatain) language:en")
    mine.get_by_role("button", name="Send a test").click()
    expect(
        page.get_by_role("region", name="my strikes", exact=True).get_by_role("status").last
    ).to_contain_text("test arrived")
    page.get_by_role("link", name="Edit my strikes").click()
    page.get_by_label("Name").fill("our strikes")
    page.get_by_label("desk@example.org").uncheck()
    page.get_by_role("button", name="Save the changes").click()
    expect(page.get_by_role("heading", name="our strikes")).to_be_visible()
    page.get_by_role("button", name="Send again what was set aside of strikes around Homs").click()
    world.run()
    page.goto(f"{address}/saved")
    expect(page.get_by_text("set aside, since")).to_have_count(0)
    page.locator("summary[aria-label='Delete our strikes']").click()
    page.get_by_role("button", name="Delete for good").locator("visible=true").click()
    expect(page.get_by_role("heading", name="our strikes")).to_have_count(0)
    assert len(world.state.searches()) == 3
    page.close()


def test_a_form_on_another_site_saves_nothing(browser: Browser, world: World, address: str) -> None:
    page = browser.new_page()
    page.route(
        "http://evil.example/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f"<form method=post action={address}/saved/new><input name=name value=evil><button>Go</button></form>",
        ),
    )
    page.goto("http://evil.example/")
    page.get_by_role("button").click()
    page.wait_for_url(f"{address}/saved/new")
    expect(page.locator("body")).to_contain_text("sent by a page of another site")
    assert "evil" not in {each.name for each in world.state.searches()}
    page.close()


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in(browser: Browser, tmp_path: Path, width: int, scheme: Literal["light", "dark"]) -> None:
    world = World(tmp_path, tokens_needed=True)
    secret = world.token("editor")["Authorization"].removeprefix("Bearer ")
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    with shown(world.app) as url:
        page.goto(f"{url}/saved")
        page.screenshot(path=tmp_path / f"login-{width}-{scheme}.png", full_page=True)
        assert looked_at(page, width) == []
        page.get_by_label("Your token").fill("sw_wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("not known here")
        page.screenshot(path=tmp_path / f"login-wrong-{width}-{scheme}.png", full_page=True)
        assert looked_at(page, width) == []
        page.get_by_label("Your token").fill(secret)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Saved").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Saved searches")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        page.close()
