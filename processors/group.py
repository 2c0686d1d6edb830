"""Group: which articles carry the same text. First cut: identical copies; near copies and stories come later."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
import structlog

from lexicon.fold import words
from processors.deliver import append
from processors.run import Failure
from store.errors import BadRecord
from store.identity import digest
from store.log import ENRICHED, GROUPED, Log, Record, read_until
from store.records import Article, decode_article
from store.state import State

_LOG = structlog.get_logger("syriawire.work")
_SCOPE = "copies"
_RECOVERED = "copies-recovered"
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

    The first article in the log with a text owns it, as long as it carries that text; another one with it is its
    copy. Who owns what is kept in the state store, and read again from the log when that was lost.
    """

    name = "group"
    source = ENRICHED

    def __init__(self, log: Log, state: State) -> None:
        self._log = log
        self._state = state

    def start(self) -> None:
        if self._state.mark(_RECOVERED) is not None:
            return
        # Partitions are not read in the order of writing: what an article copied stands in the article itself.
        newest: dict[str, tuple[tuple[int, int], str, str]] = {}
        for article in _readable(read_until(self._log, GROUPED, self._log.ends(GROUPED))):
            if article.id not in newest or newest[article.id][0] < article.order:
                newest[article.id] = (article.order, fingerprint(article), article.copy_of or article.id)
        self._state.claim(_SCOPE, {text: owner for _, text, owner in newest.values() if text})
        self._state.set_mark(_RECOVERED, "yes")

    def work(self, article: Article) -> Article:
        return article

    def deliver(self, articles: Sequence[Article]) -> list[Failure]:
        self.start()  # the state store may have been lost since
        grouped: list[Article] = []
        for part in _without_repeats(articles):
            owners = self._owners(part)
            grouped += [_grouped(article, owners.get(fingerprint(article), article.id)) for article in part]
        return append(self._log, GROUPED, grouped)

    def _owners(self, articles: Sequence[Article]) -> dict[str, str]:
        """Fingerprint → id of the article that owns the text.

        An article whose text has changed gives up the old one, which then goes to the next that carries it.
        """
        texts = {article.id: fingerprint(article) for article in articles}
        self._state.give_up(_SCOPE, texts)
        wishes: dict[str, str] = {}
        for article_id, text in texts.items():
            wishes.setdefault(text, article_id)
        wishes.pop("", None)
        return self._state.claim(_SCOPE, wishes)


def _without_repeats(articles: Sequence[Article]) -> Iterator[list[Article]]:
    """The same articles in order, in parts that hold no article twice: where a batch is cut must not matter."""
    part: dict[str, Article] = {}
    for article in articles:
        if article.id in part:
            yield list(part.values())
            part = {}
        part[article.id] = article
    if part:
        yield list(part.values())


def _readable(records: Iterable[Record]) -> Iterator[Article]:
    for record in records:
        try:
            yield decode_article(record.value)
        except BadRecord as bad:  # `index` has made a dead letter of it
            _LOG.warning("record_passed_over", topic=record.topic, offset=record.offset, reason=str(bad))


def _grouped(article: Article, owner: str) -> Article:
    if owner == article.id:
        return msgspec.structs.replace(article, story_id=article.id)
    return msgspec.structs.replace(
        article, story_id=owner, copy_of=owner, copy_kind="identical", copy_score=1.0
    )
