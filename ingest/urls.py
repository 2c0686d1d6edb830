"""Canonical addresses: what only tracks readers goes, and no two pages become one. Pure; never raises.

`clean` is what an article shows as its `url`; `link_key` is what two addresses are compared by. The rules and
their reasons: docs/decisions/0009-whose-guids-lie.md.
"""

import functools
import re
from urllib.parse import unquote, urlsplit

_TRACKING = re.compile(
    r"utm_.+|at_.+|mtm_.+|pk_.+|piwik_.+|matomo_.+|ns_(mchannel|source|campaign|linkname|fee)|hsa_.+"
    r"|fbclid|fb_action_ids|fb_action_types|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|_openstat|twclid"
    r"|ttclid|li_fat_id|igshid|igsh|mc_cid|mc_eid|_hsenc|_hsmi|hsctatracking|oly_anon_id|oly_enc_id|vero_id|vero_conv"
    r"|__twitter_impression|xtor|echobox|wt[._]mc(_id)?|s_cid|cmpid|icid|ocid|ncid|smid|smtyp|soc_src|soc_trk|sr_share"
    r"|traffic_source|maca|phpsessid|jsessionid|aspsessionid\w*"
)
_BY_FEED = frozenset({"source", "src", "from", "partner", "emc", "via", "origin"})
_FEEDS = frozenset({"rss", "rss2", "atom", "feed", "feeds", "rssfeed"})
"""`?source=rss` says how a reader came; `?source=reuters` may well choose the page."""
_SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
_FURNITURE = re.compile(r"comments?(-?\d+)?|respond|disqus_thread|top|content|main|:~:.*", re.IGNORECASE)
"""Fragments that point at a part of every page. `#!/…` and `#/…` are pages; `#post-12` may be a story of its own."""
_MAY_TRACK = re.compile(r"[?#;]")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def clean(url: str) -> str:
    """The same address without tracking parameters, session ids and fragments that every page has."""
    if not _MAY_TRACK.search(url):
        return url
    rest, mark, fragment = url.partition("#")
    path, question, query = _SESSION.sub("", rest).partition("?")
    kept = [pair for pair in query.split("&") if pair and not _tracks(pair)]
    cleaned = path + (question + "&".join(kept) if kept else "")
    return cleaned + (mark + fragment if _names_a_page(fragment) else "")


def clean_guid(guid: str) -> str:
    """A guid that is a web address loses what tracks; any other stays as the wire wrote it."""
    return clean(guid) if guid[:8].lower().startswith(("http://", "https://")) and " " not in guid else guid


@functools.lru_cache(maxsize=4096)  # asked for again and again while one document is read
def link_key(url: str) -> str:
    """Equal for two addresses of one page: `clean`, https, the host in small letters without `www.`

    "" for what is no web address. A key to compare by: never shown, never asked for.
    """
    try:
        parts = urlsplit(clean(url))
        host = parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
    if parts.scheme not in _DEFAULT_PORTS or not host:
        return ""
    host = host.removesuffix(_DEFAULT_PORTS[parts.scheme]).rstrip(".").removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"https://{host}{parts.path or '/'}{query}{fragment}"


def is_front_page(url: str) -> bool:
    """True for an address that cannot name one story: the front page of a site, or none at all."""
    key = link_key(url)
    return not key or (key.count("/") == 3 and key.endswith("/"))


def _tracks(pair: str) -> bool:
    name, _, value = (unquote(part).casefold() for part in pair.partition("="))
    if name in _BY_FEED:
        return value in _FEEDS
    # On old sites `?ref=1234` and `?cmp=12` are the page.
    if name in {"ref", "cmp"}:
        return not value.isdigit()
    return bool(_TRACKING.fullmatch(name))


def _names_a_page(fragment: str) -> bool:
    if not fragment or _FURNITURE.fullmatch(fragment):
        return False
    return "=" not in fragment or not all(_tracks(pair) for pair in fragment.split("&"))
