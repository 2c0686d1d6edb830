"""An index and a state store in memory, written by hand for unit tests: the contract's rules in plain Python."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from lexicon.fold import words
from store import counts, geo
from store.bounds import wild_pieces
from store.errors import IndexUnavailable
from store.index import Collection, Key, Rejected
from store.query import (
    And,
    Bounds,
    Bucket,
    Cell,
    Companion,
    Everything,
    FacetValue,
    Fold,
    Hit,
    Hits,
    Interval,
    KeywordField,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Term,
    TimeField,
    TimeRange,
    Wildcard,
    Word,
)
from store.records import Article
from store.state import FeedState, Seen

_OLD = datetime(1, 1, 1, tzinfo=UTC)


class FakeIndex:
    """`store.index.Index` over a dict. `down` makes every call fail as if the world were in the way.

    It has no clock: `indexed` is when an article was fetched.
    """

    def __init__(self, articles: Iterable[Article] = ()) -> None:
        self.versions: dict[str, dict[int, Article]] = {}
        self.physical = {"articles": self.versions}
        self.down = ""
        self.queries: list[Query] = []
        self.put(list(articles))

    def put(self, articles: Sequence[Article]) -> list[Rejected]:
        self._check()
        for article in articles:
            known = self.versions.setdefault(article.id, {})
            if article.version not in known or known[article.version].order < article.order:
                known[article.version] = article
        return []

    def refresh(self) -> None:
        self._check()

    def get(self, id: str) -> Article | None:  # noqa: A002
        history = self.history(id)
        return history[0] if history else None

    def history(self, id: str) -> list[Article]:  # noqa: A002
        self._check()
        return sorted(self.versions.get(id, {}).values(), key=lambda article: article.order, reverse=True)

    def search(self, query: Query) -> Hits:
        self._check()
        self.queries.append(query)
        found = sorted(self._matching(query), key=lambda article: article.id)
        if query.sort == "oldest":
            found.sort(key=lambda article: article.published or article.first_seen)
        elif query.sort != "first_seen":
            found.sort(key=lambda article: article.published or _OLD, reverse=True)
        if query.sort == "relevance":
            found.sort(key=lambda article: _score(article, query.where), reverse=True)
        members: dict[str, list[Article]] = {}
        for each in found:
            members.setdefault(_fold(each, query.fold), []).append(each)
        firsts = [group[0] for group in members.values()]
        start = int(query.after or 0)
        page = firsts[start : start + query.limit]
        end = start + len(page)
        return Hits(
            total=len(found),
            hits=tuple(
                Hit(
                    article=each,
                    score=_score(each, query.where),
                    folded=len(members[_fold(each, query.fold)]) - 1,
                )
                for each in page
            ),
            next=str(end) if end < len(firsts) else None,
        )

    def facets(self, query: Query, fields: Sequence[KeywordField], size: int) -> dict[str, list[FacetValue]]:
        self._check()
        matching = self._matching(query)
        return {
            field: [
                FacetValue(*pair)
                for pair in Counter(v for a in matching for v in _values(a, field)).most_common(size)
            ]
            for field in fields
        }

    def timeline(self, query: Query, interval: Interval, field: TimeField = "dated") -> list[Bucket]:
        self._check()
        times = [_time(article, field) for article in self._matching(query)]
        return counts.timeline([(time, 1) for time in times if time is not None], interval)

    def cells(
        self, query: Query, precision: int, bounds: Bounds | None = None, size: int = 1000
    ) -> list[Cell]:
        self._check()
        counts.check_precision(precision)
        points = Counter(key for article in self._matching(query) for key in geo.keys(article))
        tiles = Counter(
            f"{precision}/{x}/{y}" for each in self._matching(query) for x, y in geo.tiles(each, precision)
        )
        return counts.cells(tiles, points, precision, bounds, size)

    def company(self, query: Query, field: KeywordField, size: int) -> list[Companion]:
        self._check()
        matching = self._matching(query)
        everything = self._matching(Query(now=query.now, copies=query.copies))
        together, background = (
            Counter(value for article in articles for value in _values(article, field))
            for articles in (matching, everything)
        )
        return counts.company(together, len(matching), background, len(everything), size)

    def scan(self, query: Query, collection: Collection = "newest") -> Iterator[Article]:
        newest_first = sorted(
            self._matching(query), key=lambda each: each.published or each.first_seen, reverse=True
        )
        for article in newest_first:
            yield from self.history(article.id) if collection == "history" else (article,)

    def keys(self, collection: Collection) -> Iterator[Key]:
        for id_ in self.versions:
            history = self.history(id_)
            for article in history if collection == "history" else history[:1]:
                yield Key(article.id, article.version, article.revision)

    def names(self) -> list[str]:
        return sorted(self.physical)

    def shown(self) -> str | None:
        return next(name for name, versions in self.physical.items() if versions is self.versions)

    def create(self, name: str) -> "FakeIndex":
        self.physical[name] = {}
        return self.named(name)

    def named(self, name: str) -> "FakeIndex":
        index = FakeIndex()
        index.versions = self.physical[name]
        return index

    def drop(self, name: str) -> None:
        del self.physical[name]

    def swap(self, name: str) -> None:
        self._check()
        self.versions = self.physical[name]

    def close(self) -> None:
        self.down = ""

    def _check(self) -> None:
        if self.down:
            raise IndexUnavailable(self.down)

    def _matching(self, query: Query) -> list[Article]:
        newest = [self.history(id_)[0] for id_ in self.versions]
        return [
            article
            for article in newest
            if _matches(article, query.where)
            and (query.copies or not article.copy_of)
            and not (query.now and article.embargoed_until and article.embargoed_until > query.now)
        ]


class FakeState:
    """`store.state.State` over dicts."""

    def __init__(self, feeds: Iterable[FeedState] = ()) -> None:
        self._feeds = {feed.feed_id: feed for feed in feeds}
        self._seen: dict[str, Seen] = {}
        self._marks: dict[str, str] = {}
        self._claims: dict[tuple[str, str], str] = {}

    def feed(self, feed_id: str) -> FeedState | None:
        return self._feeds.get(feed_id)

    def feeds(self, ids: Iterable[str] | None = None) -> list[FeedState]:
        return [self._feeds[id_] for id_ in sorted(self._feeds) if ids is None or id_ in ids]

    def save_feeds(self, feeds: Sequence[FeedState]) -> None:
        self._feeds.update({feed.feed_id: feed for feed in feeds})

    def seen(self, ids: Iterable[str]) -> dict[str, Seen]:
        return {id_: self._seen[id_] for id_ in ids if id_ in self._seen}

    def save_seen(self, items: Sequence[Seen]) -> None:
        self._seen.update({item.id: item for item in items})

    def lease(self, name: str, owner: str, ttl: timedelta, now: datetime) -> bool:
        return True

    def release(self, name: str, owner: str) -> None:
        self._marks.pop(name, None)

    def claim(self, scope: str, wishes: Mapping[str, str]) -> dict[str, str]:
        return {key: self._claims.setdefault((scope, key), value) for key, value in wishes.items()}

    def claimed(self, scope: str, keys: Iterable[str]) -> dict[str, str]:
        return {key: self._claims[scope, key] for key in keys if (scope, key) in self._claims}

    def give_up(self, scope: str, kept: Mapping[str, str]) -> None:
        self._claims = {
            (held, key): value
            for (held, key), value in self._claims.items()
            if held != scope or value not in kept or kept[value] == key
        }

    def mark(self, name: str) -> str | None:
        return self._marks.get(name)

    def set_mark(self, name: str, value: str) -> None:
        self._marks[name] = value

    def close(self) -> None:
        self._marks = {}


def _fold(article: Article, fold: Fold | None) -> str:
    if fold is None:
        return article.id
    return (fold == "story" and article.story_id) or article.copy_of or article.id


def _time(article: Article, field: TimeField) -> datetime | None:
    if field == "dated":
        return article.published or article.first_seen
    when: datetime | None = article.fetched if field == "indexed" else getattr(article, field)
    return when


def _values(article: Article, field: KeywordField) -> tuple[str, ...]:
    value: str | tuple[str, ...] = getattr(article, field)
    return (value,) if isinstance(value, str) else value


def _texts(article: Article, field: str) -> list[list[str]]:
    texts = {"headline": [article.headline], "body": [article.summary, article.body]}
    return [words(text) for name, group in texts.items() if field in ("any", name) for text in group]


def _matches(article: Article, node: Node) -> bool:  # noqa: C901, PLR0911  (one case a kind of node)
    match node:
        case Everything():
            return True
        case Word(text, field) if len(words(text)) == 1:
            return any(
                _stem(words(text)[0]) == _stem(each) for found in _texts(article, field) for each in found
            )
        case Word(text, field) | Phrase(text, field):
            slop = node.slop if isinstance(node, Phrase) else 0
            return any(_in_row(words(text), found, slop) for found in _texts(article, field))
        case Prefix(text, field):
            start = words(text)[0]
            return any(each.startswith(start) for found in _texts(article, field) for each in found)
        case Wildcard(text, field):
            wild = "".join({"*": ".*", "?": "."}.get(piece, piece) for piece in wild_pieces(text))
            return any(re.fullmatch(wild, each) for found in _texts(article, field) for each in found)
        case Near():
            return any(geo.is_near(key, node) for key in geo.keys(article))
        case Term(field, value):
            return value in _values(article, field)
        case TimeRange(field, low, high):
            when = _time(article, field)
            return when is not None and (low is None or low <= when) and (high is None or when < high)
        case And(parts):
            return all(_matches(article, part) for part in parts)
        case Or(parts):
            return any(_matches(article, part) for part in parts)
        case Not(part):
            return not _matches(article, part)


def _stem(word: str) -> str:
    return re.sub(r"(?<=\w{4})(ing|ed|es|s)$", "", word)


def _in_row(wanted: list[str], found: list[str], slop: int) -> bool:
    for first, word in enumerate(found):
        at = [first] if wanted and word == wanted[0] else []
        for each in wanted[1:] if at else []:
            at += [i for i in range(at[-1] + 1, len(found)) if found[i] == each][:1] or [
                len(found) + slop + 9
            ]
        if at and sum(b - a - 1 for a, b in pairwise(at)) <= slop:
            return True
    return False


def _score(article: Article, node: Node) -> float:
    match node:
        case And(parts) | Or(parts):
            return sum(_score(article, part) for part in parts)
        case Word() | Phrase() | Prefix() | Wildcard():
            headline = type(node)(node.text, "headline") if node.field == "any" else node
            return (2.0 if _matches(article, headline) else 0.0) + (1.0 if _matches(article, node) else 0.0)
        case _:
            return 0.0
