"""A made-up publisher on a port of its own: one good feed and one that is a web page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Wire</title><link>http://wire.example/</link><description>-</description>
<item><title>Shelling near Qaryatain</title><link>http://wire.example/1</link><guid>wire-1</guid>
<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate><description>Three shells fell near Qaryatain.</description></item>
<item><title>Talks in Geneva</title><link>http://wire.example/2</link><guid>wire-2</guid>
<pubDate>Mon, 02 Nov 2026 11:00:00 GMT</pubDate><description>Talks went on in Geneva.</description></item>
</channel></rss>"""
PAGE = "<!doctype html><html><head><title>Moved</title></head><body>This feed has moved.</body></html>"

CATALOGUE = """publisher: Made-up Wire
feeds:
  - id: wire/good
    url: {url}/good.xml
    language: en
    every: {every}
    allow_private: true
  - id: wire/moved
    url: {url}/moved.xml
    language: en
    every: {every}
    allow_private: true
"""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        good = self.path == "/good.xml"
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml" if good else "text/html")
        self.end_headers()
        self.wfile.write((RSS if good else PAGE).encode())

    def log_message(self, *arguments: object) -> None:
        """Silent."""


@contextmanager
def publisher(feeds: Path, every: str) -> Iterator[None]:
    """Serves the feeds, and writes their catalogue into the folder `feeds`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    feeds.mkdir()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    (feeds / "made-up.yml").write_text(CATALOGUE.format(url=url, every=every), encoding="utf-8")
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
