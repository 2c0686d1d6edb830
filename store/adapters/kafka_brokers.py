"""How we reach Kafka: the address, the security, clients that clean up after themselves, and errors in our words."""

import logging
import math
import re
import ssl
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError
from kafka.net.compat import KafkaNetClient

from store.errors import LogUnavailable, SettingsError
from store.settings import Settings

# kafka-python raises RuntimeError where no controller answers, and where one of its threads has ended.
BROKER_ERRORS = (KafkaError, OSError, RuntimeError)
_CLIENT_ID = "syriawire"
_LONGEST_RECONNECT_MS = 2000
_PREFIX = re.compile(r"[a-zA-Z0-9._-]*")
_LONGEST_REASON = 300
_NOISE = ("ootstrap", "Cancelled", "RequestTimedOut")  # these only say again that it does not work
_DISCONNECTED = "socket disconnected"
_REFUSED = "Authentication"
_REFUSED_SECONDS = 10.0
_Client = TypeVar("_Client", KafkaProducer, KafkaConsumer, KafkaAdminClient)


class Brokers:
    """Makes clients for the brokers of a URL `kafka://HOST:PORT[,HOST:PORT…][/PREFIX]`. Raises `SettingsError`."""

    def __init__(self, url: str, settings: Settings) -> None:
        self.settings = settings
        self.servers, self.prefix = _address(url)
        self._security = _security(settings)
        _hear_out()

    def name(self, *parts: str) -> str:
        """The name of a topic or group, with the prefix of this installation."""
        return ".".join(part for part in (self.prefix, *parts) if part)

    def producer(self, **options: Any) -> KafkaProducer:
        """Raises `LogUnavailable`."""
        return self._made(KafkaProducer, options)

    def consumer(self, **options: Any) -> KafkaConsumer:
        """Raises `LogUnavailable`."""
        return self._made(KafkaConsumer, options)

    def admin(self) -> KafkaAdminClient:
        """Raises `LogUnavailable`."""
        return self._made(KafkaAdminClient, {"request_timeout_ms": self.milliseconds(0.5)})

    def milliseconds(self, share: float = 1.0) -> int:
        """A share of `kafka_timeout`."""
        return int(self.settings.kafka_timeout * share * 1000)

    def unavailable(self, error: BaseException) -> LogUnavailable:
        """Our error for one of theirs: short, and without anything secret."""
        reason = str(error)
        if (
            isinstance(error, KafkaError)
            and error.retriable
            and _LAST_WORDS.age() < 2 * self.settings.kafka_timeout
        ):
            reason = f"{reason}: {_LAST_WORDS.said}"
        with_password = self.settings.kafka_security_protocol.startswith("SASL")
        # A wrong password may look like a hang-up or a time-out, by which comes first.
        if _DISCONNECTED in reason or _REFUSED in reason or (with_password and "bootstrap" in reason):
            reason = f"are SYRIAWIRE_KAFKA_SECURITY_PROTOCOL, user and password right? {reason}"
        reason = " ".join(reason.split())[:_LONGEST_REASON]
        return LogUnavailable(f"kafka://{','.join(self.servers)}: {reason}: mend it, it is tried again")

    def _made(self, kind: Callable[..., _Client], options: dict[str, Any]) -> _Client:
        clients: list[KafkaNetClient] = []

        def client(**configs: Any) -> KafkaNetClient:
            clients.append(KafkaNetClient(**configs))
            return clients[-1]

        base: dict[str, Any] = {
            "bootstrap_servers": self.servers,
            "bootstrap_timeout_ms": self.milliseconds(),
            "client_id": _CLIENT_ID,
            "reconnect_backoff_max_ms": _LONGEST_RECONNECT_MS,
            "kafka_client": client,
            **self._security,
        }
        try:
            return kind(**{**base, **options})
        except BROKER_ERRORS as error:
            for each in clients:
                each.close()  # a constructor that fails leaves its thread and its sockets behind
            raise self.unavailable(error) from error


class _LastWords(logging.Handler):
    """kafka-python tells its log, and nobody else, why it cannot connect: kept, for the error that we raise."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said = ""
        self._at = -math.inf

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if any(noise in said for noise in _NOISE):
            return
        if _DISCONNECTED in said and _REFUSED in self.said and self.age() < _REFUSED_SECONDS:
            return  # brokers tell it once in a few attempts, and only hang up at the others
        self.said, self._at = said, time.monotonic()

    def age(self) -> float:
        """Seconds since the last complaint."""
        return time.monotonic() - self._at


_LAST_WORDS = _LastWords()


def _hear_out() -> None:
    """It complains at each attempt to reconnect; we say once that the brokers are away, why, and how long we wait.
    Who sets a level for the logger `kafka` sees all of it."""
    logger = logging.getLogger("kafka")
    if _LAST_WORDS not in logger.handlers:
        logger.addHandler(_LAST_WORDS)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.ERROR)
            logger.propagate = False


def _address(url: str) -> tuple[list[str], str]:
    parts = urlsplit(url)
    servers = [server for server in parts.netloc.split(",") if server]
    prefix = parts.path.strip("/")
    if "@" in url:
        raise SettingsError(
            "SYRIAWIRE_LOG: a URL is no place for a password: set SYRIAWIRE_KAFKA_USERNAME and SYRIAWIRE_KAFKA_PASSWORD"
        )
    if not servers or parts.query or not _PREFIX.fullmatch(prefix):
        raise SettingsError("SYRIAWIRE_LOG: this URL will not do: write kafka://HOST:9092,HOST2:9092/PREFIX")
    return servers, prefix


def _security(settings: Settings) -> dict[str, Any]:
    protocol = settings.kafka_security_protocol
    options: dict[str, Any] = {"security_protocol": protocol}
    if protocol.startswith("SASL"):
        if not settings.kafka_username or not settings.kafka_password:
            raise SettingsError(
                f"SYRIAWIRE_KAFKA_SECURITY_PROTOCOL: {protocol} wants a user: set SYRIAWIRE_KAFKA_USERNAME "
                "and SYRIAWIRE_KAFKA_PASSWORD"
            )
        options |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_username,
            "sasl_plain_password": settings.kafka_password,
        }
    if protocol.endswith("SSL"):
        options["ssl_context"] = _tls(settings)
    return options


def _tls(settings: Settings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.kafka_ca_file or None)
        if settings.kafka_cert_file:
            context.load_cert_chain(settings.kafka_cert_file, settings.kafka_key_file or None)
    except OSError as error:  # ssl.SSLError is one
        raise SettingsError(
            f"SYRIAWIRE_KAFKA_CA_FILE, _CERT_FILE, _KEY_FILE: {error}: name readable PEM files"
        ) from error
    return context
