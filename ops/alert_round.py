"""One look of one channel: what is due goes out, message by message; what is refused again and again is set aside."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from ops.alert_desk import Desk, Refused
from ops.alert_due import asked, due
from search import saved
from search.saved import Item
from store.saved import Channel, Progress, SavedSearch, Sent

_MOST_A_RUN = 5000
_MOST_REFUSED = 20
_LONGEST_PAUSE = timedelta(hours=1)


class Lost(Exception):  # noqa: N818
    """Another runner has taken the lease."""


class Round:
    """Call `go` under the lease; then, whatever it raised but `Lost`, save `progress`."""

    def __init__(self, desk: Desk, search: SavedSearch, channel: Channel, known: Progress) -> None:
        self._desk = desk
        self._search = search
        self._channel = channel
        self._known = known
        self._refusals = dict(known.refusals)
        self._embargoed: set[str] = set()
        self._again: set[str] = set()
        self._refused = 0
        self._through: datetime | None = None
        self.sent = 0
        self.aside = 0
        self.problem = ""

    @property
    def full(self) -> bool:
        """Whether the rest is left to the next run."""
        return self.sent >= _MOST_A_RUN or self._refused >= _MOST_REFUSED

    def go(self) -> None:
        """Raises `Undelivered` when the receiver is away, `Lost`, and what the ports raise."""
        now = self._desk.clock()
        what = asked(self._desk, self._search, self._channel, now)
        low = saved.window(self._known.until, self._desk.overlap)
        queries = [saved.matches(self._search, what.where, low, self._channel), saved.withdrawals(low)]
        size = self._desk.batch if self._channel.digest else 1
        waiting: list[Item] = []
        for article, item in due(what, queries, self._known.held):
            if item is None:
                self._embargoed.add(article.id)
            elif article.id in self._refusals:
                self._deliver([item])  # alone: the others of its message are not refused with it again
            else:
                waiting.append(item)
            if len(waiting) >= size:
                self._deliver(waiting)
                waiting = []
            if self.full:
                return
        if waiting:
            self._deliver(waiting)
        self._through = now

    def progress(self, now: datetime, problem: str) -> Progress:
        """How far it is now; `problem`: what `go` raised. Only a round that came to its end moves the place."""
        problem = problem or self.problem
        held, refusals = self._embargoed | self._again, self._refusals
        if self._through is None:
            held |= set(self._known.held)
        else:
            refusals = {id_: count for id_, count in refusals.items() if id_ in self._again}
        made = Progress(
            search=self._search.id,
            channel=self._channel.id,
            until=self._through or self._known.until,
            ran=now,
            held=tuple(sorted(held)),
            refusals=refusals,
        )
        if not problem:
            return made
        failures = self._known.failures + 1
        pause = min(timedelta(minutes=1) * 2 ** min(failures - 1, 10), _LONGEST_PAUSE)
        return msgspec.structs.replace(made, failures=failures, not_before=now + pause, detail=problem)

    def _deliver(self, items: Sequence[Item]) -> None:
        if not self._desk.lease(self._search.id, self._channel.id):
            raise Lost
        at = self._desk.clock()
        try:
            self._desk.send(self._search, self._channel, items, at)
        except Refused as error:
            self._note_refusal(items, error, at)
            return
        self._desk.saved.record_sent([self._line(item, at) for item in items])
        self.sent += len(items)
        for item in items:
            self._refusals.pop(item.article.id, None)

    def _note_refusal(self, items: Sequence[Item], error: Refused, at: datetime) -> None:
        self._refused += 1
        self.problem = str(error)
        for item in items:
            id_ = item.article.id
            self._refusals[id_] = self._refusals.get(id_, 0) + 1
            if self._refusals[id_] < self._desk.refusals:
                self._again.add(id_)
                continue
            self._desk.saved.record_sent([self._line(item, at, refused=error.reason)])
            del self._refusals[id_]
            self.aside += 1
            often = f"set aside after {self._desk.refusals} times"
            self.problem = f"{error.reason}: {often}: mend the receiver, then `syriawire saved retry`"

    def _line(self, item: Item, at: datetime, refused: str = "") -> Sent:
        return Sent(
            search=self._search.id,
            channel=self._channel.id,
            id=item.article.id,
            version=item.article.version,
            kind=item.ledger_kind,
            at=at,
            refused=refused,
        )
