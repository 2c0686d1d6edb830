"""Saved searches under faults: random histories over the embedded index and state. None missed, none twice."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import msgspec
import pytest

from ops.alert_desk import Desk, Refused, Undelivered
from ops.alerts import missed, prune, run
from ops.saved_desk import add, change, probe, retry
from search.saved import Item
from search.saved_keeping import find
from store.adapters.sql_state import SqlState
from store.adapters.tantivy_index import TantivyIndex
from store.errors import Unavailable
from store.identity import content_hash
from store.records import Article
from store.saved import Channel, SavedSearch, SavedSearches
from tests.articles import NOON, article

ATOM = Channel(kind="atom")
EACH = Channel(kind="webhook", target="https://desk.example/each")
DIGEST = Channel(kind="email", target="desk@example.org", digest=True)
CHANNELS = (ATOM, EACH, DIGEST)


class Crash(BaseException):
    """The process ends here: no handler of ours runs as if nothing had been."""


class Receiver:
    """Takes what is sent and drops what it has, by its key."""

    def __init__(self) -> None:
        self.got: dict[str, dict[str, Item]] = {channel.id: {} for channel in CHANNELS}
        self.repeats: Counter[str] = Counter()

    def take(self, channel: Channel, items: Sequence[Item]) -> None:
        for item in items:
            self.repeats[channel.id] += item.key in self.got[channel.id]
            self.got[channel.id].setdefault(item.key, item)


class Crashing:
    """The store of saved searches, whose process may end before or after any call."""

    def __init__(self, inner: SqlState, maybe: Callable[[], None]) -> None:
        self._inner = inner
        self._maybe = maybe

    def __getattr__(self, name: str) -> object:
        def call(*arguments: object) -> object:
            self._maybe()
            result = getattr(self._inner, name)(*arguments)
            self._maybe()
            return result

        return call


class World:
    """A clock that is moved by hand, an index, a state store, a receiver and what can befall them."""

    def __init__(self, folder: Path, seed: int, stack: ExitStack) -> None:
        self.random = random.Random(seed)
        self.now = NOON
        # The writer's clock is wrong by up to a minute, now and again by another.
        self.index = stack.enter_context(closing(TantivyIndex(folder / "index", clock=self.skewed)))
        self.state = stack.enter_context(closing(SqlState(f"sqlite:///{folder}/state.db")))
        self.receiver = Receiver()
        self.crashes = 0.0
        self.down: set[str] = set()
        self.poison: dict[str, bool] = {}
        self.refuses = 0.0
        self.runners = 0
        self.crashed = 0

    def put(self, *articles: Article) -> None:
        assert self.index.put(articles) == []

    def clock(self) -> datetime:
        return self.now

    def skewed(self) -> float:
        return (self.now + timedelta(seconds=self.random.uniform(-60, 60))).timestamp()

    def maybe(self) -> None:
        if self.random.random() < self.crashes:
            self.crashed += 1
            raise Crash

    def send(self, search: SavedSearch, channel: Channel, items: Sequence[Item], at: datetime) -> None:
        self.maybe()
        if channel.id in self.down:
            raise Undelivered("receiver: away")
        for item in items:
            bad = self.poison.setdefault(item.article.id, self.random.random() < 0.2)
            if self.refuses and channel.id != ATOM.id and (bad or self.random.random() < self.refuses):
                raise Refused("receiver: answered 400")
        self.receiver.take(channel, items)
        self.maybe()

    def desk(self, *, faulty: bool = True) -> Desk:
        self.runners += 1
        store = Crashing(self.state, self.maybe) if faulty else self.state
        return Desk(
            index=self.index,
            saved=cast("SavedSearches", store),
            state=self.state,
            send=self.send,
            clock=self.clock,
            batch=3,
            refusals=3,
            owner=f"runner {self.runners}",
        )

    def run(self) -> None:
        try:
            run(self.desk(), self.state.searches())
        except Crash:
            if self.random.random() < 0.5:
                # Killed, not ended: its leases stay until they run out.
                for search in self.state.searches():
                    for channel in search.channels:
                        self.state.lease(
                            f"alerts:{search.id}:{channel.id}", "dead", timedelta(minutes=2), self.now
                        )

    def settle(self) -> None:
        """All is well again, and time passes."""
        self.crashes, self.down = 0.0, set()
        for _ in range(4):
            self.now += timedelta(hours=1, minutes=1)
            run(self.desk(faulty=False), self.state.searches())


def changed(old: Article, now: datetime, **changes: object) -> Article:
    made = msgspec.structs.replace(old, version=old.version + 1, revision=0, fetched=now, **changes)
    return msgspec.structs.replace(made, content_hash=content_hash(made))


def history(world: World, steps: int) -> dict[str, list[Article]]:  # noqa: C901
    """Lives through random events, one run after most of them. Every version of every article."""
    lived: dict[str, list[Article]] = {}
    late: list[Article] = []
    for step in range(steps):
        world.now += timedelta(seconds=world.random.choice((5, 30, 60, 120, 900)))
        world.crashes = world.random.choice((0.0, 0.0, 0.05, 0.2))
        world.down = set(world.random.sample([EACH.id, DIGEST.id], world.random.choice((0, 0, 1, 2))))
        event = world.random.choice(
            ("new", "new", "other", "late", "arrive", "correct", "withdraw", "embargo", "enrich")
        )
        known = [versions[-1] for versions in lived.values() if versions[-1] not in late]
        fresh = article(str(step), fetched=world.now, first_seen=world.now)
        made: Article | None = None
        match event:
            case "new" | "late":
                made = fresh
            case "other":
                made = article(
                    str(step), fetched=world.now, headline="Rain in the capital", body="It rained."
                )
            case "embargo":
                until = world.now + timedelta(minutes=world.random.randint(1, 90))
                made = msgspec.structs.replace(fresh, embargoed_until=until)
            case "correct" if known:
                old = world.random.choice(known)
                text = world.random.choice(("Strikes near Qaryatain, two hurt", "A wedding in the north"))
                made = changed(old, world.now, headline=text, body=text, pubstatus="usable")
            case "withdraw" if known:
                old = world.random.choice(known)
                made = changed(old, world.now, headline="Notice", ednote="withdrawn", pubstatus="canceled")
            case "enrich" if known:
                world.put(msgspec.structs.replace(world.random.choice(known), revision=1))
            case "arrive" if late:
                world.put(late.pop(0))
        if made is not None:
            lived.setdefault(made.id, []).append(made)
            if event == "late":
                late.append(made)
            else:
                world.put(made)
        for _ in range(world.random.choice((0, 1, 1, 2))):
            world.run()
    world.put(*late)
    return lived


@pytest.mark.parametrize("seed", range(3))
def test_none_is_missed_and_none_comes_twice(tmp_path: Path, seed: int) -> None:
    with ExitStack() as stack:
        world = World(tmp_path, seed, stack)
        old = article("old", fetched=NOON - timedelta(days=1))
        world.put(old)
        wanted = SavedSearch(id="", name="q", query="Qaryatain", created=NOON, channels=CHANNELS)
        search = add(world.desk(faulty=False), wanted, backfill=False)
        world.refuses = 0.05
        lived = history(world, 30)
        world.settle()
        assert missed(world.desk(faulty=False), search) == {}
        aside = world.state.aside(search.id, 1000)
        assert {line.id for line in aside} <= {id_ for id_, bad in world.poison.items() if bad}
        assert aside
        # The receivers are mended: what was set aside goes out.
        world.refuses = 0.0
        assert retry(world.desk(faulty=False), search) == len(aside)
        world.settle()
        assert world.state.aside(search.id, 1000) == []
        for channel in CHANNELS:
            if channel is ATOM:  # its feed is the ledger itself
                lines = world.state.newest_sent(search.id, ATOM.id, 10_000)
                keys = [f"{search.id}:{line.id}:{line.version}" for line in lines]
                kinds = {(line.id, line.version): line.kind for line in lines}
            else:
                got = world.receiver.got[channel.id]
                keys = list(got)
                kinds = {(item.article.id, item.article.version): item.kind for item in got.values()}
            assert len(keys) == len(set(keys))
            assert not any(id_ == old.id for id_, _ in kinds)
            for id_, versions in lived.items():
                last = versions[-1]
                matching = "Qaryatain" in last.headline + last.body and not last.retracted
                if matching:
                    assert (id_, last.version) in kinds, (channel.kind, last)
                was_sent = any((id_, each.version) in kinds for each in versions[:-1])
                if last.retracted:
                    assert kinds.get((id_, last.version)) == ("recall" if was_sent else None)
            genuine = {(each.id, each.version) for versions in lived.values() for each in versions}
            assert kinds.keys() <= genuine
        # The ledger forgets only what is not needed: nothing goes out again.
        before = {name: set(got) for name, got in world.receiver.got.items()}
        world.now += timedelta(days=60)
        prune(world.desk(faulty=False))
        world.settle()
        assert {name: set(got) for name, got in world.receiver.got.items()} == before
        assert world.crashed > 0


def test_nothing_goes_out_before_its_time_and_then_it_does(tmp_path: Path) -> None:
    with ExitStack() as stack:
        world = World(tmp_path, 1, stack)
        until = NOON + timedelta(hours=5)
        world.put(article("before", embargoed_until=until, fetched=NOON - timedelta(days=1)))
        wanted = SavedSearch(id="", name="q", query="Qaryatain", created=NOON, channels=(EACH,))
        add(world.desk(faulty=False), wanted, backfill=False)
        world.put(article("after", embargoed_until=until, fetched=NOON))
        for _ in range(4):
            world.now += timedelta(hours=1)
            run(world.desk(faulty=False), world.state.searches())
        assert world.receiver.got[EACH.id] == {}
        world.now = until
        run(world.desk(faulty=False), world.state.searches())
        assert {item.article.guid for item in world.receiver.got[EACH.id].values()} == {"before", "after"}


def test_backfill_sends_what_is_there_in_bounded_parts(tmp_path: Path) -> None:
    with ExitStack() as stack:
        world = World(tmp_path, 1, stack)
        world.put(*(article(str(n), fetched=NOON - timedelta(days=n)) for n in range(7)))
        world.put(article("copy", copy_of="another"))
        sizes: list[int] = []

        def send(_s: SavedSearch, _c: Channel, items: Sequence[Item], _at: datetime) -> None:
            sizes.append(len(items))

        desk = plain_desk(world, send)
        wanted = SavedSearch(id="", name="q", query="Qaryatain", created=NOON, channels=(DIGEST,))
        add(desk, wanted, backfill=True)
        assert [row.sent for row in run(desk, world.state.searches())] == [7]
        assert sizes == [3, 3, 1]


def plain_desk(world: World, send: Callable[[SavedSearch, Channel, Sequence[Item], datetime], None]) -> Desk:
    return Desk(
        index=world.index,
        saved=world.state,
        state=world.state,
        send=send,
        clock=world.clock,
        batch=3,
        owner="one",
    )


def test_one_runner_at_a_time_and_a_bad_channel_stops_no_other(tmp_path: Path) -> None:
    with ExitStack() as stack:
        world = World(tmp_path, 1, stack)
        wanted = SavedSearch(id="", name="q", query="Qaryatain", created=NOON, channels=CHANNELS)
        add(world.desk(faulty=False), wanted, backfill=True)
        world.put(article("1"))
        nested: list[str] = []

        def send(_s: SavedSearch, channel: Channel, items: Sequence[Item], _at: datetime) -> None:
            if channel == EACH:
                raise Undelivered("receiver: away")
            if not nested:
                (saved,) = world.state.searches()
                only = msgspec.structs.replace(saved, channels=(ATOM,))
                nested.extend(row.result for row in run(other, [only]))
            world.receiver.take(channel, items)

        other = world.desk(faulty=False)
        rows = run(plain_desk(world, send), world.state.searches())
        assert nested == ["busy"]
        assert [row.result for row in rows] == ["ok", "failed", "ok"]
        assert world.receiver.repeats.total() == 0
        rows = run(world.desk(faulty=False), world.state.searches())
        assert [row.result for row in rows] == ["ok", "waiting", "ok"]
        world.now += timedelta(minutes=2)
        rows = run(world.desk(faulty=False), world.state.searches())
        assert [(row.result, row.sent) for row in rows] == [("ok", 0), ("ok", 1), ("ok", 0)]


def refusing(bad: set[str]) -> tuple[list[list[str]], Callable[..., str]]:
    """A receiver that refuses messages with one of `bad` in them, and what it took."""
    took: list[list[str]] = []

    def send(_s: SavedSearch, _c: Channel, items: Sequence[Item], _at: datetime) -> str:
        guids = [item.article.guid for item in items]
        if bad & set(guids):
            raise Refused("webhook desk.example: answered 400")
        took.append(guids)
        return "answered 204"

    return took, send


@pytest.mark.parametrize("channel", [EACH, DIGEST])
def test_what_is_refused_is_set_aside_and_stops_nothing_else(tmp_path: Path, channel: Channel) -> None:
    with ExitStack() as stack:
        world = World(tmp_path, 1, stack)
        bad = {"2"}
        took, send = refusing(bad)
        desk = plain_desk(world, send)
        wanted = SavedSearch(id="", name="q", query="Qaryatain", created=NOON, channels=(channel,))
        search = add(desk, wanted, backfill=True)
        world.put(*(article(str(n), minutes=n) for n in range(3)))
        rows = []
        for _ in range(5):
            rows += run(desk, [search])
            world.now += timedelta(hours=1)
        assert [row.result for row in rows] == ["failed"] * 5
        assert [row.aside for row in rows] == [0, 0, 0, 0, 1]
        assert "answered 400: mend it" in rows[0].detail
        assert "answered 400: set aside after 5 times" in rows[4].detail
        assert sorted(guid for guids in took for guid in guids) == ["0", "1"]
        (aside,) = world.state.aside(search.id, 9)
        assert (aside.kind, aside.refused) == ("match", "webhook desk.example: answered 400")
        assert missed(desk, search) == {}
        assert [row.result for row in run(desk, [search])] == ["ok"]
        # Its withdrawal is nobody's business who never had it; its correction is a first message.
        world.put(changed(article("2"), world.now, headline="Qaryatain again"))
        bad.clear()
        run(desk, [search])
        assert took[-1] == ["2"]
        assert world.state.aside(search.id, 9) == []
        assert retry(desk, search) == 0


def test_who_had_a_story_gets_its_recall_also_after_a_correction_was_refused(tmp_path: Path) -> None:
    with ExitStack() as stack:
        world = World(tmp_path, 1, stack)
        bad: set[str] = set()
        kinds: list[str] = []
        _, send = refusing(bad)

        def noted(s: SavedSearch, c: Channel, items: Sequence[Item], at: datetime) -> str:
            said = send(s, c, items, at)
            kinds.extend(item.kind for item in items)
            return said

        desk = plain_desk(world, noted)
        wanted = SavedSearch(id="", name="q", query="Qaryatain", created=NOON, channels=(EACH,))
        search = add(desk, wanted, backfill=True)
        first = article("1")
        world.put(first)
        run(desk, [search])
        bad.add("1")
        second = changed(first, world.now, headline="Qaryatain, corrected")
        world.put(second)
        for _ in range(5):
            run(desk, [search])
            world.now += timedelta(hours=1)
        assert [line.kind for line in world.state.aside(search.id, 9)] == ["correction"]
        bad.clear()
        world.put(changed(second, world.now, headline="Notice", body="", pubstatus="canceled"))
        run(desk, [search])
        assert kinds == ["match", "recall"]


def test_a_receiver_that_refuses_everything_is_not_asked_for_ever(tmp_path: Path) -> None:
    with ExitStack() as stack:
        world = World(tmp_path, 1, stack)
        asked: list[str] = []

        def send(_s: SavedSearch, _c: Channel, items: Sequence[Item], _at: datetime) -> str:
            asked.extend(item.article.guid for item in items)
            raise Refused("webhook desk.example: answered 404")

        desk = plain_desk(world, send)
        wanted = SavedSearch(id="", name="q", query="Qaryatain", created=NOON, channels=(EACH,))
        search = add(desk, wanted, backfill=True)
        world.put(*(article(str(n), minutes=n) for n in range(30)))
        run(desk, [search])
        assert len(asked) == 20
        for _ in range(9):
            world.now += timedelta(hours=2)
            run(desk, [search])
        assert len(world.state.aside(search.id, 99)) == 30
        assert run(desk, [search])[0].result == "waiting"
        world.now += timedelta(hours=2)
        assert run(desk, [search])[0].result == "ok"
        took, better = refusing(set())
        mended = plain_desk(world, better)
        assert retry(mended, search) == 30
        run(mended, [search])
        assert len(took) == 30


def test_a_changed_query_goes_on_without_sending_the_past(tmp_path: Path) -> None:
    with ExitStack() as stack:
        world = World(tmp_path, 1, stack)
        took, send = refusing(set())
        desk = plain_desk(world, send)
        wanted = SavedSearch(id="", name="q", query="Qaryatain", created=NOON, channels=(EACH,))
        search = add(desk, wanted, backfill=False)
        world.now += timedelta(hours=1)
        corrected = article("corrected", fetched=world.now)
        world.put(corrected, article("rain", fetched=world.now, headline="Rain", body="Rain"))
        run(desk, [search])
        assert took == [["corrected"]]
        world.now += timedelta(hours=1)
        world.put(changed(corrected, world.now, headline="Rain, not strikes", body="Rain"))
        run(desk, [search])
        world.now += timedelta(hours=1)
        world.put(article("under way", fetched=world.now, headline="Rain", body="Rain"))
        late = article("late", fetched=world.now, headline="Rain", body="Rain")
        other = Channel(kind="email", target="desk@example.org")
        wider = msgspec.structs.replace(search, name="rain", query="Rain", channels=(EACH, other))
        made = change(desk, wider)
        assert find(world.state, "rain") == made
        assert missed(desk, made) == {}
        world.now += timedelta(hours=1)
        world.put(late)
        took.clear()
        run(desk, [made])
        # The webhook: what came after its last look, and the correction of what it had. The new mailbox: what is new.
        assert sorted(guid for guids in took for guid in guids) == ["corrected", "late", "late", "under way"]
        world.now += timedelta(hours=1)
        assert [row.sent for row in run(desk, [made])] == [0, 0]
        assert missed(desk, made) == {}


def test_a_search_is_not_changed_while_it_sends(tmp_path: Path) -> None:
    with ExitStack() as stack:
        world = World(tmp_path, 1, stack)
        _, send = refusing(set())
        search = add(
            plain_desk(world, send),
            SavedSearch(id="", name="q", query="Qaryatain", created=NOON, channels=(EACH,)),
            backfill=True,
        )
        assert world.desk().lease(search.id, EACH.id)
        with pytest.raises(Unavailable, match="is sending just now"):
            change(plain_desk(world, send), msgspec.structs.replace(search, query="Rain"))
        assert find(world.state, "q").query == "Qaryatain"


def test_a_test_is_sent_and_leaves_no_line(tmp_path: Path) -> None:
    with ExitStack() as stack:
        world = World(tmp_path, 1, stack)
        items: list[Item] = []

        def send(_s: SavedSearch, channel: Channel, sent: Sequence[Item], _at: datetime) -> str:
            if channel.kind == "email":
                raise Undelivered("e-mail by mail.example:587: SMTPServerDisconnected")
            items.extend(sent)
            return "answered 204"

        desk = plain_desk(world, send)
        wanted = SavedSearch(id="", name="q", query="Qaryatain", created=NOON, channels=CHANNELS)
        search = add(desk, wanted, backfill=True)
        assert [(each.ok, each.said) for each in probe(desk, search)] == [
            (True, "nothing to send: readers fetch the feed"),
            (True, "answered 204"),
            (False, "e-mail by mail.example:587: SMTPServerDisconnected"),
        ]
        assert [(item.kind, "test" in item.article.headline) for item in items] == [("test", True)]
        assert world.state.tallies(search.id) == {}
