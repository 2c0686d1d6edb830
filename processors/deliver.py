"""How a stage passes articles on to the next topic."""

from collections.abc import Sequence

from processors.run import Failure
from store.errors import TooLarge
from store.log import Entry, Log
from store.records import Article, encode


def append(log: Log, topic: str, articles: Sequence[Article]) -> list[Failure]:
    """Appends all, durably; those that are too large for the log come back. Raises `Unavailable`."""
    entries = [Entry(article.id, encode(article)) for article in articles]
    try:
        log.append(topic, entries)
    except TooLarge as error:
        refused = set(error.places)
        log.append(topic, [entry for place, entry in enumerate(entries) if place not in refused])
        return [Failure(articles[place], str(error)) for place in sorted(refused)]
    return []
