"""Identical copies: the first article with a text owns it."""

import threading
from pathlib import Path

from processors.group import Group, fingerprint
from processors.run import Loop, run
from store.adapters.sql_state import SqlState
from store.adapters.sqlite_log import SqliteLog
from store.log import ENRICHED, GROUPED, Entry, read_until
from store.records import Article, decode_article, encode
from tests.articles import NOON, article

ECHO = "echo-mill/world"


def group(tmp_path: Path, articles: list[Article], *, state: str = "state") -> list[Article]:
    """Everything in `articles.grouped` after these articles went through."""
    log = SqliteLog(tmp_path / "log.db")
    log.append(ENRICHED, [Entry(each.id, encode(each)) for each in articles])
    stage = Group(log, SqlState(f"sqlite:///{tmp_path}/{state}.db"))
    run(stage, Loop(log=log, clock=lambda: NOON, stop=threading.Event(), batch=2, until_idle=True))
    found = [decode_article(record.value) for record in read_until(log, GROUPED, log.ends(GROUPED))]
    log.close()
    return found


def test_a_text_that_comes_again_elsewhere_is_a_copy(tmp_path: Path) -> None:
    first, copy, other = article("1"), article("1", scope=ECHO), article("2", headline="Aid reaches Homs")
    grouped = group(tmp_path, [first, copy, other])
    assert [each.copy_of for each in grouped] == ["", first.id, ""]
    assert [each.story_id for each in grouped] == [first.id, first.id, other.id]
    assert grouped[1].copy_kind == "identical"
    assert grouped[1].copy_score == 1.0


def test_case_marks_and_punctuation_do_not_hide_a_copy(tmp_path: Path) -> None:
    first = article(
        "1", headline="Strikes near Sha’ar", body="Residents said: “the gas field burns again” today."
    )
    copy = article(
        "2", headline="STRIKES NEAR SHA'AR", body='Residents said: "the gas field burns again" today'
    )
    assert fingerprint(first) == fingerprint(copy)
    assert group(tmp_path, [first, copy])[1].copy_of == first.id


def test_short_texts_and_notices_are_never_copies(tmp_path: Path) -> None:
    flash = [article(guid, headline="Explosion in Homs", body="") for guid in ("1", "2")]
    notices = [article(guid, pubstatus="canceled", signals=("withdrawal",)) for guid in ("3", "4")]
    assert [each.copy_of for each in group(tmp_path, flash + notices)] == [""] * 4


def test_the_same_article_again_is_not_its_own_copy(tmp_path: Path) -> None:
    grouped = group(tmp_path, [article("1"), article("1", version=2)])
    assert [each.copy_of for each in grouped] == ["", ""]


def test_an_article_owns_only_the_text_that_it_carries(tmp_path: Path) -> None:
    one, other = (
        "Residents said the gas field burns again today.",
        "The crossing opened for two hours, officials said.",
    )
    grouped = group(tmp_path, [article("a", body=one), article("b", body=other)])
    swapped = [article("a", version=2, body=other), article("b", version=2, body=one)]
    grouped = group(tmp_path, swapped)
    assert [each.copy_of for each in grouped[2:]] == ["", ""]


def test_a_text_that_its_owner_corrected_goes_to_the_next_that_carries_it(tmp_path: Path) -> None:
    corrected = article("1", version=2, headline="CORRECTION: Strikes reported near Qaryatain")
    late = article("1", scope=ECHO)
    grouped = group(tmp_path, [article("1"), corrected, late, article("2", scope=ECHO)])
    assert [each.copy_of for each in grouped] == ["", "", "", late.id]


def test_a_record_that_nobody_can_read_does_not_stop_a_recovery(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db")
    log.append(GROUPED, [Entry("broken", b"{not json"), Entry(article("1").id, encode(article("1")))])
    stage = Group(log, SqlState(f"sqlite:///{tmp_path}/state.db"))
    stage.deliver([article("1", scope=ECHO)])
    last = list(read_until(log, GROUPED, log.ends(GROUPED)))[-1]
    assert decode_article(last.value).copy_of == article("1").id
    log.close()


def test_where_a_batch_is_cut_does_not_matter(tmp_path: Path) -> None:
    log, state = SqliteLog(tmp_path / "log.db"), SqlState(f"sqlite:///{tmp_path}/state.db")
    stage = Group(log, state)
    text = "The crossing opened for two hours, officials said."
    forms = [article("x", version=2), article("x", version=3, body=text)]
    stage.deliver([article("y")])
    stage.deliver(forms)
    found = [decode_article(record.value) for record in read_until(log, GROUPED, log.ends(GROUPED))]
    assert [each.copy_of for each in found] == ["", article("y").id, ""]
    log.close()


def test_a_recovery_trusts_what_was_grouped_not_the_order_of_reading(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db")
    owner = article("x")
    copy = article("y", copy_of=owner.id)
    log.append(GROUPED, [Entry(each.id, encode(each)) for each in (copy, owner)])
    stage = Group(log, SqlState(f"sqlite:///{tmp_path}/state.db"))
    stage.deliver([article("z")])
    last = list(read_until(log, GROUPED, log.ends(GROUPED)))[-1]
    assert decode_article(last.value).copy_of == owner.id
    log.close()


def test_a_lost_state_store_is_read_again_from_the_log(tmp_path: Path) -> None:
    group(tmp_path, [article("1")])
    grouped = group(tmp_path, [article("1", scope=ECHO)], state="another")
    assert grouped[-1].copy_of == article("1").id
