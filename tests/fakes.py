"""The ports in memory, written by hand. Their `trouble` makes calls fail."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from store.errors import NotFound, Revoked
from store.log import Ends, Entry, Record, Start
from store.state import FeedState, Seen


class Trouble:
    """Raises what a test wants raised: always, or once before or after a call of one method."""

    def __init__(self) -> None:
        self.broken: Exception | None = None
        self.before: dict[str, Exception] = {}
        self.after: dict[str, Exception] = {}
        self.calls: list[str] = []

    def enter(self, method: str) -> None:
        self.calls.append(method)
        if self.broken:
            raise self.broken
        if method in self.before:
            raise self.before.pop(method)

    def leave(self, method: str) -> None:
        if method in self.after:
            raise self.after.pop(method)


class FakeLog:
    """One partition a topic."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self.topics: dict[str, list[Record]] = {}
        self.positions: dict[tuple[str, str], int] = {}

    def append(self, topic: str, records: Sequence[Entry]) -> None:
        self.trouble.enter("append")
        held = self.topics.setdefault(topic, [])
        for entry in records:
            held.append(Record(topic, 0, len(held), entry.key, entry.value))
        self.trouble.leave("append")

    def consumer(self, topic: str, group: str | None, start: Start = "earliest") -> "FakeConsumer":
        self.trouble.enter("consumer")
        return FakeConsumer(self, topic, group, start)

    def ends(self, topic: str) -> Ends:
        self.trouble.enter("ends")
        return {0: len(self.topics.get(topic, []))}

    def lag(self, topic: str, group: str) -> int:
        self.trouble.enter("lag")
        return len(self.topics.get(topic, [])) - self.positions.get((topic, group), 0)

    def close(self) -> None:
        self.trouble.calls.append("close")


class FakeConsumer:
    """`revoked` makes the next commit fail, as after a rebalance."""

    def __init__(self, log: FakeLog, topic: str, group: str | None, start: Start) -> None:
        self._log = log
        self._topic = topic
        self._group = group
        first = len(log.topics.get(topic, [])) if start == "latest" else 0
        self._committed = log.positions.get((topic, group or ""), first)
        self._next = self._committed
        self.revoked = False

    def poll(self, limit: int, timeout: float) -> list[Record]:
        self._log.trouble.enter("poll")
        records = self._log.topics.get(self._topic, [])[self._next : self._next + limit]
        self._next += len(records)
        return records

    def positions(self) -> Ends:
        return {0: self._next}

    def commit(self) -> None:
        self._log.trouble.enter("commit")
        if self.revoked:
            self.revoked = False
            raise Revoked("the partition was taken away")
        self._committed = self._next
        if self._group is not None:
            self._log.positions[self._topic, self._group] = self._committed

    def rewind(self) -> None:
        self._next = self._committed

    def close(self) -> None:
        self.rewind()


class FakeState:
    """All in dicts."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self.feed_states: dict[str, FeedState] = {}
        self.items: dict[str, Seen] = {}
        self.leases: dict[str, tuple[str, datetime]] = {}
        self.claims: dict[tuple[str, str], str] = {}
        self.marks: dict[str, str] = {}
        self.hosts: dict[str, datetime] = {}

    def feed(self, feed_id: str) -> FeedState | None:
        self.trouble.enter("feed")
        return self.feed_states.get(feed_id)

    def feeds(self, ids: Iterable[str] | None = None) -> list[FeedState]:
        self.trouble.enter("feeds")
        wanted = sorted(self.feed_states if ids is None else set(ids))
        return [self.feed_states[key] for key in wanted if key in self.feed_states]

    def save_feeds(self, feeds: Sequence[FeedState]) -> None:
        self.trouble.enter("save_feeds")
        self.feed_states.update({feed.feed_id: feed for feed in feeds})
        self.trouble.leave("save_feeds")

    def waits(self, now: datetime) -> dict[str, datetime]:
        self.trouble.enter("waits")
        return {host: until for host, until in self.hosts.items() if until > now}

    def save_waits(self, waits: Mapping[str, datetime]) -> None:
        self.trouble.enter("save_waits")
        for host, until in waits.items():
            self.hosts[host] = max(until, self.hosts.get(host, until))

    def seen(self, ids: Iterable[str]) -> dict[str, Seen]:
        self.trouble.enter("seen")
        return {key: self.items[key] for key in ids if key in self.items}

    def save_seen(self, items: Sequence[Seen]) -> None:
        self.trouble.enter("save_seen")
        self.items.update({item.id: item for item in items})
        self.trouble.leave("save_seen")

    def lease(self, name: str, owner: str, ttl: timedelta, now: datetime) -> bool:
        self.trouble.enter("lease")
        holder, until = self.leases.get(name, (owner, now))
        if holder != owner and until > now:
            return False
        self.leases[name] = (owner, now + ttl)
        return True

    def release(self, name: str, owner: str) -> None:
        self.trouble.enter("release")
        if self.leases.get(name, ("",))[0] == owner:
            del self.leases[name]

    def lease_all(self, names: Iterable[str], owner: str, ttl: timedelta, now: datetime) -> frozenset[str]:
        return frozenset([name for name in names if self.lease(name, owner, ttl, now)])

    def release_all(self, names: Iterable[str], owner: str) -> None:
        for name in names:
            self.release(name, owner)

    def claim(self, scope: str, wishes: Mapping[str, str]) -> dict[str, str]:
        self.trouble.enter("claim")
        return {key: self.claims.setdefault((scope, key), wish) for key, wish in wishes.items()}

    def claimed(self, scope: str, keys: Iterable[str]) -> dict[str, str]:
        self.trouble.enter("claimed")
        return {key: self.claims[scope, key] for key in keys if (scope, key) in self.claims}

    def give_up(self, scope: str, kept: Mapping[str, str]) -> None:
        self.trouble.enter("give_up")
        for (held_scope, key), value in list(self.claims.items()):
            if held_scope == scope and value in kept and key != kept[value]:
                del self.claims[held_scope, key]

    def mark(self, name: str) -> str | None:
        self.trouble.enter("mark")
        return self.marks.get(name)

    def set_mark(self, name: str, value: str) -> None:
        self.trouble.enter("set_mark")
        self.marks[name] = value

    def close(self) -> None:
        self.trouble.calls.append("close")


class FakeArchive:
    """Bytes by hash."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self.stored: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        self.trouble.enter("put")
        reference = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self.stored[reference] = data
        return reference

    def get(self, reference: str) -> bytes:
        self.trouble.enter("get")
        if reference not in self.stored:
            raise NotFound(f"{reference}: not in the archive")
        return self.stored[reference]


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)
