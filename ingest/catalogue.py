"""The feed catalogue: one YAML file a publisher, read and checked whole before anything is fetched."""

import difflib
import re
from collections.abc import Hashable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, NoReturn
from urllib.parse import urlsplit

import msgspec
import yaml

from ingest.formats.table import FORMATS
from store.errors import SyriaWireError

_FEED_ID = re.compile(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)+")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_EVERY = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_PUBLISHER_SCOPE = "publisher/"
AFFILIATIONS = ("state", "opposition", "agency", "ngo", "independent", "international")


class CatalogueError(SyriaWireError):
    """A file of the catalogue, or the name of a feed, is wrong. Nothing was fetched."""


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
    country: str = ""
    """ISO 3166-1 alpha-2 of the publisher's seat, or empty."""
    affiliation: str = ""
    """One of `AFFILIATIONS`, or empty."""
    soonest: timedelta = timedelta(minutes=1)
    latest: timedelta = timedelta(hours=6)
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
                raise CatalogueError(f"feed {each!r}: not in the catalogue {self.folder}{_hint(each, known)}")
        return tuple(known[each] for each in ids)


class _FeedEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    url: str
    every: str
    language: str = ""
    format: str = "auto"
    allow_private: bool = False
    user_agent: str = ""
    headers: dict[str, str] = {}


class _PublisherFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    publisher: str
    feeds: list[_FeedEntry]
    identity: Literal["feed", "publisher"] = "feed"


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key written twice: PyYAML would keep the last and silently lose feeds."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is written twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


def load_catalogue(folder: Path, variables: Mapping[str, str]) -> Catalogue:
    """Reads every `*.yml` and `*.yaml` of `folder`; `${NAME}` in any text becomes `variables["NAME"]`.

    Raises `CatalogueError` for the first thing that is wrong: `file: what: what to do`.
    """
    files = sorted((*folder.glob("*.yml"), *folder.glob("*.yaml")))
    if not files:
        raise CatalogueError(f"{_shown(folder)}: holds no feed: add one as docs/feeds.md shows")
    feeds: dict[str, Feed] = {}
    homes: dict[str, str] = {}
    for file in files:
        for feed in _read_file(file, variables):
            if feed.id in feeds:
                _wrong(_shown(file), f"feed id {feed.id!r} is also in {homes[feed.id]}; give one another id")
            feeds[feed.id] = feed
            homes[feed.id] = _shown(file)
    return Catalogue(feeds=tuple(feeds.values()), folder=_shown(folder))


def _read_file(file: Path, variables: Mapping[str, str]) -> list[Feed]:
    where = _shown(file)
    if not _SLUG.fullmatch(file.stem):
        _wrong(where, "the file's name may hold a-z, 0-9 and hyphens only; rename it")
    try:
        raw = yaml.load(file.read_bytes(), Loader=_Loader)  # noqa: S506  (a SafeLoader)
    except OSError as error:
        raise CatalogueError(f"{where}: cannot be read ({error.strerror}): mend its rights") from error
    except (yaml.YAMLError, ValueError) as error:
        raise CatalogueError(f"{where}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(raw, dict):
        _wrong(where, "holds no publisher; write `publisher:` and `feeds:`")
    _check_names(where, raw, _PublisherFile)
    for entry in raw["feeds"] if isinstance(raw.get("feeds"), list) else ():
        if isinstance(entry, dict):
            _check_names(where, entry, _FeedEntry)
    try:
        publisher = msgspec.convert(_expand(where, raw, variables), _PublisherFile)
    except msgspec.ValidationError as error:
        raise CatalogueError(f"{where}: {_readable(str(error))}") from error
    if not publisher.feeds or not publisher.publisher.strip():
        _wrong(where, "holds no feeds or no publisher's name; write both")
    return [_feed(where, file.stem, publisher, entry) for entry in publisher.feeds]


def _feed(where: str, slug: str, publisher: _PublisherFile, entry: _FeedEntry) -> Feed:
    at = f"{where}: feed {entry.id!r}"
    if not _FEED_ID.fullmatch(entry.id) or entry.id.startswith(_PUBLISHER_SCOPE):
        _wrong(at, "an id is like `levant-wire/top`: a-z, 0-9, hyphens, a slash or more, not `publisher/…`")
    if entry.language and not _LANGUAGE.fullmatch(entry.language):
        _wrong(at, f"language {entry.language!r} is no code; write one like `en` or `ar`")
    if entry.format != "auto" and entry.format not in FORMATS:
        _wrong(at, f"unknown format {entry.format!r}{_hint(entry.format, ('auto', *FORMATS))}")
    _check_url(at, entry.url)
    every = _EVERY.fullmatch(entry.every)
    if every is None:
        _wrong(at, f"every {entry.every!r} is no duration; write one like `30s`, `5m` or `2h`")
    wide = publisher.identity == "publisher"
    return Feed(
        id=entry.id,
        url=entry.url,
        publisher=publisher.publisher.strip(),
        scope=_PUBLISHER_SCOPE + slug if wide else entry.id,
        every=timedelta(**{_UNITS[every[2]]: int(every[1])}),
        language=entry.language,
        format=entry.format,
        allow_private=entry.allow_private,
        user_agent=entry.user_agent,
        headers=entry.headers,
    )


def _check_url(at: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or re.search(r"\s", url):
        _wrong(at, f"url {url!r} is no web address; write one like `https://example.org/feed`")


def _expand(where: str, value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _expand(where, each, variables) for key, each in value.items()}
    if isinstance(value, list):
        return [_expand(where, each, variables) for each in value]
    if not isinstance(value, str):
        return value
    for name in _VARIABLE.findall(value):
        if name not in variables:
            _wrong(where, f"undefined variable ${{{name}}}{_hint(name, variables)}")
    return _VARIABLE.sub(lambda match: variables[match[1]], value)


def _check_names(where: str, raw: Mapping[Any, Any], kind: type[msgspec.Struct]) -> None:
    names = [field.name for field in msgspec.structs.fields(kind)]
    for key in raw:
        if key not in names:
            _wrong(where, f"unknown field {key!r}{_hint(str(key), names)}")


def _hint(name: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are: {', '.join(names)}"


def _readable(message: str) -> str:
    """msgspec's `Expected `str`, got `int` - at `$.feeds[0].every`` with the place first."""
    what, _, at = message.partition(" - at ")
    place = at.strip("`").removeprefix("$.")
    return f"{place}: {what[0].lower()}{what[1:]}" if place else f"{what[0].lower()}{what[1:]}"


def _shown(path: Path) -> str:
    """The path as a person would type it here."""
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()


def _wrong(where: str, what: str) -> NoReturn:
    raise CatalogueError(f"{where}: {what}")
