"""The pure decision: versions grow, repeats are harmless, late ones never win."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decide import Decision, decide
from store.identity import milliseconds
from store.records import Article
from store.state import Seen
from tests.articles import NOON, article


def at(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def remembered(decision: Decision, known: dict[str, Seen] | None = None) -> dict[str, Seen]:
    return {**(known or {}), **{seen.id: seen for seen in decision.seen}}


def test_new_then_unchanged_then_changed() -> None:
    first = decide({}, [article()], NOON)
    assert [each.version for each in first.append] == [milliseconds(NOON)]
    assert (first.new, first.append[0].first_seen) == (1, NOON)
    known = remembered(first)
    assert decide(known, [article()], NOON + at(5)) == Decision(unchanged=1)
    third = decide(known, [article(headline="Other", minutes=5)], NOON + at(5))
    assert (third.changed, third.append[0].first_seen) == (1, NOON)
    assert third.append[0].version == milliseconds(NOON + at(5))


def test_a_clock_that_goes_back_still_counts_up() -> None:
    known = remembered(decide({}, [article()], NOON))
    later = decide(known, [article(headline="Other", minutes=-60)], NOON - at(60))
    assert later.append[0].version == milliseconds(NOON) + 1


def test_a_crash_before_the_append_repeats_the_same_record() -> None:
    first = decide({}, [article()], NOON)
    assert [seen.appended for seen in first.pending] == [False]
    known = {seen.id: seen for seen in first.pending}
    again = decide(known, [article(minutes=9)], NOON + at(9))
    assert again.repeated == 1
    assert (again.append[0].version, again.append[0].first_seen) == (first.append[0].version, NOON)


@pytest.mark.parametrize("said", [(), ("date-guessed",), ("correction",), ("update",), ("withdrawal",)])
def test_a_change_without_a_word_is_said_to_be_one(said: tuple[str, ...]) -> None:
    marked = {"correction", "update", "withdrawal"}.intersection(said)
    first = decide({}, [article(signals=said)], NOON)
    assert first.append[0].signals == said
    changed = decide(remembered(first), [article(headline="Other", minutes=5, signals=said)], NOON + at(5))
    assert changed.append[0].signals == (said if marked else (*said, "edited"))


def test_what_a_crash_repeats_says_the_same() -> None:
    known = remembered(decide({}, [article()], NOON))
    changed = decide(known, [article(headline="Other", minutes=5)], NOON + at(5))
    pending = {seen.id: seen for seen in changed.pending}
    again = decide(pending, [article(headline="Other", minutes=9)], NOON + at(9))
    assert (again.repeated, again.append[0].signals) == (1, ("edited",))


def test_a_late_wire_version_goes_into_the_history_once() -> None:
    known = remembered(decide({}, [article(wire_version=5, headline="five")], NOON))
    late = decide(known, [article(wire_version=3, headline="three")], NOON + at(1))
    assert (late.late, late.append[0].version) == (1, milliseconds(NOON) - 2)
    assert late.pending == ()
    # A crash before `seen` was saved gives the same record again.
    assert decide(known, [article(wire_version=3, headline="three")], NOON + at(7)).append == late.append
    known = remembered(late, known)
    assert known[late.append[0].id].version == milliseconds(NOON)
    assert decide(known, [article(wire_version=3, headline="three")], NOON + at(2)) == Decision(unchanged=1)


def test_a_superseded_wire_version_is_known_again() -> None:
    known = remembered(decide({}, [article(wire_version=1)], NOON))
    known = remembered(decide(known, [article(wire_version=2, headline="two")], NOON + at(1)), known)
    assert decide(known, [article(wire_version=1)], NOON + at(2)) == Decision(unchanged=1)


def test_the_same_content_under_a_higher_number_makes_the_numbers_between_late() -> None:
    known = remembered(decide({}, [article(wire_version=1)], NOON))
    known = remembered(decide(known, [article(wire_version=5)], NOON), known)
    assert decide(known, [article(wire_version=3, headline="three")], NOON + at(1)).late == 1


WIRE = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["x", "y", "z"]), st.integers(-5, 5)), max_size=12
)


def polls(steps: Sequence[tuple[str, str, int]]) -> list[Article]:
    return [article(guid, headline=headline, minutes=minutes) for guid, headline, minutes in steps]


@given(st.lists(WIRE, max_size=6))
def test_versions_grow_and_a_repeat_changes_nothing(documents: list[list[tuple[str, str, int]]]) -> None:
    known: dict[str, Seen] = {}
    newest: dict[str, int] = {}
    for number, steps in enumerate(documents):
        now = NOON + at(steps[0][2] if steps else number)  # the clock may jump back
        decision = decide(known, polls(steps), now)
        for each in decision.append:
            assert each.version > newest.get(each.id, 0)
            newest[each.id] = each.version
        known = remembered(decision, known)
        last = {each.id: each for each in polls(steps)}
        assert decide(known, last.values(), now + at(1)).append == ()


@given(st.permutations([1, 2, 3, 4, 5]), st.integers(0, 4))
def test_numbered_versions_win_in_whatever_order_they_come(order: list[int], twice: int) -> None:
    known: dict[str, Seen] = {}
    sent: dict[int, int] = {}
    for number, wire in enumerate([*order, order[twice]]):
        decision = decide(known, [article(wire_version=wire, headline=f"v{wire}")], NOON + at(number))
        for each in decision.append:
            assert wire not in sent
            sent[wire] = each.version
        known = remembered(decision, known)
    (seen,) = known.values()
    assert (seen.wire_version, seen.version) == (5, sent[5])
    assert max(sent, key=lambda wire: sent[wire]) == 5
    assert len(set(sent.values())) == 5


def test_a_crash_anywhere_loses_nothing() -> None:
    first = decide({}, [article()], NOON)
    known = {seen.id: seen for seen in first.pending}
    changed = decide(known, [article(headline="Other")], NOON)
    assert changed.append[0].version > first.append[0].version
    assert msgspec.structs.replace(changed.seen[0], appended=False) == changed.pending[0]
