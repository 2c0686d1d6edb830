"""The tasks of docs/tasks.md, over the demo's articles, each in fewer than six clicks. Typing is no click."""

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from store.settings import ROOT
from tests.browser.demo import play, served
from tests.browser.showing import MARKS

pytestmark = MARKS
MOST_CLICKS = 5
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over the demo's day."""
    home = tmp_path_factory.mktemp("day")
    command = [sys.executable, "-m", "demo.server", "--port", "0", "--state", str(home / "wires.json")]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    wires = next(found[0] for line in process.stderr if (found := re.search(r"http://[\d.]+:\d+", line)))
    try:
        settings = play(home, wires)
    finally:
        process.terminate()
        process.wait(10)
        process.stderr.close()
    with served(settings) as url:
        yield url


class Analyst:
    """Somebody at the page, who counts her clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def link(self, name: str | re.Pattern[str], within: str = "main") -> None:
        self.click(self.page.locator(within).get_by_role("link", name=name).first)

    def ask(self, text: str) -> None:
        """Types a question and presses Enter."""
        self.page.keyboard.press("/")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**q=**")

    def file(self, name: str) -> str:
        with self.page.expect_download() as started:
            self.link(name)
        return Path(started.value.path()).read_text(encoding="utf-8-sig")

    def count(self) -> int:
        return int(self.page.get_by_role("status").inner_text().split()[0].replace(",", ""))


@pytest.fixture
def analyst(browser: Browser, address: str) -> Iterator[Analyst]:
    """Begins at the start page; afterwards the clicks are counted."""
    page = browser.new_page()
    page.goto(address)
    one = Analyst(page)
    yield one
    page.close()
    assert one.clicks <= MOST_CLICKS


def rows(text: str) -> Rows:
    return list(csv.DictReader(text.splitlines()))


def test_1_strikes_around_palmyra_last_week_any_language_no_copies_as_csv(analyst: Analyst) -> None:
    analyst.ask("theme:airstrike near:palmyra,60km published:last-7d")
    analyst.link("Hide copies")
    found = rows(analyst.file("CSV"))
    assert len(found) == analyst.count() == 3
    assert {row["language"] for row in found} == {"en", "ar", "ru"}
    assert all("theme/airstrike" in row["entity_ids"] and not row["copy_of"] for row in found)


def test_2_what_was_taken_back_today(analyst: Analyst) -> None:
    analyst.link(re.compile("WITHDRAWN"))
    expect(analyst.page.get_by_role("alert")).to_contain_text("The wire has withdrawn this story")


def test_3_what_a_correction_changed(analyst: Analyst) -> None:
    analyst.ask("signal:correction TOW")
    analyst.link(re.compile("^Corrected"))
    analyst.link(re.compile("^What changed"))
    expect(analyst.page.locator("ins", has_text="US-made").last).to_be_visible()
    expect(analyst.page.locator("del", has_text="Russian-made").last).to_be_visible()


def test_4_a_town_in_every_spelling_and_script(analyst: Analyst) -> None:
    analyst.page.keyboard.press("/")
    analyst.page.keyboard.type("القريت")
    analyst.click(analyst.page.locator("#suggestions a", has_text="town"))
    languages = analyst.page.locator(".hit").evaluate_all("all => all.map(each => each.lang)")
    assert {"ar", "en"} <= set(languages)


def test_5_who_tells_the_same_story(analyst: Analyst) -> None:
    analyst.ask("palmyra arch")
    analyst.click(analyst.page.locator(".fold summary").first)
    expect(analyst.page.locator(".fold li")).to_have_count(1)


def test_6_one_wire_in_arabic_only(analyst: Analyst) -> None:
    analyst.ask("theme:airstrike")
    analyst.link("Arabic", within="#filters")
    assert analyst.page.locator(".hit").evaluate_all("all => all.every(each => each.dir === 'rtl')")
    assert analyst.count() >= 1


def test_7_who_a_man_is_and_with_whom_he_stands(analyst: Analyst) -> None:
    analyst.ask("hamadani")
    analyst.link("Hossein Hamadani", within=".hit .names >> nth=0")
    expect(analyst.page.get_by_role("heading", level=1)).to_have_text("Hossein Hamadani")
    expect(analyst.page.get_by_role("heading", name="Names")).to_be_visible()
    expect(analyst.page.locator("dd[lang=ar]").first).to_be_visible()


def test_8_one_day_of_the_timeline(analyst: Analyst) -> None:
    analyst.ask("russia")
    before = analyst.count()
    analyst.page.locator("input[name=first]").fill("2015-10-07")
    analyst.page.locator("input[name=last]").fill("2015-10-07")
    analyst.click(analyst.page.get_by_role("button", name="Set dates"))
    analyst.page.wait_for_url("**published:**")
    assert 0 < analyst.count() < before


def test_9_what_happened_near_a_spot_on_the_map(analyst: Analyst) -> None:
    analyst.ask("theme:airstrike")
    before = analyst.count()
    analyst.click(analyst.page.locator("#filters .map a").last)
    analyst.page.wait_for_url("**near=**")
    assert 0 < analyst.count() <= before
    expect(analyst.page.locator(".why").first).to_contain_text("within 15 km")


def test_10_everything_on_a_weapon_as_records(analyst: Analyst) -> None:
    analyst.ask("weapon:kalibr")
    total = analyst.count()
    lines = [json.loads(line) for line in analyst.file("JSON Lines").splitlines()]
    assert len(lines) == total == 6
    assert all("weapon/kalibr" in line["weapon_ids"] for line in lines)


def test_11_be_told_of_every_further_strike(analyst: Analyst) -> None:
    analyst.ask("theme:airstrike place:Hama")
    analyst.link("Save this search")
    analyst.page.get_by_label("Name").fill("strikes around Hama")
    analyst.click(analyst.page.get_by_role("button", name="Save"))
    kept = analyst.page.get_by_role("region", name="strikes around Hama", exact=True)
    expect(kept.locator("code")).to_have_text("theme:airstrike place:Hama")
    feed = analyst.page.request.get(
        analyst.page.url.partition("/saved")[0]
        + (kept.get_by_role("link", name="Atom feed").get_attribute("href") or "")
    )
    assert "<title>Syria Wire: strikes around Hama</title>" in feed.text()


@pytest.mark.parametrize(
    ("typed", "concept", "becomes"),
    [
        ("missiles (aleppo OR nusra front)", "Nusra Front", "missiles (aleppo OR group:nusra-front)"),
        ("غارات تدمر", "Tadmor", "غارات place:C2889"),
        ("Конашенков Пальмире", "Konashenkov", "person:igor-konashenkov Пальмире"),
    ],
)
def test_a_name_among_the_words_becomes_its_concept_with_one_click(
    analyst: Analyst, typed: str, concept: str, becomes: str
) -> None:
    analyst.ask(typed)
    analyst.link(re.compile(concept), within=".offers")
    expect(analyst.page.get_by_label("Search the wires")).to_have_value(becomes)
    assert analyst.count() > 0
    expect(analyst.page.locator(".hit:not(:has(.why, mark))")).to_have_count(0)


def test_every_task_is_described() -> None:
    text = (ROOT / "docs" / "tasks.md").read_text(encoding="utf-8")
    tests = [name for name in globals() if re.match(r"test_\d", name)]
    assert len(re.findall(r"^\| \d+ \|", text, re.MULTILINE)) == len(tests) == 11
