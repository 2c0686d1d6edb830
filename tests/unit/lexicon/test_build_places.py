"""The script that makes places.csv: what it merges, and what it leaves apart."""

from pathlib import Path

import pytest

from lexicon.build_places import Row, build, main

UNITS = """pcode,level,name_en,name_ar,parent_pcode,latitude,longitude,wikidata,geonames,iso3166_2,aliases
SY07,1,Idlib,إدلب,,35.7,36.6,Q1,1,SY-ID,en:Idlib Governorate | en:nahyt adlb | ar:محافظة إدلب
SY0702,2,Al Ma'ra,المعرة,SY07,35.6,36.7,,,,
SY070200,3,Ma'arrat An Nu'man,مركز معرة النعمان,SY0702,35.64,36.67,,,,en:Maarat al-Numan | ar:kwبان
"""
SETTLEMENTS = """pcode,name_en,name_ar,admin3_pcode,admin2_pcode,admin1_pcode,latitude,longitude
C1,Ma'arrat An Nu'man,معرة النعمان,SY070200,SY0702,SY07,35.64,36.67
C2,Tal Elatshan,تل العطشان,SY070299,SY0702,SY07,35.5,36.5
C3,Maalaqa - Bishlamon,المعلقة_بشلامون,SY070200,SY0702,SY07,35.4,36.4
C4,Nameless,,SY070200,SY0702,SY07,35.4,36.4
C5,Far,بعيد,SY070200,SY0702,SY07,36.0,36.0
"""
GEONAMES = """geonames,name,latitude,longitude,population,admin1,alternates
9,Ma'arrat an Nu'man,35.641,36.671,58008,12,Maarrat | MNM | mrt alnman | Маарет-эн-Нууман | معرة النعمان
10,Far,35.0,36.0,1000,12,Farther
"""
QUARTERS = "pcode,name_en,city_pcode,city_name,latitude,longitude\nC10,Al  Midan,C1,Damascus,33.5,36.3\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "syria-admin-units.csv").write_text(UNITS)
    (tmp_path / "syria-settlements.csv").write_text(SETTLEMENTS)
    (tmp_path / "geonames-syria.csv").write_text(GEONAMES)
    (tmp_path / "damascus-quarters.csv").write_text(QUARTERS)
    return tmp_path


@pytest.fixture
def rows(data: Path) -> dict[str, Row]:
    return {row.id.removeprefix("place/"): row for row in build(data)}


def test_units(rows: dict[str, Row]) -> None:
    assert rows["SY07"].parent == "place/syria"
    assert list(rows["SY07"].aliases.values()) == ["en:Idlib Governorate", "ar:محافظة إدلب"]
    assert rows["SY070200"].name_ar == "معرة النعمان"


def test_a_seat_takes_spellings_of_geonames_and_of_its_unit(rows: dict[str, Row]) -> None:
    seat = rows["C1"]
    assert (seat.kind, seat.source) == ("town", "OCHA COD 2015; GeoNames 9")
    assert set(seat.aliases.values()) == {"und:Maarrat", "ru:Маарет-эн-Нууман", "en:Maarat al-Numan"}


def test_a_namesake_far_away_is_not_merged(rows: dict[str, Row]) -> None:
    assert rows["C5"].aliases == {}


def test_settlements(rows: dict[str, Row]) -> None:
    assert list(rows["C2"].aliases.values()) == ["en:Tal al-Atshan"]
    assert rows["C2"].parent == "place/SY0702", "its subdistrict is in no list"
    assert rows["C3"].name_ar == "المعلقة - بشلامون"
    assert "ar:بشلامون" in rows["C3"].aliases.values()
    assert "C4" not in rows
    assert rows["C10"].name_en == "Al Midan"


def test_main_writes_places(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(data), str(data)]) == 0
    lines = (data / "places.csv").read_text().splitlines()
    assert len(lines) == 9
    assert "8 places" in capsys.readouterr().out
    assert main([]) == 2
