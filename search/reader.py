"""What a reader may see: the rules for retractions and embargoes, in one place for API, page and what follows. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from store.records import Article


class Version(NamedTuple):
    """One version as a reader sees it. `withdrawn_text`: its text was taken away since the wire took it back."""

    article: Article
    withdrawn_text: bool


def under_embargo(article: Article, now: datetime) -> bool:
    """Whether nobody may see it yet."""
    return article.embargoed_until is not None and article.embargoed_until > now


def current(article: Article) -> Article:
    """The newest version: of a retracted one headline and notice (`ednote`) only."""
    return _without_text(article) if article.retracted else article


def versions(newest: Article, history: Iterable[Article], now: datetime) -> list[Version]:
    """Newest first. Once the newest is retracted no version keeps its text, nor an older one its headline."""
    kept = [article for article in history if not under_embargo(article, now)]
    recalled = newest.retracted or any(article.retracted and article.order > newest.order for article in kept)
    return [_version(article, recalled=recalled, newest=newest) for article in kept]


def _version(article: Article, *, recalled: bool, newest: Article) -> Version:
    if not (recalled or article.retracted):
        return Version(article, withdrawn_text=False)
    hidden = _without_text(article)
    if recalled and article.version < newest.version:
        # The former headline may be the very thing that was taken back.
        hidden = msgspec.structs.replace(hidden, headline="", slugline="", keywords=())
    return Version(hidden, withdrawn_text=True)


def _without_text(article: Article) -> Article:
    """Mentions quote the text, and `raw_ref` leads to it."""
    return msgspec.structs.replace(article, summary="", body="", body_html="", mentions=(), raw_ref="")
