"""The files of the embedded index: one physical index is a folder with two tantivy indexes, newest and history."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tantivy import Document, Index, IndexWriter, Searcher
from tantivy import Query as TantivyQuery

from store.adapters.tantivy_schema import history_document, key_term, newest_document, register, schema
from store.index import Collection, Key, Rejected
from store.records import Article

_WRITER_BYTES = 64_000_000
_MOST_VERSIONS = 10_000


class Physical:
    """Both collections of one physical index. Errors are tantivy's own; `TantivyIndex` makes them ours."""

    def __init__(self, root: Path, name: str) -> None:
        self.name = name
        folder = root / name
        self.newest = _Part(folder / "newest", lambda key: key.id)
        self.history = _Part(folder / "history", lambda key: f"{key.id}@{key.version}")

    def exists(self) -> bool:
        """Whether a writer has made it."""
        return self.newest.exists() and self.history.exists()

    def create(self) -> None:
        """The history first: readers take an index with both parts for a complete one."""
        self.history.create()
        self.newest.create()

    def part(self, collection: Collection) -> "_Part":
        """One of the two collections."""
        return self.newest if collection == "newest" else self.history

    def put(self, articles: Sequence[Article], indexed: int) -> list[Rejected]:
        """The history is committed first: a crash in between is repaired when the articles come again."""
        newest, history, rejected = [], [], []
        for article in articles:
            key = Key(article.id, *article.order)
            try:
                newest.append((key, newest_document(article, indexed)))
                history.append((key, history_document(article)))
            except (ValueError, OverflowError) as error:
                rejected.append(Rejected(article, f"index: {error}"))
        self.history.put(history)
        self.newest.put(newest)
        return rejected

    def close(self) -> None:
        """Gives the writers' locks back."""
        self.newest.close()
        self.history.close()


class _Part:
    """One tantivy index: opened when first used, its writer when first written.

    `slot` says which records replace one another: those of one id, or those of one version.
    """

    def __init__(self, folder: Path, slot: Callable[[Key], str]) -> None:
        self.schema = schema()
        self._folder = folder
        self._slot = slot
        self._index: Index | None = None
        self._writer: IndexWriter | None = None

    def exists(self) -> bool:
        return self._index is not None or (self._folder / "meta.json").exists()

    def create(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._opened()

    def searcher(self) -> Searcher:
        return self._opened().searcher()

    def refresh(self) -> None:
        self._opened().reload()

    def keys(self) -> Iterator[Key]:
        for term, _ in self.searcher().terms_with_prefix("key", "", TantivyQuery.all_query()):
            id_, version, revision = term.rsplit("@", 2)
            yield Key(id_, int(version), int(revision))

    def documents(self, id_: str) -> list[Document]:
        """All records of one article."""
        searcher = self.searcher()
        found = searcher.search(
            TantivyQuery.term_query(self.schema, "id", id_, "basic"), limit=_MOST_VERSIONS
        )
        return [searcher.doc(address) for _, address in found.hits]

    def put(self, entries: Sequence[tuple[Key, Document]]) -> None:
        """Of the records of one slot, stored or in `entries`, the greatest stays. Durable on return."""
        best: dict[str, tuple[Key, Document]] = {}
        for key, document in entries:
            slot = self._slot(key)
            if slot not in best or best[slot][0] < key:  # of equal ones the first stays
                best[slot] = (key, document)
        writer = self._writing()  # before the look at what is stored: from here on nobody else changes it
        stored = self._stored(key.id for key, _ in best.values())
        news = [
            (key, document, stored.get(slot))
            for slot, (key, document) in best.items()
            if slot not in stored or stored[slot] < key
        ]
        if not news:
            return
        for _, document, old in news:
            if old is not None:
                writer.delete_documents_by_term("key", key_term(old))
            writer.add_document(document)
        writer.commit()
        self.refresh()

    def close(self) -> None:
        """Never raises: what a broken disk left of the writer is thrown away, and its lock with it."""
        writer, self._writer, self._index = self._writer, None, None
        if writer is not None:
            with suppress(ValueError, RuntimeError, OSError):
                writer.wait_merging_threads()

    def _stored(self, ids: Iterable[str]) -> dict[str, Key]:
        """The keys in the index of these articles, by slot."""
        searcher = self.searcher()
        stored: dict[str, Key] = {}
        for id_ in set(ids):
            asked = TantivyQuery.term_query(self.schema, "id", id_, "basic")
            addresses = [address for _, address in searcher.search(asked, limit=_MOST_VERSIONS).hits]
            versions = searcher.fast_field_values("version", addresses)
            revisions = searcher.fast_field_values("revision", addresses)
            for version, revision in zip(versions, revisions, strict=True):
                key = Key(id_, int(version or 0), int(revision or 0))
                stored[self._slot(key)] = key
        return stored

    def _writing(self) -> IndexWriter:
        if self._writer is None:
            self._writer = self._opened().writer(_WRITER_BYTES, 1)
            self.refresh()  # what the writer before us committed
        return self._writer

    def _opened(self) -> Index:
        if self._index is None:
            index = Index(self.schema, str(self._folder), reuse=True)
            register(index)
            index.config_reader("commit")
            self._index = index
        return self._index
