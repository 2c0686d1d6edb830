"""Page texts on their way to the log: with the article, or later as a completion of it.

A completion is a newer version with the signal `completion`: the same words of the wire, the whole text. Its
`content_hash` is that of what the feed said, so that the feed, polled again, changes nothing.
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ingest.catalogue import Feed
from ingest.decide import Decision, with_edit
from ingest.page import Completed, Pages, wants_page
from ingest.parse import parse
from ingest.robots import Robots, Rules, origin_of
from ingest.send import send
from store.archive import Archive
from store.errors import NotFound
from store.identity import milliseconds, next_version
from store.log import Log
from store.records import Article, Time
from store.state import Seen, State

COMPLETION = "completion"
AT_ONCE = 20
"""Pages of one feed that one poll tries again."""
_AWAITED = 200
"""Articles of one feed that wait for their text; of more the oldest go without."""
_TRIES = 6
_FIRST_WAIT = timedelta(minutes=10)

Run = Callable[[Coroutine[Any, Any, Completed]], Completed]
"""Runs a coroutine where the fetcher lives, and waits for it."""


class Awaited(msgspec.Struct, frozen=True, kw_only=True):
    """An article that went out with the feed's text; `raw_ref` says where in the archive its entry is."""

    id: str
    content_hash: str
    raw_ref: str
    not_before: Time
    tries: int = 0


class Completer:
    """For one batch, in the thread that uses state, log and archive. The pages are read wherever `run` runs them."""

    def __init__(
        self, *, state: State, pages: Pages, robots: Robots, run: Run, clock: Callable[[], datetime]
    ) -> None:
        self._state = state
        self._pages = pages
        self._robots = robots
        self._run = run
        self._clock = clock

    def fill(self, feed: Feed, decision: Decision, known: Mapping[str, Seen]) -> Decision:
        """The decision with the text of the pages. What has none yet is remembered, for `catch_up`.

        An article that is sent again after a crash keeps the feed's text: the same version must be the same record.
        """
        wanting = [article for article in decision.append if wants_page(feed, article)]
        if not wanting:
            return decision
        fresh = [each for each in wanting if not _is_repeat(known.get(each.id), each)]
        completed = self._ask(feed, fresh)
        texts = {article.id: article for article in completed.articles}
        later = {*completed.later, *(each.id for each in wanting if each not in fresh)}
        now = self._clock()
        self._await(
            feed,
            [
                Awaited(
                    id=each.id,
                    content_hash=each.content_hash,
                    raw_ref=each.raw_ref,
                    not_before=now + _FIRST_WAIT,
                )
                for each in wanting
                if each.id in later
            ],
        )
        return _with(decision, texts)

    def catch_up(self, feed: Feed, log: Log, archive: Archive, renew: Callable[[], bool]) -> int:
        """Sends the texts that can be had by now; returns how many. Raises `LeaseLost`, `Unavailable`."""
        if feed.full_text != "page":
            return 0
        now = self._clock()
        awaited = self._awaited(feed)
        due = [each for each in awaited if each.not_before <= now][:AT_ONCE]
        if not due:
            return 0
        known = self._state.seen(each.id for each in due)
        articles = [
            article
            for each in due
            if each.id in known and known[each.id].content_hash == each.content_hash
            and (article := _from_archive(feed, each, archive, now)) is not None
        ]  # fmt: skip
        completed = self._ask(feed, articles)
        sent = _completions(completed.articles, known, now)
        send(sent, known, log, self._state, renew)
        kept = [each for each in awaited if each not in due]
        self._save(
            feed,
            kept
            + [_again(each, now) for each in due if each.id in completed.later and each.tries + 1 < _TRIES],
        )
        return len(sent.append)

    def _ask(self, feed: Feed, articles: Sequence[Article]) -> Completed:
        origins = {origin_of(article.url) for article in articles}
        for origin in origins - self._robots.memory.keys():
            if held := self._state.mark(_robots(origin)):
                self._robots.memory[origin] = msgspec.json.decode(held, type=Rules)
        before = dict(self._robots.memory)
        completed = self._run(self._pages.complete(feed, articles))
        for origin, rules in self._robots.memory.items():
            if before.get(origin) != rules:
                self._state.set_mark(_robots(origin), msgspec.json.encode(rules).decode())
        return completed

    def _await(self, feed: Feed, more: Sequence[Awaited]) -> None:
        if more:
            new = {each.id for each in more}
            self._save(feed, [*(each for each in self._awaited(feed) if each.id not in new), *more])

    def _awaited(self, feed: Feed) -> list[Awaited]:
        held = self._state.mark(_mark(feed))
        return msgspec.json.decode(held, type=list[Awaited]) if held else []

    def _save(self, feed: Feed, awaited: Sequence[Awaited]) -> None:
        self._state.set_mark(_mark(feed), msgspec.json.encode(awaited[-_AWAITED:]).decode())


def _mark(feed: Feed) -> str:
    return f"pages/{feed.id}"


def _robots(origin: str) -> str:
    return f"robots/{origin}"


def _is_repeat(seen: Seen | None, article: Article) -> bool:
    return seen is not None and seen.content_hash == article.content_hash


def _with(decision: Decision, texts: Mapping[str, Article]) -> Decision:
    return replace(decision, append=tuple(texts.get(article.id, article) for article in decision.append))


def _from_archive(feed: Feed, awaited: Awaited, archive: Archive, now: datetime) -> Article | None:
    """The article as the feed had it; None where the archive has it no more or it is read otherwise now."""
    reference = awaited.raw_ref.partition("#")[0]
    try:
        result = parse(archive.get(reference), feed, "", now, reference)
    except NotFound:
        return None
    found = (each for each in result.articles if each.raw_ref == awaited.raw_ref)
    article = next((each for each in found if each.content_hash == awaited.content_hash), None)
    return None if article is None else msgspec.structs.replace(article, id=awaited.id)


def _completions(articles: Iterable[Article], known: Mapping[str, Seen], now: datetime) -> Decision:
    append: list[Article] = []
    seen: list[Seen] = []
    for article in articles:
        if article.text_from != "page":
            continue
        prior = known[article.id]
        version = next_version(now, previous=prior.version)
        signals = tuple(sorted({*article.signals, COMPLETION}))
        whole = msgspec.structs.replace(
            article, version=version, first_seen=prior.first_seen, signals=signals
        )
        append.append(with_edit(whole, newer=prior.version != milliseconds(prior.first_seen)))
        seen.append(msgspec.structs.replace(prior, version=version, appended=True))
    pending = tuple(msgspec.structs.replace(each, appended=False) for each in seen)
    return Decision(append=tuple(append), pending=pending, seen=tuple(seen), changed=len(append))


def _again(awaited: Awaited, now: datetime) -> Awaited:
    wait = _FIRST_WAIT * 2 ** (awaited.tries + 1)
    return msgspec.structs.replace(awaited, tries=awaited.tries + 1, not_before=now + wait)
