"""Splits "BEIRUT (Levant Wire) - " off the start of a text. Pure, and shy: what is unsure stays there."""

import re

_DASH = r"\s*[-–—]\s+"
# Capitals: "The army (and its allies) - …" and "The YPG (People's Protection Units) - …" are no datelines.
_AGENCY = r"\((?![a-zа-яё])[^()\n]{2,40}\)"
_NAME = r"(?:(?:[Aa]l-|[Ee]l-)?[^\W\d_a-zа-яё\u0600-\u06ff][\w.'’-]*|[0-9]{1,2}|[а-яё]{3,8}\.?|of|de)"
_ARABIC = r"[\u0621-\u064a]{2,15}(?: [\u0621-\u064a]{2,15})?"
_PATTERNS: tuple[re.Pattern[str], ...] = (
    # Damascus, Oct. 7 (Levant Wire) -    دمشق (بردى العربية) -    The agency in brackets makes it sure.
    re.compile(
        rf"(?!(?:The|This|An?|Les?|La)\b)(?P<line>{_NAME}(?:[ ,/]+{_NAME}){{0,5}}\s?{_AGENCY}){_DASH}"
    ),
    re.compile(rf"(?P<line>{_ARABIC}\s?{_AGENCY}){_DASH}"),
    # BEIRUT -    MOSCOW, Oct 7 -    МОСКВА, 7 окт -
    re.compile(
        r"(?P<line>(?:[A-Z][A-Z.'’]+|[А-ЯЁ][А-ЯЁ.]+)(?:[ /-](?:[A-Z.'’]+|[А-ЯЁ.]+)){0,3}"
        r"(?:, (?:[A-Z][a-z]{2,8}\.? [0-9]{1,2}|[0-9]{1,2} [а-яё]{3,8}\.?))?)\s[-–—]\s+"
    ),
    # دمشق-سانا    as SANA writes it
    re.compile(rf"(?P<line>{_ARABIC}\s?[-–]\s?سانا)\s+"),
    # بيروت -    Arabic has no capitals: two words at most
    re.compile(rf"(?P<line>{_ARABIC})\s[-–—]\s+"),
)

_NO_PLACES = frozenset({
    "FLASH", "BREAKING", "BREAKING NEWS", "URGENT", "LIVE", "UPDATE", "CORRECTION", "WATCH", "VIDEO", "PHOTOS",
    "ANALYSIS", "OPINION", "EXCLUSIVE", "FACTBOX", "EXPLAINER", "СРОЧНО", "МОЛНИЯ", "ВИДЕО", "ФОТО", "SON DAKIKA",
    "عاجل", "فيديو", "بالفيديو", "صور", "بالصور", "خاص", "حصري", "متابعة", "تحديث", "تصحيح",
})  # fmt: skip
# "(Corrects first paragraph: …)" stands before the dateline, and stays in the text.
_DESK_NOTE = re.compile(r"\([^\n]{5,600}\)\n\n")


def split_dateline(body: str) -> tuple[str, str]:
    """(dateline without its dash, rest of the text); ("", body) where there is none, or nothing else."""
    note = _DESK_NOTE.match(body)
    start = note.end() if note else 0
    for pattern in _PATTERNS:
        match = pattern.match(body, start)
        if match and match.end() < len(body) and match["line"] not in _NO_PLACES:
            return match["line"].strip(), body[:start] + body[match.end() :]
    return "", body


_IN_BRACKETS = re.compile(rf"{_AGENCY}\Z")


def agency(dateline: str) -> str:
    """The agency that a dateline names in brackets: `BEIRUT (Levant Wire)` → `Levant Wire`; else ""."""
    match = _IN_BRACKETS.search(dateline)
    return match[0][1:-1].strip() if match else ""
