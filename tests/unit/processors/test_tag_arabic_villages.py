"""Arabic has no capitals: villages of one word by a list, by what stands before them, or as words of nothing else."""

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
        # In a list, beside a place that is near; the name may be a word (alms, a million).
        ("قصف مدفعي على كفرزيتا واللطامنة والزكاة بريف حماة", "الزكاة", "place/C3461"),
        ("قوات الأسد تقصف كنصفرة والبارة وبليون", "بليون", "place/C4302"),
        ("استهداف أحياء جوبر والقابون شرق دمشق", "القابون", "place/C10011012"),
        # A town whose name is a word, beside another of its governorate, however far.
        ("مواقع في البوكمال والميادين", "الميادين", "place/C5192"),
        # No word of anything else, near to what is named.
        ("غارة على الفطيرة في جبل الزاوية", "الفطيرة", "place/C4070"),
        ("الطيران الحربي استهدف احسم ودير سنبل وابلين", "احسم", "place/C4295"),
        ("الطيران الحربي استهدف احسم ودير سنبل وابلين", "دير سنبل", "place/C4293"),
        ("قصف على مدينة الباب ومارع", "مارع", "place/C1643"),
        # A word too, behind a word that places stand behind.
        ("داعش يهاجم نقاطا في بادية السخنة", "السخنة", "place/C2893"),
        # Words.
        ("دفعت الزكاة في حماة", "الزكاة", ""),
        ("خصص بليون ليرة لريف إدلب وجبل الزاوية", "بليون", ""),
        ("قال الصياد في الرقة إن السمك قليل", "الصياد", ""),
        ("ثورة الحرية والكرامة في الرقة", "الكرامة", ""),
    ],
)
def test_a_village_of_one_word(text: str, name: str, expected: str) -> None:
    assert found(text).get(name, "") == expected
