"""`make bench`: what the embedded ports take for articles of 2 kB. Prints a table; asserts nothing."""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from store.adapters.sqlite_log import SqliteLog
from store.adapters.tantivy_index import TantivyIndex
from store.log import RAW, Entry
from store.query import Query, Word
from store.records import Article, encode
from tests.articles import article

COUNT = 4000
BATCH = 200
BODY = "Warplanes struck the edge of the town near Qaryatain, residents said on Wednesday evening. " * 20


def timed(work: Callable[[Sequence[Article]], object], articles: Sequence[Article]) -> list[float]:
    """Milliseconds of each batch."""
    taken = []
    for start in range(0, len(articles), BATCH):
        began = time.perf_counter()
        work(articles[start : start + BATCH])
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def main() -> None:
    """Times log, index and search in a temporary folder."""
    articles = [article(str(n), body=f"{BODY} Report {n}.") for n in range(COUNT)]
    with tempfile.TemporaryDirectory() as folder:
        log, index = SqliteLog(Path(folder) / "log.db"), TantivyIndex(Path(folder) / "index")
        rows = {
            f"log.append, {BATCH} records": timed(
                lambda part: log.append(RAW, [Entry(each.id, encode(each)) for each in part]), articles
            ),
            f"index.put, {BATCH} articles": timed(index.put, articles),
            f"search, of {COUNT}": timed(
                lambda _: index.search(Query(where=Word("Qaryatain"), now=None)), articles
            ),
        }
        log.close()
        index.close()
    sys.stdout.write(f"{'what':32}{'median ms':>12}{'max ms':>12}{'per second':>12}\n")
    for name, taken in rows.items():
        median = statistics.median(taken)
        each = BATCH if "search" not in name else 1
        sys.stdout.write(f"{name:32}{median:12.1f}{max(taken):12.1f}{each / median * 1000:12.0f}\n")


if __name__ == "__main__":
    main()
