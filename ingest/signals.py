"""What a wire says about its own story: corrected, updated, withdrawn. Pure; the headline stays as it is."""

import re
from dataclasses import dataclass

from store.records import PubStatus

CORRECTION = "correction"
UPDATE = "update"
WITHDRAWAL = "withdrawal"
SAID = frozenset((CORRECTION, UPDATE, WITHDRAWAL))
EDITED = "edited"
"""Ours, of a newer version of which the wire says none of these: it changed the story without a word."""

# Only at the start of a headline, and only before a colon, a dash or in brackets: "Withdrawn: …" is a notice,
# "Withdrawn troops return" is news. Case counts where a small-letter word opens ordinary headlines, too.
_LABELS: tuple[tuple[str, str], ...] = (
    (CORRECTION, r"(?i:correction|corrected|corrects|refile|clarification)"),
    (CORRECTION, r"تصحيح|تصويب|توضيح"),
    (CORRECTION, r"ИСПРАВЛЕНО|Исправлено|ИСПРАВЛЕНИЕ|Исправление|УТОЧНЕНИЕ|Уточнение|УТОЧНЯЕТСЯ"),
    (CORRECTION, r"DÜZELTME|Düzeltme|DÜZELTİLDİ|Düzeltildi"),
    (CORRECTION, r"(?i:rectificatif|rectification|annule et remplace)"),
    (UPDATE, r"(?i:updated?)(?: ?[0-9]{1,2})?|(?i:recasts|adds)"),
    (UPDATE, r"تحديث(?: ?[0-9٠-٩]{1,2})?|محدث"),
    (UPDATE, r"ОБНОВЛЕНО|Обновлено|ОБНОВЛЕНИЕ|Обновление|ДОПОЛНЕНО"),
    (UPDATE, r"GÜNCELLEME|Güncelleme|GÜNCELLENDİ|Güncellendi"),
    (UPDATE, r"(?i:mise à jour|actualisation)"),
    (WITHDRAWAL, r"(?i:withdrawn|retracted|retraction)|(?:MANDATORY )?KILL|STORY KILL|CANCELL?ED|WITHDRAWAL"),
    (WITHDRAWAL, r"(?:سحب|إلغاء|الغاء)(?: (?:خبر|الخبر|تقرير|التقرير))?"),
    (WITHDRAWAL, r"ОТОЗВАНО|Отозвано|АННУЛИРОВАНО|Аннулировано|АННУЛИРУЕТСЯ|СНЯТО"),
    (WITHDRAWAL, r"GERİ ÇEKİLDİ|Geri çekildi|Geri Çekildi|İPTAL"),
    (WITHDRAWAL, r"ANNULÉ|ANNULATION|RETIRÉ|Dépêche retirée"),
)
_DELIMITER = r"\s*(?::|\s[-–—]\s|(?<=[0-9A-ZÜİ])-(?=\S))\s*"
_PREFIXES = tuple(
    (signal, re.compile(rf"(?:[\[(]\s*(?:{label})\s*[\])]\s*[:–—-]?|\**(?:{label})\**{_DELIMITER})"))
    for signal, label in _LABELS
)
_NOTE = re.compile(
    r"^\W{0,3}(?:editors?['’]?s? note|note to editors|ملاحظة المحرر|تنويه|от редакции|примечание редакции"
    r"|editörün notu|note de la rédaction|note aux rédactions)\s*[:—–-]\s*(?P<text>.+)",
    re.IGNORECASE,
)
_DESK_NOTE = re.compile(
    r"^\((?P<text>(?:corrects|corrected|correction|clarifies|updates|adds|recasts|refiles|removes|fixes|تصحيح|يصحح"
    r"|исправляет|исправлено|уточняет|düzeltme|corrige)\b.+)\)$",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"withdraw|withdrew|retract|\bkill\b|\bسحب|تسحب|إلغاء|отозва|отзыва|аннулир|geri çek|iptal|retir|annul",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`signals` in the order of the alphabet; `ednote` is what the desk tells readers, if it does."""

    signals: tuple[str, ...] = ()
    pubstatus: PubStatus = "usable"
    ednote: str = ""


def read(headline: str, body: str) -> Reading:
    """The signals of one article from its headline, and the editor's note from its plain text."""
    found = set()
    rest = headline.lstrip("\"'“”«» ")
    while match := next(((s, m) for s, prefix in _PREFIXES if (m := prefix.match(rest))), None):
        found.add(match[0])
        rest = rest[match[1].end() :].lstrip()
    withdrawn = WITHDRAWAL in found
    return Reading(
        signals=tuple(sorted(found)),
        pubstatus="canceled" if withdrawn else "usable",
        ednote=_ednote(body.split("\n\n"), withdrawn=withdrawn),
    )


def _ednote(paragraphs: list[str], *, withdrawn: bool) -> str:
    for paragraph in paragraphs:
        if match := _NOTE.match(paragraph) or _DESK_NOTE.match(paragraph):
            return match["text"].strip()
    # The notice of a withdrawal is all that readers get to see. It must not be the story that was withdrawn.
    if withdrawn and _TAKEN_BACK.search(paragraphs[0]):
        return paragraphs[0]
    return ""
