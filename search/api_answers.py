"""What all routes of the API share: where they look, what they say of an article, and as what."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from fastapi import Response

from search.names import Names
from search.reader import under_embargo
from store.errors import NotFound
from store.index import Index
from store.records import Article

Clock = Callable[[], datetime]
_FIELDS = Article.__struct_fields__


@dataclass(frozen=True)
class Site:
    """What a route asks: the index, the time (UTC-aware), the gazetteer's names if there is one."""

    index: Index
    clock: Clock
    names: Names | None

    def label(self, entity_id: str) -> str:
        """The gazetteer's name, else the id."""
        return self.names.label(entity_id) if self.names is not None else entity_id


def readable(index: Index, article_id: str, now: datetime) -> Article:
    """The newest version, unless it is under embargo. Raises `NotFound`."""
    article = index.get(article_id)
    if article is None or under_embargo(article, now):
        raise NotFound(
            f"article {article_id[:64]}: not here: check the id, or search for a word of its headline"
        )
    return article


def article_fields(article: Article) -> dict[str, Any]:
    """Every field by name, also those that are empty."""
    return {"schema": "article/1", **{name: getattr(article, name) for name in _FIELDS}}


def json_answer(value: Any) -> Response:
    """JSON with characters of every script as they are."""
    return Response(msgspec.json.encode(value), media_type="application/json")
