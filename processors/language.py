"""Which language a text is in: its script first, then statistics; the feed's word decides where both are unsure."""

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LATIN = ("en", "tr", "fr", "de", "es", "ku")
_ENOUGH = 40  # letters: below, statistics are a guess
_SURE = 0.9
_GUESS = 0.5
_SAMPLE = 2000  # code points: more does not change the answer

_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_SORANI = re.compile(r"[ڕڵۆێەڤ]")
_PERSIAN = re.compile(r"[پچژگیک]")
_UKRAINIAN = re.compile(r"[іїєґІЇЄҐ]")
_NOT_UKRAINIAN = re.compile(r"[ыэъёЫЭЪЁ]")


def detect(text: str, declared: str = "") -> str:
    """ISO 639-1 code of the language, lower case; empty when text and feed leave it open.

    `declared` is what the feed says (`en`, `en-GB`, `EN_us`). It wins over statistics for texts of less than 40
    letters and for unclear ones; it never wins over a script that cannot be its own. Kurdish is `ku` in both
    scripts. Scripts other than Latin, Arabic and Cyrillic give `declared`.
    """
    told = re.split(r"[-_]", declared.strip().lower(), maxsplit=1)[0]
    sample = text[:_SAMPLE]
    counts = {
        "arabic": len(_ARABIC.findall(sample)),
        "cyrillic": len(_CYRILLIC.findall(sample)),
        "latin": len(_LATIN.findall(sample)),
    }
    script = max(counts, key=lambda name: counts[name])
    if not counts[script]:
        return told
    if script == "arabic":
        return _arabic(sample, told, counts[script])
    if script == "cyrillic":
        return _cyrillic(sample, told, counts[script])
    return _latin(sample, told, counts[script])


def _arabic(text: str, told: str, letters: int) -> str:
    if told in ("ar", "fa", "ku", "ckb") and letters < _ENOUGH:
        return "ku" if told == "ckb" else told
    # An Arabic text may hold a foreign name with پ or گ; a Persian or Kurdish one is full of its letters.
    if len(_SORANI.findall(text)) > 0.03 * letters:
        return "ku"
    return "fa" if len(_PERSIAN.findall(text)) > 0.04 * letters else "ar"


def _cyrillic(text: str, told: str, letters: int) -> str:
    if told in ("ru", "uk") and letters < _ENOUGH:
        return told
    return "uk" if len(_UKRAINIAN.findall(text)) > len(_NOT_UKRAINIAN.findall(text)) else "ru"


def _latin(text: str, told: str, letters: int) -> str:
    if letters < _ENOUGH and told and told not in ("ar", "fa", "ru", "uk"):
        return told
    language, probability = _identifier().classify(text)
    if probability < _SURE and told in LATIN:
        return told
    return str(language) if probability > _GUESS else ""


@cache
def _identifier() -> LanguageIdentifier:
    """The model, loaded when first needed: it takes most of a second."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in LATIN if code in identifier.nb_classes])
    return identifier
