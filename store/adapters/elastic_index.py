"""The index on Elasticsearch: any number of writing processes, readers see new articles within a second."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any

import msgspec
from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from store.adapters.elastic_bulk import Entry, Patience, Target, write
from store.adapters.elastic_client import address, available, connect, reason
from store.adapters.elastic_layout import Layout
from store.adapters.elastic_mapping import history_entry, newest_entry
from store.adapters.elastic_query import bad_page, order, read_cursor, same_copy, translate, write_cursor
from store.errors import IndexUnavailable, SyriaWireError
from store.index import Collection, Key, Rejected
from store.query import FacetValue, Hit, Hits, KeywordField, Query
from store.records import Article
from store.settings import Settings

_LARGEST_PAGE = 10_000  # what Elasticsearch gives out at once
_ARTICLES_PAGE = 200
_KEYS_PAGE = 5000
_PAUSE = "5m"  # so long may the caller of `scan` work on one page
_MORE_BUCKETS = 100  # each shard counts these beyond what is asked for, so that the sum is right
_ALL: dict[str, Any] = {"match_all": {}}
_ENTRIES: dict[Collection, Callable[[Article], tuple[bytes, bytes]]] = {
    "history": history_entry,
    "newest": newest_entry,
}


class ElasticIndex:
    """`store.index.Index` at `url`: `https://host:9200/prefix`. Raises `SettingsError` for what cannot be one.

    `clock` (seconds) and `sleep` measure and wait out the time in which a busy server is asked again.
    """

    def __init__(
        self,
        url: str,
        settings: Settings,
        *,
        name: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = url
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
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
        rejected: dict[tuple[str, int, int], Rejected] = {}
        try:
            with self._available() as client:
                if not self._ready or self._layout.name:
                    self._layout.ensure(client)
                # The history first: a crash in between is repaired when the articles come again.
                for collection in ("history", "newest"):
                    left = [each for each in articles if (each.id, *each.order) not in rejected]
                    entries, refused = _encoded(collection, left)
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
        answer = self._asked("history", query={"term": {"id": id}}, size=_LARGEST_PAGE)
        found = [msgspec.convert(hit["_source"]["article"], Article) for hit in answer["hits"]["hits"]]
        return sorted(found, key=lambda article: article.order, reverse=True)

    def search(self, query: Query) -> Hits:
        cursor = read_cursor(query)
        answer = self._asked(
            "newest",
            bad_page(query) if cursor else None,
            query=translate(query),
            sort=order(query),
            size=min(query.limit, _LARGEST_PAGE),
            search_after=cursor.place if cursor else None,
            preference=same_copy(query),
            track_total_hits=True,
        )
        total = int(answer["hits"]["total"]["value"])
        found = answer["hits"]["hits"]
        scored = query.sort == "relevance"
        hits = tuple(
            Hit(
                article=msgspec.convert(hit["_source"], Article),
                score=float(hit["sort"][0]) if scored else 0.0,
            )
            for hit in found
        )
        seen = len(hits) + (cursor.seen if cursor else 0)
        more = bool(hits) and seen < total
        return Hits(
            total=total, hits=hits, next=write_cursor(query, seen, found[-1]["sort"]) if more else None
        )

    def facets(self, query: Query, fields: Sequence[KeywordField], size: int) -> dict[str, list[FacetValue]]:
        counted = {
            field: {"terms": {"field": field, "size": size, "shard_size": size + _MORE_BUCKETS}}
            for field in fields
        }
        answer = self._asked(
            "newest", query=translate(query), aggregations=counted, size=0, track_total_hits=False
        )
        found = answer.get("aggregations", {})  # none while there is no index
        return {
            field: [
                FacetValue(bucket["key"], int(bucket["doc_count"]))
                for bucket in found.get(field, {}).get("buckets", [])
            ]
            for field in fields
        }

    def scan(self, query: Query) -> Iterator[Article]:
        with closing(self._hits("newest", translate(query))) as hits:
            for hit in hits:
                yield msgspec.convert(hit["_source"], Article)

    def keys(self, collection: Collection) -> Iterator[Key]:
        fields = ("id", "version", "revision")
        shape = {"docvalue_fields": fields, "source": False, "stored_fields": "_none_", "size": _KEYS_PAGE}
        with closing(self._hits(collection, _ALL, **shape)) as hits:
            for hit in hits:
                id_, version, revision = (hit["fields"][field][0] for field in fields)
                yield Key(id_, version, revision)

    def create(self, name: str) -> "ElasticIndex":
        with self._available() as client:
            self._layout.create(client, name)
        return ElasticIndex(self._url, self._settings, name=name, clock=self._clock, sleep=self._sleep)

    def swap(self, name: str) -> None:
        with self._available() as client:
            self._layout.swap(client, name)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _asked(self, collection: Collection, blamed: SyriaWireError | None = None, /, **question: Any) -> Any:
        """One search, answered whole or not at all; an index that is not there is empty.

        Raises `SyriaWireError`, `blamed` if given, for what Elasticsearch cannot answer.
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
                why = reason(error.body)
                unanswerable = SyriaWireError(f"{self._where}: cannot answer this: {why}: ask for less")
                raise blamed or unanswerable from error

    def _hits(
        self, collection: Collection, query: dict[str, Any], **shape: Any
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
                        sort=["_shard_doc"],
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


def _encoded(collection: Collection, articles: Sequence[Article]) -> tuple[list[Entry], list[Rejected]]:
    entries, rejected = [], []
    for article in articles:
        try:
            entries.append(Entry(article, *_ENTRIES[collection](article)))
        except (ValueError, UnicodeEncodeError) as error:
            rejected.append(Rejected(article, f"index: {error}"))
    return entries, rejected
