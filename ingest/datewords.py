"""Names of months, halves of the day and zones as wires write them, and what makes their spellings alike. Pure.

Months and weekdays follow Unicode CLDR 48 (ar, ar-SY, ar-DZ, ckb, en, fr, ku, ru, tr) and what wires shorten them to.
"""

import re
import unicodedata
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_MONTHS = (
    "january jan janvier janv ocak oca января январь янв يناير كانون_الثاني جانفي rebendan kanuna_duyem کانوونی_دووەم",
    "february feb février fevr févr şubat şub февраля февраль фев февр فبراير شباط فيفري reşemî sibat شوبات",
    "march mar mars mart марта март мар مارس آذار adar avdar ئازار",
    "april apr avril avr nisan nis апреля апрель апр أبريل إبريل نيسان أفريل avrêl nîsan",
    "may mai mayıs мая май مايو أيار ماي gulan ئایار",
    "june jun juin haziran haz июня июнь июн يونيو حزيران جوان pûşper hezîran حوزەیران",
    "july jul juillet juil temmuz tem июля июль июл يوليو تموز جويلية tîrmeh تەمووز",
    "august aug août ağustos ağu августа август авг أغسطس آب أوت tebax gelawêj ئاب",
    "september sep sept septembre eylül eyl сентября сентябрь сен сент سبتمبر أيلول îlon rezber ئەیلوول",
    "october oct octobre ekim eki октября октябрь окт أكتوبر تشرين_الأول cotmeh kewçêr çiriya_pêşîn تشرینی_یەکەم",
    "november nov novembre kasım kas ноября ноябрь ноя нояб نوفمبر تشرين_الثاني mijdar sermawez çiriya_paşîn"
    " تشرینی_دووەم",
    "december dec décembre déc aralık ara декабря декабрь дек ديسمبر كانون_الأول berfanbar kanûna_pêşîn"
    " کانوونی_یەکەم کانونی_یەکەم",
)
_AFTERNOON = "pm م مساء مساءً د.ن ös"
_MORNING = "am ص صباحا صباحًا ب.ن öö"
_ALIKE = str.maketrans(
    {"ی": "ي", "ى": "ي", "ک": "ك", "ة": "ه", "ھ": "ه", "ı": "i", "ـ": None}
    | {chr(0x660 + digit): str(digit) for digit in range(10)}
    | {chr(0x6F0 + digit): str(digit) for digit in range(10)}
)
_UNSEEN = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def fold(text: str) -> str:
    """Small letters without accents, one form a letter, ASCII digits."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return _UNSEEN.sub("", apart).translate(_ALIKE)


def _hours(number: float) -> tzinfo:
    return timezone(timedelta(hours=number))


MONTHS: dict[str, int] = {
    fold(name.replace("_", " ")): number
    for number, names in enumerate(_MONTHS, start=1)
    for name in names.split()
}
"""Folded name → 1 to 12."""
HALVES: dict[str, int] = {fold(word): 12 for word in _AFTERNOON.split()} | {
    fold(word): 0 for word in _MORNING.split()
}
"""Folded word → hours it adds to a clock of twelve."""
ZONES: dict[str, tzinfo] = {
    **dict.fromkeys(("gmt", "utc", "ut", "z", "wet", "غرينتش", "جرينتش", "غرينيتش"), _hours(0)),
    **dict.fromkeys(("bst", "cet", "met", "west"), _hours(1)),
    **dict.fromkeys(("eet", "cest", "mest"), _hours(2)),
    **dict.fromkeys(("eest", "idt", "ast", "ksa", "fet"), _hours(3)),
    **dict.fromkeys(("msd", "gst"), _hours(4)),
    "irst": _hours(3.5),
    "irdt": _hours(4.5),
    "ist": _hours(0),
    "edt": _hours(-4),
    **dict.fromkeys(("est", "cdt"), _hours(-5)),
    **dict.fromkeys(("cst", "mdt"), _hours(-6)),
    **dict.fromkeys(("mst", "pdt"), _hours(-7)),
    "pst": _hours(-8),
    # Their distance from UTC has changed in the years of the war.
    **dict.fromkeys(("msk", "мск"), ZoneInfo("Europe/Moscow")),
    **dict.fromkeys(("trt", "tsi"), ZoneInfo("Europe/Istanbul")),
    "دمشق": ZoneInfo("Asia/Damascus"),
    "بيروت": ZoneInfo("Asia/Beirut"),
    "بغداد": ZoneInfo("Asia/Baghdad"),
    "مكه": ZoneInfo("Asia/Riyadh"),
}
"""Folded name → zone."""
UNSURE = frozenset({"ast", "ist", "cst"})
"""Names of several zones: Arabia or the Atlantic; India, Israel or Ireland; America or China."""
