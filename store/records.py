"""The records that cross a process, as JSON with a schema version. Field names follow IPTC ninjs in snake_case.

What an article has many of can hold nothing that holds it: the garbage collector need not know it (`gc=False`).
One `Article` travels through all topics; what a stage adds is empty before it. Times are UTC-aware. Ids and
versions: `store.identity`. JSON Schema of all records: `docs/schema/`, made by `make schema`.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from store.errors import BadRecord

Time = Annotated[datetime, msgspec.Meta(tz=True)]
PubStatus = Literal["usable", "withheld", "canceled"]
EntityType = Literal["person", "group", "state", "place", "weapon", "theme"]


class Subject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A subject code with the scheme it belongs to, such as IPTC Media Topics."""

    code: str
    scheme: str = ""
    name: str = ""


class Mention(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One place in an article's text that names an entity.

    `start` and `end` count Unicode code points of `field`: `getattr(article, field)[start:end] == text`.
    `rule` says why it matched, `confidence` lies in (0, 1]. `role` is what a person was on the article's date.
    `candidates`, where they are, are the places of one name that nothing tells apart; `entity_id` is then the one that
    holds all others.
    """

    entity_id: str
    type: EntityType
    text: str
    field: Literal["headline", "summary", "body"]
    start: int
    end: int
    rule: str
    confidence: float
    role: str = ""
    candidates: tuple[str, ...] = ()


class Unresolved(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A name that may be one of ours: nobody knows it, or it means one of `candidates` and nothing tells which.

    Offsets as in `Mention`. `reason`: `place:several`, `place:unsupported`, `place:unknown`, `group:unknown`, …
    """

    text: str
    field: Literal["headline", "summary", "body"]
    start: int
    end: int
    reason: str
    candidates: tuple[str, ...] = ()


class GeoPoint(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a mentioned place lies: WGS 84 degrees. `precision` is the kind of place, `governorate` to `point`."""

    lat: float
    lon: float
    place_id: str
    precision: str


class Article(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="schema", tag="article/1"
):
    """One version of one article of one feed."""

    id: str
    version: int
    content_hash: str
    feed_id: str
    guid: str
    url: str
    headline: str
    fetched: Time
    first_seen: Time
    wire_version: int | None = None
    summary: str = ""
    body: str = ""
    body_html: str = ""
    byline: str = ""
    dateline: str = ""
    language: str = ""
    published: Time | None = None
    updated: Time | None = None
    pubstatus: PubStatus = "usable"
    signals: tuple[str, ...] = ()
    ednote: str = ""
    urgency: int | None = None
    embargoed_until: Time | None = None
    slugline: str = ""
    keywords: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()
    provider: str = ""
    raw_ref: str = ""
    text_from: Literal["feed", "page"] = "feed"
    """`page`: `body` is the text of the article's web page. `content_hash` is that of what the feed said, always."""

    # Added by enrich.
    revision: int = 0
    mentions: tuple[Mention, ...] = ()
    entity_ids: tuple[str, ...] = ()
    person_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    state_ids: tuple[str, ...] = ()
    place_ids: tuple[str, ...] = ()
    weapon_ids: tuple[str, ...] = ()
    theme_ids: tuple[str, ...] = ()
    geo: tuple[GeoPoint, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()

    # Added by group.
    story_id: str = ""
    copy_of: str = ""
    copy_kind: str = ""
    copy_score: float = 0.0

    @property
    def order(self) -> tuple[int, int]:
        """What decides which of two records of one id is the newer."""
        return (self.version, self.revision)

    @property
    def retracted(self) -> bool:
        """The wire has taken it back: readers get headline and notice only."""
        return self.pubstatus != "usable"


class DeadLetter(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="schema", tag="dead-letter/1"
):
    """A record that a stage could not process, whole, with the reason.

    `id` is made of (stage, topic, partition, offset), so a redelivered failure is the same dead letter. `key` is
    the article's id. A later record of the same id with `retried` set says that it went back to its topic.
    """

    id: str
    stage: str
    topic: str
    partition: int
    offset: int
    key: str
    value: bytes
    reason: str
    at: Time
    retried: Time | None = None


_encoder = msgspec.json.Encoder()
_article = msgspec.json.Decoder(Article)
_dead_letter = msgspec.json.Decoder(DeadLetter)


def encode(record: Article | DeadLetter) -> bytes:
    """The JSON that goes into the log: UTF-8, no newline."""
    return _encoder.encode(record)


def decode_article(value: bytes) -> Article:
    """JSON of the log to an `Article`. Raises `BadRecord` with what is wrong and where."""
    try:
        return _article.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRecord(f"article record: {error}: mend the writer, then `syriawire dead retry`") from error


def decode_dead_letter(value: bytes) -> DeadLetter:
    """JSON of the topic `dead-letters` to a `DeadLetter`. Raises `BadRecord`."""
    try:
        return _dead_letter.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRecord(f"dead-letter record: {error}: it was not written by syriawire") from error
