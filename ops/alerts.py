"""Saved searches at work: look, send, write the ledger. One run of one search never disturbs another.

At least once: a line of the ledger is written right after the channel has accepted the message. A crash between the
two repeats this one message, under the same key.
"""

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from ops.alert_desk import ChannelRun, Desk
from ops.alert_due import asked, due
from ops.alert_round import Lost, Round
from search import saved
from store.errors import SyriaWireError, Unavailable
from store.saved import Channel, Progress, SavedSearch

_KEPT = timedelta(days=30)


def run(desk: Desk, searches: Iterable[SavedSearch]) -> list[ChannelRun]:
    """One look for each channel of each search. A channel that fails is a line in the result, and stops no other."""
    desk.index.refresh()
    return [_run_channel(desk, search, channel) for search in searches for channel in search.channels]


def prune(desk: Desk) -> int:
    """Forgets lines of the ledger that nothing needs; returns how many."""
    return desk.saved.prune_sent(desk.clock() - _KEPT)


def missed(desk: Desk, search: SavedSearch) -> dict[str, list[str]]:
    """Channel → ids of matches that should have been sent by now and were not: must be empty.

    What the channel refuses, and what waits for its embargo, is no miss: it is kept in the progress.
    """
    desk.index.refresh()
    found: dict[str, list[str]] = {}
    for channel in search.channels:
        progress = desk.saved.progress(search.id).get(channel.id)
        if progress is None or progress.until is None:
            continue  # it has not been through once: nothing is promised yet
        what = asked(desk, search, channel, progress.until)
        high = saved.window(progress.until, desk.overlap)
        query = saved.matches(search, what.where, None, channel, high)
        waiting = set(progress.held)
        ids = [item.article.id for _, item in due(what, [query]) if item and item.article.id not in waiting]
        if ids:
            found[channel.id] = ids
    return found


def _run_channel(desk: Desk, search: SavedSearch, channel: Channel) -> ChannelRun:
    done = ChannelRun(search=search.name, channel=channel.id, result="ok")
    if not desk.lease(search.id, channel.id):
        return msgspec.structs.replace(done, result="busy")
    try:
        # Read under the lease: what another runner has done before counts.
        known = desk.saved.progress(search.id).get(channel.id)
        progress = known or Progress(search=search.id, channel=channel.id)
        if progress.not_before is not None and progress.not_before > desk.clock():
            return msgspec.structs.replace(done, result="waiting", detail=progress.detail)
        return _round(desk, search, channel, progress, done)
    finally:
        desk.release(search.id, channel.id)


def _round(
    desk: Desk, search: SavedSearch, channel: Channel, progress: Progress, done: ChannelRun
) -> ChannelRun:
    going = Round(desk, search, channel, progress)
    problem = ""
    try:
        going.go()
    except Lost:
        return msgspec.structs.replace(done, result="busy", sent=going.sent)
    except Unavailable:
        raise  # of our own world: no fault of the channel
    except SyriaWireError as error:
        problem = str(error)
    saved_as = going.progress(desk.clock(), problem)
    desk.saved.save_progress(saved_as)
    return msgspec.structs.replace(
        done,
        result="failed" if saved_as.detail else "more" if going.full else "ok",
        sent=going.sent,
        aside=going.aside,
        detail=saved_as.detail,
    )
