"""Headline prefixes, editor's notes, datelines."""

import pytest

from ingest.dateline import split_dateline
from ingest.signals import read


@pytest.mark.parametrize(
    ("headline", "signals"),
    [
        ("CORRECTION: Army opens push in Hama", ("correction",)),
        ("Corrected: Army opens push", ("correction",)),
        ("(Corrected) Army opens push", ("correction",)),
        ("[CORRECTED]: Army opens push", ("correction",)),
        ("CORRECTED-Army opens push", ("correction",)),
        ("UPDATE 1: Army opens push", ("update",)),
        ("UPDATE 2-Army opens push", ("update",)),
        ("CORRECTED-UPDATE 2-Army opens push", ("correction", "update")),
        ("WITHDRAWN: Army opens push", ("withdrawal",)),
        ("KILL: Army opens push", ("withdrawal",)),
        ("RETRACTED - Army opens push", ("withdrawal",)),
        ('"WITHDRAWN: Army opens push"', ("withdrawal",)),
        ("تصحيح: التلفزيون السوري", ("correction",)),
        ("سحب: التلفزيون السوري", ("withdrawal",)),
        ("إلغاء خبر: التلفزيون السوري", ("withdrawal",)),
        ("تحديث ٢: التلفزيون السوري", ("update",)),
        ("ИСПРАВЛЕНО: Армия наступает", ("correction",)),
        ("ОТОЗВАНО: Армия наступает", ("withdrawal",)),
        ("DÜZELTME: Ordu ilerliyor", ("correction",)),
        ("GERİ ÇEKİLDİ: Ordu ilerliyor", ("withdrawal",)),
        ("RECTIFICATIF: L'armée avance", ("correction",)),
    ],
)
def test_prefixes(headline: str, signals: tuple[str, ...]) -> None:
    reading = read(headline, "")
    assert reading.signals == signals
    assert reading.pubstatus == ("canceled" if "withdrawal" in signals else "usable")


@pytest.mark.parametrize(
    "headline",
    [
        "",
        "Withdrawn troops return to Homs",
        "Withdrawal: what Russia leaves behind",
        "Kill: the word that started a war",
        "Killing of general confirmed",
        "Update on Aleppo",
        "Correctional facility struck",
        "Army opens push: CORRECTION",
        "سحب القوات من حماة",
        "Отозвано разрешение на полеты",
    ],
)
def test_ordinary_headlines(headline: str) -> None:
    assert read(headline, "").signals == ()


def test_the_editors_note_is_found_and_the_story_never_is() -> None:
    note = "Editor's note: Corrects the second paragraph."
    assert read("CORRECTION: x", f"First.\n\n{note}").ednote == "Corrects the second paragraph."
    assert read("Corrected: x", "(Corrects the year)\n\nText").ednote == "Corrects the year"
    assert read("x", "ملاحظة المحرر: تصحح الفقرة").ednote == "تصحح الفقرة"
    assert read("WITHDRAWN: x", "We withdraw this story.\n\nMore.").ednote == "We withdraw this story."
    assert read("WITHDRAWN: x", "Fighters seized the town.").ednote == ""
    assert read("x", "We withdraw this story.").ednote == ""


@pytest.mark.parametrize(
    ("text", "dateline", "rest"),
    [
        ("BEIRUT (Levant Wire) - Shells fell.", "BEIRUT (Levant Wire)", "Shells fell."),
        ("Damascus, Oct. 7 (Levant Wire) — Shells fell.", "Damascus, Oct. 7 (Levant Wire)", "Shells fell."),
        ("AMMAN, Oct 7 (Levant Wire) – Shells.", "AMMAN, Oct 7 (Levant Wire)", "Shells."),
        ("AMMAN - Shells fell.", "AMMAN", "Shells fell."),
        ("UNITED NATIONS - Shells fell.", "UNITED NATIONS", "Shells fell."),
        ("МОСКВА, 7 окт - Снаряды.", "МОСКВА, 7 окт", "Снаряды."),
        ("İSTANBUL (Amanos Teli) - Top atışı.", "İSTANBUL (Amanos Teli)", "Top atışı."),
        ("بيروت - سقطت قذائف.", "بيروت", "سقطت قذائف."),
        ("بيروت (بردى العربية) - سقطت.", "بيروت (بردى العربية)", "سقطت."),
        ("دمشق-سانا سقطت قذائف.", "دمشق-سانا", "سقطت قذائف."),
        (
            "(Corrects year)\n\nHOMS (Levant Wire) - Shells.",
            "HOMS (Levant Wire)",
            "(Corrects year)\n\nShells.",
        ),
        ("FLASH - Shells fell.", "", "FLASH - Shells fell."),
        ("عاجل - سقطت قذائف.", "", "عاجل - سقطت قذائف."),
        ("Shells fell - again - on Homs.", "", "Shells fell - again - on Homs."),
        ("The army (and its allies) - as said.", "", "The army (and its allies) - as said."),
        ("The YPG (Protection Units) - as said.", "", "The YPG (Protection Units) - as said."),
        ("HAMA PROVINCE (Orontes Desk) - Morek.", "HAMA PROVINCE (Orontes Desk)", "Morek."),
        ("Deir ez-Zor, 7 Oct 2015 (Levant Wire) - One.", "", "Deir ez-Zor, 7 Oct 2015 (Levant Wire) - One."),
        ("The YPG - a militia - advanced.", "", "The YPG - a militia - advanced."),
        ("BEIRUT (Levant Wire) - ", "", "BEIRUT (Levant Wire) - "),
        ("", "", ""),
    ],
)
def test_datelines(text: str, dateline: str, rest: str) -> None:
    assert split_dateline(text) == (dateline, rest)
