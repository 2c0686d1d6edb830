"""The feeds that a web page names, and where else one usually is. Pure, bounded, never raises."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from ingest.catalogue import is_web_address
from ingest.urls import link_key

_LOOKED_AT = 500_000
_MOST = 10
_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/json",
    "application/xml",
    "text/xml",
)
_PATHS = ("/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/feed.json", "/rss", "/index.xml", "/?feed=rss2")
_NOT_NEWS = ("comment", "oembed", "wp-json", "/xmlrpc")


def feed_links(page: bytes, url: str) -> list[str]:
    """Addresses that the page names by `<link rel="alternate">`, the likeliest first, ten at most."""
    finder = _Finder()
    finder.feed(page[:_LOOKED_AT].decode("utf-8", "replace"))
    base = _joined(url, finder.base) or url
    links = [link for type_, href in finder.found if type_ in _TYPES and (link := _joined(base, href))]
    news = [link for link in links if not any(word in link.lower() for word in _NOT_NEWS)]
    return _once(news or links)[:_MOST]


def usual_addresses(url: str) -> list[str]:
    """Where a site's feed usually is: below the page, then below the site's root."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}"
    here = root + parts.path.rstrip("/")
    return _once([base + path for base in ([here] if here != root else []) + [root] for path in _PATHS])


class _Finder(HTMLParser):
    """Collects (type, href) of the links to other forms of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base = ""
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "base" and not self.base:
            self.base = values.get("href", "")
        if tag == "link" and "alternate" in values.get("rel", "").lower().split():
            kind = values.get("type", "").partition(";")[0].strip().lower()
            self.found.append((kind, values.get("href", "")))


def _joined(base: str, href: str) -> str:
    try:
        link = urljoin(base, href.strip()) if href.strip() else ""
    except ValueError:
        return ""
    return link if is_web_address(link) else ""


def _once(links: list[str]) -> list[str]:
    return list({link_key(link): link for link in reversed(links)}.values())[::-1]
