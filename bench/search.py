"""`make bench-search`: what a search takes in a large archive. Prints a table; asserts nothing.

`--articles 200000` for a smaller one, `--index https://host:9200/prefix` for Elasticsearch. The archive is made once
and kept below `--cache`. The same words and passages go to a peer in the same run: SQLite's FTS5 over the same texts
beside the embedded index, a plain `query_string` beside Elasticsearch.
"""

import argparse
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from elasticsearch import Elasticsearch

from bench.corpus import Corpus
from store.connect import open_index
from store.index import Index
from store.query import (
    And,
    Bounds,
    Everything,
    KeywordField,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Term,
    TimeRange,
    Wildcard,
    Word,
)
from store.settings import ROOT, load_settings

_BATCH = 2000
_TIMES = 3
_FACETS: tuple[KeywordField, ...] = (
    "feed_id", "language", "pubstatus", "signals", "person_ids", "group_ids", "state_ids", "place_ids", "weapon_ids",
    "theme_ids",
)  # fmt: skip
_SYRIA = Bounds(south=32, west=35, north=38, east=43)


def main() -> None:
    """Builds what is missing, measures, prints."""
    options = argparse.ArgumentParser(prog="bench.search", description=__doc__)
    options.add_argument("--articles", type=int, default=1_000_000)
    options.add_argument("--index", default="", help="an Elasticsearch URL; else the embedded index")
    options.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "syria-wire" / "bench-search")
    asked = options.parse_args()
    folder = asked.cache / str(asked.articles)
    folder.mkdir(parents=True, exist_ok=True)
    corpus = Corpus(ROOT / "config" / "gazetteer")
    url = f"{asked.index}-{asked.articles}" if asked.index else f"tantivy:///{folder / 'index'}"
    index = open_index(load_settings({"SYRIAWIRE_INDEX": url}))
    try:
        build(index, corpus, asked.articles)
        table = measured(index, questions(corpus))
        if asked.index:
            table["peer: query_string, hits"] = _query_string(asked.index, asked.articles, peers(corpus))
        else:
            table["peer: SQLite FTS5, hits"] = _fts5(folder / "fts5.db", asked.articles, peers(corpus))
    finally:
        index.close()
    sys.stdout.write(
        f"{asked.articles} articles in {url}\n{'what':32}{'p50 ms':>10}{'p95 ms':>10}{'max ms':>10}\n"
    )
    for name, taken in table.items():
        p95 = statistics.quantiles(taken, n=20, method="inclusive")[-1]
        sys.stdout.write(f"{name:32}{statistics.median(taken):10.1f}{p95:10.1f}{max(taken):10.1f}\n")


def questions(corpus: Corpus) -> list[Node]:
    """Fifty, of all kinds: words frequent and rare, passages, concepts, spans of time, circles, beginnings."""
    english, arabic, russian = (corpus.words(language, 20, 70) for language in ("en", "ar", "ru"))
    rare = corpus.words("en", 3000, 3040)
    places, people, weapons = corpus.places, corpus.others["person"], corpus.others["weapon"]
    begin = datetime(2015, 10, 1, tzinfo=UTC)
    week = TimeRange("published", begin, begin + timedelta(days=7))
    year = TimeRange("published", datetime(2015, 1, 1, tzinfo=UTC), datetime(2016, 1, 1, tzinfo=UTC))
    return [
        *(Word(word) for word in (*english[:5], *arabic[:3], *russian[:3], *rare[:5])),
        *(And((Word(english[n]), Word(rare[n]))) for n in range(3)),
        *(Or((Word(english[n]), Word(arabic[n]), Word(russian[n]))) for n in range(3)),
        *(And((Word(english[n]), Not(Word(english[n + 9])))) for n in range(3)),
        *(Phrase(" ".join(pair)) for pair in zip(english[:4], english[4:8], strict=True)),
        Phrase(f"{english[0]} {english[1]}", slop=5),
        *(Term("place_ids", places[n].id) for n in (0, 5, 100, 3000)),
        *(Term("person_ids", people[n].id) for n in (0, 9)),
        Term("entity_ids", "place/syria"),
        *(And((Term("place_ids", places[n].id), Term("weapon_ids", weapons[n].id))) for n in range(3)),
        *(And((Word(english[n]), year)) for n in range(3)),
        *(And((Term("place_ids", places[n].id), week)) for n in range(3)),
        week,
        Everything(),
        *(Near(places[n].lat or 0, places[n].lon or 0, km) for n, km in ((0, 20), (3, 100), (50, 5))),
        Prefix("stit"),
        Prefix("قدر"),
        Wildcard("con*ra"),
        Wildcard("mer?i*"),
    ]  # fmt: skip


def peers(corpus: Corpus) -> list[str]:
    """Words and passages as FTS5 and `query_string` both read them."""
    english, arabic, russian = (corpus.words(language, 20, 70) for language in ("en", "ar", "ru"))
    rare = corpus.words("en", 3000, 3040)
    return [
        *(*english[:5], *arabic[:3], *russian[:3], *rare[:5]),
        *(f"{english[n]} AND {rare[n]}" for n in range(3)),
        *(f"{english[n]} OR {arabic[n]} OR {russian[n]}" for n in range(3)),
        *(f"{english[n]} NOT {english[n + 9]}" for n in range(3)),
        *(f'"{one} {other}"' for one, other in zip(english[:4], english[4:8], strict=True)),
        *("stit*", "قدر*"),
    ]


def measured(index: Index, nodes: list[Node]) -> dict[str, list[float]]:
    """Milliseconds of each question, asked three times, the first time not counted.

    Each time at another moment, as readers ask. Elasticsearch still finds counts in its cache where no article is
    under embargo: its facets, timelines and company are those of a question that was asked before.
    """
    return {
        name: [each for node in nodes for each in _timed(lambda: ask(now(node)))]  # noqa: B023
        for name, ask in kinds(index).items()
    }


def kinds(index: Index) -> dict[str, Callable[[Query], object]]:
    """What the page asks for, by name."""
    return {
        "hits by relevance": index.search,
        "hits, newest first": lambda query: index.search(_sorted(query)),
        "hits, newest first, folded": lambda query: index.search(_sorted(query, folded=True)),
        "timeline by day": lambda query: index.timeline(query, "day"),
        "facets, 10 fields": lambda query: index.facets(query, _FACETS, 10),
        "cells": lambda query: index.cells(query, 9, _SYRIA),
        "company: weapons": lambda query: index.company(query, "weapon_ids", 10),
    }


def now(node: Node) -> Query:
    """As a reader asks it."""
    return Query(where=node, now=datetime.now(UTC))


def _sorted(query: Query, *, folded: bool = False) -> Query:
    return Query(where=query.where, now=query.now, sort="newest", fold="story" if folded else None)


def _timed(work: Callable[[], object]) -> list[float]:
    taken = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return taken[1:]


def build(index: Index, corpus: Corpus, count: int) -> None:
    """Writes the first `count` articles, unless they are there."""
    index.refresh()
    there = index.search(Query(now=None, limit=1)).total
    if there == count:
        return
    began = time.perf_counter()
    articles = corpus.articles(count)
    done = 0
    while batch := list(islice(articles, _BATCH)):
        if done + len(batch) > there:  # an interrupted build goes on
            index.put(batch)
        done += len(batch)
        if done % 50_000 == 0:
            sys.stderr.write(f"{done} articles after {time.perf_counter() - began:.0f} s\n")
    index.refresh()


def _texts(corpus: Corpus, count: int) -> Iterator[tuple[str, str]]:
    for article in corpus.articles(count):
        yield article.headline, article.body


def _fts5(file: Path, count: int, asked: list[str]) -> list[float]:
    """Twenty best and the number of all, as our page asks for."""
    fresh = Corpus(ROOT / "config" / "gazetteer")
    with sqlite3.connect(file) as database:
        database.execute("CREATE VIRTUAL TABLE IF NOT EXISTS texts USING fts5(headline, body, content='')")
        if not database.execute("SELECT count(*) FROM texts_docsize").fetchone()[0]:
            database.executemany("INSERT INTO texts (headline, body) VALUES (?, ?)", _texts(fresh, count))
            database.commit()
        best = "SELECT rowid, bm25(texts) FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT 20"
        all_ = "SELECT count(*) FROM texts WHERE texts MATCH ?"

        def ask(text: str) -> object:
            return database.execute(best, (text,)).fetchall(), database.execute(all_, (text,)).fetchone()

        return [each for text in asked for each in _timed(lambda: ask(text))]  # noqa: B023


def _query_string(url: str, count: int, asked: list[str]) -> list[float]:
    host, _, prefix = url.rpartition("/")
    with Elasticsearch(host) as client:

        def ask(text: str) -> object:
            query = {"query_string": {"query": text, "fields": ["exact_headline", "exact_body"]}}
            return client.search(
                index=f"{prefix}-{count}-newest", query=query, size=20, track_total_hits=True
            )

        return [each for text in asked for each in _timed(lambda: ask(text))]  # noqa: B023


if __name__ == "__main__":
    main()
