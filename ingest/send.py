"""From a decision to the log, in the order that loses nothing and doubles nothing."""

from collections.abc import Callable, Iterable, Mapping

import structlog

from ingest.decide import Decision
from store.errors import TooLarge
from store.log import RAW, Entry, Log
from store.records import Article, encode
from store.state import Seen, State

_log = structlog.get_logger()


class LeaseLost(Exception):  # noqa: N818
    """The poll took longer than its lease, and another process may have polled meanwhile. Nothing was sent."""


def sendable(articles: Iterable[Article]) -> list[Article]:
    """Those that can be written as JSON: one that cannot must not keep its whole feed out."""
    good = []
    for article in articles:
        try:
            encode(article)
        except Exception as error:  # noqa: BLE001  (whatever it is, the next article may be well)
            _log.warning("article_left_out", id=article.id, reason=f"{type(error).__name__}: {error}")
        else:
            good.append(article)
    return good


def send(
    decision: Decision, known: Mapping[str, Seen], log: Log, state: State, renew: Callable[[], bool]
) -> int:
    """Remember the versions, append, remember that it is done. A crash between repeats the same records.

    `known` is what the decision was made from. Returns how many articles the log refuses as too large; they stay
    undone, so the next poll tries again. Raises `LeaseLost`, `Unavailable`.
    """
    if not decision.seen:
        return 0
    # To renew is not enough: another may have taken the lease, decided, and given it back.
    if not renew() or state.seen(seen.id for seen in decision.seen) != _of(decision, known):
        raise LeaseLost
    refused: frozenset[str] = frozenset()
    if decision.append:
        state.save_seen(decision.pending)
        refused = _append(log, decision.append)
    state.save_seen([seen for seen in decision.seen if seen.id not in refused])
    return len(refused)


def _of(decision: Decision, known: Mapping[str, Seen]) -> dict[str, Seen]:
    return {seen.id: known[seen.id] for seen in decision.seen if seen.id in known}


def _append(log: Log, articles: Iterable[Article]) -> frozenset[str]:
    """The ids that the log cannot take."""
    entries = [Entry(article.id, encode(article)) for article in articles]
    try:
        log.append(RAW, entries)
    except TooLarge as error:
        fitting = [entry for place, entry in enumerate(entries) if place not in error.places]
        _log.warning(
            "article_left_out", ids=[entries[place].key for place in error.places], reason=str(error)
        )
        if fitting:
            log.append(RAW, fitting)
        return frozenset(entries[place].key for place in error.places)
    return frozenset()
