"""Which article is which, and which version of it is the newest. Pure; settled in docs/decisions/0001-identity.md."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from store.records import Article

_SEPARATOR = b"\x1f"


def digest(parts: Iterable[str], size: int = 16) -> str:
    """Hex BLAKE2b of the parts, each closed by a separator, so that ("ab", "c") and ("a", "bc") differ."""
    hasher = hashlib.blake2b(digest_size=size)
    for part in parts:
        hasher.update(part.encode("utf-8", "surrogatepass"))
        hasher.update(_SEPARATOR)
    return hasher.hexdigest()


def article_id(scope: str, guid: str) -> str:
    """The id of an article: 32 hex digits that depend on the identity scope and the guid, on nothing else."""
    return digest((scope, guid))


def content_hash(article: Article) -> str:
    """Changes when what a reader reads changes. Times are left out: many feeds stamp them anew at each fetch."""
    return digest(
        (
            article.headline,
            article.summary,
            article.body,
            article.byline,
            article.dateline,
            article.language,
            article.pubstatus,
            article.ednote,
            str(article.urgency or ""),
            article.embargoed_until.isoformat() if article.embargoed_until else "",
            article.slugline,
            *article.keywords,
            *(f"{subject.scheme}:{subject.code}" for subject in article.subjects),
        )
    )


def milliseconds(moment: datetime) -> int:
    """A point in time as a version counts it: milliseconds since 1970, UTC."""
    return int(moment.timestamp() * 1000)


def next_version(
    fetched: datetime,
    *,
    previous: int | None = None,
    previous_wire: int | None = None,
    wire: int | None = None,
) -> int:
    """The version of content that differs from what is known: `max(previous + 1, fetch time)`.

    Survives the loss of the state store, since the fetch time goes on. Where the wire numbers its versions,
    ours keep at least the distance of theirs; so a late older one finds a free number below the current one.
    """
    if previous is None:
        return milliseconds(fetched)
    distance = 1
    if wire is not None and previous_wire is not None:
        if wire < previous_wire:
            return previous - (previous_wire - wire)
        distance = max(1, wire - previous_wire)
    return max(previous + distance, milliseconds(fetched))
