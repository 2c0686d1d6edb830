"""The demo's wire day on a real Elasticsearch, with looks at its feeds and stages: what the dashboards are to show."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
from elasticsearch import Elasticsearch

from lexicon.load import load_lexicon
from ops.kibana.objects import FILE, read_ndjson
from ops.kibana.tailor import tailored
from ops.observe import observe
from store.connect import open_index
from store.index import Index
from store.settings import ROOT, Settings
from tests.articles import NOON
from tests.contract.servers import elastic_prefix, settings
from tests.e2e.conftest import Ticking, make_pipeline, serve_wires
from tests.kibana.ask import Objects, Span

_DAY = 3
_SILENT_FEED = """
publisher: Silent Wire
feeds:
  - {id: silent-wire/top, url: "http://127.0.0.1:9/feed.xml", every: 10m, allow_private: true}
"""


@dataclass(frozen=True)
class Newsroom:
    """A filled Elasticsearch, and the saved objects as they are imported for it."""

    url: str
    settings: Settings
    index: Index
    raw: Elasticsearch
    objects: Objects
    span: Span


def imported(prefix: str) -> Objects:
    """What `syriawire kibana import` sends."""
    lexicon = load_lexicon(ROOT / "config" / "gazetteer")
    return Objects(tailored(read_ndjson(FILE.read_bytes()), lexicon, prefix=prefix))


@pytest.fixture(scope="session")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Three polls an hour apart, all worked into the index; the feeds are watched after each."""
    folder = tmp_path_factory.mktemp("newsroom")
    shutil.copytree(ROOT / "demo" / "feeds", folder / "feeds")
    (folder / "feeds" / "silent-wire.yml").write_text(_SILENT_FEED, encoding="utf-8")
    with ExitStack() as stack:
        url = stack.enter_context(elastic_prefix())
        wires = stack.enter_context(serve_wires(folder / "wires.json"))
        clock = Ticking()
        pipeline = make_pipeline(
            folder / "home", wires, clock=clock, index=url, feeds=folder / "feeds", demo_url=wires
        )
        for _ in range(_DAY):
            pipeline.poll()
            observe(pipeline.settings, clock())  # the articles wait in the log: each stage is behind
            pipeline.work()
            observe(pipeline.settings, clock() + timedelta(minutes=15))
            clock.tick()
        opened = settings(index=url)
        index = open_index(opened)
        stack.callback(index.close)
        raw = stack.enter_context(Elasticsearch(url.rsplit("/", 1)[0]))
        raw.indices.refresh(index=f"{url.rsplit('/', 1)[1]}-*")
        yield Newsroom(
            url=url,
            settings=pipeline.settings,
            index=index,
            raw=raw,
            objects=imported(url.rsplit("/", 1)[1]),
            span=Span(NOON - timedelta(days=30), NOON + timedelta(days=30)),
        )
