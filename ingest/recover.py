"""A new state store learns from the log what is already there, before any poll decides."""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec
import structlog

from ingest.identify import remember
from ingest.story import story_of
from store.errors import BadRecord, StateUnavailable
from store.log import RAW, Log, Record, read_until
from store.records import Article, decode_article
from store.state import Seen, State

MARK = "items-recovered"
LEASE = "recover"
_TTL = timedelta(minutes=10)
_CHUNK = 1000
_log = structlog.get_logger()


def recover(log: Log, state: State, clock: Callable[[], datetime]) -> int:
    """Rebuilds `Seen` of every article in `articles.raw`, once in a state store's life; returns how many.

    So a lost state store doubles nothing, and later corrections still get greater versions. Raises
    `StateUnavailable` while another process does it: nothing may be decided before it is done.
    """
    if state.mark(MARK) is not None:
        return 0
    owner = uuid.uuid4().hex
    if not state.lease(LEASE, owner, _TTL, clock()):
        raise StateUnavailable("state: another process reads the log back into it: try again in a minute")
    try:
        if state.mark(MARK) is not None:
            return 0
        seen = _newest(_renewing(read_until(log, RAW, log.ends(RAW)), state, owner, clock), state)
        items = _unknown(seen, state)
        for start in range(0, len(items), _CHUNK):
            state.save_seen(items[start : start + _CHUNK])
        state.set_mark(MARK, clock().isoformat())
    finally:
        state.release(LEASE, owner)
    _log.info("items_recovered", items=len(items))
    return len(items)


def _renewing(
    records: Iterable[Record], state: State, owner: str, clock: Callable[[], datetime]
) -> Iterable[Record]:
    for number, record in enumerate(records, 1):
        if number % (_CHUNK * 10) == 0 and not state.lease(LEASE, owner, _TTL, clock()):
            raise StateUnavailable("state: lost the lease on reading the log back: try again in a minute")
        yield record


def _newest(records: Iterable[Record], state: State) -> dict[str, Seen]:
    seen: dict[str, Seen] = {}
    read: dict[str, list[Article]] = {}
    for record in records:
        try:
            article = decode_article(record.value)
        except BadRecord as error:
            # The processors put it into the dead letters; here it only has nothing to tell.
            _log.warning(
                "record_skipped", partition=record.partition, offset=record.offset, reason=str(error)
            )
            continue
        seen[article.id] = _merge(seen.get(article.id), article)
        of_feed = read.setdefault(article.feed_id, [])
        of_feed.append(article)
        if len(of_feed) == _CHUNK:
            remember(state, article.feed_id, read.pop(article.feed_id))
    for feed_id, articles in read.items():
        remember(state, feed_id, articles)
    return seen


def _merge(known: Seen | None, article: Article) -> Seen:
    found = Seen(
        id=article.id,
        feed_id=article.feed_id,
        version=article.version,
        content_hash=article.content_hash,
        first_seen=article.first_seen,
        wire_version=article.wire_version,
        story=story_of(article),
    )
    if known is None:
        return found
    newer, older = (found, known) if found.version > known.version else (known, found)
    numbers = [each.wire_version for each in (known, found) if each.wire_version is not None]
    late = {*known.late}
    if older.wire_version is not None:
        late.add(older.content_hash)
    return msgspec.structs.replace(
        newer,
        wire_version=max(numbers, default=None),
        first_seen=min(known.first_seen, found.first_seen),
        late=tuple(sorted(late - {newer.content_hash})),
    )


def _unknown(seen: dict[str, Seen], state: State) -> list[Seen]:
    """Those of which the state store knows nothing as new: what it has is never set back."""
    items = list(seen.values())
    missing = []
    for start in range(0, len(items), _CHUNK):
        chunk = items[start : start + _CHUNK]
        known = state.seen(item.id for item in chunk)
        missing += [item for item in chunk if item.id not in known or known[item.id].version < item.version]
    return missing
