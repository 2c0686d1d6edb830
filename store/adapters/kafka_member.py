"""A member of a group on Kafka.

What it handed out and has not committed is known here: a partition that is taken away in between makes the next
commit fail, whatever the brokers would accept. A client that failed is thrown away; the next poll opens another.
"""

import threading
import time
from collections.abc import Callable, Mapping

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import (
    CommitFailedError,
    FencedInstanceIdError,
    IllegalGenerationError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)

from store.adapters.kafka_brokers import BROKER_ERRORS, Brokers
from store.adapters.kafka_reader import Quiet, options, ours, positions, quietly_closed
from store.adapters.kafka_topics import Topic
from store.errors import Revoked
from store.log import Ends, Record

_LOG = structlog.get_logger("syriawire.log")
_LOST_ERRORS = (
    CommitFailedError,
    FencedInstanceIdError,
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
_HEARTBEATS_A_SESSION = 4


class Member:
    """A member of a group. `first`: where a partition begins for a group that has no position in it, else at 0."""

    def __init__(
        self,
        brokers: Brokers,
        find: Callable[[], Topic],
        topic: str,
        group: str,
        first: Mapping[int, int],
    ) -> None:
        self._brokers = brokers
        self._find = find
        self._topic = topic
        self._group = group
        self._first = first
        self._client: KafkaConsumer | None = None
        self._quiet = Quiet()
        self._lock = threading.Lock()  # the listener is called on the client's own thread
        self._handed: dict[
            TopicPartition, tuple[int, int]
        ] = {}  # first and last offset handed out, uncommitted
        self._lost = False

    def poll(self, limit: int, timeout: float) -> list[Record]:
        deadline = time.monotonic() + timeout
        try:
            client = self._joined(timeout)
            records = self._records(client, limit, deadline)
            if not records:
                self._quiet.check(client, self._find())
        except BROKER_ERRORS as error:
            self._drop()
            raise self._brokers.unavailable(error) from error
        self._quiet.heard(records)
        return records

    def commit(self) -> None:
        with self._lock:
            lost, handed = self._lost, dict(self._handed)
        if lost or (handed and self._client is None):
            raise self._revoked("its partitions went to another consumer")
        if not handed or self._client is None:
            return
        offsets = {tp: OffsetAndMetadata(last + 1, "", -1) for tp, (_, last) in handed.items()}
        try:
            self._client.commit(offsets, timeout_ms=self._brokers.milliseconds())
        except _LOST_ERRORS as error:
            raise self._revoked(type(error).__name__) from error
        except BROKER_ERRORS as error:
            raise self._brokers.unavailable(error) from error
        with self._lock:
            self._handed.clear()

    def positions(self) -> Ends:
        return positions(self._brokers, self._client)

    def rewind(self) -> None:
        with self._lock:
            handed, self._handed, self._lost = self._handed, {}, False
        if self._client is not None:
            for partition, (first, _) in handed.items():
                if partition in self._client.assignment():
                    self._client.seek(partition, first)

    def close(self) -> None:
        self._drop()
        self.rewind()

    def taken_away(self, partitions: set[TopicPartition]) -> None:
        """The group gave these to another member, or is about to."""
        with self._lock:
            for partition in partitions & self._handed.keys():
                del self._handed[partition]
                self._lost = True

    def _joined(self, timeout: float) -> KafkaConsumer:
        if self._client is None:
            topic = self._find()
            seconds = self._brokers.settings.kafka_session_timeout
            assignor = CooperativeStickyAssignor()
            client = self._brokers.consumer(
                group_id=self._group,
                auto_offset_reset="none",  # we say it ourselves, see `_records`
                partition_assignment_strategy=[assignor],
                session_timeout_ms=int(seconds * 1000),
                heartbeat_interval_ms=int(seconds * 1000 / _HEARTBEATS_A_SESSION),
                max_poll_interval_ms=int(self._brokers.settings.kafka_work_timeout * 1000),
                **options(topic, timeout),
            )
            client.subscribe([topic.name], listener=_Listener(self.taken_away, assignor))
            self._client = client
        return self._client

    def _records(self, client: KafkaConsumer, limit: int, deadline: float) -> list[Record]:
        while True:
            left = max(0.0, deadline - time.monotonic())
            try:
                found = client.poll(timeout_ms=left * 1000, max_records=limit)
            except NoOffsetForPartitionError as error:  # the group has no position there yet
                for partition in error.args[0]:
                    client.seek(partition, self._first.get(partition.partition, 0))
                continue
            except OffsetOutOfRangeError as error:  # retention removed what the group had still to read
                _LOG.warning("position_out_of_range", group=self._group, positions=str(error.args[0]))
                client.seek_to_beginning(*error.args[0])
                continue
            with self._lock:
                for partition, records in found.items():
                    first, _ = self._handed.get(partition, (records[0].offset, 0))
                    self._handed[partition] = (first, records[-1].offset)
            return ours(self._topic, found)

    def _revoked(self, why: str) -> Revoked:
        """Leaves the group: all that was not committed comes again, here after the next `poll` or elsewhere."""
        self._drop()
        self.rewind()
        return Revoked(f"log: group {self._group!r}: {why}: its uncommitted records come again")

    def _drop(self) -> None:
        client, self._client = self._client, None
        with self._lock:
            self._lost = self._lost or bool(self._handed)
        if client is not None:
            quietly_closed(client)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # it is asked for by its type
    def __init__(
        self, taken_away: Callable[[set[TopicPartition]], None], assignor: CooperativeStickyAssignor
    ) -> None:
        self._taken_away = taken_away
        self._assignor = assignor

    def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self._taken_away(revoked)

    def on_partitions_lost(self, lost: set[TopicPartition]) -> None:
        self._taken_away(lost)
        # kafka-python 3.0.12 would claim them again when it rejoins, and the group's leader would wait for ever
        # for us to give up what we do not have.
        self._assignor.member_assignment = None

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        _LOG.info("partitions_assigned", partitions=sorted(each.partition for each in assigned))
