"""The index on Elasticsearch: any number of writing processes, readers see new articles within a second."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import islice
from typing import Any

import msgspec
from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from store.adapters import elastic_counts
from store.adapters.elastic_bulk import Entry, Patience, Target, write
from store.adapters.elastic_client import address, available, connect, reason
from store.adapters.elastic_layout import Layout
from store.adapters.elastic_mapping import history_entry, newest_entry
from store.adapters.elastic_pages import LARGEST_PAGE, read_page
from store.adapters.elastic_query import NEWEST, translate
from store.bounds import check
from store.counts import check_precision
from store.errors import BadQuestion, IndexUnavailable, SyriaWireError
from store.index import Collection, Key, Rejected
from store.query import (
    Bounds,
    Bucket,
    Cell,
    Companion,
    FacetValue,
    Hits,
    Interval,
    KeywordField,
    Query,
    TimeField,
)
from store.records import Article
from store.settings import Settings

_ARTICLES_PAGE = 1000
_KEYS_PAGE = 5000
_PAUSE = "5m"  # so long may the caller of `scan` work on one page
_HISTORIES = 100  # articles whose versions are asked for at once
_ALL: dict[str, Any] = {"match_all": {}}
_ENTRIES: dict[Collection, Callable[[Article, int], tuple[bytes, bytes]]] = {
    "history": history_entry,
    "newest": newest_entry,
}


class ElasticIndex:
    """`store.index.Index` at `url`: `https://host:9200/prefix`. Raises `SettingsError` for what cannot be one.

    `clock` (seconds) and `sleep` measure and wait out the time in which a busy server is asked again. `today`: seconds
    since 1970, for `indexed`.
    """

    def __init__(
        self,
        url: str,
        settings: Settings,
        *,
        name: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        today: Callable[[], float] = time.time,
    ) -> None:
        self._url = url
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._today = today
        self._where = address(url)
        self._layout = Layout(self._where, settings, name)
        self._client: Elasticsearch | None = connect(self._where.hosts, settings)
        self._ready = False
        self._unseen = False

    def put(self, articles: Sequence[Article]) -> list[Rejected]:
        if not articles:
            return []
        patience = Patience(
            until=self._clock() + self._settings.elasticsearch_patience, clock=self._clock, sleep=self._sleep
        )
        indexed = int(self._today() * 1000)
        rejected: dict[tuple[str, int, int], Rejected] = {}
        try:
            with self._available() as client:
                if not self._ready or self._layout.name:
                    self._layout.ensure(client)
                # The history first: a crash in between is repaired when the articles come again.
                for collection in ("history", "newest"):
                    left = [each for each in articles if (each.id, *each.order) not in rejected]
                    entries, refused = _encoded(collection, left, indexed)
                    refused += write(self._target(client, collection), entries, patience)
                    rejected |= {(each.article.id, *each.article.order): each for each in refused}
        except IndexUnavailable:
            self._ready = False  # whoever brings the server back may have lost the indices
            raise
        self._ready = self._unseen = True
        return list(rejected.values())

    def refresh(self) -> None:
        unseen, self._unseen = self._unseen, False  # before: a `put` meanwhile sets it again
        try:
            with self._available() as client:
                client.indices.refresh(index=self._layout.targets, ignore_unavailable=True)
        except IndexUnavailable:
            self._unseen = unseen
            raise

    def get(self, id: str) -> Article | None:  # noqa: A002
        with self._available() as client:
            try:
                found = client.get(index=self._layout.target("newest"), id=id)
            except NotFoundError:  # the article, or the whole index
                return None
        return msgspec.convert(found["_source"], Article)

    def history(self, id: str) -> list[Article]:  # noqa: A002
        if self._unseen:
            self.refresh()
        answer = self._asked("history", query={"term": {"id": id}}, size=LARGEST_PAGE)
        found = [msgspec.convert(hit["_source"]["article"], Article) for hit in answer["hits"]["hits"]]
        return sorted(found, key=lambda article: article.order, reverse=True)

    def search(self, query: Query) -> Hits:
        check(query)
        return read_page(self._ask, query)

    def facets(self, query: Query, fields: Sequence[KeywordField], size: int) -> dict[str, list[FacetValue]]:
        check(query)
        return elastic_counts.facets(self._ask, query, fields, size)

    def timeline(self, query: Query, interval: Interval, field: TimeField = "dated") -> list[Bucket]:
        check(query)
        return elastic_counts.timeline(self._ask, query, interval, field)

    def cells(
        self, query: Query, precision: int, bounds: Bounds | None = None, size: int = 1000
    ) -> list[Cell]:
        check(query)
        check_precision(precision)
        return elastic_counts.cells(self._ask, query, precision, bounds, size)

    def company(self, query: Query, field: KeywordField, size: int) -> list[Companion]:
        check(query)
        return elastic_counts.company(self._ask, query, field, size)

    def scan(self, query: Query, collection: Collection = "newest") -> Iterator[Article]:
        check(query)
        with closing(self._hits("newest", translate(query), NEWEST)) as hits:
            articles = (msgspec.convert(hit["_source"], Article) for hit in hits)
            if collection == "newest":
                yield from articles
                return
            while batch := [each.id for each in islice(articles, _HISTORIES)]:
                yield from self._histories(batch)

    def keys(self, collection: Collection) -> Iterator[Key]:
        fields = ("id", "version", "revision")
        shape = {"docvalue_fields": fields, "source": False, "stored_fields": "_none_", "size": _KEYS_PAGE}
        with closing(self._hits(collection, _ALL, ["_shard_doc"], **shape)) as hits:
            for hit in hits:
                id_, version, revision = (hit["fields"][field][0] for field in fields)
                yield Key(id_, version, revision)

    def names(self) -> list[str]:
        with self._available() as client:
            return self._layout.names(client)

    def shown(self) -> str | None:
        with self._available() as client:
            return self._layout.shown(client)

    def create(self, name: str) -> "ElasticIndex":
        with self._available() as client:
            self._layout.create(client, name)
        return self._sibling(name)

    def named(self, name: str) -> "ElasticIndex":
        with self._available() as client:
            return self._sibling(self._layout.known(client, name))

    def drop(self, name: str) -> None:
        with self._available() as client:
            self._layout.drop(client, name)

    def swap(self, name: str) -> None:
        with self._available() as client:
            self._layout.swap(client, name)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _sibling(self, name: str) -> "ElasticIndex":
        return ElasticIndex(
            self._url, self._settings, name=name, clock=self._clock, sleep=self._sleep, today=self._today
        )

    def _histories(self, ids: Sequence[str]) -> Iterator[Article]:
        """The versions of several articles at once, if they are not too many for one answer."""
        answer = self._asked("history", query={"terms": {"id": ids}}, size=LARGEST_PAGE)
        hits = answer["hits"]["hits"]
        if len(hits) == LARGEST_PAGE:
            for id_ in ids:
                yield from self.history(id_)
            return
        versions: dict[str, list[Article]] = {id_: [] for id_ in ids}
        for hit in hits:
            article = msgspec.convert(hit["_source"]["article"], Article)
            versions[article.id].append(article)
        for id_ in ids:
            yield from sorted(versions[id_], key=lambda article: article.order, reverse=True)

    def _ask(self, blamed: SyriaWireError | None, question: dict[str, Any]) -> Any:
        return self._asked("newest", blamed, **question)

    def _asked(self, collection: Collection, blamed: SyriaWireError | None = None, /, **question: Any) -> Any:
        """One search, answered whole or not at all; an index that is not there is empty.

        Raises `BadQuestion`, `blamed` if given, for what Elasticsearch cannot answer.
        """
        with self._available() as client:
            try:
                return client.search(
                    index=self._layout.target(collection),
                    ignore_unavailable=True,
                    allow_partial_search_results=False,
                    **question,
                )
            except BadRequestError as error:
                self._layout.check(client)
                why = reason(error.body)
                unanswerable = BadQuestion(f"{self._where}: cannot answer this: {why}: ask for less")
                raise blamed or unanswerable from error

    def _hits(
        self, collection: Collection, query: dict[str, Any], sort: Sequence[Any], **shape: Any
    ) -> Generator[dict[str, Any], None, None]:
        """All matches as they were at the first one, also what was just put, in constant memory."""
        if self._unseen:
            self.refresh()
        with self._available() as client:
            try:
                opened = client.open_point_in_time(index=self._layout.target(collection), keep_alive=_PAUSE)
            except NotFoundError:
                return
        moment: str = opened["id"]
        after = None
        shape = {"size": _ARTICLES_PAGE, **shape}
        try:
            while True:
                with self._available() as client:
                    answer = client.search(
                        pit={"id": moment, "keep_alive": _PAUSE},
                        query=query,
                        sort=sort,
                        search_after=after,
                        track_total_hits=False,
                        allow_partial_search_results=False,
                        **shape,
                    )
                moment, hits = answer["pit_id"], answer["hits"]["hits"]
                yield from hits
                if len(hits) < shape["size"]:
                    return
                after = hits[-1]["sort"]
        finally:
            with suppress(IndexUnavailable), self._available() as client:  # else it ends by itself, later
                client.close_point_in_time(id=moment)

    def _target(self, client: Elasticsearch, collection: Collection) -> Target:
        return Target(
            client=client,
            index=self._layout.target(collection),
            alias=self._layout.name is None,
            where=self._where,
        )

    @contextmanager
    def _available(self) -> Iterator[Elasticsearch]:
        if self._client is None:
            self._client = connect(self._where.hosts, self._settings)
        with available(self._where):
            yield self._client


def _encoded(
    collection: Collection, articles: Sequence[Article], indexed: int
) -> tuple[list[Entry], list[Rejected]]:
    entries, rejected = [], []
    for article in articles:
        try:
            entries.append(Entry(article, *_ENTRIES[collection](article, indexed)))
        except (ValueError, UnicodeEncodeError) as error:
            rejected.append(Rejected(article, f"index: {error}"))
    return entries, rejected
