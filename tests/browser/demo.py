"""The demo's day, fetched and indexed for real, behind the page, as the evening of 9 October 2015 would find it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lexicon.load import load_lexicon
from ops.alert_runs import keeper
from search.app import create_app
from search.names import Names
from search.serve import gazetteer_labels
from store.connect import open_index, open_saved, open_state
from store.settings import Settings
from tests.browser.showing import shown
from tests.e2e.conftest import make_pipeline

NOW = datetime(2015, 10, 9, 21, 0, tzinfo=UTC)


def play(home: Path, wires: str) -> Settings:
    """Polls the demo's wires three times, an hour apart, and works everything through."""
    times = iter([NOW - timedelta(hours=hours) for hours in (3, 2, 1)])
    now = [next(times)]
    pipeline = make_pipeline(home, wires, clock=lambda: now[0])
    for _ in range(3):
        pipeline.poll()
        pipeline.work()
        now[0] = next(times, NOW)
    return pipeline.settings


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address of the page, at `NOW`."""
    index, state, lexicon = open_index(settings), open_state(settings), load_lexicon(settings.gazetteer)
    saved, names = open_saved(settings), Names(lambda: lexicon)
    app = create_app(
        index,
        state,
        clock=lambda: NOW,
        labels=gazetteer_labels(lexicon),
        names=names,
        saved=keeper(settings, index, state, saved, names),
    )
    try:
        with shown(app) as url:
            yield url
    finally:
        index.close()
        state.close()
        saved.close()
