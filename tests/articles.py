"""Articles for tests, made in one place."""

from datetime import UTC, datetime, timedelta

import msgspec

from store.identity import article_id, content_hash
from store.records import Article

NOON = datetime(2015, 10, 7, 12, 0, tzinfo=UTC)


def article(
    guid: str = "1", *, scope: str = "levant-wire/top", minutes: int = 0, **changes: object
) -> Article:
    """An article of a made-up wire; `minutes` moves its times. `content_hash` always fits the content."""
    moment = NOON + timedelta(minutes=minutes)
    made = Article(
        id=article_id(scope, guid),
        version=1,
        content_hash="",
        feed_id=scope,
        guid=guid,
        url=f"https://levant-wire.example/{guid}",
        headline="Strikes reported near Qaryatain",
        body="Warplanes struck the edge of the town, residents said.",
        language="en",
        published=moment,
        fetched=moment,
        first_seen=moment,
    )
    made = msgspec.structs.replace(made, **changes)
    return msgspec.structs.replace(made, content_hash=content_hash(made))
