"""The proof that nothing is lost and nothing doubled, up to a recorded end of the log.

Every id in `articles.raw` is in the index with its newest version, or in `dead-letters` with a reason; every version
is in the history; and nothing else is there.
"""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import msgspec

from ops.dead import letters
from store.errors import BadRecord, Unavailable
from store.index import Collection, Index
from store.log import RAW, Ends, Log, read_until
from store.records import decode_article

_LOOK_AGAIN_SECONDS = 0.5


class Problem(msgspec.Struct, frozen=True):
    """One article that is not where it should be. `kind`: missing, stale, history, doubled, extra or unreadable."""

    kind: str
    id: str
    detail: str


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What was compared. `waiting` counts articles still on their way when the time given had passed."""

    ok: bool
    articles: int
    versions: int
    indexed: int
    dead: int
    raw_end: int
    problems: list[Problem]


def verify(
    log: Log, index: Index, *, wait: float = 60.0, progress: Callable[[int], None] = lambda _: None
) -> Verification:
    """Compares log and index; articles still on their way, or an index that is away, get `wait` seconds.

    `progress` is told how many are still missing at each look. Raises `Unavailable` after that time.
    """
    ends = log.ends(RAW)
    expected, unreadable = _raw_versions(log, ends)
    deadline = time.monotonic() + wait
    while True:
        try:
            problems = _absent(index, expected, _dead_versions(log))
        except Unavailable:  # it is just starting, or being restarted: that is worth a wait too
            if time.monotonic() >= deadline:
                raise
            time.sleep(_LOOK_AGAIN_SECONDS)
            continue
        progress(len(problems))
        if not problems or time.monotonic() >= deadline:
            break
        time.sleep(_LOOK_AGAIN_SECONDS)
    problems += _surplus(log, index)
    kept = {(letter.topic, letter.partition, letter.offset) for letter in letters(log, retried=True)}
    problems += [problem for place, problem in unreadable.items() if place not in kept]
    return Verification(
        ok=not problems,
        articles=len(expected),
        versions=sum(len(versions) for versions in expected.values()),
        indexed=sum(1 for _ in index.keys("newest")),
        dead=len(letters(log)),
        raw_end=sum(ends.values()),
        problems=problems,
    )


_Versions = dict[str, set[int]]


def _raw_versions(log: Log, ends: Ends) -> tuple[_Versions, dict[tuple[str, int, int], Problem]]:
    """All versions of each id, and the records that are none of ours by (topic, partition, offset)."""
    found: _Versions = {}
    unreadable: dict[tuple[str, int, int], Problem] = {}
    for record in read_until(log, RAW, ends):
        try:
            article = decode_article(record.value)
        except BadRecord as bad:
            place = (record.topic, record.partition, record.offset)
            unreadable[place] = Problem("unreadable", record.key, f"offset {record.offset}: {bad}")
            continue
        found.setdefault(article.id, set()).add(article.version)
    return found, unreadable


def _dead_versions(log: Log) -> set[tuple[str, int]]:
    """(id, version) of every dead letter that was not sent back and holds an article."""
    found = set()
    for letter in letters(log):
        with suppress(BadRecord):
            article = decode_article(letter.value)
            found.add((article.id, article.version))
    return found


def _absent(index: Index, expected: _Versions, dead: set[tuple[str, int]]) -> list[Problem]:
    index.refresh()
    newest = _highest(index, "newest")
    history: _Versions = {}
    for key in index.keys("history"):
        history.setdefault(key.id, set()).add(key.version)
    problems = []
    for id_, versions in expected.items():
        living = {version for version in versions if (id_, version) not in dead}
        if living and newest.get(id_, 0) < max(living):
            kind = "stale" if id_ in newest else "missing"
            problems.append(Problem(kind, id_, f"the index has {newest.get(id_)}, the log {max(living)}"))
        elif lost := living - history.get(id_, set()):
            problems.append(Problem("history", id_, f"versions {sorted(lost)} are not in the history"))
    return problems


def _surplus(log: Log, index: Index) -> list[Problem]:
    """What is in the index and not in the log. The log is read after the index, so what is new in both is no error."""
    newest = list(index.keys("newest"))
    history = list(index.keys("history"))
    known, _ = _raw_versions(log, log.ends(RAW))
    problems = [
        Problem("extra", key.id, f"version {key.version} is in the index and not in {RAW}")
        for key in {*newest, *history}
        if key.version not in known.get(key.id, set())
    ]
    problems += [
        Problem("doubled", id_, f"{count} records are the newest")
        for id_, count in Counter(key.id for key in newest).items()
        if count > 1
    ]
    return problems


def _highest(index: Index, collection: Collection) -> dict[str, int]:
    highest: dict[str, int] = {}
    for key in index.keys(collection):
        highest[key.id] = max(highest.get(key.id, 0), key.version)
    return highest
