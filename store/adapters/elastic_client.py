"""The way to Elasticsearch: address, credentials, and its errors in our terms. No secret stands in any of them."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from elasticsearch import ApiError, Elasticsearch, SSLError, TransportError

from store.errors import IndexUnavailable, SettingsError
from store.settings import Settings

_SETTING = "SYRIAWIRE_INDEX"
_PORT = 9200
_PREFIX = "syria-wire"
_CREDENTIALS = (
    "SYRIAWIRE_ELASTICSEARCH_USER and SYRIAWIRE_ELASTICSEARCH_PASSWORD, or SYRIAWIRE_ELASTICSEARCH_API_KEY"
)
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


class Address(NamedTuple):
    """Where the nodes are, and what the names of our indices begin with."""

    hosts: tuple[str, ...]
    prefix: str

    def __str__(self) -> str:
        return f"{','.join(self.hosts)}/{self.prefix}"


def address(url: str) -> Address:
    """`https://host:9200,host2:9200/prefix`; the prefix can be left out. Raises `SettingsError`."""
    parts = urlsplit(url)
    if "@" in url:
        raise SettingsError(f"{_SETTING}: holds a password: take it out and set {_CREDENTIALS}")
    prefix = parts.path.strip("/") or _PREFIX
    nodes = [node for node in parts.netloc.split(",") if node]
    if not nodes or not NAME.fullmatch(prefix):
        raise SettingsError(
            f"{_SETTING}: this URL will not do: write https://HOST:9200/PREFIX, PREFIX in small letters"
        )
    ports = [node if re.search(r":\d+$", node) else f"{node}:{_PORT}" for node in nodes]
    return Address(tuple(f"{parts.scheme}://{node}" for node in ports), prefix)


def connect(hosts: tuple[str, ...], settings: Settings) -> Elasticsearch:
    """A client; it does not connect before it is used. Raises `SettingsError` if the credentials are half there."""
    options = {**_credentials(settings), **(_tls(settings) if hosts[0].startswith("https:") else {})}
    return Elasticsearch(
        list(hosts),
        # On one machine it would only cost: a millisecond an article, half of what a write takes.
        http_compress=not all(urlsplit(host).hostname in _THIS_MACHINE for host in hosts),
        request_timeout=settings.elasticsearch_timeout,
        # One try a node: what to repeat, and for how long, is decided by those who know what they asked for.
        max_retries=len(hosts) - 1,
        retry_on_status=(),
        **options,
    )


def _credentials(settings: Settings) -> dict[str, Any]:
    user, password = settings.elasticsearch_user, str(settings.elasticsearch_password)
    api_key = str(settings.elasticsearch_api_key)
    if api_key and (user or password):
        raise SettingsError("SYRIAWIRE_ELASTICSEARCH_API_KEY: a user or password is set as well: unset one")
    if bool(user) != bool(password):
        raise SettingsError(
            f"SYRIAWIRE_ELASTICSEARCH_USER: user and password go together: set {_CREDENTIALS}"
        )
    if api_key:
        return {"api_key": api_key}
    return {"basic_auth": (user, password)} if user else {}


def _tls(settings: Settings) -> dict[str, Any]:
    """The client itself would look at the file when it connects, and blame the network."""
    options: dict[str, Any] = {"verify_certs": settings.elasticsearch_verify, "ssl_show_warn": False}
    if file := settings.elasticsearch_ca_file:
        try:
            ssl.create_default_context(cafile=file)
        except OSError as error:
            raise SettingsError(
                f"SYRIAWIRE_ELASTICSEARCH_CA_FILE: {file}: no certificate can be read: {error}"
            ) from error
        options["ca_certs"] = file
    return options


@contextmanager
def available(where: object) -> Iterator[None]:
    """Whatever goes wrong with the server becomes `IndexUnavailable`."""
    try:
        yield
    except SSLError as error:
        do = "mend SYRIAWIRE_ELASTICSEARCH_CA_FILE or the certificate"
        raise IndexUnavailable(f"{where}: {error.message}: {do}; it is tried again") from error
    except TransportError as error:
        raise IndexUnavailable(f"{where}: {error.message}: start Elasticsearch; it is tried again") from error
    except ApiError as error:
        raise refusal(where, error.status_code, reason(error.body)) from error


def refusal(where: object, status: int, why: str) -> IndexUnavailable:
    """What the server's status asks the operator to do."""
    if "cluster_block" in why:
        do = "free its disk or lift the block"
    elif status in (401, 403):
        do = f"mend {_CREDENTIALS}"
    elif status == 429 or status >= 500:
        do = "wait, or give it more memory"
    else:
        do = "see the log of Elasticsearch"
    return IndexUnavailable(f"{where}: status {status}, {why}: {do}; it is tried again")


def reason(body: object) -> str:
    """The innermost cause in an error of Elasticsearch: `type: what it says`."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return str(error or "no reason given")[:500]
    for cause in error.get("root_cause") or ():
        error = {**error, "type": cause.get("type"), "reason": cause.get("reason")}
    said = f"{error.get('type')}: {error.get('reason')}"
    deeper = error.get("caused_by") or {}
    return f"{said} ({deeper.get('reason')})" if deeper.get("reason") else said
