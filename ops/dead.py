"""Dead letters: what could not be processed, with its reason; it can be sent back to where it came from."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from store.errors import NotFound
from store.log import DEAD, Entry, Log, read_until
from store.records import DeadLetter, decode_dead_letter, encode


def letters(log: Log, *, retried: bool = False) -> list[DeadLetter]:
    """The newest record of each dead letter, oldest first; those that went back are left out unless `retried`."""
    newest: dict[str, DeadLetter] = {}
    for record in read_until(log, DEAD, log.ends(DEAD)):
        letter = decode_dead_letter(record.value)
        newest[letter.id] = letter
    return [letter for letter in newest.values() if retried or letter.retried is None]


def find(log: Log, beginning: str) -> DeadLetter:
    """The one dead letter whose id begins so. Raises `NotFound`."""
    found = [letter for letter in letters(log, retried=True) if letter.id.startswith(beginning)]
    if len(found) != 1:
        why = "no dead letter" if not found else f"{len(found)} dead letters"
        raise NotFound(f"{beginning}: {why} with an id that begins so: `syriawire dead list` shows them")
    return found[0]


def retry(log: Log, chosen: Sequence[DeadLetter], now: datetime) -> int:
    """Appends each to its topic again, then marks it as retried; sent twice by a crash, it does no harm."""
    for letter in chosen:
        log.append(letter.topic, [Entry(letter.key, letter.value)])
        marked = msgspec.structs.replace(letter, retried=now)
        log.append(DEAD, [Entry(letter.key, encode(marked))])
    return len(chosen)
