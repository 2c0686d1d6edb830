"""New, changed, known, or late? Pure: what is known comes in, what to append and to remember goes out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from ingest.signals import EDITED, SAID
from ingest.story import story_of
from store.identity import milliseconds, next_version
from store.records import Article
from store.state import Seen


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Save `pending`, append `append`, save `seen`: a crash between any two repeats work and loses none.

    `pending` are records with `appended=False`; they fix version and first_seen before the append, so that
    a repeat is the same record. `seen` is the state afterwards. What is appended is `new`, `changed`, `late`, or
    `repeated`: it was decided before, and a crash kept us from knowing whether it was appended.
    """

    append: tuple[Article, ...] = ()
    pending: tuple[Seen, ...] = ()
    seen: tuple[Seen, ...] = ()
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    late: int = 0
    repeated: int = 0


@dataclass(frozen=True)
class _Verdict:
    kind: str
    article: Article | None = None
    pending: Seen | None = None
    seen: Seen | None = None


@dataclass
class _Tally:
    append: list[Article] = field(default_factory=list)
    pending: dict[str, Seen] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)
    counts: dict[str, int] = field(
        default_factory=lambda: {"new": 0, "changed": 0, "unchanged": 0, "late": 0, "repeated": 0}
    )


def decide(known: Mapping[str, Seen], articles: Iterable[Article], fetched: datetime) -> Decision:
    """What is to be done with `articles` of one response; `known` holds the `Seen` of those that have one."""
    tally = _Tally()
    for article in articles:
        verdict = _judge(tally.seen.get(article.id) or known.get(article.id), article, fetched)
        tally.counts[verdict.kind] += 1
        if verdict.article:
            tally.append.append(verdict.article)
        if verdict.pending:
            tally.pending[article.id] = verdict.pending
        if verdict.seen:
            tally.seen[article.id] = verdict.seen
    return Decision(
        append=tuple(tally.append),
        pending=tuple(tally.pending.values()),
        seen=tuple(tally.seen.values()),
        **tally.counts,
    )


def _judge(prior: Seen | None, article: Article, fetched: datetime) -> _Verdict:
    if prior is None:
        return _sent("new", article, next_version(fetched), None, ())
    if article.content_hash == prior.content_hash:
        if prior.appended:
            return _Verdict("unchanged", seen=_renumbered(prior, article))
        return _sent("repeated", article, prior.version, prior, prior.late)
    version = next_version(
        fetched, previous=prior.version, previous_wire=prior.wire_version, wire=article.wire_version
    )
    if version < prior.version:
        return _late(prior, article, version)
    numbered = prior.wire_version is not None and article.wire_version is not None
    # A superseded wire version that is delivered again must be known again.
    late = (*prior.late, prior.content_hash) if numbered else prior.late
    return _sent("changed", article, version, prior, late)


def _renumbered(prior: Seen, article: Article) -> Seen | None:
    """The wire sent the same content under a higher number, or its first: what lies below is late from now on."""
    wire, known = article.wire_version, prior.wire_version
    if wire is None or (known is not None and wire <= known):
        return None
    return msgspec.structs.replace(prior, wire_version=wire)


def _late(prior: Seen, article: Article, version: int) -> _Verdict:
    """An older wire version. It is remembered after the append only: its version comes out the same again."""
    if article.content_hash in prior.late:
        return _Verdict("unchanged")
    return _Verdict(
        "late",
        article=msgspec.structs.replace(article, version=version, first_seen=prior.first_seen),
        seen=msgspec.structs.replace(prior, late=(*prior.late, article.content_hash)),
    )


def _sent(kind: str, article: Article, version: int, prior: Seen | None, late: tuple[str, ...]) -> _Verdict:
    first_seen = prior.first_seen if prior else article.fetched
    wire = article.wire_version
    seen = Seen(
        id=article.id,
        feed_id=article.feed_id,
        version=version,
        content_hash=article.content_hash,
        first_seen=first_seen,
        wire_version=prior.wire_version if prior and wire is None else wire,
        late=late,
        story=story_of(article),
    )
    numbered = msgspec.structs.replace(article, version=version, first_seen=first_seen)
    return _Verdict(
        kind,
        article=with_edit(numbered, newer=version != milliseconds(first_seen)),
        pending=msgspec.structs.replace(seen, appended=False),
        seen=seen,
    )


def with_edit(article: Article, *, newer: bool) -> Article:
    """The article with the signal `edited` where it is a `newer` version and the wire does not say why."""
    if not newer or SAID.intersection(article.signals):
        return article
    return msgspec.structs.replace(article, signals=tuple(sorted({*article.signals, EDITED})))
