"""The catalogue: what it reads, and how it says what is wrong."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from ingest.catalogue import AFFILIATIONS, CatalogueError, load_catalogue
from ingest.catalogue_file import secrets_in
from ingest.fetch import Fetched, Fetcher

GOOD = """\
publisher: Levant Wire
feeds:
  - id: levant-wire/top
    url: ${SYRIAWIRE_DEMO_URL}/feeds/levant-wire.xml
    language: en
    every: 30s
    allow_private: true
"""
VARIABLES = {"SYRIAWIRE_DEMO_URL": "http://127.0.0.1:8099"}
MINUTE = timedelta(minutes=1)
SECRETS = {"TOKEN": "s3cr3t", "SPLIT": "one\ntwo"}


def write(folder: Path, text: str, name: str = "levant-wire.yml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_feed_with_its_variable(tmp_path: Path) -> None:
    (feed,) = load_catalogue(write(tmp_path, GOOD), VARIABLES).feeds
    assert feed.url == "http://127.0.0.1:8099/feeds/levant-wire.xml"
    assert (feed.scope, feed.host, feed.every) == ("levant-wire/top", "127.0.0.1", timedelta(seconds=30))
    assert feed.publisher == "Levant Wire"
    assert feed.allow_private


def test_a_publisher_may_widen_the_identity(tmp_path: Path) -> None:
    text = GOOD.replace("feeds:\n", "identity: publisher\nfeeds:\n", 1)
    (feed,) = load_catalogue(write(tmp_path, text), VARIABLES).feeds
    assert feed.scope == "publisher/levant-wire"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("every:", "evry:", "levant-wire.yml: unknown field 'evry'; did you mean 'every'?"),
        ("publisher:", "publsher:", "unknown field 'publsher'; did you mean 'publisher'?"),
        ("every: 30s", "every: 30", "feeds[0].every: expected `str`, got `int`"),
        ("every: 30s", "every: soon", "every 'soon' is no duration"),
        ("every: 30s", "every: 0s", "every '0s' is no duration"),
        ("every: 30s", "every: 5m\n    every: 30s", "'every' is written twice"),
        ("allow_private: true", "allow_private: 7", "feeds[0].allow_private: expected `bool`, got `int`"),
        ("    every: 30s\n", "", "feeds[0]: object missing required field `every`"),
        (
            "DEMO_URL",
            "DEMO_ULR",
            "undefined variable ${SYRIAWIRE_DEMO_ULR}; did you mean 'SYRIAWIRE_DEMO_URL'?",
        ),
        ("${SYRIAWIRE_DEMO_URL}", "ftp://x", "is no web address"),
        ("${SYRIAWIRE_DEMO_URL}", "http://[::1", "is no web address"),
        ("${SYRIAWIRE_DEMO_URL}", "http://x:99999", "is no web address"),
        ("levant-wire/top", "Levant/Top", "an id is like `levant-wire/top`"),
        ("levant-wire/top", "publisher/top", "not `publisher/…`"),
        ("language: en", "language: english-ish!", "is no code"),
        ("language: en", "format: rrs", "unknown format 'rrs'; did you mean 'rss'?"),
        ("language: en", "afiliation: state", "unknown field 'afiliation'; did you mean 'affiliation'?"),
        ("language: en", "affiliation: stat", "unknown affiliation 'stat'; did you mean 'state'?"),
        ("language: en", "country: Syria", "country 'Syria' is no code; write one like `SY`"),
        ("language: en", "max_age: 2w", "max_age '2w' is no duration"),
        ("language: en", "items_a_day: 0", "items_a_day 0 will not do"),
        ("language: en", "soonest: 1m", "`every` must lie between `soonest` and `latest`"),
        ("language: en", "latest: 10s", "`every` must lie between `soonest` and `latest`"),
        ("language: en", "full_text: pages", "full_text: invalid enum value 'pages'"),
        ("language: en", "guid: url", "guid: invalid enum value 'url'"),
        ("language: en", "verified: yes", "verified: expected `date | null`, got `bool`"),
        ("language: en", "proxy: squid", "proxy is no web address"),
        (
            "language: en",
            "headers: {authorization: '${secret:KEY}'}",
            "secret 'KEY' is not there; write it into",
        ),
        ("language: en", "headers: {authorization: '${secret:SPLIT}'}", "holds what no header can carry"),
        ("language: en", "user_agent: '${secret:TOKEN}'", "secrets may stand in `headers` and `proxy` only"),
        ("publisher: Levant Wire", "publisher: x\ncountry: sy", "country 'sy' is no code"),
        ("publisher: Levant Wire", "publisher: x\nlanguages: [english!]", "language 'english!' is no code"),
        ("publisher: Levant Wire", "publisher: [", "not YAML"),
        ("publisher: Levant Wire", "identity: wire\npublisher: x", "identity: invalid enum value 'wire'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(write(tmp_path, GOOD.replace(old, new)), VARIABLES, SECRETS.get)
    assert message in str(caught.value)
    assert "levant-wire.yml: " in str(caught.value)


def test_the_file_is_shown_as_a_person_would_type_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "config" / "feeds"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    write(folder, GOOD.replace("every", "evry"), "afp.yml")
    with pytest.raises(
        CatalogueError, match=r"^config/feeds/afp\.yml: unknown field 'evry'; did you mean 'every'\?$"
    ):
        load_catalogue(folder, VARIABLES)


def test_an_id_twice(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD, "other.yml")
    with pytest.raises(
        CatalogueError, match=r"other\.yml: feed id 'levant-wire/top' is also in .*levant-wire\.yml"
    ):
        load_catalogue(tmp_path, VARIABLES)


@pytest.mark.parametrize("text", ["", "- a\n", "publisher: x\nfeeds: []\n", "publisher: x\nfeeds: [1]\n"])
def test_files_without_feeds(tmp_path: Path, text: str) -> None:
    with pytest.raises(CatalogueError):
        load_catalogue(write(tmp_path, text), VARIABLES)


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="holds no feed"):
        load_catalogue(tmp_path, VARIABLES)


def test_select(tmp_path: Path) -> None:
    catalogue = load_catalogue(write(tmp_path, GOOD), VARIABLES)
    assert catalogue.select(["levant-wire/top"]) == catalogue.feeds
    with pytest.raises(CatalogueError, match="did you mean 'levant-wire/top'"):
        catalogue.select(["levant-wire/tpo"])


FULL = """\
publisher: Levant Wire
country: LB
affiliation: agency
languages: [ar]
guid: link
feeds:
  - id: levant-wire/top
    url: https://levant-wire.example/feed
    title: Top stories
    verified: 2026-09-01
    every: 5m
    soonest: 2m
    latest: 1h
    items_a_day: 40
    max_age: 2d
    full_text: page
    proxy: http://desk:${secret:TOKEN}@proxy.example:3128
    headers:
      authorization: Bearer ${secret:TOKEN}
  - id: levant-wire/opinion
    url: https://levant-wire.example/opinion
    every: 12h
    country: FR
    affiliation: independent
    language: fr
    guid: title
"""


def test_every_field_and_what_the_publisher_says_for_all(tmp_path: Path) -> None:
    top, opinion = load_catalogue(write(tmp_path, FULL), VARIABLES, SECRETS.get).feeds
    assert (top.country, top.affiliation, top.language, top.guid) == ("LB", "agency", "ar", "link")
    assert (top.soonest, top.every, top.latest) == (2 * MINUTE, 5 * MINUTE, 60 * MINUTE)
    assert (top.items_a_day, top.max_age, top.full_text) == (40, timedelta(days=2), "page")
    assert (top.title, top.verified) == ("Top stories", date(2026, 9, 1))
    assert top.headers == {"authorization": "Bearer s3cr3t"}
    assert top.proxy == "http://desk:s3cr3t@proxy.example:3128"
    assert (opinion.country, opinion.affiliation, opinion.language) == ("FR", "independent", "fr")
    assert (opinion.guid, opinion.full_text, opinion.verified) == ("title", "feed", None)
    assert opinion.latest == timedelta(hours=12)  # the bound that nobody wrote makes room


def test_a_secret_is_in_no_repr_of_the_catalogue(tmp_path: Path) -> None:
    catalogue = load_catalogue(write(tmp_path, FULL), VARIABLES, SECRETS.get)
    assert "s3cr3t" not in repr(catalogue)
    assert "s3cr3t" not in str(catalogue)


def test_a_secret_reaches_the_publisher_and_nobody_else(tmp_path: Path) -> None:
    feed = load_catalogue(write(tmp_path, FULL), VARIABLES, SECRETS.get).feeds[0]
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"location": "https://other.example/"})

    async def fetch() -> Fetched:
        transport = httpx.MockTransport(answer)
        async with Fetcher(user_agent="x", spacing=0.0, transport=transport) as fetcher:
            return await fetcher.fetch(feed, None)

    assert "s3cr3t" not in repr(asyncio.run(fetch()))
    sent = [(each.url.host, each.headers.get("authorization")) for each in asked]
    assert sent[0] == ("levant-wire.example", "Bearer s3cr3t")
    assert {header for host, header in sent if host == "other.example"} == {None}


def test_no_mistake_beside_a_secret_shows_it(tmp_path: Path) -> None:
    text = FULL.replace("proxy: http://desk:${secret:TOKEN}@proxy.example:3128", "proxy: ${secret:TOKEN}")
    with pytest.raises(CatalogueError, match="proxy is no web address") as caught:
        load_catalogue(write(tmp_path, text), VARIABLES, SECRETS.get)
    assert "s3cr3t" not in str(caught.value)


def test_secrets_are_files_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "outside").write_text("not for you")
    (tmp_path / "secrets" / "token").write_text("abc\n")
    (tmp_path / "secrets" / "binary").write_bytes(b"\xff")
    find = secrets_in(tmp_path / "secrets")
    assert find("token") == "abc"
    assert [find(name) for name in ("other", "../outside", "..", "", "binary")] == [None] * 5
    assert secrets_in(tmp_path / "nowhere")("token") is None


def test_the_live_catalogue() -> None:
    root = Path(__file__).parents[3]
    feeds = load_catalogue(root / "config" / "feeds", {}).feeds
    assert len(feeds) == len({feed.url for feed in feeds}) >= 54
    assert not [feed.id for feed in feeds if feed.verified is not None]
    assert {feed.affiliation for feed in feeds} >= set(AFFILIATIONS)
    assert {feed.language for feed in feeds} >= {"en", "ar", "ru", "tr", "fr", "ku"}
