"""One feed over HTTP: conditional, bounded in time, size and redirects. A failure becomes a health state."""

import asyncio
import functools
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import httpx

from ingest.catalogue import Feed
from ingest.fetch.answer import Fetched
from store.state import FeedState

LIMIT = 20_000_000
"""Bytes of one response, counted after decompression."""
DEADLINE = 30.0
"""Seconds for one feed, redirects included."""
REDIRECTS = 5
_VALIDATOR = 1000
_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_STATUS_HEALTH = {
    304: "unchanged",
    401: "unauthorised",
    403: "blocked",
    407: "unauthorised",
    410: "gone",
    429: "rate_limited",
    451: "blocked",
}
_CAUSES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((socket.gaierror,), "dns"),
    ((ssl.SSLError, ssl.CertificateError), "tls"),
    ((ConnectionRefusedError,), "refused"),
    ((httpx.DecodingError,), "bad_content"),
    ((httpx.InvalidURL, httpx.UnsupportedProtocol), "redirects"),
    ((TimeoutError,), "timeout"),
    ((ValueError,), "redirects"),  # an address that cannot be taken apart
)
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"

OpenClient = Callable[[Feed], httpx.AsyncClient]
Resolve = Callable[[str, int], Awaitable[list[str]]]


class _Refused(Exception):  # noqa: N818  (carries a result out of the nested steps of one request)
    def __init__(self, health: str, detail: str) -> None:
        super().__init__(detail)
        self.fetched = Fetched(health=health, detail=detail)


@dataclass(frozen=True)
class _Question:
    feed: Feed
    headers: dict[str, str] = field(repr=False)
    limit: int
    resolve: Resolve


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def open_client(feed: Feed) -> httpx.AsyncClient:
    """A client for one feed. Hosts of the private network are not asked through the environment's proxy."""
    return httpx.AsyncClient(verify=_tls(), trust_env=not feed.allow_private, timeout=DEADLINE)


async def resolve_host(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises `socket.gaierror`."""
    loop = asyncio.get_running_loop()
    return [str(info[4][0]) for info in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def fetch(
    feed: Feed,
    state: FeedState | None,
    client: OpenClient = open_client,
    *,
    user_agent: str,
    deadline: float = DEADLINE,
    limit: int = LIMIT,
    resolve: Resolve = resolve_host,
) -> Fetched:
    """Asks for the feed once, with the validators of `state`. Never raises for what host or network do."""
    question = _Question(feed, _headers(feed, state, user_agent), limit, resolve)
    return asyncio.run(_within(deadline, question, client))


async def _within(deadline: float, question: _Question, client: OpenClient) -> Fetched:
    try:
        # A timeout for each read would let a host that drips byte by byte hold us for ever.
        async with asyncio.timeout(deadline), client(question.feed) as opened:
            return await _follow(question, opened)
    except _Refused as refused:
        return refused.fetched
    except (TimeoutError, httpx.TimeoutException):
        return Fetched(health="timeout", detail=f"no complete response within {deadline:g} s")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return Fetched(health=_cause(error), detail=f"{type(error).__name__}: {error}")


async def _follow(question: _Question, client: httpx.AsyncClient) -> Fetched:
    feed = question.feed
    headers = question.headers
    url = feed.url
    moved = moved_to = ""
    lasting = True
    for _ in range(REDIRECTS + 1):
        if not feed.allow_private:
            await _check_address(url, question.resolve)
        async with client.stream("GET", url, headers=headers, follow_redirects=False) as response:
            if response.status_code not in _REDIRECTING or "location" not in response.headers:
                found = await _read(response, question.limit)
                return replace(found, detail=found.detail or moved, url=url, moved_to=moved_to)
            target = urljoin(url, response.headers["location"])
            lasting = lasting and response.status_code in _PERMANENT
            moved_to = target if lasting else moved_to
            if response.status_code in _PERMANENT and not moved:
                moved = f"moved for good to {target}: put that address into the catalogue"
        if urlsplit(target).scheme not in {"http", "https"} or not urlsplit(target).hostname:
            raise _Refused("redirects", f"redirected to {target!r}")
        if urlsplit(target)[:2] != urlsplit(url)[:2]:
            # What the catalogue says to one host (a token, perhaps) is not for another.
            headers = {name: text for name, text in headers.items() if name not in _own_headers(feed)}
        url = target
    raise _Refused("redirects", f"more than {REDIRECTS} redirects, the last to {url}")


async def _read(response: httpx.Response, limit: int) -> Fetched:
    status = response.status_code
    found = Fetched(
        health=_STATUS_HEALTH.get(status) or _by_class(status),
        detail="" if status < 400 else f"HTTP {status} {response.reason_phrase}".strip(),
        status=status,
        etag=_validator(response.headers.get("etag", "")),
        last_modified=_validator(response.headers.get("last-modified", "")),
        content_type=response.headers.get("content-type", ""),
        retry_after=_seconds(response.headers.get("retry-after", "")),
    )
    if found.health != "ok":
        return found
    if "," in response.headers.get("content-encoding", ""):
        # Layers multiply: a few bytes of doubly packed zeros become gigabytes in one step.
        return replace(found, health="bad_content", detail="more than one content-encoding")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            return replace(found, health="too_large", detail=f"more than {limit} bytes")
    return replace(found, body=bytes(body))


async def _check_address(url: str, resolve: Resolve) -> None:
    """Refuses hosts of the private network. The dial resolves again: a later issue closes that gap."""
    parts = urlsplit(url)
    for address in await resolve(
        parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    ):
        if not ipaddress.ip_address(address.split("%")[0]).is_global:
            raise _Refused("private_address", f"{parts.hostname} is {address}")


def _headers(feed: Feed, state: FeedState | None, user_agent: str) -> dict[str, str]:
    headers = {"user-agent": feed.user_agent or user_agent, "accept": _ACCEPT, "accept-encoding": "gzip"}
    if state and (etag := _validator(state.etag)):
        headers["if-none-match"] = etag
    if state and (last_modified := _validator(state.last_modified)):
        headers["if-modified-since"] = last_modified
    return headers | _own_headers(feed)


def _validator(text: str) -> str:
    """Only what a request can carry back: anything else would fail, or be refused, at every later poll."""
    text = text.strip()
    return text if text.isascii() and text.isprintable() and len(text) <= _VALIDATOR else ""


def _own_headers(feed: Feed) -> dict[str, str]:
    return {name.lower(): text for name, text in feed.headers.items()}


def _by_class(status: int) -> str:
    if 200 <= status < 300:
        return "ok"
    if 300 <= status < 400:
        return "redirects"
    return "server_error" if status >= 500 else "not_found"


def _seconds(retry_after: str) -> timedelta | None:
    """`Retry-After` in seconds, a day at most; its form with a date is not read."""
    if not (retry_after.isascii() and retry_after.isdigit()):
        return None
    return min(timedelta(seconds=int(retry_after[:6])), timedelta(days=1))


def _cause(error: BaseException) -> str:
    """httpx wraps what the system said; the health state is in the innermost error that we know."""
    chain: list[BaseException] = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) and inner not in chain:
        chain.append(inner)
    for each in chain:
        for kinds, health in _CAUSES:
            if isinstance(each, kinds):
                return health
    return "connection"
