"""The server. What it does to a request is the first part of the path: `acts.py` has the acts."""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """`act` and `rest`: the path in two parts. Header names are in lower case."""

    act: str
    rest: str
    headers: dict[str, str]
    target: str
    port: int


Act = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Publisher:
    """A server that is running, and what it saw."""

    port: int = 0
    scheme: str = "http"
    connections: int = 0
    requests: list[Request] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of a path here."""
        return f"{self.scheme}://{host}:{self.port}/{path}"

    def forget(self) -> None:
        """As if nobody had come."""
        self.connections = 0
        self.requests.clear()


@contextmanager
def publishing(acts: dict[str, Act], tls: ssl.SSLContext | None = None) -> Iterator[Publisher]:
    """Serves on every address of 127.0.0.0/8, in a thread of its own."""
    publisher = Publisher(scheme="https" if tls else "http")
    ready = threading.Event()
    stop: list[Callable[[], None]] = []

    async def serve() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(ended.set))
        server = await asyncio.start_server(
            lambda reader, writer: _converse(publisher, acts, reader, writer),
            "0.0.0.0",
            0,
            ssl=tls,
            backlog=500,
        )
        publisher.port = server.sockets[0].getsockname()[1]
        ready.set()
        await ended.wait()
        server.close()
        await asyncio.sleep(
            0.01
        )  # who has just come in is let in, so that his connection is closed, not dropped

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield publisher
    finally:
        stop[0]()
        thread.join()


async def _converse(
    publisher: Publisher,
    acts: dict[str, Act],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    publisher.connections += 1
    with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
        while not writer.is_closing():
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            request = _request(head, publisher.port)
            publisher.requests.append(request)
            await acts[request.act](request, writer)
            await writer.drain()
    writer.close()
    with suppress(OSError, asyncio.CancelledError):
        await writer.wait_closed()


def _request(head: str, port: int) -> Request:
    first, *lines = head.strip().split("\r\n")
    target = first.split(" ")[1]
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    act, _, rest = target.lstrip("/").partition("/")
    return Request(act.partition("?")[0], rest, headers, target, port)
