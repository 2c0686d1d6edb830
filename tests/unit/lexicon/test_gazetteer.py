"""The real gazetteer is sound; a broken one is refused with file, fault and remedy."""

import shutil
from pathlib import Path

import pytest

from lexicon.check import check, main
from lexicon.entries import LexiconError
from lexicon.load import load_languages, load_lexicon
from store.settings import ROOT

REAL = ROOT / "config" / "gazetteer"
PLACES = "id,name_en,name_ar,kind,parent,lat,lon,aliases,source\n"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A gazetteer of a handful of entries, to be broken."""
    shutil.copy(REAL / "words.yml", tmp_path)
    (tmp_path / "gazetteer.yml").write_text("revision: 7\n")
    (tmp_path / "languages.yml").write_text("every: [en]\nmain: [tr]\nentities: {Places: [place/SY04]}\n")
    for name in ("groups", "states", "weapons", "themes"):
        (tmp_path / f"{name}.yml").write_text("[]\n")
    (tmp_path / "people.yml").write_text(
        "- {id: person/a, names: {en: [Ann Ash], ar: [آن]}, short: {en: [Ash]}, alone: true, source: us}\n"
    )
    (tmp_path / "places.csv").write_text(
        f"{PLACES}place/SY04,Homs,حمص,governorate,place/syria,34.4,38.3,,us\n"
    )
    (tmp_path / "places-own.csv").write_text(f"{PLACES}place/syria,Syria,سوريا,country,,35,38,,us\n")
    (tmp_path / "places-aliases.csv").write_text("id,alias,source\nplace/SY04,tr:Humus,us\n")
    return tmp_path


def test_the_real_files_are_sound() -> None:
    assert check(REAL) == []


def test_the_real_files_load_whole() -> None:
    lexicon = load_lexicon(REAL)
    units = [
        place
        for place in lexicon.entities.values()
        if place.kind in ("governorate", "district", "subdistrict")
    ]
    assert len(units) == 348
    assert len(lexicon.entities) > 5700
    assert lexicon.revision >= 1
    assert list(lexicon.ancestors("place/C2663")) == [
        "place/SY040106",
        "place/SY0401",
        "place/SY04",
        "place/syria",
    ]
    assert list(lexicon.ancestors("state/russia/kremlin")) == ["state/russia"]
    assert list(lexicon.ancestors("no/such")) == []


def test_small(small: Path) -> None:
    lexicon = load_lexicon(small)
    assert lexicon.revision == 7
    assert lexicon.entities["place/SY04"].names == {"en": ("Homs",), "ar": ("حمص",), "tr": ("Humus",)}
    assert check(small) == []


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("people.yml", "- {id: person/a, name: {en: [A]}, source: us}", "people.yml: entry 1: "),
        ("people.yml", "id: person/a", "holds no list"),
        ("people.yml", "- [", "not YAML"),
        ("people.yml", "- {id: person/a, names: {en: [A]}, names: {ar: [ا]}}", "'names' stands twice"),
        ("people.yml", "- {[a]: person/a}", "['a'] is no name"),
        ("people.yml", "- &a [*a]", "not YAML"),
        ("gazetteer.yml", "revision: one", "gazetteer.yml: "),
        ("places.csv", "id,name\n", "wrong columns"),
        ("places.csv", f"{PLACES}place/x,X,,town,,east,38,,us\n", "places.csv:2: lat or lon is no number"),
        ("places.csv", f"{PLACES}place/x,X,,hamlet,,35,38,,us\n", "unknown kind 'hamlet'"),
        ("places.csv", f"{PLACES}place/x,X,,town,,35,38,Xx,us\n", "alias 'Xx' has no language"),
        ("places.csv", f"{PLACES}place/x,X,town\n", "not 9 cells"),
        ("places.csv", f"{PLACES}place/x,X,,town,place/y,35,38,,us\n", "unknown"),
        ("places.csv", f"{PLACES}place/syria,X,,town,,35,38,,us\n", "duplicate id 'place/syria'"),
        ("places-aliases.csv", "id,alias,source\nplace/z,en:Z,us\n", "unknown id 'place/z'"),
    ],
)
def test_broken_files_are_refused(small: Path, file: str, content: str, message: str) -> None:
    (small / file).write_text(content)
    with pytest.raises(LexiconError) as error:
        load_lexicon(small)
    assert message in str(error.value)
    assert str(small) in str(error.value)


def test_a_missing_file_is_refused(small: Path) -> None:
    (small / "themes.yml").unlink()
    with pytest.raises(LexiconError, match="cannot be read"):
        load_lexicon(small)
    assert "cannot be read" in check(small)[0]


@pytest.mark.parametrize(
    ("file", "line", "problem"),
    [
        ("places.csv", "place/SY05,Hama,حماة,governorate,place/SY99,35.2,37.2,,us\n", "unknown parent"),
        ("places.csv", "place/SY05,Hama,حماة,governorate,place/syria,37.2,35.2,,us\n", "out of bounds"),
        ("places.csv", "place/SY05,Hama,حماة,governorate,place/syria,35.2,37.2,,\n", "no source"),
        (
            "places.csv",
            "place/SY05,Hama,Hama,governorate,place/syria,35.2,37.2,,us\n",
            "not in Arabic script",
        ),
        ("places.csv", "place/SY04,Hama,حماة,governorate,place/syria,35.2,37.2,,us\n", "duplicate id"),
        ("people.yml", "- {id: person/b, names: {en: [Ann  ASH]}, source: us}\n", "is also person/a"),
        (
            "people.yml",
            "- {id: person/b, names: {en: [Bo]}, short: {en: [Ash]}, alone: true, source: us}\n",
            "also",
        ),
        (
            "people.yml",
            "- {id: person/b, names: {en: [Bo]}, with: [state/x], source: us}\n",
            "unknown id 'state/x'",
        ),
        (
            "people.yml",
            "- {id: person/b, names: {en: [Bo]}, short: {en: [Ash]}, alone: true, source: us,"
            " roles: [{title: {en: t}, from: 2015}]}\n",
            "also",
        ),
        (
            "places.csv",
            "place/a,A,,town,place/b,35,38,,us\nplace/b,B,,town,place/a,35,38,,us\n",
            "within itself",
        ),
        ("places-own.csv", "place/a,A,,airbase,place/SY04,5,38,,us\n", "out of bounds"),
        ("people.yml", "- {id: group/b, names: {en: [Bo]}, source: us}\n", "id is not person/slug"),
        ("people.yml", "- {id: person/b, names: {}, source: us}\n", "no name"),
        ("people.yml", "- {id: person/b, names: {en: ['']}, source: us}\n", "empty name"),
    ],
)
def test_check_names_the_problem(small: Path, file: str, line: str, problem: str) -> None:
    with (small / file).open("a") as out:
        out.write(line)
    found = check(small)
    assert any(problem in each and each.startswith(file) for each in found), found


@pytest.mark.parametrize(("last", "problems"), [("2016-07", 0), ("2016-08", 1)])
def test_a_shared_name_needs_dates_that_do_not_meet(small: Path, last: str, problems: int) -> None:
    (small / "groups.yml").write_text(
        f"- {{id: group/a, names: {{en: [The Front]}}, active: {{from: 2012, to: {last}}}, source: us}}\n"
        "- {id: group/b, names: {en: [the front]}, active: {from: 2016-08}, source: us}\n"
    )
    assert len(check(small)) == problems


@pytest.mark.parametrize(
    ("languages", "problems"),
    [
        ("every: [en, ar]\nmain: [tr]\nentities: {Places: [place/SY04]}", []),
        (
            "every: [en]\nmain: [tr, fr]\nentities: {Places: [place/SY04]}",
            ["places.csv: place/SY04: no name in fr: add one, it is in languages.yml"],
        ),
        (
            "every: [en, tr]\nmain: []\nunnamed: [person/a]\nentities: {}",
            ["places-own.csv: place/syria: no name in tr: add one, every entry has one (languages.yml)"],
        ),
        (
            "every: [en]\nmain: [tr]\nentities: {Places: [place/SY99]}",
            ["languages.yml: unknown id 'place/SY99': add it or mend it"],
        ),
        (
            "every: [en]\nmain: [tr]\nunnamed: [person/z]\nentities: {}",
            ["languages.yml: unknown id 'person/z': add it or mend it"],
        ),
    ],
)
def test_names_must_be_there_in_the_languages_of_the_list(
    small: Path, languages: str, problems: list[str]
) -> None:
    (small / "languages.yml").write_text(languages)
    assert check(small) == problems


def test_the_list_of_what_matters_most_is_long_enough() -> None:
    languages = load_languages(REAL)
    assert {"en", "ar"} <= set(languages.every)
    assert {"ru", "tr", "fr"} <= set(languages.main)
    assert len({each for ids in languages.entities.values() for each in ids}) >= 200


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("place/SY04,ar:Homs,us\n", "'Homs' is not in Arabic script"),
        ("place/SY04,en:Emesa,\n", "no source"),
        ("place/SY99,en:Emesa,us\n", "unknown id 'place/SY99'"),
        ("place/SY04,Emesa,us\n", "no language"),
    ],
)
def test_spellings_in_the_file_of_aliases_are_checked_too(small: Path, line: str, problem: str) -> None:
    assert check(small) == []
    with (small / "places-aliases.csv").open("a") as out:
        out.write(line)
    found = check(small)
    assert len(found) == 1
    assert problem in found[0]


def test_the_command(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(small)]) == 0
    (small / "people.yml").write_text("- {id: person/a, names: {en: [A]}, source: ''}")
    assert main([str(small)]) == 1
    assert "people.yml: person/a: no source" in capsys.readouterr().out
    assert main(["a", "b"]) == 2
