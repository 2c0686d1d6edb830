"""What may change something: requests of our own pages and of programs, never of a page from elsewhere. Pure."""

from urllib.parse import urlsplit

from fastapi import Request

from search.access import is_loopback
from search.errors import Forbidden, TooLong

LONGEST_BODY = 64 * 1024
_SAFE = ("GET", "HEAD", "OPTIONS")


def check_write(request: Request, *, by_address: bool) -> None:
    """Raises `Forbidden`, `TooLong`. `by_address`: the asker is let in for the machine it sits on, without a token.

    Browsers say where a request comes from; who says nothing is no browser, and no page has sent it.
    """
    if request.method in _SAFE:
        return
    headers = request.headers
    if "transfer-encoding" in headers or not _length(headers.get("content-length", "0")) <= LONGEST_BODY:
        raise TooLong(f"request: its body: send at most {LONGEST_BODY:,} bytes, with Content-Length")
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    host = headers.get("host", "").lower()
    own = (
        site in ("same-origin", "none") if site else origin is None or urlsplit(origin).netloc.lower() == host
    )
    if not own:
        raise Forbidden("request: sent by a page of another site: do it here, on our own page")
    # A name that somebody else lets lead to this machine is not this machine.
    if by_address and not is_loopback(urlsplit(f"//{host}").hostname or ""):
        raise Forbidden(
            f"request: {host[:80]} is not how this machine calls itself: go to 127.0.0.1, or send a token"
        )


def _length(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else LONGEST_BODY + 1
