"""Places as lists of incidents write them: a quarter, a governorate in capitals, a part of a longer name."""

import pytest

from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from store.settings import ROOT

TAGGER = Tagger(load_lexicon(ROOT / "config" / "gazetteer"))


def found(text: str) -> dict[str, str]:
    return {mention.text: mention.entity_id for mention in TAGGER.tag("", "", text).mentions}


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        # A direction in small letters is no part of a name that goes on behind it.
        ("Three civilians died in eastern Deir ez-Zor, SOHR said.", "eastern Deir", ""),
        ("Three civilians died in eastern Deir ez-Zor, SOHR said.", "Deir ez-Zor", "place/SY09"),
        ("The village of Al Tabani, Western Deir Ezzor governorate.", "Deir Ezzor", "place/SY09"),
        ("A raid on Eastern Deir near Maarrat al-Numan.", "Eastern Deir", "place/C3962"),
        # The longer name of a gate, of which the list has a part.
        ("Shelling of Bab Tayrab, Aleppo, SOHR said.", "Tayrab", ""),
        ("A mortar shell fell on Bab Nayrab, ALEPPO", "Bab Nayrab", "place/aleppo-bab-al-nayrab"),
        ("The dead of Bab Kafr Nabl, a street, SOHR said.", "Kafr Nabl", ""),
        # A quarter is no village.
        ("قصف على حي العمرية", "العمرية", ""),
        # In the governorate that is named beside it, with any vowels.
        ("Qulaydin, HAMA", "Qulaydin", "place/C3167"),
        ("HAMA: Qulaydin", "Qulaydin", "place/C3167"),
        ("Homs province, Teir Maalleh: Russian warplanes hit a farm.", "Teir Maalleh", "place/C2513"),
        ("Warplanes hit the Kafarnaha area of Aleppo western countryside.", "Kafarnaha", "place/C1034"),
        # Damascus is what lies around it, too.
        ("Shelling of Hamorya, Damascus.", "Hamorya", "place/C2316"),
        # Said to be towns, where nothing else is named; then what the list around them tells.
        (
            "Airstrikes on the crossing between the towns of al-Qouriya and al-Tayana",
            "al-Tayana",
            "place/C5197",
        ),
        (
            "Airstrikes on the crossing between the towns of al-Qouriya and al-Tayana",
            "al-Qouriya",
            "place/C5207",
        ),
        # Nothing but a name without its article: the town of that name.
        ("سخنة", "سخنة", "place/C2893"),
        ("مليحة", "مليحة", "place/C2308"),
        # Not everything that sounds like one.
        ("Snowball and others went to Aleppo and Azaz.", "Snowball", ""),
        # A first name and a surname are no list of places.
        ("حمادة عمر", "عمر", ""),
        # A quarter of another city, a village of another governorate.
        ("They hit the Hittin compound in the city of Maskanah.", "Hittin", ""),
        ("Al-Sinaa, TARTUS", "Al-Sinaa", ""),
        ("Al-Sinaa, DEIR EZZOR", "Al-Sinaa", "place/deir-ez-zor-sinaa"),
        ("Jobar, HOMS", "Jobar", "place/C2504"),
        ("Zara, HOMS", "Zara", "place/C2777"),
        # The longer name of another village.
        ("Effects of shelling on Ghariyah Sharkiyah.", "Ghariyah", ""),
        ("Sheikh Khader, ALEPPO", "Khader", ""),
        ("قصف على معرةالنعمان وجسرالشغور", "معرةالنعمان", "place/C3985"),
        # The countryside of Damascus is meant behind one of its subdistricts.
        ("Assal al-Ward nahiyah, DAMASCUS", "DAMASCUS", "place/SY03"),
        ("Assal al-Ward, near Damascus", "Damascus", "place/C1001"),
        # The city of the governorate.
        ("Strike on Raqqa, Raqqa, Syria", "Raqqa", "place/SY11"),
        ("ادلب : ادلب", "ادلب", "place/C3871"),
    ],
)
def test_a_place_of_an_incident(text: str, name: str, expected: str) -> None:
    assert found(text).get(name, "") == expected


def test_the_first_of_two_is_the_city() -> None:
    tags = TAGGER.tag("", "", "Strike on Raqqa, Raqqa, Syria")
    assert [each.entity_id for each in tags.mentions][:2] == ["place/C5710", "place/SY11"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("airstrike in idlib kills five, raids over aleppo and daraa", ["idlib", "aleppo", "daraa"]),
        ("jasim, daraa: tank shells", ["jasim", "daraa"]),
        ("who told us that the regime has no hole to hide in", []),
    ],
)
def test_a_text_without_any_capital(text: str, expected: list[str]) -> None:
    places = [each.text for each in TAGGER.tag("", "", text).mentions if each.entity_id.startswith("place/")]
    assert places == expected


def test_a_variant_that_was_told_once_is_known_again() -> None:
    tags = TAGGER.tag("", "", "In Daraa shells hit the village of Kouya. Soldiers control Kouya again.")
    assert [each.entity_id for each in tags.mentions].count("place/C6025") == 2


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        # OCHA's name has a direction or no article, and another village is called just so.
        ("اشتباكات في قرية تل الورد قرب تل تمر شمال الحسكة", "تل الورد", "place/C5011"),
        ("قصف على قرى إعجاز وتل السلطان شرقي سراقب", "تل السلطان", "place/C3898"),
        ("قصف على قرى إعجاز والشيخ إدريس شرقي سراقب", "الشيخ إدريس", "place/C3924"),
        # A list tells which of the namesakes, also against a town of that name.
        ("قصف قرى البويضة ومعركبة ولحايا بريف حماة الشمالي", "البويضة", "place/C3020"),
        (
            "Troops entered Al-Hamidiyah, Jubata al-Khashab and Rafid in Quneitra.",
            "Al-Hamidiyah",
            "place/C6265",
        ),
        # The quarter of the city that is named, and the town near what else is.
        ("Aleppo, Ashrafieh", "Ashrafieh", "place/aleppo-ashrafieh"),
        ("Soran town, shelling on the road to Al-Lataminah", "Soran", "place/C3026"),
        # A city abroad is no village here, and a part of a longer name no town.
        ("Al Saida village in Hama province", "Al Saida", ""),
        ("قصف على كفر داعل", "داعل", ""),
        ("the village of Benin was hit by shelling", "Benin", ""),
        ("at 21:14 Damascus local time a shell fell on Duma", "Damascus", ""),
        ("View Aqraba Deraa air strike", "Aqraba", "place/C6079"),
        ("غارات على منزل في كفر كلبين", "كفر كلبين", "place/C1568"),
        # Damascus is where a source is: what is near tells more.
        ("Near Qusayr the army took Buwayda, a source in Damascus said.", "Buwayda", "place/C2715"),
        # A place before a person called after it.
        ("Kobani'de SDG ile çatışma çıktı.", "Kobani", "place/C1946"),
    ],
)
def test_which_of_the_namesakes(text: str, name: str, expected: str) -> None:
    assert found(text).get(name, "") == expected
