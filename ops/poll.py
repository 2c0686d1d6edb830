"""Polling as the DAGs and the command line call it: settings in, JSON-able results out."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from ingest.address import shown, without_secrets
from ingest.catalogue import Catalogue, Feed, load_catalogue
from ingest.catalogue_file import secrets_in
from ingest.desk import Desk, OpenFetcher
from ingest.fetch import Fetched, Fetcher
from ingest.learn import Outcome, learn, recall
from ingest.parse import parse
from ingest.poll import PollResult, poll_batch
from ingest.schedule import batches, due
from store.connect import open_archive, open_log, open_state
from store.health import HEALTH
from store.records import Time
from store.settings import Settings
from store.state import FeedState

_GRACE = timedelta(minutes=5)

OpenDesk = Callable[[Settings], AbstractContextManager[Desk]]


class ListedFeed(msgspec.Struct, frozen=True, kw_only=True):
    """One feed of the catalogue as shown: without its headers and what of its URL may be a key."""

    feed_id: str
    publisher: str
    url: str
    language: str
    every_seconds: float
    format: str
    title: str = ""
    country: str = ""
    affiliation: str = ""
    verified: date | None = None
    """The day on which somebody saw that it is the right feed."""
    full_text: str = "feed"
    guid: str = "trust"


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed gives right now. `status` 0: no answer."""

    feed_id: str
    url: str
    health: str
    remedy: str
    detail: str = ""
    status: int = 0
    bytes: int = 0
    title: str = ""
    articles: int = 0
    newest: Time | None = None
    headline: str = ""
    """The first headline, for a person to see that it is the right feed in the right alphabet."""


class FeedHealth(msgspec.Struct, frozen=True, kw_only=True):
    """Where one feed stands. `overdue`: it should have been polled and was not, so look at the scheduler."""

    feed_id: str
    publisher: str
    url: str
    health: str
    remedy: str
    detail: str = ""
    failures: int = 0
    last_poll: Time | None = None
    last_success: Time | None = None
    next_due: Time | None = None
    newest_item: Time | None = None
    items_total: int = 0
    overdue: bool = False


@contextmanager
def open_desk(settings: Settings) -> Iterator[Desk]:
    """Log, state and archive of the settings, closed afterwards. Raises `SettingsError`, `Unavailable`."""
    with ExitStack() as stack:
        yield Desk(
            log=stack.enter_context(closing(open_log(settings))),
            state=stack.enter_context(closing(open_state(settings))),
            archive=open_archive(settings),
            clock=_now,
            fetcher=_fetcher(settings),
            user_agent=settings.user_agent,
        )


def due_batches(settings: Settings, now: datetime, *, desk: OpenDesk = open_desk) -> list[list[str]]:
    """Ids of the feeds that are due, in batches for `poll`. Raises `CatalogueError`, `Unavailable`."""
    catalogue = _catalogue(settings)
    with desk(settings) as opened:
        slack = timedelta(seconds=settings.poll_every / 2)
        waits = opened.state.waits(now)
        return batches(due(catalogue.feeds, _states(opened), now, slack, waits))


def poll(
    settings: Settings, feed_ids: Sequence[str] | None = None, *, desk: OpenDesk = open_desk
) -> list[PollResult]:
    """Polls the named feeds now, or with None all that are due. Raises `CatalogueError`, `Unavailable`."""
    catalogue = _catalogue(settings)
    with desk(settings) as opened:
        states, now = _states(opened), opened.clock()
        if feed_ids is None:
            feeds = due(catalogue.feeds, states, now, waits=opened.state.waits(now))
        else:
            feeds = list(catalogue.select(feed_ids))
        taken = {feed.url for feed in catalogue.feeds} | {state.address for state in states.values()}
        return poll_batch(feeds, opened, taken)


def check(
    settings: Settings, feed_ids: Sequence[str] | None = None, *, fetcher: OpenFetcher | None = None
) -> list[CheckResult]:
    """Fetches and parses the named feeds, or all; stores nothing. Raises `CatalogueError`."""
    catalogue = _catalogue(settings)
    feeds = catalogue.feeds if feed_ids is None else catalogue.select(feed_ids)
    answers = asyncio.run(_ask(feeds, fetcher or _fetcher(settings)))
    return [_checked(feed, fetched, _now()) for feed, fetched in zip(feeds, answers, strict=True)]


def health_report(settings: Settings, now: datetime, *, desk: OpenDesk = open_desk) -> list[FeedHealth]:
    """One line for each feed of the catalogue. Raises `CatalogueError`, `Unavailable`."""
    catalogue = _catalogue(settings)
    with desk(settings) as opened:
        states, waits = _states(opened), opened.state.waits(now)
    return [
        _health(feed, states.get(feed.id) or FeedState(feed_id=feed.id), waits.get(feed.host), now)
        for feed in catalogue.feeds
    ]


def list_feeds(settings: Settings) -> list[ListedFeed]:
    """The catalogue. Raises `CatalogueError`."""
    return [
        ListedFeed(
            feed_id=feed.id,
            publisher=feed.publisher,
            url=without_secrets(feed.url),
            language=feed.language,
            every_seconds=feed.every.total_seconds(),
            format=feed.format,
            title=feed.title,
            country=feed.country,
            affiliation=feed.affiliation,
            verified=feed.verified,
            full_text=feed.full_text,
            guid=feed.guid,
        )
        for feed in _catalogue(settings).feeds
    ]


async def _ask(feeds: Sequence[Feed], open_fetcher: OpenFetcher) -> list[Fetched]:
    async with open_fetcher({}) as fetcher:
        return await asyncio.gather(*(fetcher.fetch(feed, None, conditional=False) for feed in feeds))


def _checked(feed: Feed, fetched: Fetched, now: datetime) -> CheckResult:
    result = parse(fetched.body, feed, fetched.content_type, now, "") if fetched.health == "ok" else None
    detail = result.detail if result else fetched.detail
    outcome = Outcome(
        health=result.health if result else fetched.health, detail=detail, fetched=fetched, result=result
    )
    state = learn(feed, recall(feed, None), outcome, now)
    articles = result.articles if result else ()
    return CheckResult(
        feed_id=feed.id,
        url=without_secrets(feed.url),
        health=state.health,
        remedy=HEALTH[state.health],
        detail=state.detail,
        status=fetched.status,
        bytes=len(fetched.body),
        title=result.title if result else "",
        articles=len(articles),
        newest=max((each.published for each in articles if each.published), default=None),
        headline=articles[0].headline if articles else "",
    )


def _health(feed: Feed, state: FeedState, host_waits: datetime | None, now: datetime) -> FeedHealth:
    next_due = max(filter(None, (state.next_due, host_waits)), default=None)
    return FeedHealth(
        feed_id=feed.id,
        publisher=feed.publisher,
        url=without_secrets(feed.url),
        health=state.health,
        remedy=HEALTH.get(state.health, ""),
        detail=shown(state.detail),
        failures=state.failures,
        last_poll=state.last_poll,
        last_success=state.last_success,
        next_due=next_due,
        newest_item=state.newest_item,
        items_total=state.items_total,
        overdue=next_due is not None and next_due + feed.every + _GRACE < now,
    )


def _catalogue(settings: Settings) -> Catalogue:
    return load_catalogue(
        settings.feeds, {"SYRIAWIRE_DEMO_URL": settings.demo_url}, secrets_in(Path(settings.secrets))
    )


def _states(desk: Desk) -> dict[str, FeedState]:
    return {state.feed_id: state for state in desk.state.feeds()}


def _fetcher(settings: Settings) -> OpenFetcher:
    return lambda waits: Fetcher(user_agent=settings.user_agent, waits=waits)


def _now() -> datetime:
    return datetime.now(UTC)
