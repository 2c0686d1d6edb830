"""How a request leaves: to vetted addresses, to any, or through a proxy. Connections are never shared between these."""

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from ingest.catalogue import Feed
from ingest.fetch.dial import Dial, Network, Resolve
from ingest.fetch.trouble import BROKEN, Misconfigured
from ingest.fetch.vet import is_host

_KEPT = 16
"""Idle connections that are kept; each is looked at whenever another is opened or closed."""
_VETTED = "vetted"
_PRIVATE = "private"


@contextmanager
def _broken() -> Iterator[None]:
    try:
        yield
    except BROKEN:
        raise
    except Exception as error:
        # On HTTP/2 that is broken enough the libraries let errors out that they mean to keep.
        raise httpcore.RemoteProtocolError(f"{type(error).__name__}: {error}") from error


class _Content(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _broken():
            async for piece in self._answer.aiter_stream():
                yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()


class Wire(httpx.AsyncBaseTransport):
    """httpx over a pool of connections whose network is ours to choose, which httpx's own transport does not offer."""

    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises what `trouble.BROKEN` names."""
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        content = await request.aread()
        asked = httpcore.Request(request.method, target, headers=request.headers.raw, content=content)
        with _broken():
            answer = await self._pool.handle_async_request(asked)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Content(answer),
            extensions=answer.extensions,
            request=request,
        )

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._pool.aclose()


class Routes:
    """Opens each kind of connection when it is first wanted. An async context manager: closes them."""

    def __init__(self, resolve: Resolve, dial: Dial, tls: ssl.SSLContext) -> None:
        self._resolve = resolve
        self._dial = dial
        self._tls = tls
        self._environment = getproxies()
        self._wires: dict[str, Wire] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for wire in self._wires.values():
            await wire.aclose()

    def wire(self, feed: Feed, url: httpx.URL) -> Wire:
        """What carries a request for this feed to `url`. Raises `Misconfigured`."""
        proxy = feed.proxy or self._of_environment(feed, url)
        name = proxy or (_PRIVATE if feed.allow_private else _VETTED)
        if name not in self._wires:
            self._wires[name] = self._open(name, proxy)
        return self._wires[name]

    def _of_environment(self, feed: Feed, url: httpx.URL) -> str:
        proxy = self._environment.get(url.scheme) or self._environment.get("all") or ""
        if not proxy or feed.allow_private or proxy_bypass(url.host):
            return ""
        return proxy if "://" in proxy else f"http://{proxy}"

    def _open(self, name: str, proxy: str) -> Wire:
        return Wire(
            httpcore.AsyncConnectionPool(
                ssl_context=self._tls,
                proxy=_proxy(proxy) if proxy else None,
                http2=True,
                max_connections=None,  # the lanes limit them
                max_keepalive_connections=_KEPT,
                keepalive_expiry=5.0,
                network_backend=Network(self._resolve, self._dial, vetted=name == _VETTED),
            )
        )


def _proxy(address: str) -> httpcore.Proxy:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise Misconfigured("the proxy has no web address: mend `proxy` of this feed") from error
    if url.scheme not in {"http", "https"} or not is_host(url.raw_host.decode()):
        raise Misconfigured("a proxy has an address with http:// or https://: mend `proxy` of this feed")
    return httpcore.Proxy(
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target="/"),
        auth=(url.username, url.password) if url.userinfo else None,
    )
