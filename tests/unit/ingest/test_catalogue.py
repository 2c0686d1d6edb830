"""The catalogue: what it reads, and how it says what is wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

from ingest.catalogue import CatalogueError, load_catalogue

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
        ("publisher: Levant Wire", "publisher: [", "not YAML"),
        ("publisher: Levant Wire", "identity: wire\npublisher: x", "identity: invalid enum value 'wire'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(write(tmp_path, GOOD.replace(old, new)), VARIABLES)
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


def test_the_live_catalogue() -> None:
    root = Path(__file__).parents[3]
    feeds = load_catalogue(root / "config" / "feeds", {}).feeds
    assert len(feeds) == len({feed.url for feed in feeds})
    assert {feed.language for feed in feeds} >= {"en", "ar", "ru", "tr", "fr", "ku"}
