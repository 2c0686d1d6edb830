"""What a reader may see: the rules for retractions and embargoes, in one place for API, page and what follows. Pure."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from search.fields import ENTITY_FIELDS
from store.health import HEALTH
from store.records import Article, Time
from store.state import FeedState

_SCHEME = r"\b[a-z][a-z0-9+.\-]{0,20}://"
_ADDRESS = re.compile(rf"(?P<scheme>{_SCHEME}|(?<![\w:/])//)(?P<rest>(?:(?!{_SCHEME})\S)+)", re.IGNORECASE)
_QUERY = re.compile(r"\?[^\s?=]{1,100}=\S*")
_HOST = re.compile(r"(?:\[[0-9a-f:.]+\]|[^:@\[\]]*)(?::\d*)?", re.IGNORECASE)
_CLOSING = "'\"”’»)]>,;:.!"


class Version(NamedTuple):
    """One version as a reader sees it. `withdrawn_text`: its text was taken away since the wire took it back."""

    article: Article
    withdrawn_text: bool


class FeedView(msgspec.Struct, frozen=True, kw_only=True):
    """What anybody may know of a feed; fields as in `FeedState`, and the remedy for its health."""

    feed_id: str
    health: str
    remedy: str
    detail: str
    failures: int
    next_due: Time | None
    last_poll: Time | None
    last_success: Time | None
    newest_item: Time | None
    items_total: int


def under_embargo(article: Article, now: datetime) -> bool:
    """Whether nobody may see it yet."""
    return article.embargoed_until is not None and article.embargoed_until > now


def current(article: Article) -> Article:
    """The newest version: of a retracted one headline and notice (`ednote`) only."""
    return _without_text(article) if article.retracted else article


def versions(newest: Article, history: Iterable[Article], now: datetime) -> list[Version]:
    """Newest first. Once the newest is retracted no version keeps its text, nor an older one its headline."""
    kept = [article for article in history if not under_embargo(article, now)]
    last = max([newest, *kept], key=lambda article: article.order)  # the history may know of a recall first
    return [_version(article, last) for article in kept]


def feed_view(feed: FeedState) -> FeedView:
    """Of a feed its health and counts; its address, often with a key in it, is nobody's business."""
    shown = {name: getattr(feed, name) for name in FeedView.__struct_fields__ if name != "remedy"}
    return FeedView(
        **{**shown, "detail": without_secrets(feed.detail), "remedy": HEALTH.get(feed.health, "")}
    )


def without_secrets(text: str) -> str:
    """Takes user, password, query and fragment out of every address in `text`."""
    return _QUERY.sub(lambda query: _closing(query[0]), _ADDRESS.sub(_bare_address, text))


def _bare_address(match: re.Match[str]) -> str:
    closing = _closing(match["rest"])
    address = match["rest"].removesuffix(closing)
    host, slash, path = re.split(r"[?#]", address, maxsplit=1)[0].partition("/")
    host = host.rpartition("@")[2]
    if not _HOST.fullmatch(host):
        return f"{match['scheme']}…{closing}"  # a password with a slash in it looks like this
    return f"{match['scheme']}{host}{slash}{path}{closing}"


def _closing(text: str) -> str:
    """The punctuation at its end, which belongs to the sentence."""
    return text[len(text.rstrip(_CLOSING)) :]


def _version(article: Article, last: Article) -> Version:
    if not (last.retracted or article.retracted):
        return Version(article, withdrawn_text=False)
    hidden = _without_text(article)
    if last.retracted and article.version < last.version:
        # The former headline may be the very thing that was taken back; of a former notice that is not feared.
        notice = article.ednote if article.retracted else ""
        hidden = msgspec.structs.replace(
            hidden, headline="", slugline="", byline="", dateline="", keywords=(), subjects=(), ednote=notice
        )
    return Version(hidden, withdrawn_text=True)


def _without_text(article: Article) -> Article:
    """Mentions quote the text, ids tell whom it names, and `raw_ref` leads to it."""
    derived = dict.fromkeys(("mentions", "unresolved", "geo", "entity_ids", *ENTITY_FIELDS.values()), ())
    return msgspec.structs.replace(article, summary="", body="", body_html="", raw_ref="", **derived)
