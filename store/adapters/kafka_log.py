"""The log on Kafka 4: topics with partitions, keyed by the article's id. See docs/decisions/0004-kafka.md."""

import threading
import weakref
from collections.abc import Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from store.adapters.kafka_brokers import BROKER_ERRORS, Brokers
from store.adapters.kafka_member import Member
from store.adapters.kafka_reader import Reader
from store.adapters.kafka_topics import DEAD_LETTER_ROOM, RECORD_OVERHEAD, Topic, Topics
from store.errors import TooLarge
from store.log import Consumer, Ends, Entry, Start
from store.settings import Settings

_LINGER_MS = 5
_BATCH_BYTES = 256 * 1024
_GRACE_SECONDS = 5.0


class KafkaLog:
    """`store.log.Log` on the brokers of `url`: `kafka://HOST:PORT[,HOST:PORT…][/PREFIX]`.

    `append` and the questions are safe from several threads; a consumer belongs to one thread. Raises
    `SettingsError` for an address or a security that cannot work; nothing is connected before the first call.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        self._brokers = Brokers(url, settings)
        self._topics = Topics(self._brokers)
        self._lock = threading.Lock()
        self._producer: KafkaProducer | None = None
        self._consumers: weakref.WeakSet[Member | Reader] = weakref.WeakSet()

    def append(self, topic: str, records: Sequence[Entry]) -> None:
        if not records:
            return
        target = self._topics.get(topic)
        _check_sizes(target, records)
        producer = self._open_producer()
        try:
            pending = [
                producer.send(target.name, key=entry.key.encode(), value=entry.value) for entry in records
            ]
            self._wait(pending)
        except (MessageSizeTooLargeError, RecordListTooLargeError) as error:
            self._topics.forget()  # its limit was lowered: with the new one, the next try finds what is too large
            self._drop(producer)
            raise self._brokers.unavailable(error) from error
        except BROKER_ERRORS as error:
            self._drop(producer)  # what it still holds must not come after the next try
            raise self._brokers.unavailable(error) from error

    def consumer(self, topic: str, group: str | None, start: Start = "earliest") -> Consumer:
        first = self.ends(topic) if start == "latest" else {}
        made: Member | Reader
        if group is None:
            made = Reader(self._brokers, lambda: self._topics.get(topic), topic, first)
        else:
            name = self._brokers.name(topic, group)
            made = Member(self._brokers, lambda: self._topics.get(topic), topic, name, first)
        self._consumers.add(made)
        return made

    def ends(self, topic: str) -> Ends:
        return self._topics.ends(topic)

    def lag(self, topic: str, group: str) -> int:
        return self._topics.lag(topic, self._brokers.name(topic, group))

    def close(self) -> None:
        for consumer in list(self._consumers):
            consumer.close()
        self._consumers.clear()
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            self._stop(producer)
        self._topics.close()

    def _open_producer(self) -> KafkaProducer:
        with self._lock:
            if self._producer is None:
                largest = int(self._brokers.settings.kafka_max_bytes * DEAD_LETTER_ROOM)
                self._producer = self._brokers.producer(
                    acks="all",
                    enable_idempotence=True,
                    compression_type="zstd",
                    linger_ms=_LINGER_MS,
                    batch_size=_BATCH_BYTES,
                    max_request_size=largest + RECORD_OVERHEAD,
                    max_block_ms=self._brokers.milliseconds(),
                    request_timeout_ms=self._brokers.milliseconds(0.5),
                    delivery_timeout_ms=self._brokers.milliseconds(),
                    metrics_enabled=False,
                )
            return self._producer

    def _wait(self, pending: Sequence[Any]) -> None:
        """Returns when all are acknowledged; raises the first failure once the fate of all is known."""
        longest = self._brokers.settings.kafka_timeout + _GRACE_SECONDS
        failure: KafkaError | None = None
        for future in pending:
            try:
                future.get(timeout=longest)
            except KafkaError as error:
                failure = failure or error
                longest = 0.0 if not future.is_done else longest
        if failure is not None:
            raise failure

    def _drop(self, producer: KafkaProducer) -> None:
        with self._lock:
            if self._producer is producer:
                self._producer = None
        self._stop(producer)

    def _stop(self, producer: KafkaProducer) -> None:
        try:
            producer.close(timeout=1)
        except KafkaError:  # it waits for brokers that are away; there is no public way to say: give up
            producer._sender.force_close()


def _check_sizes(target: Topic, records: Sequence[Entry]) -> None:
    sizes = {n: len(entry.key.encode()) + len(entry.value) for n, entry in enumerate(records)}
    places = tuple(n for n, size in sizes.items() if size > target.largest)
    if places:
        worst = max(places, key=lambda n: sizes[n])
        raise TooLarge(
            f"log: {target.name}: record {records[worst].key!r} has {sizes[worst]} bytes, the topic takes "
            f"{target.largest}: raise SYRIAWIRE_KAFKA_MAX_BYTES and the topic's max.message.bytes",
            places,
        )
