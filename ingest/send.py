"""From a decision to the log, in the order that loses nothing and doubles nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
import structlog

from ingest.decide import Decision
from store.errors import TooLarge
from store.identity import digest
from store.log import DEAD, RAW, Entry, Log
from store.records import Article, DeadLetter, encode
from store.state import Seen, State

_log = structlog.get_logger()
_STAGE = "ingest"


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

    `known` is what the decision was made from. Returns how many articles the log refuses as too large: a dead letter
    holds what is left without their text, with the place of that in the archive. Raises `LeaseLost`, `Unavailable`.
    """
    if not decision.seen:
        return 0
    # To renew is not enough: another may have taken the lease, decided, and given it back.
    if not renew() or state.seen(seen.id for seen in decision.seen) != _of(decision, known):
        raise LeaseLost
    refused = 0
    if decision.append:
        state.save_seen(decision.pending)
        refused = _append(log, decision.append)
    state.save_seen(decision.seen)
    return refused


def _of(decision: Decision, known: Mapping[str, Seen]) -> dict[str, Seen]:
    return {seen.id: known[seen.id] for seen in decision.seen if seen.id in known}


def _append(log: Log, articles: Sequence[Article]) -> int:
    """Returns how many the log cannot take."""
    entries = [Entry(article.id, encode(article)) for article in articles]
    try:
        log.append(RAW, entries)
    except TooLarge as error:
        log.append(RAW, [entry for place, entry in enumerate(entries) if place not in error.places])
        letters = [_dead_letter(articles[place], str(error)) for place in error.places]
        log.append(DEAD, [Entry(letter.key, encode(letter)) for letter in letters])
        for letter in letters:
            _log.error("article_dead", stage=letter.stage, id=letter.key, reason=letter.reason)
        return len(letters)
    return 0


def _dead_letter(article: Article, reason: str) -> DeadLetter:
    """Without its text it fits; `raw_ref` says where in the archive that is."""
    left = msgspec.structs.replace(article, summary="", body="", body_html="")
    return DeadLetter(
        id=digest((_STAGE, article.id, str(article.version))),
        stage=_STAGE,
        topic=RAW,
        partition=-1,
        offset=-1,
        key=article.id,
        value=encode(left),
        reason=f"{reason}; its text is in the archive: {article.raw_ref}",
        at=article.fetched,
    )
