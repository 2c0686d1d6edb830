"""The one consumer loop: poll, work, deliver, commit. What a stage does is in its own module.

A bad record becomes a dead letter with its reason, and the loop goes on. A bad world (disk, broker, index) makes
the loop wait and try the same records again; nothing is skipped, nothing is committed before it is done.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec
import structlog

from processors.turn import Turn
from store.errors import BadRecord, Revoked, TooLarge, Unavailable
from store.identity import digest
from store.log import DEAD, Consumer, Entry, Log, Record
from store.records import Article, DeadLetter, decode_article, encode

_LOG = structlog.get_logger("syriawire.work")
_POLL_SECONDS = 1.0
_LONGEST_REASON = 2000
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 30.0


class Failure(NamedTuple):
    """An article that this stage can never pass on, and why."""

    article: Article
    reason: str


class Stage(Protocol):
    """One step of the pipeline. `name` is its group in the log and the `stage` of its dead letters."""

    name: str
    source: str

    def start(self) -> None:
        """Called whenever the loop begins and after a loss of its partitions. Raises `Unavailable`."""

    def work(self, article: Article) -> Article:
        """The article as it leaves this stage. Raises `BadRecord`, `Unavailable`; any other error is a bug of
        ours that this article brings out, and the article is kept as a dead letter."""

    def deliver(self, articles: Sequence[Article]) -> list[Failure]:
        """Passes them on, durably, in order. Raises `Unavailable`."""


@dataclass(frozen=True, kw_only=True)
class Loop:
    """What the loop needs besides its stage."""

    log: Log
    clock: Callable[[], datetime]
    stop: threading.Event
    batch: int = 200
    until_idle: bool = False
    turn: Turn | None = None
    """For a stage of which only one worker may be active."""
    beat: Callable[[], None] = lambda: None
    """Called at each round, also while there is nothing to do or the world is away: a worker that hangs is silent."""


def run(stage: Stage, loop: Loop) -> Counter[str]:
    """Works until `loop.stop` is set or, with `until_idle`, until nothing is left. Returns outcomes counted."""
    counts: Counter[str] = Counter()
    consumer: Consumer | None = None
    failures = 0
    while not loop.stop.is_set():
        loop.beat()
        try:
            if loop.until_idle and loop.log.lag(stage.source, stage.name) == 0:
                break
            if loop.turn is not None and not loop.turn.mine():
                _close(consumer)
                consumer = None
                loop.stop.wait(_POLL_SECONDS)
                continue
            if consumer is None:
                stage.start()
                consumer = loop.log.consumer(stage.source, stage.name)
            if records := consumer.poll(loop.batch, _POLL_SECONDS):
                counts += _work_through(stage, loop, records)
                consumer.commit()
            failures = 0
        except Revoked as revoked:
            _LOG.warning("partition_revoked", stage=stage.name, reason=str(revoked))
            _close(consumer)
            consumer = None
        except Unavailable as unavailable:
            failures += 1
            _wait(stage, loop, consumer, unavailable, failures)
    _close(consumer)
    if loop.turn is not None:
        with _not_so_bad():
            loop.turn.give_back()
    return counts


@contextmanager
def _not_so_bad() -> Iterator[None]:
    """What we leave in good order others may have at once; if not, they have it a little later."""
    try:
        yield
    except Unavailable as unavailable:
        _LOG.warning("left_in_a_hurry", reason=str(unavailable))


def _close(consumer: Consumer | None) -> None:
    if consumer is not None:
        with _not_so_bad():
            consumer.close()


def _wait(stage: Stage, loop: Loop, consumer: Consumer | None, reason: Unavailable, failures: int) -> None:
    """Longer with each failure; afterwards the same records come again."""
    seconds = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (failures - 1))
    _LOG.warning("waiting_for_the_world", stage=stage.name, reason=str(reason), seconds=seconds)
    if consumer is not None:
        consumer.rewind()
    loop.stop.wait(seconds)


def _work_through(stage: Stage, loop: Loop, records: Sequence[Record]) -> Counter[str]:
    done: list[Article] = []
    sources: dict[tuple[str, int, int], list[Record]] = {}
    dead: list[DeadLetter] = []
    for record in records:
        try:
            article = _worked(stage, decode_article(record.value))
        except BadRecord as bad:
            dead.append(_dead_letter(stage, record, str(bad), loop.clock()))
            continue
        done.append(article)
        sources.setdefault(_key(article), []).append(record)
    failed = _delivered(stage, done)
    dead += [
        _dead_letter(stage, sources[_key(article)].pop(0), reason, loop.clock()) for article, reason in failed
    ]
    _bury(loop.log, dead)
    return _report(stage, done, failed, dead)


def _worked(stage: Stage, article: Article) -> Article:
    try:
        return stage.work(article)
    except (BadRecord, Unavailable):
        raise
    except Exception as error:  # a bug that one article brings out must not stop all the others
        raise BadRecord(f"{stage.name}: {type(error).__name__}: {error}: mend it, then retry") from error


def _bury(log: Log, dead: Sequence[DeadLetter]) -> None:
    """Appends the letters; one that is itself too large says where its record is instead of holding it."""
    try:
        log.append(DEAD, [Entry(letter.key, encode(letter)) for letter in dead])
    except TooLarge as error:
        bare = [
            msgspec.structs.replace(
                letter, value=b"", reason=f"{letter.reason}; too large to keep: {letter.topic} still has it"
            )
            if place in error.places
            else letter
            for place, letter in enumerate(dead)
        ]
        log.append(DEAD, [Entry(letter.key, encode(letter)) for letter in bare])


def _delivered(stage: Stage, articles: Sequence[Article]) -> list[Failure]:
    """Delivers all; what raises an unforeseen error is looked for one by one, so that only it is left out."""
    try:
        return stage.deliver(articles)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001  (as in `_worked`: the others go on)
        if len(articles) == 1:
            return [
                Failure(articles[0], f"{stage.name}: {type(error).__name__}: {error}: mend it, then retry")
            ]
        _LOG.exception("delivery_failed", stage=stage.name, articles=len(articles))
        return [failure for article in articles for failure in _delivered(stage, [article])]


def _key(article: Article) -> tuple[str, int, int]:
    return (article.id, *article.order)


def _dead_letter(stage: Stage, record: Record, reason: str, now: datetime) -> DeadLetter:
    place = (stage.name, record.topic, str(record.partition), str(record.offset))
    return DeadLetter(
        id=digest(place),
        stage=stage.name,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        reason=reason[:_LONGEST_REASON],
        at=now,
    )


def _report(
    stage: Stage, done: Sequence[Article], failed: Sequence[Failure], dead: Sequence[DeadLetter]
) -> Counter[str]:
    """One line and one count an article."""
    lost = {_key(article) for article, _ in failed}
    passed = [article for article in done if _key(article) not in lost]
    for article in passed:
        _LOG.info("article_done", stage=stage.name, id=article.id, version=article.version)
    for letter in dead:
        _LOG.error("article_dead", stage=stage.name, id=letter.key, letter=letter.id, reason=letter.reason)
    return Counter({"done": len(passed), "dead": len(dead)})
