"""Bulk writes, one verdict an article: stored, to be tried again, or never to be stored."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from elasticsearch import ApiError, Elasticsearch

from store.adapters.elastic_client import reason, refusal
from store.errors import IndexUnavailable
from store.index import Rejected
from store.records import Article

_MOST_BYTES = 8_000_000
_MOST_ARTICLES = 1000
_FIRST_WAIT = 0.1
_LONGEST_WAIT = 5.0
_TOO_LARGE = 413
_TOLD = ("status", "error.type", "error.reason", "error.caused_by.reason")
# Of status 400 and 404, but nothing is wrong with the article.
_THE_WORLDS_FAULT = ("index_not_found_exception", "index_closed_exception", "cluster_block_exception")


class Entry(NamedTuple):
    """One article's line of action and its document."""

    article: Article
    action: bytes
    document: bytes


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Until when, on its clock, a busy server is asked again; and how one waits."""

    until: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    def wait(self, attempt: int, why: IndexUnavailable) -> None:
        """Before the next attempt, longer each time, never in step with other writers. Raises `why` at the end."""
        longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2**attempt)
        seconds = random.uniform(longest / 2, longest)  # noqa: S311  (jitter, no secret)
        if self.clock() + seconds > self.until:
            raise why
        self.sleep(seconds)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is written to. `alias`: it must be one, else Elasticsearch would make an index of its own design."""

    client: Elasticsearch
    index: str
    alias: bool
    where: object


def write(target: Target, entries: Sequence[Entry], patience: Patience) -> list[Rejected]:
    """Writes all, durably; those that can never be stored come back with the reason.

    Raises `IndexUnavailable` if the server stays too busy or refuses us, and the client's own errors. What had
    been written by then stays; writing it again changes nothing.
    """
    rejected: list[Rejected] = []
    for batch in _batches(entries):
        pending, attempt = batch, 0
        while pending:
            pending, refused, why = _attempt(target, pending)
            rejected += refused
            if why is not None:
                patience.wait(attempt, why)
                attempt += 1
    return rejected


def _batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        length = len(entry.action) + len(entry.document)
        if batch and (size + length > _MOST_BYTES or len(batch) == _MOST_ARTICLES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += length
    if batch:
        yield batch


def _attempt(
    target: Target, entries: list[Entry]
) -> tuple[list[Entry], list[Rejected], IndexUnavailable | None]:
    """What is left to be written, what never can be, and, if one must wait first, why."""
    try:
        items = _sent(target, entries)
    except ApiError as error:
        why = reason(error.body)
        if error.status_code == _TOO_LARGE:
            return _halved(target, entries, why)
        if not _busy(error.status_code):
            raise
        return entries, [], refusal(target.where, error.status_code, why)
    left: list[Entry] = []
    rejected: list[Rejected] = []
    unavailable = None
    for entry, item in zip(entries, items, strict=True):
        status = int(item["status"])
        if status < 300 or status == 409:  # 409: this version or a newer one is there
            continue
        why = reason(item)
        if _busy(status):
            left.append(entry)
            unavailable = refusal(target.where, status, why)
        elif status in (401, 403) or why.startswith(_THE_WORLDS_FAULT):
            raise refusal(target.where, status, why)
        else:
            rejected.append(Rejected(entry.article, f"index: {why}"))
    return left, rejected, unavailable


def _sent(target: Target, entries: list[Entry]) -> list[dict[str, Any]]:
    lines: list[Any] = [line for entry in entries for line in (entry.action, entry.document)]
    answer = target.client.bulk(
        index=target.index,
        operations=lines,
        require_alias=target.alias,
        filter_path=[f"items.*.{each}" for each in _TOLD],
    )
    items = [outcome for item in answer.get("items", []) for outcome in item.values()]
    if len(items) != len(entries):
        raise IndexUnavailable(
            f"{target.where}: {len(items)} answers for {len(entries)} articles: it is tried again"
        )
    return items


def _halved(
    target: Target, entries: list[Entry], why: str
) -> tuple[list[Entry], list[Rejected], IndexUnavailable | None]:
    """A proxy may allow less than Elasticsearch does: what is too large alone can never be stored."""
    if len(entries) == 1:
        size = len(entries[0].document)
        return (
            [],
            [Rejected(entries[0].article, f"index: {size} bytes are too many for the server: {why}")],
            None,
        )
    middle = len(entries) // 2
    left, rejected, unavailable = _attempt(target, entries[:middle])
    return left + entries[middle:], rejected, unavailable


def _busy(status: int) -> bool:
    return status == 429 or status >= 500
