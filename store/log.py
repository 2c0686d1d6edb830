"""The log port: named topics of keyed records, read by consumer groups. Adapters are chosen by `SYRIAWIRE_LOG`.

The contract, tested in tests/contract/test_log.py over every adapter:

- `append` returns once all its records are durable (a crash of process or machine loses none).
- Order is promised for the records of one key only.
- A consumer sees each record at least once. What was not committed comes again after a crash or a revocation.
- A group has one position a partition. Records handed out and not committed are not handed out twice to the
  same living consumer.
- A commit after the partition was taken away raises `Revoked`, and commits nothing.
- What the world refuses raises `LogUnavailable`; the same object works again once the world is back.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from store.errors import LogUnavailable

RAW = "articles.raw"
ENRICHED = "articles.enriched"
GROUPED = "articles.grouped"
DEAD = "dead-letters"
TOPICS = (RAW, ENRICHED, GROUPED, DEAD)

Start = Literal["earliest", "latest"]
Ends = Mapping[int, int]
"""Partition → the offset that the next record will get."""


class Entry(NamedTuple):
    """One record to append: `key` is the article's id, `value` its JSON."""

    key: str
    value: bytes


class Record(NamedTuple):
    """One record as read."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes


class Consumer(Protocol):
    """One member of a group, or a reader of its own (`group=None`: no lease, no commit)."""

    def poll(self, limit: int, timeout: float) -> list[Record]:
        """Up to `limit` records; an empty list after `timeout` seconds without any, or while another member
        holds the partitions."""

    def commit(self) -> None:
        """Marks all that `poll` has handed out as done, durably. Raises `Revoked`."""

    def positions(self) -> Ends:
        """Where the next `poll` goes on, for each partition that this consumer reads and knows a position of."""

    def rewind(self) -> None:
        """Goes back to the last commit: the next `poll` hands the uncommitted records out again."""

    def close(self) -> None:
        """Gives its partitions back at once. Uncommitted records go to the next member."""


class Log(Protocol):
    """Durable topics."""

    def append(self, topic: str, records: Sequence[Entry]) -> None:
        """All of `records`, in order, or an error; after an error some may be there (they will be repeated)."""

    def consumer(self, topic: str, group: str | None, start: Start = "earliest") -> Consumer:
        """`start` is used where the group has no position yet."""

    def ends(self, topic: str) -> Ends:
        """The end of each partition now."""

    def lag(self, topic: str, group: str) -> int:
        """How many records the group has still to commit."""

    def close(self) -> None:
        """Frees connections. Consumers made from it are closed too."""


def _still_there(log: Log, topic: str, wanted: Ends) -> None:
    """A log that is shorter than it was (a lost disk, a topic made anew) must not keep its reader waiting for ever."""
    now = log.ends(topic)
    short = sorted(partition for partition, end in wanted.items() if now.get(partition, 0) < end)
    if short:
        raise LogUnavailable(
            f"log: {topic}: partitions {short} are shorter than they were: look what was lost"
        )


def read_until(log: Log, topic: str, ends: Ends, limit: int = 1000) -> Iterator[Record]:
    """Every record from the beginning of `topic` up to `ends`, without touching any group's position.

    Raises `LogUnavailable`, also where the log has become shorter than `ends`.
    """
    waiting = {partition for partition, end in ends.items() if end > 0}
    consumer = log.consumer(topic, None, "earliest")
    try:
        while waiting:
            records = consumer.poll(limit, timeout=5.0)
            if not records:
                _still_there(log, topic, {partition: ends[partition] for partition in waiting})
            for record in records:
                if record.offset < ends.get(record.partition, 0):
                    yield record
            # Not the records tell that the end is reached: the last ones may be gone (retention, markers).
            at = consumer.positions()
            waiting = {partition for partition in waiting if at.get(partition, 0) < ends[partition]}
    finally:
        consumer.close()
