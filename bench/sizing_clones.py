"""`make bench-sizing-clones`: heap, start, searches of one node with 10^6, 10^7, 10^8 articles; for docs/sizing.md.

A million made-up articles are written once, into an Elasticsearch that is started below `--folder`, and merged to one
segment. `_clone` multiplies them by hard links: each clone is a shard with readers and memory of its own, and takes no
disk. So heap and computing are true. Disk is not: all clones share one copy in the file cache, and little is read cold.
Folding is not asked for: each article has a copy in each clone. The cache of requests is off, so all is counted anew.
The peer in the same run: the million split over shards.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from elasticsearch import ApiError, Elasticsearch, TransportError

from bench.corpus import Corpus
from bench.heap import Heap
from bench.search import build, kinds, now, questions
from store.connect import open_index
from store.errors import IndexUnavailable
from store.index import Index
from store.query import Node
from store.settings import ROOT, Settings, load_settings
from tests.stack import elasticsearch as server
from tests.stack.running import Running, StackError, cache

_PREFIX = "bench"
_TOO_SMALL = (IndexUnavailable, StackError, ApiError, TransportError, subprocess.CalledProcessError)
_COLLECTIONS = ("newest", "history")
_LARGE_HEAP = "2g"
_PATIENCE = 1800
_NUMBERS = (
    "seconds to start",
    "MB of heap live at rest",
    "live after the questions",
    "greatest seen",
    "MB of memory without files",
    "% of the time in collections",
    "maps",
)


class Shape(NamedTuple):
    """`copies` of the articles, each over `shards` shards of each collection."""

    copies: int
    shards: int


class Taken(NamedTuple):
    """Seconds of one question: until the answer came, and of the node's processors over all cores."""

    clock: float
    computing: float


class Outcome(NamedTuple):
    """One node with one shape and one heap: a line of numbers, and what each kind of question took."""

    line: tuple[float, ...]
    times: dict[str, list[Taken]]


def main() -> None:
    """Builds what is missing, measures, prints."""
    options = argparse.ArgumentParser(prog="bench.sizing_clones", description=__doc__)
    options.add_argument("--articles", type=int, default=1_000_000)
    options.add_argument("--copies", type=int, nargs="+", default=[1, 10, 100])
    options.add_argument("--split", type=int, default=8, help="shards of the peer, a power of 2; 1: no peer")
    options.add_argument(
        "--heaps", nargs="+", default=["4g", "2g", "1g", "512m", "256m"], help="largest first"
    )
    options.add_argument("--every", type=int, default=6, help="ask each sixth question of bench.search")
    options.add_argument("--folder", type=Path, default=cache() / "bench-sizing")
    asked = options.parse_args()
    folder = asked.folder / str(asked.articles)
    corpus = Corpus(ROOT / "config" / "gazetteer")
    chosen = questions(corpus)[:: -asked.every]  # from the end: wildcards are few
    shapes = [Shape(copies, 1) for copies in asked.copies]
    if asked.split > 1:
        shapes.insert(1, Shape(1, asked.split))
    for shape in shapes:
        with _node(folder, _LARGE_HEAP) as node:
            _build(node.url, corpus, asked.articles)
            _make(node.url, shape)
        for heap in asked.heaps:
            _say(
                f"\n{asked.articles * shape.copies} articles, {shape.copies * shape.shards} shards, heap {heap}:"
            )
            try:
                _tell(_measured(folder, heap, chosen))
            except _TOO_SMALL as error:
                _say(f"too small: {str(error).splitlines()[-1]}")
                break


def _build(url: str, corpus: Corpus, count: int) -> None:
    """The base: written once, merged, never written again."""
    with Elasticsearch(url, request_timeout=_PATIENCE) as client:
        bases = [f"{_PREFIX}-{name}-articles" for name in _COLLECTIONS]
        there = client.indices.exists(index=bases[0])
        if there and client.count(index=bases[0])["count"] >= count:
            return  # and the aliases may show more than the base
        with closing(open_index(_settings(url))) as index:
            build(index, corpus, count)
        client.indices.forcemerge(index=bases, max_num_segments=1)
        client.indices.flush(index=bases)  # what was merged goes
        never = {"index.blocks.write": True, "index.requests.cache.enable": False}
        client.indices.put_settings(index=bases, settings=never)
        for name in bases:
            size = client.indices.stats(index=name, metric="store")["_all"]["primaries"]["store"]
            _say(f"{name}: {size['size_in_bytes'] / count:.0f} bytes an article, merged")


def _make(url: str, shape: Shape) -> None:
    """Behind the two aliases stands this shape and nothing else."""
    with Elasticsearch(url, request_timeout=_PATIENCE) as client:
        for name in _COLLECTIONS:
            alias, base = f"{_PREFIX}-{name}", f"{_PREFIX}-{name}-articles"
            there = set(client.indices.get(index=f"{alias}-*"))
            if shape.shards > 1:
                wanted = [f"{alias}-split-{shape.shards}"]
            else:
                wanted = [base, *(f"{alias}-clone-{n}" for n in range(1, shape.copies))]
            for each in wanted:
                if each not in there:
                    _copy(client, base, each, shape.shards)
            if old := there - {base, *wanted}:
                client.indices.delete(index=sorted(old))
            actions: list[dict[str, Any]] = [{"add": {"index": each, "alias": alias}} for each in wanted]
            if base not in wanted:
                actions.append({"remove": {"index": base, "alias": alias}})
            client.indices.update_aliases(actions=actions)
            client.indices.flush(index=wanted)


def _copy(client: Elasticsearch, base: str, name: str, shards: int) -> None:
    settings = {"index.number_of_replicas": 0, "index.requests.cache.enable": False}
    if shards == 1:
        client.indices.clone(index=base, target=name, settings=settings)
        return
    client.indices.split(
        index=base,
        target=name,
        settings={**settings, "index.number_of_shards": shards, "index.blocks.write": None},
    )
    client.cluster.health(index=name, wait_for_status="green", timeout="1800s")
    client.indices.forcemerge(index=name, max_num_segments=1)


def _measured(folder: Path, heap: str, nodes: Sequence[Node]) -> Outcome:
    """Raises `StackError` if the node does not start, else what a client raises that gets no answer."""
    with _node(folder, heap) as node, closing(Heap(node.url, server.jdk() / "bin" / "jcmd")) as memory:
        live = memory.live()
        began, collected = time.perf_counter(), memory.collecting()
        with closing(open_index(_settings(node.url))) as index, memory:
            times = _asked(index, nodes, memory)
        took, collecting = time.perf_counter() - began, memory.collecting() - collected
        after = memory.live()
        share = 100 * collecting / took
        return Outcome(
            (node.seconds, live, after, memory.peak, memory.resident(), share, memory.maps()), times
        )


def _asked(index: Index, nodes: Sequence[Node], memory: Heap) -> dict[str, list[Taken]]:
    """Each question of each kind twice, the first time not counted."""
    found: dict[str, list[Taken]] = {}
    for name, ask in kinds(index).items():
        if "folded" in name:
            continue
        for node in nodes:
            ask(now(node))
            began, computed = time.perf_counter(), memory.computing()
            ask(now(node))
            taken = Taken(time.perf_counter() - began, memory.computing() - computed)
            found.setdefault(name, []).append(taken)
    return found


@contextmanager
def _node(folder: Path, heap: str) -> Iterator[Running]:
    node = server.start(folder, heap=heap, patience=_PATIENCE)
    try:
        yield node
    finally:
        server.stop(node)


def _settings(url: str) -> Settings:
    return load_settings(
        {"SYRIAWIRE_INDEX": f"{url}/{_PREFIX}", "SYRIAWIRE_ELASTICSEARCH_TIMEOUT": str(_PATIENCE)}
    )


def _tell(outcome: Outcome) -> None:
    _say("  ".join(f"{name} {value:.0f}" for name, value in zip(_NUMBERS, outcome.line, strict=True)))
    _say(f"{'milliseconds':24}{'p50':>10}{'p95':>10}{'CPU p50':>10}{'CPU p95':>10}")
    for name, taken in outcome.times.items():
        _say(f"{name:24}{_spread(each.clock for each in taken)}{_spread(each.computing for each in taken)}")


def _spread(seconds: Iterable[float]) -> str:
    """Median and 95 of 100, in milliseconds."""
    found = [1000 * each for each in seconds]
    p95 = statistics.quantiles(found, n=20, method="inclusive")[-1]
    return f"{statistics.median(found):10.0f}{p95:10.0f}"


def _say(line: str) -> None:
    """At once: the whole takes an hour."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
