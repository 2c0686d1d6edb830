"""Starts a processor on the ports that the settings name."""

import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from lexicon.load import load_lexicon
from ops.heartbeat import beat
from processors.enrich import Enrich, EnrichStage
from processors.group import Group
from processors.index import IndexStage
from processors.run import Loop, Stage, run
from processors.turn import Turn
from store.connect import open_index, open_log, open_state
from store.settings import Settings

StageName = Literal["enrich", "group", "index"]
STAGES: tuple[StageName, ...] = ("enrich", "group", "index")


def work(
    settings: Settings, name: StageName, stop: threading.Event, *, until_idle: bool = False
) -> Counter[str]:
    """Runs one stage until `stop`, or until nothing is left. Returns outcomes counted."""
    log, state, index = open_log(settings), open_state(settings), open_index(settings)
    stage: Stage
    match name:
        case "enrich":
            stage = EnrichStage(Enrich(load_lexicon(Path(settings.gazetteer))), log)
        case "group":
            stage = Group(log, state)
        case "index":
            stage = IndexStage(index)
    # The embedded log has one active consumer a group anyway, and knows at once when that one died.
    alone = name == "group" and not settings.log.startswith("sqlite:")
    loop = Loop(
        log=log,
        clock=_now,
        stop=stop,
        batch=settings.batch,
        until_idle=until_idle,
        turn=Turn(state, name, _now) if alone else None,
        beat=lambda: beat(settings),
    )
    try:
        return run(stage, loop)
    finally:
        index.close()
        state.close()
        log.close()


def _now() -> datetime:
    return datetime.now(UTC)
