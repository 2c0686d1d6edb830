"""Group: which articles carry the same text. First cut: identical copies; near copies and stories come later."""

from collections.abc import Sequence
from itertools import islice

import msgspec

from lexicon.fold import words
from processors.run import Failure
from store.identity import digest
from store.log import ENRICHED, GROUPED, Entry, Log, read_until
from store.records import Article, decode_article, encode
from store.state import State

_SCOPE = "copies"
_RECOVERED = "copies-recovered"
_RECOVERED_AT_ONCE = 1000
_FEWEST_WORDS = 8
"""A shorter text ("Explosion in Homs") may well be written twice by chance."""


def fingerprint(article: Article) -> str:
    """The same for two texts that differ in case, marks, spacing and punctuation only.

    Empty for a short text, and for a retraction: two notices in the same words are not copies.
    """
    if article.retracted:
        return ""
    text = words(f"{article.headline}\n{article.body or article.summary}")
    return digest(text) if len(text) >= _FEWEST_WORDS else ""


class Group:
    """The stage between `articles.enriched` and `articles.grouped`.

    The first article in the log with a text owns it; a later one of another id is its copy. Who owns what is kept in
    the state store, and read again from the log when that was lost.
    """

    name = "group"
    source = ENRICHED

    def __init__(self, log: Log, state: State) -> None:
        self._log = log
        self._state = state

    def start(self) -> None:
        if self._state.mark(_RECOVERED) is not None:
            return
        grouped = read_until(self._log, GROUPED, self._log.ends(GROUPED))
        while part := list(islice(grouped, _RECOVERED_AT_ONCE)):
            self._owners([decode_article(record.value) for record in part])
        self._state.set_mark(_RECOVERED, "yes")

    def work(self, article: Article) -> Article:
        return article

    def deliver(self, articles: Sequence[Article]) -> list[Failure]:
        owners = self._owners(articles)
        grouped = [_grouped(article, owners.get(fingerprint(article), article.id)) for article in articles]
        self._log.append(GROUPED, [Entry(article.id, encode(article)) for article in grouped])
        return []

    def _owners(self, articles: Sequence[Article]) -> dict[str, str]:
        """Fingerprint → id of the first article that had it; one transaction for all."""
        wishes: dict[str, str] = {}
        for article in articles:
            wishes.setdefault(fingerprint(article), article.id)
        wishes.pop("", None)
        return self._state.claim(_SCOPE, wishes)


def _grouped(article: Article, owner: str) -> Article:
    if owner == article.id:
        return msgspec.structs.replace(article, story_id=article.id)
    return msgspec.structs.replace(
        article, story_id=owner, copy_of=owner, copy_kind="identical", copy_score=1.0
    )
