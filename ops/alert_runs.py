"""Saved searches as the DAG and the command line call them: settings in, rows out."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

from lexicon.load import load_lexicon
from ops.alert_desk import ChannelRun, Desk
from ops.alerts import prune, run
from ops.saved_desk import Keeper
from ops.senders import Senders
from search.names import Names
from store.connect import open_index, open_saved, open_state
from store.index import Index
from store.saved import SavedSearches
from store.settings import Settings
from store.state import State

_BATCHES = 4


@contextmanager
def open_keeper(settings: Settings) -> Iterator[Keeper]:
    """On the ports that the settings name."""
    with (
        closing(open_index(settings)) as index,
        closing(open_state(settings)) as state,
        closing(open_saved(settings)) as saved,
    ):
        yield keeper(settings, index, state, saved, Names(lambda: load_lexicon(settings.gazetteer)))


def keeper(
    settings: Settings, index: Index, state: State, saved: SavedSearches, names: Names | None
) -> Keeper:
    """On ports that are open."""
    senders = Senders(settings)
    desk = Desk(
        index=index,
        saved=saved,
        state=state,
        send=senders,
        clock=lambda: datetime.now(UTC),
        names=names,
        overlap=timedelta(seconds=settings.alerts_overlap),
        batch=settings.alerts_batch,
        refusals=settings.alerts_refusals,
    )
    return Keeper(desk, senders)


def search_batches(settings: Settings) -> list[list[str]]:
    """The ids of all saved searches, in at most four batches."""
    with closing(open_saved(settings)) as saved:
        ids = [search.id for search in saved.searches()]
    return [part for part in (ids[start::_BATCHES] for start in range(_BATCHES)) if part]


def run_searches(settings: Settings, ids: Sequence[str] | None = None) -> list[ChannelRun]:
    """One run of these, or of all; a row a channel."""
    with open_keeper(settings) as keeping:
        desk = keeping.desk
        rows = run(desk, [each for each in desk.saved.searches() if ids is None or each.id in ids])
        prune(desk)
    return rows
