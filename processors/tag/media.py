"""Names of places and states within the name of a medium: `Levant Wire`, `إذاعة دمشق`. They name no place."""

from collections.abc import Iterable
from typing import Final

from lexicon.entries import Words
from processors.tag.hits import Hit
from processors.tag.phrases import Phrases

_LATIN: Final = "\u024f"


class Media:
    """Reads the words that end, or begin, such a name."""

    def __init__(self, words: Words) -> None:
        self._nouns = Phrases(words.media_nouns)
        self._heads = Phrases(words.media_heads)

    def without(self, hits: Iterable[Hit]) -> list[Hit]:
        """The hits that are no part of such a name."""
        return [hit for hit in hits if not hit.reading.somewhere or not self._is_part(hit)]

    def _is_part(self, hit: Hit) -> bool:
        source = hit.field.source
        start, end = hit.source
        goes_on = end + 1 < len(source) and source[end] == " "
        if goes_on and source[end + 1].isupper() and not hit.field.titled and self._nouns.stand_behind(hit):
            return True
        return source[start] > _LATIN and self._heads.stand_before(hit)
