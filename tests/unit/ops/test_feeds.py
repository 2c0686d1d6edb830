"""Adding to the catalogue: what is found, what is written, what is refused; OPML there and back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from cli.feeds import feeds as command
from ingest.catalogue import CatalogueError, Feed, load_catalogue
from ingest.fetch import Fetched
from ops.feeds import Added, FeedsError, add, export_opml, import_opml
from store.settings import Settings, load_settings
from store.state import FeedState

SITE = "https://levant-wire.example"
TODAY = date(2026, 9, 1)
RSS = (
    "<rss version='2.0'><channel><title>Levant Wire: ${SYRIAWIRE_DEMO_URL}</title><language>en</language>"
    "<item><title>Strikes near Qaryatain</title><guid>1</guid></item></channel></rss>"
)
KNOWN = """\
# why we watch it
publisher: Orontes Desk
feeds:
    - id: orontes-desk/all
      url: https://orontes-desk.example/feed  # Atom
      every: 5m
"""


class Web:
    """Answers by address."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    async def fetch(
        self, feed: Feed, known: FeedState | None, *, conditional: bool = True, at: str = ""
    ) -> Fetched:
        self.asked.append(feed.url)
        if feed.url not in self.pages:
            return Fetched(health="not_found", status=404, detail="HTTP 404")
        return Fetched(health="ok", status=200, body=self.pages[feed.url].encode(), url=feed.url)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "feeds"
    folder.mkdir()
    (folder / "orontes-desk.yml").write_text(KNOWN)
    return load_settings({"SYRIAWIRE_FEEDS": str(folder), "SYRIAWIRE_HOME": str(tmp_path / "var")})


def added(settings: Settings, url: str, pages: dict[str, str], **options: Any) -> Added:
    @asynccontextmanager
    async def open_web(_: Settings) -> AsyncIterator[Web]:
        yield Web(pages)

    return add(settings, url, today=TODAY, open_fetcher=open_web, **options)


def catalogue(settings: Settings) -> dict[str, Feed]:
    return {feed.id: feed for feed in load_catalogue(settings.feeds, {}).feeds}


def page(*links: str) -> str:
    tags = "".join(f'<link rel="alternate" type="application/rss+xml" href="{link}">' for link in links)
    return f"<html><head>{tags}</head><body>News</body></html>"


@pytest.mark.parametrize(
    ("pages", "url"),
    [
        ({f"{SITE}/feed": RSS}, f"{SITE}/feed"),
        ({f"{SITE}/": page("/all.rss"), f"{SITE}/all.rss": RSS}, f"{SITE}/"),
        ({f"{SITE}/": page("/dead"), f"{SITE}/atom.xml": RSS}, f"{SITE}/"),
        ({f"{SITE}/ar/": page(), f"{SITE}/ar/feed.json": '{"version":"https://jsonfeed.org/version/1.1","title":'
          '"Levant Wire","items":[{"id":"1","title":"x"}]}'}, f"{SITE}/ar/"),
    ],
)  # fmt: skip
def test_the_feed_of_a_page_is_found_and_written(settings: Settings, pages: dict[str, str], url: str) -> None:
    found = added(settings, url, pages, publisher="Levant Wire", language="en")
    feed = catalogue(settings)["levant-wire/en"]
    assert (feed.publisher, feed.url, feed.verified) == ("Levant Wire", list(pages)[-1], TODAY)
    assert (found.feed_id, found.articles) == ("levant-wire/en", 1)
    assert Path(found.file).name == "levant-wire.yml"


def test_a_hostile_title_is_only_a_title(settings: Settings) -> None:
    added(settings, f"{SITE}/feed", {f"{SITE}/feed": RSS})
    (feed,) = (feed for feed in catalogue(settings).values() if feed.id != "orontes-desk/all")
    assert feed.publisher == feed.title == "Levant Wire: $ {SYRIAWIRE_DEMO_URL}"


def test_other_feeds_of_the_page_are_named(settings: Settings) -> None:
    pages = {f"{SITE}/": page("/one", "/two?key=s3cr3t"), f"{SITE}/one": RSS}
    assert added(settings, f"{SITE}/", pages).others == (f"{SITE}/two?key=…",)


def test_a_publisher_that_is_there_gets_more_lines_and_keeps_its_comments(settings: Settings) -> None:
    pages = {"https://orontes-desk.example/ar": RSS}
    added(
        settings,
        "https://orontes-desk.example/ar",
        pages,
        publisher="orontes desk",
        language="ar",
        every="2h",
    )
    text = (settings.feeds / "orontes-desk.yml").read_text()
    assert text.startswith(KNOWN)
    assert text.endswith("      verified: 2026-09-01\n      language: ar\n      every: 2h\n")
    assert catalogue(settings)["orontes-desk/ar"].publisher == "Orontes Desk"


def test_a_dry_run_writes_nothing(settings: Settings) -> None:
    found = added(settings, f"{SITE}/feed", {f"{SITE}/feed": RSS}, publisher="Levant Wire", dry_run=True)
    assert found.text.startswith("publisher: Levant Wire\nfeeds:\n  - id: levant-wire/")
    assert list(catalogue(settings)) == ["orontes-desk/all"]


@pytest.mark.parametrize(
    ("url", "options", "message"),
    [
        ("levant-wire.example", {}, "no web address"),
        (f"{SITE}/gone", {}, "not_found: HTTP 404"),
        ("https://none.example/", {}, "no feed here, on the page or at the usual addresses"),
        ("http://www.orontes-desk.example/feed?utm_source=x", {}, "is in the catalogue as orontes-desk/all"),
        (f"{SITE}/feed", {"feed_id": "orontes-desk/all"}, "is in the catalogue already"),
        (f"{SITE}/feed", {"feed_id": "orontes-desk/b", "publisher": "Other"}, "is Orontes Desk's"),
    ],
)
def test_what_is_refused(settings: Settings, url: str, options: dict[str, str], message: str) -> None:
    pages = {
        "https://none.example/": page(),
        f"{SITE}/feed": RSS,
        "http://www.orontes-desk.example/feed?utm_source=x": RSS,
    }
    with pytest.raises(FeedsError, match=message):
        added(settings, url, pages, **options)
    assert list(catalogue(settings)) == ["orontes-desk/all"]


@pytest.mark.parametrize("options", [{"feed_id": "Levant Wire"}, {"every": "soon"}, {"language": "English!"}])
def test_what_would_break_the_catalogue_is_not_written(settings: Settings, options: dict[str, str]) -> None:
    with pytest.raises(CatalogueError) as caught:
        added(settings, f"{SITE}/feed", {f"{SITE}/feed": RSS}, publisher="Levant Wire", **options)
    assert "feeds/" in str(caught.value)
    assert list(catalogue(settings)) == ["orontes-desk/all"]


def test_a_file_whose_feeds_are_not_last_is_left_alone(settings: Settings) -> None:
    entry = "  - id: levant-wire/all\n    url: https://levant-wire.example/all\n    every: 5m\n"
    text = f"feeds:\n{entry}publisher: Levant Wire\n"
    (settings.feeds / "levant-wire.yml").write_text(text)
    with pytest.raises(CatalogueError):
        added(settings, f"{SITE}/feed", {f"{SITE}/feed": RSS}, publisher="Levant Wire")
    assert (settings.feeds / "levant-wire.yml").read_text() == text


def test_the_live_catalogue_goes_out_and_comes_back(settings: Settings, tmp_path: Path) -> None:
    live = msgspec.structs.replace(settings, feeds=Path(__file__).parents[3] / "config" / "feeds")
    empty = msgspec.structs.replace(settings, feeds=tmp_path / "empty")
    found = import_opml(empty, export_opml(live))
    before, after = catalogue(live), catalogue(empty)
    assert (len(found.feed_ids), found.skipped) == (len(before), ())
    for name in ("url", "publisher", "language", "every", "country", "affiliation", "guid", "scope", "title"):
        assert {each: getattr(feed, name) for each, feed in after.items()} == {
            each: getattr(feed, name) for each, feed in before.items()
        }, name
    again = import_opml(empty, export_opml(live))
    assert (again.feed_ids, len(again.skipped)) == ((), len(before))
    assert export_opml(empty, ["sana/ar"]).count(b"xmlUrl") == 1


def test_import_names_duplicates_and_keeps_groups_apart(settings: Settings) -> None:
    data = b"""<opml version='2.0'><body>
      <outline text='News!'><outline text='A' xmlUrl='https://a.example/feed'/><outline text='A2'
        xmlUrl='http://www.a.example/feed'/></outline>
      <outline text='News?'><outline text='B' xmlUrl='https://b.example/feed?key=s3cr3t'/></outline>
      <outline text='O' xmlUrl='https://orontes-desk.example/feed'/></body></opml>"""
    found = import_opml(settings, data)
    assert found.feed_ids == ("news/top", "news-2/top")
    assert [(each.url, each.reason) for each in found.skipped] == [
        ("http://www.a.example/feed", "is in the catalogue as news/top"),
        ("https://orontes-desk.example/feed", "is in the catalogue as orontes-desk/all"),
    ]
    assert {catalogue(settings)[each].publisher for each in found.feed_ids} == {"News!", "News?"}


def test_the_commands(settings: Settings, tmp_path: Path) -> None:
    run = CliRunner()
    exported = run.invoke(command, ["export"], obj=settings)
    assert (exported.exit_code, exported.stdout.count("xmlUrl")) == (0, 1)
    file = tmp_path / "mine.opml"
    file.write_text(exported.stdout.replace("orontes-desk", "barada-desk"))
    done = run.invoke(command, ["import", str(file)], obj=settings)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "1 feeds added, 0 left out")
    assert "barada-desk/all" in catalogue(settings)
    twice = run.invoke(command, ["import", str(file), "--json"], obj=settings)
    (left_out,) = msgspec.json.decode(twice.stdout)["skipped"]
    assert left_out["reason"] == "is in the catalogue as barada-desk/all"
