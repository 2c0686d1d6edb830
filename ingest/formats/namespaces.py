"""Namespaces of feeds and the short names that we know them by. Pure data."""

from functools import lru_cache

CORE = ""
ATOM = "atom"
XHTML = "xhtml"
_USUAL = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}
_BY_URI = {uri.lower(): prefix for prefix, uri in _USUAL.items()} | {
    "http://backend.userland.com/rss": CORE,
    "http://backend.userland.com/rss091": CORE,
    "http://backend.userland.com/rss2": CORE,
    "http://blogs.law.harvard.edu/tech/rss": CORE,
    "http://channel.netscape.com/rdf/simple/0.9/": CORE,
    "http://cyber.law.harvard.edu/rss/rss.html": CORE,
    "http://my.netscape.com/publish/formats/rss-0.91.dtd": CORE,
    "http://my.netscape.com/rdf/simple/0.9/": CORE,
    "http://purl.org/net/rss1.1#": CORE,
    "http://purl.org/rss/1.0/": CORE,
    "http://example.com/newformat#": ATOM,
    "http://example.com/necho": ATOM,
    "http://purl.org/atom/ns#": ATOM,
    "http://purl.org/echo/": ATOM,
    "http://purl.org/pie/": ATOM,
    "uri/of/echo/namespace#": ATOM,
    "http://purl.org/dc/elements/1.0/": "dc",
    "http://search.yahoo.com/mrss": "media",
    "http://www.w3.org/html/": XHTML,
}
_UNDECLARED = "undeclared:"


def usual_namespace(prefix: str) -> str:
    """The address that `prefix` mostly stands for, for documents that forgot to declare it."""
    return _USUAL.get(prefix.lower(), f"{_UNDECLARED}{prefix}")


@lru_cache(maxsize=4096)
def family(namespace: str, prefix: str | None) -> str:
    """The short name; "" for RSS itself, and for what has no prefix and an address that nobody knows.

    A known prefix tells what is meant where the address is misspelt; else it is the prefix as written.
    """
    known = _BY_URI.get(namespace.strip().lower())
    if known is not None:
        return known
    return (prefix or CORE).lower()
