"""`make bench-sizing`: bytes an article and articles a second on Elasticsearch, for docs/sizing.md.

`--index http://HOST:9200/PREFIX`, whose indices are removed first. The articles are written twice: by one index worker,
and by two that share them. The peer in the same run: the same JSON by plain bulk requests into an index of
Elasticsearch's own making (dynamic mapping), as a connector's defaults do it.
"""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

import msgspec
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk

from bench.corpus import Corpus
from store.connect import open_index
from store.records import Article, encode
from store.settings import ROOT, Settings, load_settings

_BATCH = 200


def main() -> None:
    """Writes, measures, prints."""
    options = argparse.ArgumentParser(prog="bench.sizing", description=__doc__)
    options.add_argument("--index", required=True)
    options.add_argument("--articles", type=int, default=100_000)
    asked = options.parse_args()
    host, _, prefix = asked.index.rpartition("/")
    with Elasticsearch(host, request_timeout=600) as client:
        if old := list(client.indices.get(index=f"{prefix}-*")):
            client.indices.delete(index=old)
        articles = list(Corpus(ROOT / "config" / "gazetteer").articles(asked.articles))
        json = sum(len(encode(each)) for each in articles)
        rows = [("articles", len(articles)), ("JSON, bytes an article", json / len(articles))]
        rows += _ours(client, asked.index, prefix, articles, json)
        rows += _peer(client, f"{prefix}-peer", articles, json)
    for name, value in rows:
        sys.stdout.write(f"{name:52}{value:14.2f}\n")


def _ours(
    client: Elasticsearch, url: str, prefix: str, articles: Sequence[Article], json: int
) -> list[tuple[str, float]]:
    rows = []
    for workers in (1, 2):
        took = _written(f"{url}-{workers}", articles, workers)
        rows.append((f"newest and history, articles a second, {workers} at it", len(articles) / took))
    sizes = {name: _bytes(client, f"{prefix}-1-{name}") for name in ("newest", "history")}
    rows += [(f"{name}, bytes an article, merged", size / len(articles)) for name, size in sizes.items()]
    rows.append(("both, times their JSON", sum(sizes.values()) / json))
    nodes = client.nodes.stats(metric="jvm")["nodes"].values()
    return [*rows, ("heap in use, MB", sum(each["jvm"]["mem"]["heap_used_in_bytes"] for each in nodes) / 1e6)]


def _written(url: str, articles: Sequence[Article], workers: int) -> float:
    """Seconds that so many processes take who share the batches; they find the articles in memory: by `fork`."""
    settings = load_settings({"SYRIAWIRE_INDEX": url})
    with closing(open_index(settings)) as index:
        index.put(articles[:1])  # makes it
    context = multiprocessing.get_context("fork")
    processes = [
        context.Process(target=_put, args=(settings, islice(_batches(articles), n, None, workers)))
        for n in range(workers)
    ]
    began = time.perf_counter()
    for each in processes:
        each.start()
    for each in processes:
        each.join()
    if any(each.exitcode for each in processes):
        raise SystemExit(f"{url}: a worker failed: see above")
    return time.perf_counter() - began


def _put(settings: Settings, batches: Iterable[Sequence[Article]]) -> None:
    with closing(open_index(settings)) as index:
        for batch in batches:
            index.put(batch)


def _peer(
    client: Elasticsearch, name: str, articles: Sequence[Article], json: int
) -> list[tuple[str, float]]:
    began = time.perf_counter()
    for batch in _batches(articles):
        bulk(client, ({"_index": name, "_id": each.id, "_source": _document(each)} for each in batch))
    took = time.perf_counter() - began
    return [
        ("peer: plain bulk, articles a second", len(articles) / took),
        ("peer: times their JSON", _bytes(client, name) / json),
    ]


def _document(article: Article) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(article)
    return document


def _batches(articles: Sequence[Article]) -> Iterator[list[Article]]:
    left = iter(articles)
    while batch := list(islice(left, _BATCH)):
        yield batch


def _bytes(client: Elasticsearch, index: str) -> int:
    """On disk, merged to few segments as they become in time."""
    client.indices.forcemerge(index=index, max_num_segments=1)
    client.indices.flush(index=index)
    size: int = client.indices.stats(index=index, metric="store")["_all"]["primaries"]["store"][
        "size_in_bytes"
    ]
    return size


if __name__ == "__main__":
    main()
