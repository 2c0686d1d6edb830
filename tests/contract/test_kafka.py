"""What the log on Kafka promises beyond the contract: rebalances, brokers that go, records that are too large."""

import gc
import multiprocessing
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from store.adapters.kafka_member import Member
from store.connect import open_log
from store.errors import LogUnavailable, Revoked, SettingsError, TooLarge
from store.log import DEAD, RAW, Consumer, Entry, Log, Record
from tests.contract.servers import kafka_prefix, server, settings
from tests.contract.test_log import drain, entries, keys, take
from tests.stack import kafka as stack
from tests.stack.running import Running, end

# kafka-python leaves the socket of a refused connection to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
OpenLog = Callable[..., Log]
QUICK = {"kafka_timeout": 6, "kafka_session_timeout": 6}
_running: list[Running] = []


@pytest.fixture(autouse=True)
def _collect() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture
def url() -> Iterator[str]:
    with kafka_prefix() as url:
        yield url


@pytest.fixture
def connect(url: str) -> Iterator[OpenLog]:
    """Opens the log, with settings of the test's own."""
    opened: list[Log] = []

    def open_it(**values: object) -> Log:
        opened.append(open_log(settings(log=url, **{**QUICK, **values})))
        return opened[-1]

    yield open_it
    for log in opened:
        log.close()


def work(log: Log, stop: threading.Event, partitions: set[int], found: list[str]) -> None:
    """What a worker does, in a thread of its own: it polls without pause, and commits what it got."""
    consumer = log.consumer(RAW, "enrich")
    while not stop.is_set():
        with suppress(Revoked):
            records = consumer.poll(100, timeout=0.5)
            consumer.commit()
            partitions |= {record.partition for record in records}
            found += keys(records)
    consumer.close()


@pytest.mark.servers
def test_partitions_that_go_in_mid_batch_fail_the_commit_and_come_again(connect: OpenLog) -> None:
    log = connect()
    sent = [f"article {n}" for n in range(60)]
    log.append(RAW, entries(*sent))
    first, second = log.consumer(RAW, "enrich"), connect().consumer(RAW, "enrich")
    assert isinstance(first, Member)
    assert len(take(first, 60)) == 60
    stop = threading.Event()
    other = threading.Thread(target=_join, args=(second, stop))
    other.start()
    polls = 0
    while len(first._handed) == 6 and polls < 100:  # the second one asks for its share, and is given it
        first.poll(100, timeout=0.2)
        polls += 1
    with pytest.raises(Revoked, match="come again"):
        first.commit()
    stop.set()
    other.join()
    assert log.lag(RAW, "enrich") == 60
    first.close()
    second.close()
    assert sorted(drain(log, "enrich")) == sorted(sent)


@pytest.mark.servers
def test_members_share_the_partitions(connect: OpenLog) -> None:
    log = connect()
    log.append(RAW, entries("a"))
    stop, held, found = threading.Event(), [set[int](), set[int](), set[int]()], list[str]()
    workers = [threading.Thread(target=work, args=(connect(), stop, mine, found)) for mine in held]
    for worker in workers:
        worker.start()
    sent, deadline = {"a"}, time.monotonic() + 30
    while time.monotonic() < deadline and not (all(held) and set.union(*held) == set(range(6))):
        names = [f"article {len(sent)} {n}" for n in range(60)]
        sent |= set(names)
        log.append(RAW, entries(*names))
        time.sleep(0.5)
    while log.lag(RAW, "enrich") and time.monotonic() < deadline:
        time.sleep(0.2)
    stop.set()
    for worker in workers:
        worker.join()
    assert all(held)
    assert set(found) == sent


@pytest.mark.servers
def test_who_works_too_long_loses_its_partitions(connect: OpenLog) -> None:
    log = connect(kafka_work_timeout=2)
    log.append(RAW, entries("a"))
    slow = log.consumer(RAW, "enrich")
    quick = connect(kafka_work_timeout=2).consumer(RAW, "enrich")
    assert keys(take(slow, 1)) == ["a"]
    time.sleep(2.5)
    assert keys(take(quick, 1)) == ["a"]
    with pytest.raises(Revoked, match="come again"):
        slow.commit()
    quick.commit()
    assert log.lag(RAW, "enrich") == 0
    quick.close()
    log.append(RAW, entries("b"))
    assert keys(take(slow, 1)) == ["b"]


@pytest.mark.servers
def test_a_worker_that_works_longer_than_a_session_keeps_its_partitions(connect: OpenLog) -> None:
    log = connect()
    log.append(RAW, entries("a"))
    consumer = log.consumer(RAW, "enrich")
    take(consumer, 1)
    time.sleep(8)
    consumer.commit()
    assert log.lag(RAW, "enrich") == 0


def _append_many(url: str, name: str, count: int) -> None:
    log = open_log(settings(log=url))
    for n in range(count):
        log.append(RAW, [Entry(f"key {n % 5}", f"{name} {n} {part}".encode()) for part in (1, 2)])
    log.close()


@pytest.mark.servers
def test_two_writing_processes_lose_nothing(url: str, connect: OpenLog) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append_many, args=(url, name, 50)) for name in ("a", "b")]
    for writer in writers:
        writer.start()  # none of the topics is there yet: both make them
    for writer in writers:
        writer.join()
    log = connect()
    records = take(log.consumer(RAW, None), 200)
    for name in ("a", "b"):
        for key in range(5):
            mine = [
                r.value.decode()
                for r in records
                if r.key == f"key {key}" and r.value.startswith(name.encode())
            ]
            assert mine == [f"{name} {n} {part}" for n in range(key, 50, 5) for part in (1, 2)]


def _take_and_hang(url: str, taken: "multiprocessing.synchronize.Event") -> None:
    consumer = open_log(settings(log=url, **QUICK)).consumer(RAW, "enrich")
    take(consumer, 1)
    taken.set()
    threading.Event().wait()


@pytest.mark.servers
def test_the_partitions_of_a_killed_process_come_to_another(url: str, connect: OpenLog) -> None:
    log = connect()
    log.append(RAW, entries("a"))
    context = multiprocessing.get_context("spawn")
    taken = context.Event()
    holder = context.Process(target=_take_and_hang, args=(url, taken))
    holder.start()
    assert taken.wait(30)
    holder.kill()
    holder.join()
    assert drain(log, "enrich") == ["a"]


@pytest.mark.servers
def test_what_is_too_large_is_named_and_nothing_else_is_lost(connect: OpenLog) -> None:
    log = connect(kafka_max_bytes=100_000)
    batch = [
        Entry("a", b"x"),
        Entry("b", b"x" * 200_000),
        Entry("c", b"x" * 90_000),
        Entry("d", b"x" * 100_000),
    ]
    with pytest.raises(TooLarge, match="KAFKA_MAX_BYTES") as refused:
        log.append(RAW, batch)
    assert refused.value.places == (1, 3)
    log.append(RAW, [entry for n, entry in enumerate(batch) if n not in refused.value.places])
    assert sorted(drain(log, "enrich")) == ["a", "c"]
    log.append(DEAD, [Entry("c", b"x" * 130_000)])  # a dead letter holds the largest record in base64


@pytest.mark.servers
def test_a_limit_that_was_lowered_is_found_out(url: str, connect: OpenLog) -> None:
    log = connect()
    log.append(RAW, entries("a"))
    brokers, _, prefix = url.removeprefix("kafka://").partition("/")
    admin = KafkaAdminClient(bootstrap_servers=brokers.split(","))
    topic = ConfigResource(
        ConfigResourceType.TOPIC, f"{prefix}.{RAW}", configs={"max.message.bytes": "20000"}
    )
    admin.alter_configs([topic])
    admin.close()
    large = Entry("large", random.Random(1).randbytes(60_000))
    with pytest.raises(LogUnavailable, match="tried again"):
        log.append(RAW, [*entries("b"), large])
    with pytest.raises(TooLarge) as refused:
        log.append(RAW, [*entries("b"), large])
    assert refused.value.places == (1,)
    log.append(RAW, entries("b"))
    assert {"a", "b"} <= set(drain(log, "enrich"))


@pytest.mark.servers
def test_what_retention_removed_is_skipped_and_not_counted(url: str, connect: OpenLog) -> None:
    log = connect(kafka_partitions=1)
    log.append(RAW, entries("a", "b", "c"))
    consumer = log.consumer(RAW, "enrich")
    take(consumer, 1)
    consumer.commit()
    consumer.close()
    brokers, _, prefix = url.removeprefix("kafka://").partition("/")
    admin = KafkaAdminClient(bootstrap_servers=brokers.split(","))
    admin.delete_records({TopicPartition(f"{prefix}.{RAW}", 0): 2})
    admin.close()
    assert log.lag(RAW, "enrich") == 1
    assert drain(log, "enrich") == ["c"]
    assert keys(take(log.consumer(RAW, None), 1)) == ["c"]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a broker that may be stopped and killed; it runs when a test begins."""
    server("KAFKA")
    folder = tmp_path_factory.mktemp("kafka")
    yield folder
    for running in _running:
        stack.stop(running)
    _running.clear()


def restarted(folder: Path) -> Running:
    for running in _running:
        if stack.healthy(running.url):
            return running
    _running.append(stack.start(folder))
    return _running[-1]


@pytest.mark.servers
def test_a_broker_that_was_away_is_used_again_by_the_same_objects(own: Path) -> None:
    running = restarted(own)
    log = open_log(settings(log=f"{running.url}/away", kafka_timeout=2, kafka_session_timeout=6))
    member, reader = log.consumer(RAW, "enrich"), log.consumer(RAW, None)
    log.append(RAW, entries("a", "b"))
    assert sorted(keys(take(member, 2))) == sorted(keys(take(reader, 2))) == ["a", "b"]
    member.commit()
    stack.stop(running)
    with pytest.raises(LogUnavailable, match="tried again"):
        log.append(RAW, entries("c"))
    with pytest.raises(LogUnavailable, match="tried again"):
        poll_long(member)
    member.rewind()
    reader.rewind()
    with pytest.raises(LogUnavailable, match="bootstrap"):
        log.ends(RAW)
    restarted(own)
    log.append(RAW, entries("c"))
    assert "c" in keys(take_some(member))
    member.commit()
    assert log.lag(RAW, "enrich") == 0
    assert {"a", "b", "c"} <= set(keys(take(reader, 3)))
    log.close()


@pytest.mark.servers
def test_a_broker_that_is_killed_in_mid_batch_loses_nothing(own: Path) -> None:
    running = restarted(own)
    log = open_log(settings(log=f"{running.url}/killed", kafka_timeout=30))
    member = log.consumer(RAW, "enrich")
    log.append(RAW, entries("a"))
    assert keys(take(member, 1)) == ["a"]
    end(running.pid, signal.SIGKILL)
    back = threading.Timer(1.0, restarted, [own])
    back.start()
    log.append(RAW, entries("b"))  # waits until it is back
    back.join()
    with suppress(Revoked):
        member.commit()
    found = {"a"}
    while log.lag(RAW, "enrich"):
        found |= set(keys(take_some(member)))
        member.commit()
    assert found == {"a", "b"}
    log.close()


@pytest.mark.servers
def test_tls_and_password(own: Path) -> None:
    restarted(own)
    url, certificate = stack.secure(own)
    secure: dict[str, object] = {
        "log": url,
        "kafka_timeout": 10,
        "kafka_security_protocol": "SASL_SSL",
        "kafka_sasl_mechanism": "PLAIN",
        "kafka_username": stack.USER,
        "kafka_password": stack.PASSWORD,
        "kafka_ca_file": certificate,
    }
    log = open_log(settings(**secure))
    log.append(RAW, entries("a"))
    assert drain(log, "enrich") == ["a"]
    log.close()
    for wrong, why in (
        ({"kafka_password": "hunter2"}, "user and password"),
        ({"kafka_ca_file": ""}, "CERTIFICATE|user and password"),
    ):
        log = open_log(settings(**{**secure, **wrong, "kafka_timeout": 2}))
        with pytest.raises(LogUnavailable, match=why) as refused:
            log.append(RAW, entries("b"))
        with pytest.raises(LogUnavailable, match=why) as unread:
            log.consumer(RAW, None).poll(1, timeout=0.5)
        for secret in ("hunter2", stack.PASSWORD):
            assert secret not in f"{refused.value} {unread.value}"
        log.close()


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"log": "kafka://"}, "kafka://HOST:9092"),
        ({"log": "kafka://host:9092/a b"}, "kafka://HOST:9092"),
        ({"log": "kafka://user:hunter2@host:9092"}, "SYRIAWIRE_KAFKA_PASSWORD"),
        ({"log": "kafak://user:hunter2@host:9092"}, "kafka://HOST:9092"),
        ({"log": "kafka://host:9092", "kafka_security_protocol": "SASL_SSL"}, "SYRIAWIRE_KAFKA_USERNAME"),
        (
            {"log": "kafka://host:9092", "kafka_security_protocol": "SSL", "kafka_ca_file": "/none.pem"},
            "readable PEM",
        ),
    ],
)
def test_settings_that_cannot_work_are_named(wrong: dict[str, object], hint: str) -> None:
    with pytest.raises(SettingsError, match=hint) as refused:
        open_log(settings(**wrong))
    assert "hunter2" not in str(refused.value)


def test_brokers_that_are_not_there_are_the_ports_error() -> None:
    log = open_log(settings(log="kafka://127.0.0.1:1", kafka_timeout=1))
    with pytest.raises(LogUnavailable, match=r"127\.0\.0\.1:1.*ECONNREFUSED"):
        log.append(RAW, entries("a"))
    with pytest.raises(LogUnavailable):
        log.consumer(RAW, "enrich").poll(1, timeout=0.1)
    log.append(RAW, [])
    log.close()


def test_the_password_is_in_no_repr() -> None:
    shown = repr(settings(kafka_password="hunter2"))
    assert "kafka_password='***'" in shown
    assert "hunter2" not in shown


def _join(consumer: Consumer, stop: threading.Event) -> None:
    while not stop.is_set():
        consumer.poll(1, timeout=0.5)


def poll_long(consumer: Consumer) -> None:
    """An empty poll asks now and then whether the brokers are there."""
    for _ in range(20):
        consumer.poll(1, timeout=1.0)


def take_some(consumer: Consumer) -> list[Record]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with suppress(LogUnavailable):
            if found := consumer.poll(100, timeout=1.0):
                return found
    return []
