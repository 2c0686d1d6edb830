"""The demo's wire server: `python -m demo.server --host 127.0.0.1 --port 8099 --state FILE`.

A feed moves to its next stage only when a client proves with If-None-Match that it has read the present one.
"""

import argparse
import errno
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from demo.bookmarks import BookmarkError, Bookmarks
from demo.conditional import has_read, not_modified, respond
from demo.documents import SUFFIX, Document, documents, templates
from demo.faults import fault_routes
from demo.stages import Wire, WireError, load_wires, text_wire


@dataclass(frozen=True, kw_only=True)
class Feed:
    """One feed on this server: its name in the state file, its path, and a document for each stage."""

    name: str
    path: str
    wire: Wire
    documents: tuple[Document, ...]


def build_app(
    wires: Mapping[str, Wire], bookmarks: Bookmarks, *, extra: Wire | None, faults: bool
) -> Starlette:
    """Make the application: an index, the feeds of `wires`, and `/extra.xml` and `/faults/…` if wanted."""
    feeds = [
        Feed(
            name=name, path=f"/feeds/{name}.{SUFFIX[wire.format]}", wire=wire, documents=documents(name, wire)
        )
        for name, wire in wires.items()
    ]
    if extra is not None:
        feeds.append(Feed(name="extra", path="/extra.xml", wire=extra, documents=documents("extra", extra)))
    routes = [_index_route(feeds, bookmarks), *(_feed_route(feed, bookmarks) for feed in feeds)]
    return Starlette(routes=routes + (fault_routes() if faults else []))


def _index_route(feeds: Sequence[Feed], bookmarks: Bookmarks) -> Route:
    page = templates().get_template("index.html")

    async def index(_: Request) -> Response:
        rows = [
            {"path": feed.path, "wire": feed.wire, "stage": bookmarks.stage(feed.name, feed.wire.stages)}
            for feed in feeds
        ]
        return HTMLResponse(page.render(rows=rows))

    return Route("/", index)


def _feed_route(feed: Feed, bookmarks: Bookmarks) -> Route:
    last = len(feed.documents)

    async def serve(request: Request) -> Response:
        stage = bookmarks.stage(feed.name, last)
        document = feed.documents[stage - 1]
        # A HEAD has read nothing, so it never turns the page.
        if request.method == "GET" and stage < last and has_read(request.headers, document):
            try:
                bookmarks.move(feed.name, stage + 1)
            except BookmarkError as error:
                _say(str(error))
                return PlainTextResponse(f"{error}\n", status_code=500)
            return respond(request.headers, feed.documents[stage], unchanged=False)
        return respond(request.headers, document, unchanged=not_modified(request.headers, document))

    return Route(feed.path, serve)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demo.server", description="Serve the made-up wires of the demo."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=8099, help="port, 0 for any free one (default: %(default)s)"
    )
    parser.add_argument("--state", type=Path, help="JSON file that keeps the stages (default: memory only)")
    parser.add_argument("--faults", action="store_true", help="serve /faults/… too: feeds that go wrong")
    parser.add_argument(
        "--extra", type=Path, help="serve this text file (first line: headline) at /extra.xml"
    )
    return parser.parse_args(argv)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Without this a server stopped a moment ago would keep its port busy for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


def _run(app: Starlette, listener: socket.socket) -> None:
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    # uvicorn raises the signal again once it has stopped; with handlers of our own that ends in exit 0.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    server.run(sockets=[listener])


def _refusal(error: OSError | OverflowError, host: str, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken: stop what uses it or pass --port"
    return f"cannot listen on {host} port {port}: {error}: pass another --host or --port"


def _say(what: str) -> None:
    sys.stderr.write(f"demo server: {what}\n")
    sys.stderr.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM → 0; 1 when it cannot start, with one line on stderr that says why."""
    args = _arguments(argv)
    try:
        extra = text_wire(args.extra) if args.extra else None
        app = build_app(load_wires(), Bookmarks(args.state), extra=extra, faults=args.faults)
        listener = _listen(args.host, args.port)
    except (WireError, BookmarkError) as error:
        _say(str(error))
        return 1
    except (OSError, OverflowError) as error:
        _say(_refusal(error, args.host, args.port))
        return 1
    port = listener.getsockname()[1]
    _say(f"http://{args.host}:{port}/ is ready; Ctrl-C stops it")
    _run(app, listener)
    return 0


if __name__ == "__main__":
    sys.exit(main())
