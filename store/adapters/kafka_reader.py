"""A reader of its own on Kafka, and what it shares with the members of groups (`kafka_member`)."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from kafka import KafkaConsumer, TopicPartition

from store.adapters.kafka_brokers import BROKER_ERRORS, Brokers
from store.adapters.kafka_topics import RECORD_OVERHEAD, Topic
from store.log import Ends, Record

_LOG = structlog.get_logger("syriawire.log")
_CLOSE_MS = 3000
_ASK_MS = 3000
_CONNECT_SECONDS = 3.0
_QUIET_SECONDS = 5.0


class Reader:
    """A consumer without a group: it reads all partitions from where it is told to, and never commits."""

    def __init__(
        self, brokers: Brokers, find: Callable[[], Topic], topic: str, first: Mapping[int, int]
    ) -> None:
        self._brokers = brokers
        self._find = find
        self._topic = topic
        self._first = first
        self._next = dict(first)
        self._client: KafkaConsumer | None = None
        self._quiet = Quiet()

    def poll(self, limit: int, timeout: float) -> list[Record]:
        try:
            client = self._assigned(timeout)
            found = client.poll(timeout_ms=timeout * 1000, max_records=limit)
            if not found:
                self._quiet.check(client, self._find())
        except BROKER_ERRORS as error:
            self.close()
            raise self._brokers.unavailable(error) from error
        self._quiet.heard(found)
        for partition, records in found.items():
            self._next[partition.partition] = records[-1].offset + 1
        return ours(self._topic, found)

    def positions(self) -> Ends:
        return positions(self._brokers, self._client)

    def commit(self) -> None:
        """Nothing to do: no group, no position to keep."""

    def rewind(self) -> None:
        self._next = dict(self._first)
        self.close()

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            quietly_closed(client)

    def _assigned(self, timeout: float) -> KafkaConsumer:
        if self._client is None:
            topic = self._find()
            client = self._brokers.consumer(auto_offset_reset="earliest", **options(topic, timeout))
            client.assign(topic.partitions)
            for partition in topic.partitions:
                client.seek(partition, self._next.get(partition.partition, 0))
            self._client = client
        return self._client


class Quiet:
    """An empty poll does not say whether the brokers are there: now and then one that stays empty asks them."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def heard(self, records: object) -> None:
        if records:
            self._since = time.monotonic()

    def check(self, client: KafkaConsumer, topic: Topic) -> None:
        """Raises one of `BROKER_ERRORS`. It does not ask the group's coordinator: that one keeps a member waiting
        while another works on."""
        if time.monotonic() - self._since > _QUIET_SECONDS:
            client.end_offsets(topic.partitions[:1], timeout_ms=_ASK_MS)
            self._since = time.monotonic()


def options(topic: Topic, timeout: float) -> dict[str, Any]:
    """Of every consumer; `timeout` is that of the poll that opens it."""
    return {
        "bootstrap_timeout_ms": int(max(timeout, _CONNECT_SECONDS) * 1000),
        "enable_auto_commit": False,
        "fetch_max_wait_ms": 250,
        "max_partition_fetch_bytes": topic.largest + RECORD_OVERHEAD,
        "metrics_enabled": False,
    }


def ours(topic: str, found: Mapping[TopicPartition, list[Any]]) -> list[Record]:
    """What kafka-python returns, as our records; `topic` is our name for it."""
    return [
        Record(
            topic,
            partition.partition,
            each.offset,
            (each.key or b"").decode("utf-8", "replace"),
            each.value or b"",
        )
        for partition, records in found.items()
        for each in records
    ]


def positions(brokers: Brokers, client: KafkaConsumer | None) -> Ends:
    """Where the next poll of an open client goes on, for each partition that it reads."""
    if client is None:
        return {}
    try:
        known = {each: client.position(each, timeout_ms=_ASK_MS) for each in client.assignment()}
    except BROKER_ERRORS as error:
        raise brokers.unavailable(error) from error
    return {each.partition: offset for each, offset in known.items() if offset is not None}


def quietly_closed(client: KafkaConsumer) -> None:
    """Leaves its group at once, if the brokers can be told."""
    try:
        client.close(autocommit=False, timeout_ms=_CLOSE_MS)
    except BROKER_ERRORS as error:  # the group will miss it after `kafka_session_timeout`
        _LOG.warning("consumer_not_closed", reason=str(error))
