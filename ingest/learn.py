"""What one poll teaches of a feed: its state after the poll, with its health. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from ingest.address import shown
from ingest.catalogue import Feed
from ingest.decide import Decision
from ingest.fetch import Fetched
from ingest.moves import moved, notice
from ingest.parse import ParseResult
from ingest.rhythm import arrived, too_quiet
from ingest.schedule import conditional, next_due
from store.health import SUCCESS
from store.records import Article
from store.state import FeedState, Hints

DISTRUST = timedelta(days=7)
_SURELY_BEFORE = timedelta(hours=1)
"""Publishers date an item somewhat earlier than they show it."""
_FEWEST = 2


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one poll. `fetched` is None where nothing was asked, `result` where nothing was parsed."""

    health: str
    detail: str = ""
    decision: Decision = field(default_factory=Decision)
    fetched: Fetched | None = None
    result: ParseResult | None = None
    body_hash: str = ""

    @property
    def broken(self) -> bool:
        """A document that was perhaps cut off. No validator of it may keep us from reading it anew."""
        return self.result is not None and not self.result.complete

    @property
    def new(self) -> list[Article]:
        """The articles that were never seen before."""
        return [each for each in self.decision.append if each.first_seen == each.fetched]


def recall(feed: Feed, known: FeedState | None) -> FeedState:
    """What the last poll left; what was learnt of another address says nothing of this one."""
    if known is not None and known.url in ("", feed.url):
        return msgspec.structs.replace(known, url=feed.url)
    fresh = FeedState(feed_id=feed.id, url=feed.url)
    if known is None:
        return fresh
    kept = ("health", "last_poll", "last_success", "newest_item", "items_total", "arrivals")
    return msgspec.structs.replace(fresh, **{name: getattr(known, name) for name in kept})


def learn(
    feed: Feed,
    before: FeedState,
    outcome: Outcome,
    now: datetime,
    *,
    not_before: datetime | None = None,
    taken: Collection[str] = (),
) -> FeedState:
    """The state after a poll that began at `now`; `health` and `detail` are what a person sees.

    `not_before`: the host may not be asked earlier. `taken`: the addresses of other feeds.
    """
    good = outcome.health in SUCCESS
    fetched = outcome.fetched
    # To be told to wait, by a host that another feed has asked, is no failure of this one.
    asked = fetched is None or fetched.status > 0 or outcome.health != "rate_limited"
    state = msgspec.structs.replace(
        before,
        health=outcome.health,
        failures=0 if good else before.failures + asked,
        last_poll=now,
        last_success=now if good else before.last_success,
    )
    hid = ""
    if good and fetched is not None:
        state = _answered(state, before, outcome, fetched, now)
        if _hid(feed, before, outcome, fetched, now):
            state = msgspec.structs.replace(state, distrust_until=now + DISTRUST)
            hid = f"its 304 hid new articles ({len(outcome.decision.append)}): not trusted for {DISTRUST.days} days"
    gave_items = good and outcome.result is not None and bool(outcome.result.articles)
    state = moved(state, fetched.moved_to if fetched else "", now, gave_items=gave_items, taken=taken)
    health, why = _judged(feed, state, before, outcome, now)
    notes = (why, outcome.detail, hid, _whereabouts(before, state))
    state = msgspec.structs.replace(state, health=health, detail=shown("; ".join(filter(None, notes))))
    return msgspec.structs.replace(
        state, next_due=next_due(feed, state, now, _asked_for(fetched, now, not_before))
    )


def _whereabouts(before: FeedState, state: FeedState) -> str:
    if state.health in SUCCESS:
        return notice(state)
    return "read at the catalogue's address again" if before.address and not state.address else ""


def _judged(
    feed: Feed, state: FeedState, before: FeedState, outcome: Outcome, now: datetime
) -> tuple[str, str]:
    """(health as a person should see it, why)."""
    if outcome.health not in {"ok", "unchanged"}:
        return outcome.health, ""
    if _overran(before, outcome):
        return "overrun", f"all {outcome.decision.new} items came since the last poll"
    if quiet := too_quiet(feed, state.arrivals, state.newest_item, now):
        newest, allowed = quiet
        return "stale", f"newest item of {newest:%Y-%m-%d %H:%M} UTC, expected within {_days(allowed)}"
    if state.undated:
        return "undated", ""
    return ("moved" if state.address else outcome.health), ""


def _answered(
    state: FeedState, before: FeedState, outcome: Outcome, fetched: Fetched, now: datetime
) -> FeedState:
    """With what a feed's answer teaches."""
    etag, last_modified = _validators(before, outcome, fetched)
    overruns = (
        before.overruns + 1 if _overran(before, outcome) else max(before.overruns - _had_spare(outcome), 0)
    )
    state = msgspec.structs.replace(state, etag=etag, last_modified=last_modified, overruns=overruns)
    if fetched.max_age is not None or fetched.status != 304:
        seconds = int((fetched.max_age or timedelta()).total_seconds())
        state = msgspec.structs.replace(
            state, hints=msgspec.structs.replace(state.hints, cache_seconds=seconds)
        )
    if fetched.status == 304:
        return msgspec.structs.replace(state, last_not_modified=now)
    state = msgspec.structs.replace(state, last_whole=now, body_hash=outcome.body_hash)
    return state if outcome.result is None else _read(state, before, outcome, outcome.result, now)


def _read(
    state: FeedState, before: FeedState, outcome: Outcome, result: ParseResult, now: datetime
) -> FeedState:
    """With what the items teach: the rhythm, and whether some were missed."""
    articles = result.articles
    dates = [each.published for each in articles if each.published and each.published <= now]
    came = articles if before.last_success is None else outcome.new
    return msgspec.structs.replace(
        state,
        newest_item=max(filter(None, (before.newest_item, *dates)), default=None),
        items_total=before.items_total + outcome.decision.new,
        items_shown=len(articles),
        undated=bool(articles) and not any(each.published or each.updated for each in articles),
        hints=_hints(state.hints, result),
        arrivals=arrived(before.arrivals, (each.published for each in came), before.last_success, now),
    )


def _hints(before: Hints, result: ParseResult) -> Hints:
    """What this body says, with what the headers of its answer said."""
    return Hints(
        ttl_minutes=result.ttl or 0,
        period_seconds=int(result.update_period.total_seconds()) if result.update_period else 0,
        skip_hours=result.skip_hours,
        skip_days=result.skip_days,
        cache_seconds=before.cache_seconds,
    )


def _overran(before: FeedState, outcome: Outcome) -> bool:
    """All items are new, though the last answer held some: there may have been more between."""
    items = len(outcome.result.articles) if outcome.result else 0
    return before.items_shown > 0 and _FEWEST <= items == outcome.decision.new


def _had_spare(outcome: Outcome) -> bool:
    """Half of the items at most are new: the next poll need not come sooner."""
    return outcome.result is None or outcome.decision.new * 2 <= len(outcome.result.articles)


def _hid(feed: Feed, before: FeedState, outcome: Outcome, fetched: Fetched, now: datetime) -> bool:
    """Whether this answer, to a question without validators, shows what a 304 has kept from us: another body under
    the same validator, or an item that is older than the 304."""
    silent_since, last_304 = before.last_whole, before.last_not_modified
    if conditional(feed, before, now) or not outcome.decision.append:
        return False
    if silent_since is None or last_304 is None or last_304 <= silent_since:
        return False
    if fetched.etag or before.etag:
        same = fetched.etag == before.etag
    else:
        same = bool(before.last_modified) and fetched.last_modified == before.last_modified
    dates = (each.published for each in outcome.new if each.published)
    return same or any(silent_since < date < last_304 - _SURELY_BEFORE for date in dates)


def _validators(before: FeedState, outcome: Outcome, fetched: Fetched) -> tuple[str, str]:
    """(etag, last_modified) for the next poll."""
    if outcome.broken:
        return "", ""
    if fetched.status == 304:
        return fetched.etag or before.etag, fetched.last_modified or before.last_modified
    return fetched.etag, fetched.last_modified


def _asked_for(fetched: Fetched | None, now: datetime, not_before: datetime | None) -> datetime | None:
    """The earliest moment that the host allows."""
    retry_after = fetched.retry_after if fetched else None
    return max(filter(None, (not_before, now + retry_after if retry_after else None)), default=None)


def _days(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours"
