"""The script that makes places.csv: what it merges, and what it leaves apart."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from lexicon.build_places import Row, build, main
from store.settings import ROOT

UNITS = """pcode,level,name_en,name_ar,parent_pcode,latitude,longitude,wikidata,geonames,iso3166_2,aliases
SY07,1,Idlib,إدلب,,35.7,36.6,Q1,1,SY-ID,en:Idlib Governorate | en:nahyt adlb | ar:محافظة إدلب
SY0702,2,Al Ma'ra,المعرة,SY07,35.6,36.7,,,,
SY070200,3,Ma'arrat An Nu'man,مركز معرة النعمان,SY0702,35.64,36.67,,,,en:Maarat al-Numan | ar:kwبان
"""
SETTLEMENTS = """pcode,name_en,name_ar,admin3_pcode,admin2_pcode,admin1_pcode,latitude,longitude
C1,Ma'arrat An Nu'man,معرة النعمان,SY070200,SY0702,SY07,35.64,36.67
C2,Tal Elatshan,تل العطشان,SY070299,SY0702,SY07,35.5,36.5
C3,Maalaqa - Bishlamon,المعلقة_بشلامون,SY070200,SY0702,SY07,35.4,36.4
C4,Lower Dhak - Kolyan,,SY070200,SY0702,SY07,35.4,36.4
C5,Far,بعيد,SY070200,SY0702,SY07,36.0,36.0
C6,Little Bazbur,بزبور,SY070200,SY0702,SY07,35.4,36.4
C3458,Latmana,اللطامنة,SY070200,SY0702,SY07,35.6,36.6
"""
GEONAMES = """geonames,name,latitude,longitude,population,admin1,alternates
9,Ma'arrat an Nu'man,35.641,36.671,58008,12,Maarrat | MNM | mrt alnman | Маарет-эн-Нууман | معرة النعمان
10,Far,35.0,36.0,1000,12,Farther
11,Bazabur,35.401,36.401,100,12,Bazâbour | البزابور
12,Bizabur,35.45,36.4,100,12,Bizzabour | بزابور
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
    assert rows["C10"].name_en == "Al Midan"
    assert (rows["C2"].kind, rows["C3458"].kind) == ("village", "town"), "the news names Latamneh alone"


def test_a_row_without_its_arabic_name_is_kept_with_the_english_ones(rows: dict[str, Row]) -> None:
    assert (rows["C4"].name_en, rows["C4"].name_ar) == ("Lower Dhak - Kolyan", "")
    assert list(rows["C4"].aliases.values()) == ["en:Lower Dhak", "en:Kolyan"]


def test_names_of_one_place_may_differ_in_vowels_and_article(rows: dict[str, Row]) -> None:
    assert rows["C6"].source == "OCHA COD 2015; GeoNames 11", "and not 12, five kilometres off"
    assert set(rows["C6"].aliases.values()) == {"und:Bazabur", "und:Bazâbour", "ar:البزابور"}


def test_a_region_is_no_spelling_of_a_town_in_it() -> None:
    row = Row("place/C1", "Jaramana", "جرمانا", "town", "place/SY03", 33.5, 36.3, "us")
    row.add("ar", "الغوطة الشرقية")
    row.add("und", "Jeramana")
    assert list(row.aliases.values()) == ["und:Jeramana"]


def test_a_village_is_no_spelling_of_the_district_that_it_lies_in() -> None:
    row = Row("place/SY0502", "Al-Suqaylabiyah", "السقيلبية", "district", "place/SY05", 35.5, 36.3, "us")
    row.add("ar", "حيالين")
    assert row.aliases == {}, "Hiyalin has a row of its own"


def test_a_name_that_others_bear_is_no_spelling_of_one_place() -> None:
    row = Row("place/C3013", "Kafr Bihem", "كفر بهم", "town", "place/SY050100", 35.1, 36.7, "us")
    row.add("ar", "الغسانية")
    row.add("und", "Kafr Buhum")
    assert list(row.aliases.values()) == ["und:Kafr Buhum"]
    other = Row(
        "place/C3554", "Ghassaniyeh", "الغسانية - كشيش", "village", "place/SY060004", 35.8, 35.9, "us"
    )
    other.add("ar", "الغسانية")
    assert list(other.aliases.values()) == ["ar:الغسانية"]


def test_main_writes_places(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(data), str(data)]) == 0
    lines = (data / "places.csv").read_text().splitlines()
    assert len(lines) == 12
    assert "11 places" in capsys.readouterr().out
    assert main([]) == 2


def _real(name: str) -> list[dict[str, str]]:
    with (ROOT / "config" / "gazetteer" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _kinds(rows: list[dict[str, str]], pattern: str) -> Counter[str]:
    return Counter(row["kind"] for row in rows if re.fullmatch(pattern, row["id"]))


def test_the_real_gazetteer_has_every_place_of_its_sources() -> None:
    made, own = _real("places.csv"), _real("places-own.csv")
    assert _kinds(made, r"place/SY\d+") == {"governorate": 14, "district": 62, "subdistrict": 272}
    assert _kinds(made, r"place/C\d{4}").total() == 5251
    assert _kinds(made, r"place/C1001\d{4}") == {"neighbourhood": 64}
    named = {number for row in made + own for number in re.findall(r"GeoNames (\d+)", row["source"])}
    assert len(named) == 306, "308 but for 168061, two villages in one, and 7905767, a subdistrict"


def test_the_real_settlements_of_qadmous_stand_in_its_district() -> None:
    parents = {row["id"]: row["parent"] for row in _real("places.csv")}
    assert parents["place/C5404"] == "place/SY100602", "the source has the code of 2015, below Baniyas"
    assert parents["place/SY100602"] == "place/SY1006"


def test_the_real_places_have_arabic_names() -> None:
    aliases = _real("places-aliases.csv")
    arabic = {line["id"] for line in aliases if line["alias"].startswith("ar:")}
    nameless = {row["id"] for row in _real("places.csv") if not row["name_ar"]} - arabic
    # A quarter that the source calls unknown; two villages whose Arabic names it lost.
    assert nameless == {"place/C10011067", "place/C1466"}
    assert all(row["name_ar"] for row in _real("places-own.csv"))


def test_the_real_gazetteer_knows_the_spellings_and_spots_of_the_war() -> None:
    own = _real("places-own.csv")
    syrian = {row["id"] for row in own if row["parent"].startswith(("place/SY", "place/C", "place/syria"))}
    world = [row for row in own if row["kind"] == "world-city"]
    assert len(syrian) >= 330
    assert len(world) >= 120
    assert len(_real("places-aliases.csv")) >= 250
