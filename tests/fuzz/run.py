"""`make fuzz`: 100,000 damaged feeds through `ingest.parse`. Prints a table; stops at the first that breaks a rule.

python -m tests.fuzz.run [COUNT [FIRST_SEED]]
"""

import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ingest.parse import NOT_READABLE, ParseResult, parse_bytes
from store.records import decode_article, encode
from tests.fuzz.mutate import MUTATIONS, corpus, mutated

NOW = datetime(2015, 10, 9, 12, tzinfo=UTC)
HEALTH = ("ok", "no_entries", "empty", "html_instead", "unparsable")


def check(result: ParseResult) -> None:
    """What holds for every document. Raises AssertionError."""
    assert result.health in HEALTH, result.health
    assert not result.detail.startswith(NOT_READABLE), result.detail
    assert bool(result.articles) == (result.health == "ok"), result
    assert len({article.id for article in result.articles}) == len(result.articles)
    for article in result.articles:
        assert decode_article(encode(article)) == article
        assert article.published is None or article.published <= NOW + timedelta(days=1)
        assert "\0" not in article.body + article.headline


def fuzz(seeds: Sequence[int]) -> tuple[Counter[tuple[str, str]], float]:
    """(documents by first damage and health, seconds of the slowest)."""
    originals = corpus()
    outcomes: Counter[tuple[str, str]] = Counter()
    slowest = 0.0
    for seed in seeds:
        kind, data = mutated(seed, originals)
        began = time.perf_counter()
        try:
            result = parse_bytes(data, url="https://levant-wire.example/feed", now=NOW)
            check(result)
        except Exception as error:
            error.add_note(f"seed {seed}, {kind}: python -m tests.fuzz.run 1 {seed}")
            raise
        slowest = max(slowest, time.perf_counter() - began)
        outcomes[kind, result.health] += 1
    return outcomes, slowest


def main() -> None:
    """Prints the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    began = time.perf_counter()
    outcomes, slowest = fuzz(range(first, first + count))
    sys.stdout.write(f"{'first damage':16}" + "".join(f"{health:>14}" for health in HEALTH) + "\n")
    for kind in MUTATIONS:
        sys.stdout.write(f"{kind:16}" + "".join(f"{outcomes[kind, health]:14,}" for health in HEALTH) + "\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    taken = time.perf_counter() - began
    sys.stdout.write(
        f"{count:,} documents in {taken:.0f} s; slowest {slowest:.2f} s; at most {peak} MB; no exception\n"
    )


if __name__ == "__main__":
    main()
