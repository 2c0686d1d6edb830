"""One question to a publisher on its way through redirects: where it goes next, and what it may carry there."""

import base64
import re
from collections.abc import Mapping

import httpx

from ingest.catalogue import Feed
from ingest.fetch.answer import validator
from ingest.fetch.trouble import Lost, Misconfigured
from ingest.fetch.unpack import ACCEPTED
from ingest.fetch.vet import is_host
from store.state import FeedState

_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_LONGEST = 8000  # RFC 9110 asks for as much
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[^\x00-\x1f\x7f]*")
_PORTS = {"http": 80, "https": 443}


class Trip:
    """Begins at `at`, or at the feed's own address. `hops`: how often it was redirected."""

    def __init__(
        self, feed: Feed, known: FeedState | None, user_agent: str, at: str = "", *, fresh: bool = False
    ) -> None:
        """`known`: whose validators to send. `fresh`: caches on the way are to ask the publisher.

        Raises `Lost` for what is no web address, `Misconfigured` for headers that cannot be sent.
        """
        self.feed = feed
        home = _web_address(feed.url)
        self.asked = self.url = _bare(_web_address(at) if at else home)
        self.hops = 0
        self.moved_to = ""
        self._lasting = True
        # What the catalogue says to one host (a token, perhaps) is not for another.
        self._trusted = _same_host(home, self.url)
        self._own = _credentials(home) | _sendable(feed.headers)
        self._validators = _validators(known)
        self._common = _sendable(
            {
                "user-agent": feed.user_agent or user_agent,
                "accept": _ACCEPT,
                "accept-encoding": ACCEPTED,
                **({"cache-control": "no-cache"} if fresh else {}),
            }
        )
        self._cookies = httpx.Cookies()  # of this trip only: some hosts redirect until theirs come back

    @property
    def host(self) -> str:
        """The host to be asked next, in lower case and as it is dialled; an IPv6 address without brackets."""
        return self.url.raw_host.decode("ascii").lower()

    @property
    def conditional(self) -> bool:
        """Whether the request has validators, so that 304 is an answer to it."""
        return bool(self._validators)

    @property
    def advice(self) -> str:
        """For a person, if the feed has moved."""
        return (
            f"moved for good to {self.moved_to}: put that address into the catalogue" if self.moved_to else ""
        )

    def request(self) -> httpx.Request:
        """What to send to `url`."""
        own = self._own if self._trusted else {}
        headers = httpx.Headers(self._common | self._validators | own, encoding="utf-8")
        request = httpx.Request("GET", self.url, headers=headers)
        if self.hops:
            self._cookies.set_cookie_header(request)
        return request

    def redirected(self, response: httpx.Response) -> bool:
        """Goes on to where `response` points, if it does. Raises `Lost`."""
        location = response.headers.get("location", "").strip()
        if response.status_code not in _REDIRECTING or not location:
            return False
        if "set-cookie" in response.headers:
            self._cookies.extract_cookies(response)
        if len(location) > _LONGEST:
            raise Lost(f"redirected to an address of {len(location)} characters")
        target = _bare(_web_address(location, self.url))
        self._trusted = self._trusted and _same_host(self.url, target)
        self._lasting = self._lasting and response.status_code in _PERMANENT
        if self._lasting:
            self.moved_to = str(target)
        self.url = target
        self.hops += 1
        return True


def _web_address(text: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        url = base.join(text) if base else httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise Lost(f"{text!r} is no web address") from error
    if url.scheme not in _PORTS or not is_host(url.raw_host.decode()):
        raise Lost(f"{text!r} is no web address")
    return url


def _bare(url: httpx.URL) -> httpx.URL:
    return url.copy_with(userinfo=b"", fragment=None) if url.userinfo or url.fragment else url


def _same_host(here: httpx.URL, there: httpx.URL) -> bool:
    """The same host and port, or its encrypted form on the usual ports; never from encrypted to plain."""
    if here.host != there.host:
        return False
    ports = [url.port or _PORTS[url.scheme] for url in (here, there)]
    return (here.scheme == there.scheme and ports[0] == ports[1]) or (
        (here.scheme, there.scheme) == ("http", "https") and ports == [80, 443]
    )


def _sendable(headers: Mapping[str, str]) -> dict[str, str]:
    for name, text in headers.items():
        if not (_NAME.fullmatch(name) and _VALUE.fullmatch(text)):
            # Without the text, which may be a key.
            raise Misconfigured(
                f"header {name!r} cannot be sent: mend `headers` or `user_agent` of this feed"
            )
    return {name.lower(): text.strip() for name, text in headers.items()}


def _credentials(url: httpx.URL) -> dict[str, str]:
    if not url.userinfo:
        return {}
    return {"authorization": "Basic " + base64.b64encode(f"{url.username}:{url.password}".encode()).decode()}


def _validators(known: FeedState | None) -> dict[str, str]:
    if known is None:
        return {}
    said = {"if-none-match": validator(known.etag), "if-modified-since": validator(known.last_modified)}
    return {name: text for name, text in said.items() if text}
