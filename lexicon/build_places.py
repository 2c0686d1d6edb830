"""Makes `places.csv` from the shared data: `python -m lexicon.build_places DATA_FOLDER GAZETTEER_FOLDER`.

Reads `syria-admin-units.csv`, `syria-settlements.csv`, `damascus-quarters.csv` and `geonames-syria.csv` (their
README says what is in them). Nothing is written by hand into `places.csv`: what analysts add stands in
`places-own.csv`, so that a new run of this script loses nothing.
"""

import csv
import math
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lexicon.fold import fold

COLUMNS = ("id", "name_en", "name_ar", "kind", "parent", "lat", "lon", "aliases", "source")
_LEVELS = {"1": "governorate", "2": "district", "3": "subdistrict"}
_OCHA = "OCHA COD 2015"
_NEAR_KM = 3.0
_SAME_KM = 1.0
_CITY = 100_000
# Machine transliterations ("nahyt mdaya", "h xms") have no capital; all others that are left are words or codes.
_NOT_A_SPELLING = re.compile(
    "al hal|humus|hums|cham|berea|beria|sam|khan|tell|tall|murk|mork|karma|raka|dali|jaba|ezra|neva|safir|chine|chama|"
    "katana|damir|muharram|muharrem|hamide|islamin|lislamin|asara|balis|tortosa|lorava|zorava|karto|kartu|salkas|"
    "sharra|charra|rawad|sousse|talin|gama|kara|karra|basir|domas|damas|sajin|sijn|samad|dana|shaba|nava|ayou"
)
_VOWEL = re.compile(r"[aeiouy]")
_UNIT_WORD = re.compile(r"Governorate|District|Subdistrict|City|Countryside|محافظة|منطقة|ناحية|مركز|مدينة")
_PREFIX = re.compile(r"^(?:Nāḩiyat|Nahiyat|nahyt|Madinat|Madīnat)\s+(?:Markaz\s+)?")
_RUSSIAN = re.compile(r"[А-ЯЁ][А-Яа-яЁё -]{3,}")
_ARABIC = re.compile(r"[ء-يٱ ـً-ْ]{3,}")  # without Persian, Urdu and Kurdish letters
_NOT_IN_A_SKELETON = re.compile(r"\bال|[\s-]|[اويه]")
# Villages by OCHA's measure that news names without a district, and whose Arabic name is no everyday word.
_NAMED_ALONE = (
    "C3458 C3209 C2499 C2320 C2314 C2315 C2317 C2344 C2331 C2299 C2302 C2295 C2449 C2513 C2659 C3041 "
    "C3040 C3031 C3008 C3308 C3178 C3447 C3905 C3952 C4121 C4130 C4131 C4231 C3989 C3977 C3974 C3963 C3931 C4071 "
    "C3925 C3935 C4304 C4309 C4062 C3867 C3872 C4269 C4292 C1029 C1121 C1649 C1134 C1125 C1651 C1647 C1597 "
    "C1188 C1181 C1015 C2137 C2125 C1518 C2340 C2385 C4477 C5184 C5183 C5119 C5207 C5173 C5172 C5136 C5079 C6317 "
    "C6105 C6033 C6018 C6031 C6140 C6281 C3751 C2316 C2318 C2334 C2355 C2366 C2332 C2348 C2326 C2466 C2457 C2459 "
    "C1569 C1643 C5110 C5144 C6047 C1209 C3947 C3980 C1144 C6009"
)
# Spellings that are left out: names of whole regions (see places-own.csv), and words in which a place could not be
# told any more: telegram, horse, black, new, ambassador …
_NOT_NAMES = (
    "الغوطة الشرقية|الغوطة الغربية|وادي النصارى|الحولة|al Ghūţah ash Sharqīyah|al Ghūţah al Gharbīyah|"
    "Wadi an Nasara|Houla|Hula|Al Houla|Al Hula|"
    "الإشارة|الحصان|الحول|السجن|السوداء|السودة|الوعرة|جديدة|كريمة|بصيرة|سفيرة|قطيفة|عريقة|برقية|رحيبة|طواحين|"
    "ناصرة|خريبة|الدالي|حميدية|الزيتية|الحمرة|هنادي|سلامين|عنازة|الهادر|المسلخة|ميادين|"
    "حيالين|"  # a village of its own that the source gives to the district of as-Suqaylabiyah
    "مريبط|Qadisiya|"  # a village west of the Euphrates; what Qadessiyeh, and not Qudsaya, is called
    "مدينة إدلب|Madinat Halab|Madinat ath Thawrah"
)
# Spellings of one place that are left out, as others bear the name: P-code → names.
_NOT_NAMES_OF = {"C3013": "الغسانية|الغانية|Al Ghassaniyah|Al Ghaniyah"}
# Subdistricts of 2015 that went from Baniyas to a district of their own: their settlements have the old codes.
_RENUMBERED = {
    "SY100202": "SY100601",  # Anaza
    "SY100203": "SY100602",  # Qadmous
    "SY100204": "SY100603",  # Hamam Wasil
    "SY100205": "SY100604",  # Tawahin
}
# GeoNames id → P-code, where neither spelling nor position tells that they are one place.
_SAME_AS = {
    "9847679": "C3447",
    "164071": "C2074",
    "165428": "C1309",
    "170517": "C5610",
    "173797": "C4519",
}
# Names of quarters that the source spells wrongly, or that alone would mean something else.
_QUARTERS = {
    "C10011027": "Old Damascus",
    "C10011033": "Baghdad Street",
    "C10011065": "Mashrou Dummar",
    "C10011066": "Presidential Palace quarter",
    "C10011067": "Quarter C10011067",  # "Unknown" in the source
    "C10011070": "Mazzeh Airport quarter",
}
_SKIPPED = frozenset(fold(name) for name in _NOT_NAMES.split("|"))
_SKIPPED_OF = {
    f"place/{code}": {fold(name) for name in names.split("|")} for code, names in _NOT_NAMES_OF.items()
}


@dataclass
class Row:
    """One line of `places.csv` in the making."""

    id: str
    name_en: str
    name_ar: str
    kind: str
    parent: str
    lat: float
    lon: float
    source: str
    aliases: dict[str, str] = field(default_factory=dict)

    def add(self, lang: str, value: str) -> None:
        """Takes a spelling, unless one that folds the same is there."""
        known = {fold(self.name_en), fold(self.name_ar), *self.aliases, *_SKIPPED_OF.get(self.id, ())}
        if value and "|" not in value and fold(value) not in known | _SKIPPED:
            self.aliases[fold(value)] = f"{lang}:{value}"

    def cells(self) -> tuple[str, ...]:
        """The line as text, in the order of `COLUMNS`."""
        aliases = " | ".join(self.aliases.values())
        place = (f"{self.lat:.5f}", f"{self.lon:.5f}")
        return (self.id, self.name_en, self.name_ar, self.kind, self.parent, *place, aliases, self.source)


def build(data: Path) -> list[Row]:
    """All rows: administrative units from the top, then settlements, then the quarters of Damascus."""
    units = list(_units(_read(data / "syria-admin-units.csv")))
    seats = _seats(units)
    ids = {row.id for row in units}
    settlements = list(_settlements(_read(data / "syria-settlements.csv"), seats, ids))
    _merge_geonames(settlements, _read(data / "geonames-syria.csv"))
    _share_spellings(units, settlements)
    return units + settlements + list(_quarters(_read(data / "damascus-quarters.csv")))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _units(lines: Iterable[dict[str, str]]) -> Iterator[Row]:
    for line in sorted(lines, key=lambda line: (line["level"], line["pcode"])):
        parent = f"place/{line['parent_pcode']}" if line["parent_pcode"] else "place/syria"
        row = Row(
            id=f"place/{line['pcode']}",
            name_en=line["name_en"],
            name_ar=line["name_ar"].removeprefix("مركز "),
            kind=_LEVELS[line["level"]],
            parent=parent,
            lat=float(line["latitude"]),
            lon=float(line["longitude"]),
            source="Open-Syria/data-geography",
        )
        row.add("ar", line["name_ar"])
        for alias in line["aliases"].split(" | "):
            lang, _, value = alias.partition(":")
            value = _PREFIX.sub("", value)
            if _usable_latin(value) if lang != "ar" else not re.search("[A-Za-z]", value):
                row.add(lang, value)
        yield row


def _seats(units: list[Row]) -> dict[str, str]:
    """Folded name + parent unit → kind of the settlement that gave the unit its name."""
    seats: dict[str, str] = {}
    by_id = {row.id: row for row in units}
    for row in units:
        for name in (row.name_en, row.name_ar):
            above: Row | None = row
            while above is not None:
                seats.setdefault(f"{fold(name)}@{row.id}", "town")
                if above.kind == "governorate" and fold(above.name_ar) == fold(row.name_ar):
                    seats[f"{fold(name)}@{row.id}"] = "city"
                above = by_id.get(above.parent)
    return seats


def _settlements(lines: Iterable[dict[str, str]], seats: dict[str, str], units: set[str]) -> Iterator[Row]:
    named_alone = frozenset(_NAMED_ALONE.split())
    for line in lines:
        english = line["name_en"].split(" / ")[0].strip("\\/ ")
        arabic = line["name_ar"].split("/")[0].strip().replace("_", " - ")
        # A subdistrict code of 2015 that is in no list of units: then the district stands above the settlement.
        lowest = _RENUMBERED.get(line["admin3_pcode"], line["admin3_pcode"])
        above = (f"place/{code}" for code in (lowest, line["admin2_pcode"], line["admin1_pcode"]))
        parent = next(place for place in above if place in units)
        seat = seats.get(f"{fold(arabic)}@{parent}") or seats.get(f"{fold(english)}@{parent}")
        kind = seat or ("town" if line["pcode"] in named_alone else "village")
        row = Row(
            id=f"place/{line['pcode']}",
            name_en=english,
            name_ar=arabic,
            kind=kind,
            parent=parent,
            lat=float(line["latitude"]),
            lon=float(line["longitude"]),
            source=_OCHA,
        )
        row.add("en", _with_article(english, arabic))
        # Two names of one settlement. Six rows lost their Arabic name in the source: the English one has to do.
        if " - " in english and (" - " in arabic or not arabic):
            for lang, both in (("en", english), ("ar", arabic)):
                for part in both.split(" - "):
                    row.add(lang, part.strip())
        yield row


def _with_article(english: str, arabic: str) -> str:
    """`Tal Elatshan`, `تل العطشان` → `Tal al-Atshan`: OCHA writes the article as one word with the name."""
    latin, script = english.split(), arabic.split()
    if len(latin) != len(script):
        return ""
    words = [
        f"al-{word[2:].capitalize()}"
        if word.startswith("El") and len(word) > 5 and original.startswith("ال")
        else word
        for word, original in zip(latin, script, strict=True)
    ]
    return " ".join(words).replace("al-", "Al-", 1) if words[0].startswith("al-") else " ".join(words)


def _merge_geonames(rows: list[Row], lines: list[dict[str, str]]) -> None:
    by_name: dict[str, list[Row]] = {}
    by_id = {row.id: row for row in rows}
    for one in rows:
        for name in {fold(one.name_en), fold(one.name_ar), *one.aliases}:
            by_name.setdefault(name, []).append(one)
    for line in lines:
        variants = line["alternates"].split(" | ")
        lat, lon = float(line["latitude"]), float(line["longitude"])
        names = {fold(name) for name in (line["name"], *variants)}
        place = by_id.get(f"place/{_SAME_AS.get(line['geonames'])}")
        row = place or _same(rows, by_name, names, lat, lon)
        if row is None:
            continue
        row.source += f"; GeoNames {line['geonames']}"
        if row.kind == "village" or int(line["population"]) >= _CITY:
            row.kind = "city" if int(line["population"]) >= _CITY else "town"
        for variant in (line["name"], *variants):
            row.add(_language(variant), variant if _language(variant) else "")


def _same(
    rows: list[Row], by_name: dict[str, list[Row]], names: set[str], lat: float, lon: float
) -> Row | None:
    """The row of one of these names near a point; None for none, or for several: that is not safe."""
    near = [row for name in names for row in by_name.get(name, ()) if _km(row, lat, lon) <= _NEAR_KM]
    near = near or _spelled_alike(rows, names, lat, lon)
    if len({row.id for row in near}) > 1:  # two neighbours of one name: the one that stands there
        near = [row for row in near if _km(row, lat, lon) <= _SAME_KM]
    return near[0] if len({row.id for row in near}) == 1 else None


def _spelled_alike(rows: list[Row], names: set[str], lat: float, lon: float) -> list[Row]:
    """Rows at the very place whose Arabic name has the same consonants: `قورقينا`, `قورقانيا`."""
    skeletons = {_skeleton(name) for name in names if _ARABIC.fullmatch(name)}
    here = (row for row in rows if _km(row, lat, lon) <= _SAME_KM)
    return [row for row in here if _skeleton(fold(row.name_ar)) in skeletons]


def _skeleton(arabic: str) -> str:
    return _NOT_IN_A_SKELETON.sub("", arabic)


def _share_spellings(units: list[Row], settlements: list[Row]) -> None:
    """A unit and the settlement it is named after are spelled alike: each takes the other's spellings."""
    by_id = {row.id: row for row in units}
    for seat in settlements:
        above = by_id.get(seat.parent) if seat.kind in ("city", "town") else None
        while above is not None:
            if fold(above.name_ar) == fold(seat.name_ar):
                for one, other in ((seat, above), (above, seat)):
                    for alias in (f"en:{other.name_en}", *list(other.aliases.values())):
                        lang, _, value = alias.partition(":")
                        if not _UNIT_WORD.search(value):
                            one.add(lang, value)
            above = by_id.get(above.parent)


def _language(spelling: str) -> str:
    """By script: `und` for Latin, as GeoNames does not say whose spelling it is; empty: leave it out."""
    if _ARABIC.fullmatch(spelling):
        return "ar"
    if _RUSSIAN.fullmatch(spelling):
        return "ru"
    return "und" if _usable_latin(spelling) else ""


def _usable_latin(spelling: str) -> bool:
    folded = fold(spelling)
    first = spelling.lstrip("`'‘’")[:1]
    capital = first.isupper() or re.match(r"a[a-z] [A-ZĀ-ſḀ-ỿ]", spelling) is not None
    code = spelling == spelling.upper()
    usable = capital and not code and folded.isascii() and _VOWEL.search(folded) is not None
    return usable and len(folded) >= 4 and not _NOT_A_SPELLING.fullmatch(folded)


def _quarters(lines: Iterable[dict[str, str]]) -> Iterator[Row]:
    for line in lines:
        yield Row(
            id=f"place/{line['pcode']}",
            name_en=_QUARTERS.get(line["pcode"]) or " ".join(line["name_en"].split()),
            name_ar="",
            kind="neighbourhood",
            parent=f"place/{line['city_pcode']}",
            lat=float(line["latitude"]),
            lon=float(line["longitude"]),
            source=_OCHA,
        )


def _km(row: Row, lat: float, lon: float) -> float:
    east = math.radians(lon - row.lon) * math.cos(math.radians(lat))
    return 6371.0 * math.hypot(math.radians(lat - row.lat), east)


def main(arguments: list[str]) -> int:
    """Writes `places.csv`; exit code 0, or 2 when called wrongly."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m lexicon.build_places DATA_FOLDER GAZETTEER_FOLDER\n")
        return 2
    rows = build(Path(arguments[0]))
    target = Path(arguments[1]) / "places.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(row.cells() for row in rows)
    sys.stdout.write(f"{target}: {len(rows)} places\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
