"""Dead letters: what could not be processed, with its reason; it can be sent back to where it came from."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
import structlog

from store.errors import BadRecord, NotFound, TooLarge
from store.log import DEAD, Entry, Log, read_until
from store.records import DeadLetter, decode_dead_letter, encode

_LOG = structlog.get_logger("syriawire")


def letters(log: Log, *, retried: bool = False) -> list[DeadLetter]:
    """The newest record of each dead letter, oldest first; those that went back are left out unless `retried`."""
    newest: dict[str, DeadLetter] = {}
    for record in read_until(log, DEAD, log.ends(DEAD)):
        try:
            letter = decode_dead_letter(record.value)
        except BadRecord as bad:  # somebody else wrote it
            _LOG.warning("record_passed_over", topic=DEAD, offset=record.offset, reason=str(bad))
            continue
        newest[letter.id] = letter
    return [letter for letter in newest.values() if retried or letter.retried is None]


def find(log: Log, beginning: str) -> DeadLetter:
    """The one dead letter whose id begins so. Raises `NotFound`."""
    found = [letter for letter in letters(log, retried=True) if letter.id.startswith(beginning)]
    if len(found) != 1:
        why = "no dead letter" if not found else f"{len(found)} dead letters"
        raise NotFound(f"{beginning}: {why} with an id that begins so: `syriawire dead list` shows them")
    return found[0]


class Refused(NamedTuple):
    """A letter that cannot go back, and why."""

    letter: DeadLetter
    reason: str


def retry(log: Log, chosen: Sequence[DeadLetter], now: datetime) -> list[Refused]:
    """Appends each to its topic again, then marks it as retried; sent twice by a crash, it does no harm.

    Returns those that cannot go back: a letter that had to be stored without its text would put an article
    without text in the place of the whole one.
    """
    refused = []
    for letter in chosen:
        if letter.offset < 0 or not letter.value:
            refused.append(Refused(letter, "it was stored without its text, which is where its reason says"))
            continue
        try:
            log.append(letter.topic, [Entry(letter.key, letter.value)])
        except TooLarge as error:
            refused.append(Refused(letter, str(error)))
            continue
        marked = msgspec.structs.replace(letter, retried=now)
        log.append(DEAD, [Entry(letter.key, encode(marked))])
    return refused
