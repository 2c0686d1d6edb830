"""Webhooks: signed JSON by POST, to vetted addresses only, unless the search says that it may be private."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import httpcore
import httpx
import msgspec

from ingest.fetch.dial import Names, Network, dial
from ingest.fetch.routes import Wire
from ingest.fetch.vet import PrivateAddress, is_host, vet_spelling
from ops.alert_desk import Refused, Undelivered
from search.api import article_fields
from search.errors import BadRequest
from search.saved import Item, message_key
from store.saved import Channel, SavedSearch
from store.settings import Secret

PAUSES = (1.0, 4.0)
"""Seconds before the second and the third attempt."""
_REMEDY = "mend the receiver, it is tried again"
_AGAIN = {408, 425, 429, 500, 502, 503, 504}


def checked_url(url: str, *, private: bool) -> str:
    """Raises `BadRequest` for what is no http address, has a password in it, or leads into a private network."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadRequest("webhook: cannot be read: write https://HOST/PATH") from error
    if parts.scheme not in ("http", "https") or not is_host(host) or parts.username is not None:
        raise BadRequest("webhook: will not do: write https://HOST/PATH, without user and password")
    if not private:
        try:
            vet_spelling(host)
        except PrivateAddress as error:
            raise BadRequest(
                f"webhook: {error}: write a public address, or save it by `syriawire saved add --private`"
            ) from error
    return url


def body(search: SavedSearch, items: Sequence[Item], at: datetime) -> bytes:
    """What is posted: JSON as docs/alerts.md describes it."""
    return msgspec.json.encode(
        {
            "schema": "alert/1",
            "search": {"id": search.id, "name": search.name, "query": search.query},
            "at": at,
            "items": [
                {"key": item.key, "kind": item.kind, "article": article_fields(item.article)}
                for item in items
            ],
        }
    )


def signature(secret: str, timestamp: str, content: bytes) -> str:
    """HMAC-SHA256 over the timestamp, a dot and the body."""
    return (
        "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + content, hashlib.sha256).hexdigest()
    )


def post(
    search: SavedSearch,
    channel: Channel,
    items: Sequence[Item],
    at: datetime,
    *,
    secret: Secret,
    timeout: float,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Delivers, in up to three attempts, a test in one; returns what the receiver said.

    Raises `Undelivered`, `Refused`, which never show the address's path or the secret.
    """
    content = body(search, items, at)
    timestamp = str(int(at.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "SyriaWire/0.1 (alerts)",
        "Idempotency-Key": message_key(items),
        "X-Syria-Wire-Timestamp": timestamp,
        "X-Syria-Wire-Signature": signature(secret, timestamp, content),
    }
    host = urlsplit(channel.target).hostname
    for pause in (*(() if items[0].kind == "test" else PAUSES), None):
        status, problem = _attempt(channel, content, headers, timeout)
        if 200 <= status < 300:
            return f"answered {status}"
        if 400 <= status < 500 and status not in _AGAIN:
            raise Refused(f"webhook {host}: {problem}", _REMEDY)
        if pause is None or (status and status not in _AGAIN):
            break
        sleep(pause)
    raise Undelivered(f"webhook {host}: {problem}", _REMEDY)


def _attempt(channel: Channel, content: bytes, headers: dict[str, str], timeout: float) -> tuple[int, str]:
    """The status, 0 where there was none; and what it means."""
    try:
        status = asyncio.run(_post(channel, content, headers, timeout))
    except PrivateAddress as error:
        raise Undelivered(f"webhook {urlsplit(channel.target).hostname}: {error}", _REMEDY) from error
    except TimeoutError:
        return 0, f"no answer within {timeout:g} s"
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
        return 0, type(error).__name__
    return status, f"answered {status}"


async def _post(channel: Channel, content: bytes, headers: dict[str, str], timeout: float) -> int:  # noqa: ASYNC109
    names = Names(1)
    network = Network(names, dial, vetted=not channel.private)
    try:
        async with (
            asyncio.timeout(timeout),
            httpx.AsyncClient(
                transport=Wire(httpcore.AsyncConnectionPool(network_backend=network)),
                trust_env=False,
                timeout=timeout,
            ) as client,
            client.stream("POST", channel.target, content=content, headers=headers) as answer,
        ):
            return answer.status_code  # what it says is not read: it may be endless
    finally:
        names.close()
