"""Index: writes the grouped articles into the index, nothing else."""

from collections.abc import Sequence

from processors.run import Failure
from store.index import Index
from store.log import GROUPED
from store.records import Article


class IndexStage:
    """The stage between `articles.grouped` and the index."""

    source = GROUPED

    def __init__(self, index: Index, name: str = "index") -> None:
        self.name = name
        self._index = index

    def start(self) -> None:
        """Nothing to prepare."""

    def work(self, article: Article) -> Article:
        return article

    def deliver(self, articles: Sequence[Article]) -> list[Failure]:
        return [Failure(article, reason) for article, reason in self._index.put(articles)]
