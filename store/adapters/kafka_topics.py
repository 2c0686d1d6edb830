"""Topics on Kafka: made on first use, their ends, and where the groups are."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import KafkaError, TopicAlreadyExistsError

from store.adapters.kafka_brokers import BROKER_ERRORS, Brokers
from store.errors import LogUnavailable
from store.log import DEAD
from store.settings import Settings

# A dead letter holds a record in base64 and says why: room for the largest record of another topic.
DEAD_LETTER_ROOM = 1.5
# What Kafka adds to a record: the batch's and the record's own fields, and a compression that did not help.
RECORD_OVERHEAD = 1024
_AGAIN_SECONDS = 0.1
_DAY_MS = 24 * 60 * 60 * 1000
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Topic:
    """A topic that is there. `largest` is what key and value of a record may take, in bytes."""

    name: str
    partitions: tuple[TopicPartition, ...]
    largest: int


class Topics:
    """What we ask the brokers about. Safe to use from several threads; every call raises `LogUnavailable`."""

    def __init__(self, brokers: Brokers) -> None:
        self._brokers = brokers
        self._lock = threading.Lock()
        self._admin: KafkaAdminClient | None = None
        self._known: dict[str, Topic] = {}

    def get(self, topic: str) -> Topic:
        """The topic; it is made if it is not there. Another process may make it at the same moment."""
        known = self._known.get(topic)
        if known is None:
            known = self._known[topic] = self._ask(lambda admin: _found(admin, self._brokers, topic))
        return known

    def forget(self) -> None:
        """What is known of topics may have changed: ask again."""
        self._known.clear()

    def ends(self, topic: str) -> dict[int, int]:
        """Partition → the offset that its next record gets."""
        return self._offsets(topic, OffsetSpec.LATEST)

    def lag(self, topic: str, group: str) -> int:
        """How many records are between the group's commits and the ends; what retention removed is not counted."""
        partitions = list(self.get(topic).partitions)
        committed = self._ask(lambda admin: admin.list_group_offsets({group: partitions}))[group]
        first, ends = self._offsets(topic, OffsetSpec.EARLIEST), self.ends(topic)
        done = {tp.partition: where.offset for tp, where in committed.items()}
        return sum(max(0, end - max(first[p], done.get(p, 0))) for p, end in ends.items())

    def close(self) -> None:
        """Frees the connection; the next call opens another."""
        with self._lock:
            admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()

    def _offsets(self, topic: str, spec: OffsetSpec) -> dict[int, int]:
        wanted = dict.fromkeys(self.get(topic).partitions, spec)
        found = self._ask(lambda admin: admin.list_partition_offsets(wanted))
        return {tp.partition: where.offset for tp, where in found.items()}

    def _ask(self, question: Callable[[Any], _Answer]) -> _Answer:
        """Asks until `kafka_timeout` while the brokers say that they are not ready yet."""
        deadline = time.monotonic() + self._brokers.settings.kafka_timeout
        while True:
            try:
                return question(self._client())
            except BROKER_ERRORS as error:
                self.close()
                passing = isinstance(error, KafkaError) and error.retriable
                if not passing or time.monotonic() > deadline:
                    raise self._brokers.unavailable(error) from error
            except LogUnavailable:
                self.close()
                raise
            time.sleep(_AGAIN_SECONDS)

    def _client(self) -> KafkaAdminClient:
        with self._lock:
            if self._admin is None:
                self._admin = self._brokers.admin()
            return self._admin


def _found(admin: Any, brokers: Brokers, topic: str) -> Topic:
    name = brokers.name(topic)
    [described] = admin.describe_topics([name])
    if described["error_code"] == 0:
        limit = _limit(admin, name)
    else:
        limit = _largest(brokers.settings, topic)
        _create(admin, brokers.settings, topic, name)
        [described] = admin.describe_topics([name])
    partitions = sorted(each["partition_index"] for each in described["partitions"])
    largest = min(limit, _largest(brokers.settings, topic)) - RECORD_OVERHEAD
    return Topic(name, tuple(TopicPartition(name, partition) for partition in partitions), largest)


def _create(admin: Any, settings: Settings, topic: str, name: str) -> None:
    replicas = settings.kafka_replication
    keep = settings.kafka_retention_days * _DAY_MS or -1
    configs = {
        "cleanup.policy": "delete",
        "max.message.bytes": str(_largest(settings, topic)),
        "retention.bytes": "-1",
        "retention.ms": str(-1 if topic == DEAD else keep),
        "min.insync.replicas": str(2 if replicas > 2 else 1),
    }
    if replicas == 1:
        # No other broker has it: what is acknowledged must be on this one's disk before the machine fails.
        configs["flush.messages"] = "1"
    options = {
        "num_partitions": settings.kafka_partitions,
        "replication_factor": replicas,
        "configs": configs,
    }
    with suppress(TopicAlreadyExistsError):  # another process was quicker
        admin.create_topics({name: options})
    admin.wait_for_topics([name], timeout_ms=int(settings.kafka_timeout * 1000))


def _limit(admin: Any, name: str) -> int:
    asked = ConfigResource(ConfigResourceType.TOPIC, name, configs={"max.message.bytes": None})
    [described] = admin.describe_configs([asked], config_filter="all")["topic"].values()
    return int(described["max.message.bytes"]["value"])


def _largest(settings: Settings, topic: str) -> int:
    return int(settings.kafka_max_bytes * (DEAD_LETTER_ROOM if topic == DEAD else 1))
