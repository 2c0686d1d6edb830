"""The network as a feed may see it: the address that is dialled is the address that was vetted."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import httpcore

from ingest.fetch.vet import is_address, vet

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""(host, port) → its addresses, the best first. Raises `socket.gaierror`."""
Dial = Callable[[str, int], Awaitable[httpcore.AsyncNetworkStream]]
"""(address, port) → a connection. Raises `httpcore.NetworkError`, `httpcore.TimeoutException`, `OSError`."""
PATIENCE = 8.0
"""Seconds for one address of a host that has several: a dead one must not use up the deadline of the feed."""


class Names:
    """Asks the system for addresses. In threads of its own: dead name servers then hold nobody else up."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="names")

    async def __call__(self, host: str, port: int) -> list[str]:
        """The addresses of `host`. Raises `socket.gaierror`."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Does not wait for answers that nobody needs any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[str]:
    # Bytes: a name that Python's own codec cannot take is the resolver's to refuse.
    return [str(info[4][0]) for info in socket.getaddrinfo(host.encode(), port, type=socket.SOCK_STREAM)]


async def dial(address: str, port: int) -> httpcore.AsyncNetworkStream:
    """A TCP connection to an IP address."""
    return await httpcore.AnyIOBackend().connect_tcp(address, port)


class Network(httpcore.AsyncNetworkBackend):
    """Resolves once, vets every address, and dials those addresses and no other.

    A name that changes its answer gains nothing: each new connection is vetted anew. TLS and `Host` keep the name.
    """

    def __init__(self, resolve: Resolve, dial: Dial, *, vetted: bool) -> None:
        """`vetted` False: for feeds that may lead anywhere, and for proxies, which the operator has chosen."""
        self._resolve = resolve
        self._dial = dial
        self._vetted = vetted

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109, ARG002  (the port's; the whole request has a deadline)
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Raises `PrivateAddress`, `socket.gaierror`, and what `Dial` raises for the last address."""
        addresses = [host] if is_address(host) else await self._resolve(host, port)
        if self._vetted:
            vet(host, addresses)
        for address in addresses[:-1]:
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self._dial(address, port)
            except (httpcore.NetworkError, httpcore.TimeoutException, OSError):
                continue  # as a browser does: the next address may answer
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, f"{host} has no address")
        return await self._dial(addresses[-1], port)
