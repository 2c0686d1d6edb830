"""Enrich: language, then names. `Enrich` is pure: an article in, the same article with what we derived from it."""

from collections.abc import Sequence

import msgspec

from lexicon.entries import Lexicon
from processors.deliver import append
from processors.language import detect
from processors.run import Failure
from processors.tag.tagger import Tagger
from store.log import ENRICHED, RAW, Log
from store.records import Article


class Enrich:
    """Built once from a lexicon; `enrich(article)` sets `revision` to the lexicon's and the tags.

    Of what the wire sent it touches only `language`, and that where the text is plainly in another one than the
    feed declares. Raises nothing of its own.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._tagger = Tagger(lexicon)

    def __call__(self, article: Article) -> Article:
        """The article with `language`, `revision`, `mentions`, the id arrays, `geo` and `unresolved`.

        A retracted article is tagged by its headline alone: what its text named must not be found any more.
        """
        summary, body = ("", "") if article.retracted else (article.summary, article.body)
        tags = self._tagger.tag(
            article.headline,
            summary,
            body,
            published=article.published or article.first_seen,
            dateline=article.dateline,
        )
        text = "\n".join((article.headline, article.summary, article.body))
        return msgspec.structs.replace(
            article,
            language=detect(text, declared=article.language),
            revision=self._tagger.lexicon.revision,
            mentions=tags.mentions,
            entity_ids=tags.entity_ids,
            person_ids=tags.person_ids,
            group_ids=tags.group_ids,
            state_ids=tags.state_ids,
            place_ids=tags.place_ids,
            weapon_ids=tags.weapon_ids,
            theme_ids=tags.theme_ids,
            geo=tags.geo,
            unresolved=tags.unresolved,
        )


class EnrichStage:
    """The stage between `articles.raw` and `articles.enriched`."""

    source = RAW

    def __init__(self, enrich: Enrich, log: Log, name: str = "enrich") -> None:
        self.name = name
        self._enrich = enrich
        self._log = log

    def start(self) -> None:
        """Nothing to prepare."""

    def work(self, article: Article) -> Article:
        return self._enrich(article)

    def deliver(self, articles: Sequence[Article]) -> list[Failure]:
        return append(self._log, ENRICHED, articles)
