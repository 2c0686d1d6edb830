"""What real wires write: joined and inflected names, adjectives, overlapping names, hashtags, Turkish letters."""

from datetime import date

import pytest

from lexicon.load import load_lexicon
from processors.tag.tagger import Tagger
from store.settings import ROOT

TAGGER = Tagger(load_lexicon(ROOT / "config" / "gazetteer"))
ARMY, GOVERNMENT = "group/syrian-army", "state/syria/government"


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        # Of two that overlap the longer counts.
        ("In Homs the regime forces shelled Rastan.", "regime forces", ARMY),
        ("Le régime de Bachar al-Assad tient Alep.", "régime de Bachar al-Assad", GOVERNMENT),
        # Turkish: a place before an apostrophe, endings behind a compound.
        ("Hama'da çatışma çıktı, Suriye ordusu duyurdu.", "Hama", "place/SY05"),
        ("Mazen Hamada was tortured in Syria. Hamada fled.", "Hamada", "person/mazen-al-hamada"),
        ("Esed rejimine bağlı güçler ateş açtı.", "Esed rejimine", GOVERNMENT),
        ("Esed rejimine ait uçaklar İdlib'in Maarşurin köyünü vurdu.", "Maarşurin", "place/C3978"),
        ("İdlib'in Serce köyüne saldırı.", "Serce", "place/C4273"),
        ("Saldırı İdlib'in Kefrenbil beldesinde oldu.", "Kefrenbil", "place/C4068"),
        ("Uçaklar İdlib'de Has ve Maarşurin köylerini vurdu, Suriye duyurdu.", "Has", "place/C4058"),
        # A romanisation of one village may mean its namesake in Arabic.
        (
            "Shelling of the villages of al-Mansoura and Hawash in Hama province.",
            "al-Mansoura",
            "place/C3160",
        ),
        ("Shells fell on Dara'a today.", "Dara'a", "place/SY12"),
        # Quotation marks within a name.
        ('قصف مواقع لتنظيم "الدولة" في الرقة', 'تنظيم "الدولة', "group/islamic-state"),
        # The commonest words are no villages, whatever stands before them.
        ("سقطت قذيفة قرب مدرسة في ريف حلب", "مدرسة", ""),
        # Hashtags.
        ("قال #حزب_الله إنه قصف مواقع", "حزب_الله", "group/hezbollah"),
        ("اشتباكات على جبهة #سلمى في اللاذقية", "سلمى", "place/C3704"),
        # The adjective is no name of the state.
        ("قصفت طائرات روسية وسورية ريف إدلب", "سورية", ""),
        ("شكلت حكومة سورية جديدة في دمشق", "سورية", ""),
        ("عادوا إلى سورية بعد سنوات", "سورية", "state/syria"),
        ("شمال سورية", "سورية", "state/syria"),
        # Spelled otherwise in an Arabic list.
        ("غارات على كفرنبل وكنصفرة وكرسعا بريف إدلب", "كرسعا", "place/C4073"),
        ("غارات على كفرنبل وتجمع المدنيين بريف إدلب", "تجمع", ""),
        # A unit where only that has the name; the countryside of a town is its district.
        ("Clashes went on in Jinderes district in Aleppo province.", "Jinderes", "place/SY020302"),
        ("Turkish drones hit the countryside of Manbij.", "Manbij", "place/SY0205"),
        # A city is no village, and a village no quarter of Damascus.
        ("Gunmen shot a man in Nawa city, Daraa. In Homs it is calm.", "Nawa", "place/C6124"),
        ("DAMASCUS (SANA) - Shells fell on Homs.", "SANA", "state/syria/sana"),
        ("Soqur al-Sham fighters left Idlib.", "al-Sham", ""),
        # Whose ministry it is.
        ("قالت وزارة الدفاع إن الجيش السوري رد", "وزارة الدفاع", "state/syria/defence-ministry"),
        ("في سوريا قالت وزارة الدفاع الأردنية ذلك", "وزارة الدفاع", ""),
        # Who writes is named in the dateline's brackets, no place is.
        ("BEIRUT (Reuters) - Jets hit Idlib.", "Reuters", "group/reuters"),
        # The governorate that stands behind a town, though the city is named elsewhere.
        ("In Deir Ezzor city it is calm. Shafa, Deir Ezzor: shells fell.", "Deir Ezzor", "place/SY09"),
    ],
)
def test_as_it_is_written(text: str, name: str, expected: str) -> None:
    tags = TAGGER.tag("", "", text, published=date(2016, 10, 4))
    assert {mention.text: mention.entity_id for mention in tags.mentions}.get(name, "") == expected
