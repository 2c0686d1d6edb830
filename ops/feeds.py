"""The catalogue as the command line changes it: add a feed by its page, take feeds from OPML, give them out."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime

import msgspec

from ingest.address import without_secrets
from ingest.catalogue import Catalogue, Feed, is_web_address
from ingest.catalogue_file import shown_path
from ingest.catalogue_write import NewFeed, free_id, slug_of
from ingest.discover import feed_links, usual_addresses
from ingest.fetch import Fetched, Fetcher
from ingest.opml import Outline, read_opml, to_opml
from ingest.parse import ParseResult, parse
from ingest.robots import Fetching
from ingest.urls import link_key
from ops.catalogue import catalogue_of, file_of, written
from store.errors import SyriaWireError
from store.records import Time
from store.settings import Settings

OpenFetcher = Callable[[Settings], AbstractAsyncContextManager[Fetching]]


class FeedsError(SyriaWireError):
    """A feed that was not added."""


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What was found and written; with `dry_run`, what would be. `others`: further feeds that the page names."""

    feed_id: str
    url: str
    title: str
    articles: int
    newest: Time | None
    headline: str
    file: str
    text: str
    others: tuple[str, ...] = ()


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that was left out, and why."""

    url: str
    reason: str


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What was written; with `dry_run`, what would be."""

    feed_ids: tuple[str, ...]
    files: tuple[str, ...]
    skipped: tuple[Skipped, ...]


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    result: ParseResult
    others: tuple[str, ...] = ()


def _open_fetcher(settings: Settings) -> AbstractAsyncContextManager[Fetching]:
    return Fetcher(user_agent=settings.user_agent)


def add(
    settings: Settings,
    url: str,
    *,
    publisher: str = "",
    feed_id: str = "",
    language: str = "",
    every: str = "15m",
    allow_private: bool = False,
    dry_run: bool = False,
    today: date | None = None,
    open_fetcher: OpenFetcher = _open_fetcher,
) -> Added:
    """Finds the feed at or on the page `url`, reads it, writes it into the catalogue.

    Raises `FeedsError` where there is no feed, or it is in the catalogue already; `CatalogueError`.
    """
    if not is_web_address(url):
        raise FeedsError(f"{url}: no web address: write one like https://example.org/")
    catalogue = catalogue_of(settings)
    found = asyncio.run(_find(settings, url, allow_private=allow_private, open_fetcher=open_fetcher))
    if twin := _twin(catalogue, found.url):
        raise FeedsError(f"{without_secrets(found.url)}: is in the catalogue as {twin}: nothing to do")
    if feed_id in (taken := {feed.id for feed in catalogue.feeds}):
        raise FeedsError(f"feed {feed_id!r}: is in the catalogue already: give it another --id")
    name = (
        publisher
        or _publisher_of(catalogue, feed_id.partition("/")[0])
        or found.result.title
        or slug_of("", found.url)
    )
    language = language or _language(found.result)
    slug = feed_id.partition("/")[0] or _slug(catalogue, name, found.url)
    if (owner := _publisher_of(catalogue, slug)) and owner.casefold() != name.casefold():
        raise FeedsError(
            f"{shown_path(file_of(settings, slug))}: is {owner}'s: give another --id, or --publisher"
        )
    new = NewFeed(
        id=feed_id or free_id(slug, language or "top", taken),
        url=found.url,
        title=found.result.title,
        verified=today or datetime.now(UTC).date(),
        language=language,
        every=every,
        allow_private=allow_private,
    )
    text = written(settings, {slug: (name, [new])}, dry_run=dry_run)[slug]
    return _added(new, found, shown_path(file_of(settings, slug)), text)


def _added(new: NewFeed, found: _Found, file: str, text: str) -> Added:
    articles = found.result.articles
    return Added(
        feed_id=new.id,
        url=without_secrets(new.url),
        title=new.title,
        articles=len(articles),
        newest=max((each.published for each in articles if each.published), default=None),
        headline=articles[0].headline if articles else "",
        file=file,
        text=text,
        others=found.others,
    )


def export_opml(settings: Settings, feed_ids: Sequence[str] | None = None) -> bytes:
    """The catalogue, or the named feeds, as OPML 2.0. Raises `CatalogueError`."""
    catalogue = catalogue_of(settings)
    feeds = catalogue.feeds if feed_ids is None else catalogue.select(feed_ids)
    return to_opml(feeds, "Syria Wire")


def import_opml(settings: Settings, data: bytes, *, dry_run: bool = False) -> Imported:
    """Writes the feeds of an OPML file into the catalogue, one file a group; fetches nothing.

    Raises `OpmlError`, `CatalogueError`.
    """
    catalogue = catalogue_of(settings, may_be_empty=True)
    ids = {feed.id for feed in catalogue.feeds}
    skipped: list[Skipped] = []
    names: dict[str, str] = {}
    slugs: dict[str, str] = {}
    wanted: dict[str, list[NewFeed]] = defaultdict(list)
    urls = {link_key(feed.url): feed.id for feed in catalogue.feeds}
    for outline in read_opml(data):
        shown = without_secrets(outline.url)
        if twin := urls.get(link_key(outline.url)):
            skipped.append(Skipped(url=shown, reason=f"is in the catalogue as {twin}"))
            continue
        name = outline.group or outline.title or slug_of("", outline.url)
        slug = outline.own.get("id", "").partition("/")[0] or slugs.get(name.casefold(), "")
        slug = slug or _slug(catalogue, name, outline.url, names)
        slugs[name.casefold()] = slug
        new = _of_outline(outline, slug, ids)
        if new.id in ids:
            skipped.append(Skipped(url=shown, reason=f"its id {new.id} is another feed's"))
            continue
        ids.add(new.id)
        urls[link_key(outline.url)] = new.id
        names.setdefault(slug, name)
        wanted[slug].append(new)
    written(settings, {slug: (names[slug], feeds) for slug, feeds in wanted.items()}, dry_run=dry_run)
    return Imported(
        feed_ids=tuple(feed.id for feeds in wanted.values() for feed in feeds),
        files=tuple(shown_path(file_of(settings, slug)) for slug in wanted),
        skipped=tuple(skipped),
    )


def _of_outline(outline: Outline, slug: str, taken: set[str]) -> NewFeed:
    feed_id = outline.own.get("id") or free_id(slug, outline.language or "top", taken)
    new = NewFeed(id=feed_id, url=outline.url, title=outline.title, language=outline.language)
    return msgspec.structs.replace(new, **{name: text for name, text in outline.own.items() if name != "id"})


async def _find(settings: Settings, url: str, *, allow_private: bool, open_fetcher: OpenFetcher) -> _Found:
    """The feed at `url`, else the first that its page names, else one at a usual address."""
    async with open_fetcher(settings) as fetcher:
        answer = await _ask(fetcher, url, allow_private=allow_private)
        if answer.health != "ok":
            raise FeedsError(
                f"{without_secrets(url)}: {answer.health}: {answer.detail or 'open it in a browser'}"
            )
        if (result := _read(answer, url)).readable:
            return _Found(url=url, result=result)
        at = answer.url or url
        named = feed_links(answer.body, at)
        usual = [link for link in usual_addresses(at) if link not in named]
        for place, link in enumerate([*named, *usual]):
            answer = await _ask(fetcher, link, allow_private=allow_private)
            if answer.health == "ok" and (result := _read(answer, link)).readable:
                others = tuple(without_secrets(each) for each in named[place + 1 :])
                return _Found(url=link, result=result, others=others)
    raise FeedsError(
        f"{without_secrets(url)}: no feed here, on the page or at the usual addresses: look for it in a browser"
    )


async def _ask(fetcher: Fetching, url: str, *, allow_private: bool) -> Fetched:
    feed = Feed(id="new/feed", url=url, publisher="", scope="new/feed", allow_private=allow_private)
    return await fetcher.fetch(feed, None, conditional=False)


def _read(answer: Fetched, url: str) -> ParseResult:
    feed = Feed(id="new/feed", url=url, publisher="", scope="new/feed")
    return parse(answer.body, feed, answer.content_type, datetime.now(UTC), "")


def _language(result: ParseResult) -> str:
    """The language that all entries declare, if they do."""
    said = {article.language for article in result.articles}
    return said.pop() if len(said) == 1 else ""


def _twin(catalogue: Catalogue, url: str) -> str:
    key = link_key(url)
    return next((feed.id for feed in catalogue.feeds if link_key(feed.url) == key), "")


def _publisher_of(catalogue: Catalogue, slug: str) -> str:
    """The publisher whose feeds' ids begin so."""
    names = (feed.publisher for feed in catalogue.feeds if slug and feed.id.partition("/")[0] == slug)
    return next(names, "")


def _slug(catalogue: Catalogue, publisher: str, url: str, also: Collection[str] = ()) -> str:
    """The file of a publisher: where its feeds are already, else by its name."""
    ids = (feed.id for feed in catalogue.feeds if feed.publisher.casefold() == publisher.casefold())
    if known := next((each.partition("/")[0] for each in ids), ""):
        return known
    slug = slug_of(publisher, url)
    taken = {feed.id.partition("/")[0] for feed in catalogue.feeds} | {*also}
    return next(
        each for each in (slug, *(f"{slug}-{n}" for n in range(2, len(taken) + 3))) if each not in taken
    )
