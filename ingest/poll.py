"""The imperative shell of ingest: fetch, parse, decide, append, remember, in the order that loses nothing."""

import hashlib
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import msgspec
import structlog

from ingest.address import shown
from ingest.catalogue import Feed
from ingest.decide import Decision, decide
from ingest.fetch import Fetched, OpenClient, fetch, open_client
from ingest.parse import ParseResult, parse
from ingest.recover import recover
from ingest.schedule import next_due
from ingest.send import LeaseLost, send, sendable
from store.archive import Archive
from store.errors import Unavailable
from store.health import SUCCESS
from store.log import Log
from store.state import FeedState, State

LEASE_TTL = timedelta(minutes=5)
"""A process that died gives its feeds free after this. One that took longer, though nothing of it should, sends
nothing if another has decided meanwhile."""
POLITE = 0.5
"""Seconds between two requests to one host."""
_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a poll works with. `owner` must differ between any two that poll at the same time."""

    log: Log
    state: State
    archive: Archive
    clock: Callable[[], datetime]
    user_agent: str
    client: OpenClient = open_client
    pause: Callable[[float], None] = time.sleep
    owner: str = field(default_factory=lambda: uuid.uuid4().hex)


class PollResult(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one poll of one feed. `health` is one of `store.health.HEALTH`."""

    feed_id: str
    health: str
    detail: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    late: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    health: str
    detail: str = ""
    decision: Decision = field(default_factory=Decision)
    fetched: Fetched | None = None
    body_hash: str = ""
    complete: bool = True
    """False: a document that was broken, perhaps cut off. No validator of it may keep us from reading it anew."""


def poll_batch(feeds: Iterable[Feed], desk: Desk) -> list[PollResult]:
    """Polls one after another, with a pause between two requests to one host. Raises `Unavailable`."""
    recover(desk.log, desk.state, desk.clock)
    results = []
    asked: set[str] = set()
    for feed in feeds:
        if feed.host in asked:
            desk.pause(POLITE)
        asked.add(feed.host)
        results.append(poll_feed(feed, desk))
    return results


def poll_feed(feed: Feed, desk: Desk) -> PollResult:
    """One poll. What goes wrong with the feed is in the result; `Unavailable` of our own ports is raised."""
    started = desk.clock()
    try:
        with _leased(feed, desk, started) as held:
            outcome = _attempt(feed, desk, started) if held else _Outcome(health="busy")
    except Unavailable as error:
        _report(feed, _Outcome(health="interrupted", detail=shown(str(error))), desk, started)
        raise
    return _report(feed, outcome, desk, started)


def _attempt(feed: Feed, desk: Desk, now: datetime) -> _Outcome:
    before = _before(feed, desk.state.feed(feed.id))
    try:
        outcome = _work(feed, before, desk, now)
    except Unavailable:
        raise
    except LeaseLost:
        return _Outcome(health="busy", detail="lost its lease: another process polls this feed")
    except Exception as error:  # noqa: BLE001  (one feed must never stop its siblings; it is seen in its health)
        outcome = _Outcome(health="failed", detail=f"{type(error).__name__}: {error}")
    outcome = replace(outcome, detail=shown(outcome.detail))
    desk.state.save_feed(_after(feed, before, outcome, now))
    return outcome


def _before(feed: Feed, known: FeedState | None) -> FeedState:
    """What the last poll left; the validators of another address say nothing of this one."""
    if known is not None and known.url in ("", feed.url):
        return msgspec.structs.replace(known, url=feed.url)
    fresh = known or FeedState(feed_id=feed.id)
    return msgspec.structs.replace(fresh, url=feed.url, etag="", last_modified="", body_hash="")


def _work(feed: Feed, before: FeedState, desk: Desk, now: datetime) -> _Outcome:
    fetched = fetch(feed, before, desk.client, user_agent=desk.user_agent)
    if fetched.health != "ok":
        return _Outcome(health=fetched.health, detail=fetched.detail, fetched=fetched)
    reference = f"sha256:{hashlib.sha256(fetched.body).hexdigest()}"
    if reference == before.body_hash:
        return _Outcome(health="unchanged", detail=fetched.detail, fetched=fetched, body_hash=reference)
    result = parse(fetched.body, feed, fetched.content_type, now, reference)
    articles = sendable(result.articles)
    # Again before each decision: the state store may have been lost since the batch began.
    recover(desk.log, desk.state, desk.clock)
    known = desk.state.seen(article.id for article in articles)
    decision = decide(known, articles, now)
    if decision.append or result.health == "unparsable":
        # Archived is what an article came from, and what a better parser may read. Most responses differ
        # from the one before in a time stamp only: to keep those would fill a disk with nothing.
        desk.archive.put(fetched.body)
    left_out = len(result.articles) - len(articles)
    left_out += send(decision, known, desk.log, desk.state, lambda: _take(feed, desk, desk.clock()))
    return _Outcome(
        health=result.health,
        detail=_detail(result, left_out, fetched),
        decision=decision,
        fetched=fetched,
        body_hash=reference if result.complete else "",
        complete=result.complete,
    )


def _detail(result: ParseResult, left_out: int, fetched: Fetched) -> str:
    parts = [result.detail] if result.detail else []
    if not result.complete:
        parts.append("read anew at the next poll")
    if left_out:
        parts.append(f"articles that cannot be stored, left out: {left_out}")
    return "; ".join(parts) or fetched.detail


def _after(feed: Feed, before: FeedState, outcome: _Outcome, now: datetime) -> FeedState:
    good = outcome.health in SUCCESS
    failures = 0 if good else before.failures + 1
    etag, last_modified = _validators(before, outcome)
    retry_after = outcome.fetched.retry_after if outcome.fetched else None
    published = [article.published for article in outcome.decision.append if article.published]
    return msgspec.structs.replace(
        before,
        etag=etag,
        last_modified=last_modified,
        body_hash=outcome.body_hash
        if good and (outcome.body_hash or not outcome.complete)
        else before.body_hash,
        health=outcome.health,
        detail=outcome.detail,
        failures=failures,
        next_due=next_due(feed, outcome.health, failures, now, retry_after),
        last_poll=now,
        last_success=now if good else before.last_success,
        newest_item=max(filter(None, (before.newest_item, *published)), default=None),
        items_total=before.items_total + outcome.decision.new,
    )


def _validators(before: FeedState, outcome: _Outcome) -> tuple[str, str]:
    """(etag, last_modified) for the next poll; those of a page that was no feed must never bring a 304."""
    answer = outcome.fetched
    if answer is None or outcome.health not in SUCCESS:
        return before.etag, before.last_modified
    if not outcome.complete:
        return "", ""
    if answer.status == 304:
        return answer.etag or before.etag, answer.last_modified or before.last_modified
    return answer.etag, answer.last_modified


def _lease_name(feed: Feed) -> str:
    """Feeds that share an identity scope share article ids, so only one of them may decide at a time."""
    return f"feed:{feed.id}" if feed.scope == feed.id else feed.scope


def _take(feed: Feed, desk: Desk, now: datetime) -> bool:
    return desk.state.lease(_lease_name(feed), desk.owner, LEASE_TTL, now)


@contextmanager
def _leased(feed: Feed, desk: Desk, now: datetime) -> Iterator[bool]:
    name = _lease_name(feed)
    held = _take(feed, desk, now)
    try:
        yield held
    finally:
        if held:
            desk.state.release(name, desk.owner)


def _report(feed: Feed, outcome: _Outcome, desk: Desk, started: datetime) -> PollResult:
    """The one outcome line of this feed and poll."""
    result = PollResult(
        feed_id=feed.id,
        health=outcome.health,
        detail=outcome.detail,
        new=outcome.decision.new,
        changed=outcome.decision.changed + outcome.decision.repeated,
        unchanged=outcome.decision.unchanged,
        late=outcome.decision.late,
        seconds=round((desk.clock() - started).total_seconds(), 3),
    )
    fine = result.health in SUCCESS or result.health == "busy"
    (_log.info if fine else _log.warning)("feed_polled", **msgspec.structs.asdict(result))
    return result
