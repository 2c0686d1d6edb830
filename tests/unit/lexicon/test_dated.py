from datetime import date
from pathlib import Path

import pytest

from lexicon.check import check
from lexicon.dated import period
from lexicon.load import load_lexicon

FOLDER = Path(__file__).parents[3] / "config" / "gazetteer"


def test_a_day_that_is_not_known_exactly_is_read_as_wide_as_it_can_be() -> None:
    assert period("2015-02-17", "2017-01").last == date(2017, 1, 31)
    assert period(2012, None).first == date(2012, 1, 1)
    assert period(None, 2016).holds(date(2016, 12, 31))
    assert not period(None, 2016).holds(date(2017, 1, 1))
    assert period(None, None).holds(date(1900, 1, 1))


@pytest.mark.parametrize("day", ["", "17.2.2015", "2015-13", "2015-02-30", 15])
def test_what_is_no_day_is_refused(day: str | int) -> None:
    with pytest.raises(ValueError, match="is no day: write 2015"):
        period(day, None)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="from 2016 is after to 2015"):
        period(2016, 2015)


def test_roles_and_renames_are_read_from_the_files(tmp_path: Path) -> None:
    folder = _gazetteer(
        tmp_path,
        people="- {id: person/jane-doe, names: {en: [Jane Doe]}, source: test, roles: [{title: {en: envoy}, "
        "of: state/syria, from: 2015-02-17, to: 2016}]}\n",
        groups="- {id: group/old, names: {en: [Old Front]}, source: test, kind: armed, became: [{id: group/new, "
        "from: 2016-07-28}], sides: [{side: opposition, from: 2012}], active: {from: 2012, to: 2016-07-28}}\n"
        "- {id: group/new, names: {en: [New Front]}, source: test, parents: [{id: group/old, to: 2016}]}\n",
    )
    lexicon = load_lexicon(folder)
    role = lexicon.entities["person/jane-doe"].roles[0]
    assert role.of == "state/syria"
    assert role.period.holds(date(2015, 2, 17))
    assert not role.period.holds(date(2017, 1, 1))
    old = lexicon.entities["group/old"]
    assert old.became[0].period.first == date(2016, 7, 28)
    assert old.sides[0].side == "opposition"
    assert old.active.last == date(2016, 7, 28)


@pytest.mark.parametrize(
    ("people", "problem"),
    [
        ("roles: [{title: {en: envoy}, of: state/nowhere}]", "unknown id 'state/nowhere' in `roles`"),
        ("roles: [{title: {en: envoy}, from: 2016, to: 2015}]", "from 2016 is after to 2015"),
        ("sides: [{side: opposition}]", "is no group"),
        ("sides: [{side: sideways}]", "sideways"),
    ],
)
def test_what_is_wrong_with_a_dated_fact_is_said(tmp_path: Path, people: str, problem: str) -> None:
    folder = _gazetteer(
        tmp_path, people=f"- {{id: person/jane-doe, names: {{en: [Jane Doe]}}, source: test, {people}}}\n"
    )
    assert any(problem in line for line in check(folder))


def _gazetteer(folder: Path, *, people: str, groups: str = "[]\n") -> Path:
    for file in FOLDER.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    for name in ("people", "groups"):
        (folder / f"{name}.yml").write_text({"people": people, "groups": groups}[name], encoding="utf-8")
    return folder
