"""Keys under which romanisations of one Arabic name meet: `Qaryatayn`, `Qariatein` → `krytn`.

A key keeps the consonants that romanisers agree on and forgets the vowels between them, doubled letters and the
article. A final -a, -ah, -e, -eh is a letter in Arabic and stays, as `A`: Shaara is not Sha'ar. Keys are narrow
enough to look a name up, and too wide to decide by themselves: `vowels_agree` compares what they forget.
"""

import re
from functools import lru_cache
from typing import Final

_ARTICLES: Final = frozenset(
    ("al", "el", "ul", "ar", "as", "ash", "ad", "adh", "an", "at", "ath", "az", "es", "er", "ez", "ed", "et", "en",
     "ej", "aj", "edh", "eth", "esh")
)  # fmt: skip
# The words that names of villages begin with are written with any vowel.
_SAME: Final = {
    written: one
    for one, others in {
        "sheikh": "sheik shaik shaikh shaykh sheykh cheikh",
        "um": "umm oum oumm om omm em am",
        "jub": "jubb jeb jeib jib jab jabb joub joubb jobb jbab",
        "bir": "beir beer ber biir bier",
        "ein": "ain ayn eyn aayn aain",
        "tal": "tel tell tall til",
        "kafr": "kafar kafer kefr kefar kufr kofr kfar kfer kfr",
        "deir": "der dayr dair deyr",
        "beit": "beyt bayt bait bet",
        "khirbat": "khirbet khirba khirbeh kherbet kherbat kharbet kherba kherbeh khurbet khirbit",
        "burj": "borj berj burg",
        "jisr": "jesr jeser jiser jser jisir",
        "qalat": "qalaat qalaah kalaat kalat qalet qalaet qalata",
        "jabal": "jebel jbal jbel gabal",
        "abu": "abou abo",
    }.items()
    for written in others.split()
}  # fmt: skip
_DIGRAPHS: Final = {
    "tch": "c", "sch": "c", "kh": "x", "gh": "g", "sh": "c", "ch": "c", "th": "t", "dh": "d", "zh": "j",
    "dj": "j", "gue": "ge", "gui": "gi", "ph": "f", "ck": "k", "q": "k", "c": "k", "v": "f",
}  # fmt: skip
# One word or three, as one likes.
_ABD: Final = re.compile(r"\babd(?:[aeu][lrsnd]?)? ?(?:(?:al|el|ar) )?(?=\w)")
_CONSTRUCT: Final = re.compile(r"(?<=\w{3})(?<![aeiou])[ae]t\b(?= )")
_CONSONANT: Final = re.compile("|".join(sorted(_DIGRAPHS, key=len, reverse=True)))
_ENDING: Final = re.compile(r"(?<=.)(?<![aeiou])(?:a|e|ah|eh|at)\Z|(?<=[iy])(?:a|e|ah|eh)\Z")
_GLIDE_Y: Final = re.compile(r"(?:(?<=[^aeiouy])i|y)(?=[aeiouA])|iy(?=[aeiouA])")
_GLIDE_W: Final = re.compile(r"(?:ou|oo|u)?w(?=[aeiouA])|(?<=[^aeiouy])(?:ou|oo|u)(?=[aei])")
# Ezzor, Assafira, Elfijeh: the article written with the name.
_JOINED: Final = re.compile(r"^(?:[ae]([tdrszn])(?=\1.{2})|[ae]l(?=[b-df-hj-np-tv-z].{3}))")
_DOUBLE: Final = re.compile(r"([b-df-hj-np-tv-z])\1+")
_VOWELS: Final = re.compile(r"[aeiouyw]+")


@lru_cache(maxsize=20_000)
def key(folded: str) -> str:
    """The key of a folded Latin name, its words parted by spaces; empty when nothing is left."""
    return " ".join(filter(None, (_VOWELS.sub("", word) for word in map(_letters, _words(folded)))))


@lru_cache(maxsize=20_000)
def vowels_agree(one: str, other: str) -> bool:
    """Whether two folded names of one key differ only in vowels that romanisers mix up: a/e/i and o/u."""
    first, second = (" ".join(map(_letters, _words(name))) for name in (one, other))
    return all(_alike(a, b) for a, b in zip(_gaps(first), _gaps(second), strict=False))


def _words(folded: str) -> list[str]:
    text = _ABD.sub("abd ", folded) if "abd" in folded else folded
    words = (_CONSTRUCT.sub("a", text) if "t " in text else text).split()
    return [_SAME.get(word, word) for word in words if word not in _ARTICLES] or words


@lru_cache(maxsize=20_000)
def _letters(word: str) -> str:
    """One letter a consonant; `Y` and `W` where they are consonants, `A` for the feminine ending."""
    if word[0] in "ae":
        word = _JOINED.sub("", word)
    word = _DOUBLE.sub(r"\1", _CONSONANT.sub(lambda match: _DIGRAPHS[match[0]], word))
    word = _ENDING.sub("A", word)
    return _GLIDE_W.sub("W", _GLIDE_Y.sub("Y", word))


def _gaps(letters: str) -> list[str]:
    return re.split(r"[^aeiouyw]", letters)


def _alike(one: str, other: str) -> bool:
    if not one or not other:
        return True  # a short vowel may be left out
    rounded = [any(vowel in "ouw" for vowel in gap) for gap in (one, other)]
    return rounded[0] == rounded[1]
