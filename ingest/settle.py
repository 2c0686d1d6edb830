"""From an answer to the log: parse, decide, append, and what there is to remember of it."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from ingest.catalogue import Feed
from ingest.complete import Completer
from ingest.decide import decide
from ingest.desk import LEASE_TTL, Desk, lease_name
from ingest.fetch import Fetched
from ingest.identify import identify
from ingest.learn import Outcome, learn
from ingest.parse import ParseResult, parse
from ingest.recover import recover
from ingest.send import LeaseLost, send, sendable
from store.errors import Unavailable
from store.state import FeedState


def settle(
    feed: Feed,
    before: FeedState,
    answer: Outcome | Fetched,
    desk: Desk,
    now: datetime,
    *,
    completer: Completer | None = None,
    not_before: datetime | None = None,
    taken: Collection[str] = (),
) -> tuple[Outcome, FeedState | None]:
    """The outcome of a poll that began at `now`, and the state to save: None where another process has the feed.

    `answer`: what came, or already the outcome of a poll that could not ask. `completer`: reads pages.
    `not_before`: what the host asks for.
    `taken`: addresses of other feeds. Never raises for what is wrong with the feed. Raises `Unavailable`.
    """
    try:
        outcome = answer if isinstance(answer, Outcome) else _work(feed, before, answer, desk, now, completer)
        if completer:
            completer.catch_up(feed, desk.log, desk.archive, lambda: _renew(feed, desk))
    except Unavailable:
        raise
    except LeaseLost:
        return Outcome(health="busy", detail="lost its lease: another process polls this feed"), None
    except Exception as error:  # noqa: BLE001  (one feed must never stop its siblings; it is seen in its health)
        outcome = fault(error)
    after = learn(feed, before, outcome, now, not_before=not_before, taken=taken)
    return replace(outcome, health=after.health, detail=after.detail), after


def fault(error: BaseException) -> Outcome:
    """Of a poll that failed by a fault of ours."""
    return Outcome(health="failed", detail=f"{type(error).__name__}: {error}")


def _work(
    feed: Feed, before: FeedState, fetched: Fetched, desk: Desk, now: datetime, completer: Completer | None
) -> Outcome:
    if fetched.health != "ok":
        return Outcome(
            health=fetched.health, detail="" if fetched.moved_to else fetched.detail, fetched=fetched
        )
    reference = f"sha256:{hashlib.sha256(fetched.body).hexdigest()}"
    if reference == before.body_hash:
        return Outcome(health="unchanged", fetched=fetched, body_hash=reference)
    result = parse(fetched.body, feed, fetched.content_type, now, reference)
    # Again before each decision: the state store may have been lost since the batch began.
    recover(desk.log, desk.state, desk.clock)
    identified = identify(result.articles, feed, desk.state)
    articles = sendable(identified.articles)
    known = desk.state.seen(article.id for article in articles)
    decision = decide(known, articles, now)
    if completer:
        decision = completer.fill(feed, decision, known)
    if decision.append or result.health == "unparsable":
        # Archived is what an article came from, and what a better parser may read. Most responses differ
        # from the one before in a time stamp only: to keep those would fill a disk with nothing.
        desk.archive.put(fetched.body)
    left_out = len(identified.articles) - len(articles)
    left_out += send(decision, known, desk.log, desk.state, lambda: _renew(feed, desk))
    return Outcome(
        health=result.health,
        detail=_detail(result, identified.notes, left_out),
        decision=decision,
        fetched=fetched,
        result=result,
        body_hash=reference if result.complete else "",
    )


def _renew(feed: Feed, desk: Desk) -> bool:
    return desk.state.lease(lease_name(feed), desk.owner, LEASE_TTL, desk.clock())


def _detail(result: ParseResult, notes: Iterable[str], left_out: int) -> str:
    parts = [result.detail, *notes] if result.detail else [*notes]
    if not result.complete:
        parts.append("read anew at the next poll")
    if left_out:
        parts.append(f"articles that cannot be stored, left out: {left_out}")
    return "; ".join(parts)
