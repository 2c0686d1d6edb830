"""The feed catalogue: one YAML file a publisher, read and checked whole before anything is fetched."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from ingest.catalogue_file import (
    CatalogueError,
    FeedEntry,
    FindSecret,
    PublisherFile,
    duration,
    hint,
    no_secrets,
    private_headers,
    read_file,
    shown_path,
    wrong,
)
from ingest.formats.table import FORMATS
from store.settings import Secret

__all__ = ["AFFILIATIONS", "Catalogue", "CatalogueError", "Feed", "is_web_address", "load_catalogue"]
_FEED_ID = re.compile(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_PUBLISHER_SCOPE = "publisher/"
AFFILIATIONS = ("state", "opposition", "agency", "ngo", "independent", "international")
SOONEST = timedelta(minutes=1)
LATEST = timedelta(hours=6)


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """One feed as polled. `scope` is the identity scope of its article ids (`store.identity.article_id`)."""

    id: str
    url: str
    publisher: str
    scope: str
    every: timedelta = timedelta(minutes=15)
    language: str = ""
    format: str = "auto"
    allow_private: bool = False
    user_agent: str = ""
    headers: dict[str, str] = {}
    proxy: str = ""
    """URL of the proxy for this feed; empty: the environment's."""
    title: str = ""
    """The feed's name for a person; empty: its own word is taken."""
    verified: date | None = None
    """The day on which somebody fetched it and saw that it is the right feed; None: nobody has."""
    country: str = ""
    """ISO 3166-1 alpha-2 of the publisher's seat, or empty."""
    affiliation: str = ""
    """One of `AFFILIATIONS`, or empty."""
    soonest: timedelta = SOONEST
    latest: timedelta = LATEST
    """The bounds between which the schedule may move `every` by the feed's own rhythm."""
    items_a_day: float | None = None
    """How many the publisher is expected to send; None: not said."""
    max_age: timedelta | None = None
    """A newest item that is older makes the feed `stale`; None: judged by the feed's own rhythm."""
    full_text: Literal["feed", "page"] = "feed"
    """`page`: the article's page is fetched, and its text taken."""
    guid: Literal["trust", "link", "title"] = "trust"
    """What identifies an entry: its guid, its link, or title and date; for a publisher whose guids lie."""

    @property
    def host(self) -> str:
        """The host that is asked, in lower case."""
        return urlsplit(self.url).hostname or ""


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """Every feed, in the order of files and of the feeds in them."""

    feeds: tuple[Feed, ...]
    folder: str = ""
    """Where it was read, for messages."""

    def select(self, ids: Iterable[str]) -> tuple[Feed, ...]:
        """The feeds with these ids, in this order. Raises `CatalogueError` for one that is not there."""
        known = {feed.id: feed for feed in self.feeds}
        for each in (ids := tuple(ids)):
            if each not in known:
                chosen = "SYRIAWIRE_HOME and SYRIAWIRE_FEEDS choose it"
                wrong(f"feed {each!r}", f"not in the catalogue {self.folder} ({chosen}){hint(each, known)}")
        return tuple(known[each] for each in ids)


def load_catalogue(folder: Path, variables: Mapping[str, str], secret: FindSecret = no_secrets) -> Catalogue:
    """Reads every `*.yml` and `*.yaml` of `folder`.

    `${NAME}` in any text becomes `variables["NAME"]`, `${secret:NAME}` in headers and proxy `secret("NAME")`.
    Raises `CatalogueError` for the first thing that is wrong: `file: what: what to do`.
    """
    files = sorted((*folder.glob("*.yml"), *folder.glob("*.yaml")))
    if not files:
        wrong(shown_path(folder), "holds no feed: add one as docs/feeds.md shows")
    feeds: dict[str, Feed] = {}
    homes: dict[str, str] = {}
    for file in files:
        where = shown_path(file)
        publisher = read_file(file, variables, secret)
        _check_publisher(where, publisher)
        for entry in publisher.feeds:
            if entry.id in feeds:
                wrong(where, f"feed id {entry.id!r} is also in {homes[entry.id]}; give one another id")
            feeds[entry.id] = _feed(where, file.stem, publisher, entry)
            homes[entry.id] = where
    return Catalogue(feeds=tuple(feeds.values()), folder=shown_path(folder))


def _check_publisher(where: str, publisher: PublisherFile) -> None:
    _check_origin(where, publisher.country, publisher.affiliation)
    for language in publisher.languages:
        _check_language(where, language)


def _feed(where: str, slug: str, publisher: PublisherFile, entry: FeedEntry) -> Feed:
    at = f"{where}: feed {entry.id!r}"
    if not _FEED_ID.fullmatch(entry.id) or entry.id.startswith(_PUBLISHER_SCOPE):
        wrong(at, "an id is like `levant-wire/top`: a-z, 0-9, hyphens, a slash or more, not `publisher/…`")
    _check_entry(at, entry)
    soonest, every, latest = _pace(at, entry)
    only = publisher.languages[0] if len(publisher.languages) == 1 else ""
    return Feed(
        id=entry.id,
        url=entry.url,
        publisher=publisher.publisher.strip(),
        scope=_PUBLISHER_SCOPE + slug if publisher.identity == "publisher" else entry.id,
        title=entry.title.strip(),
        verified=entry.verified,
        every=every,
        language=entry.language or only,
        format=entry.format,
        allow_private=entry.allow_private,
        user_agent=entry.user_agent,
        headers=private_headers(entry.headers),
        proxy=Secret(entry.proxy),
        country=publisher.country if entry.country is None else entry.country,
        affiliation=publisher.affiliation if entry.affiliation is None else entry.affiliation,
        soonest=soonest,
        latest=latest,
        items_a_day=entry.items_a_day,
        max_age=duration(at, "max_age", entry.max_age) if entry.max_age else None,
        full_text=entry.full_text or publisher.full_text,
        guid=entry.guid or publisher.guid,
    )


def _check_entry(at: str, entry: FeedEntry) -> None:
    if entry.language:
        _check_language(at, entry.language)
    _check_origin(at, entry.country or "", entry.affiliation or "")
    if entry.format != "auto" and entry.format not in FORMATS:
        wrong(at, f"unknown format {entry.format!r}{hint(entry.format, ('auto', *FORMATS))}")
    if entry.items_a_day is not None and not 0 < entry.items_a_day < 1_000_000:
        wrong(
            at,
            f"items_a_day {entry.items_a_day:g} will not do; write how many come on a usual day, such as 20",
        )
    if not is_web_address(entry.url):
        wrong(at, f"url {entry.url!r} is no web address; write one like `https://example.org/feed`")
    if entry.proxy and not is_web_address(entry.proxy):
        wrong(
            at, "proxy is no web address; write one like `http://proxy.example:3128`"
        )  # it may hold a password


def _pace(at: str, entry: FeedEntry) -> tuple[timedelta, timedelta, timedelta]:
    """(soonest, every, latest); the bounds that nobody wrote make room for `every`."""
    every = duration(at, "every", entry.every)
    soonest = duration(at, "soonest", entry.soonest) if entry.soonest else min(SOONEST, every)
    latest = duration(at, "latest", entry.latest) if entry.latest else max(LATEST, every)
    if not soonest <= every <= latest:
        wrong(at, "`every` must lie between `soonest` and `latest`; mend one of the three")
    return soonest, every, latest


def _check_language(at: str, language: str) -> None:
    if not _LANGUAGE.fullmatch(language):
        wrong(at, f"language {language!r} is no code; write one like `en` or `ar`")


def _check_origin(at: str, country: str, affiliation: str) -> None:
    if country and not _COUNTRY.fullmatch(country):
        wrong(at, f"country {country!r} is no code; write one like `SY`")
    if affiliation and affiliation not in AFFILIATIONS:
        wrong(at, f"unknown affiliation {affiliation!r}{hint(affiliation, AFFILIATIONS)}")


def is_web_address(url: str) -> bool:
    """An http or https address with a host and a port that exists, and no white space in it."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
    return good and not re.search(r"\s", url)
