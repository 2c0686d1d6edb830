"""Bytes of a document to text: what is valid UTF-8 is UTF-8, else the label is heard, else we detect. Pure.

The order is that of evidence: text that happens to be valid UTF-8 and means something else does not occur, and
labels lie often. Single illegal bytes in UTF-8 are read as windows-1252, which is where they come from.
"""

import codecs
import re
from dataclasses import dataclass
from itertools import islice

from charset_normalizer import from_bytes

_SAMPLE = 16_384
"""Bytes that detection looks at: it takes time in proportion."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = (
    (re.compile(rb"[<{\[\s]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[<{\[\s]"), "utf-32-be"),
    (re.compile(rb"[<{\[\s]\0"), "utf-16-le"),
    (re.compile(rb"\0[<{\[\s]"), "utf-16-be"),
)
"""The first character of a feed, in wide charsets without a mark."""
_EBCDIC = "<?xml".encode("cp037")
_KNOWN = re.compile(
    r"iso8859-\d{1,2}|cp(125[0-8]|037|273|424|437|500|720|737|77\d|85\d|86\d|87[45]|932|949|950|1026|1125|1140)|koi8-[rut]|tis-620"
    r"|mac-(arabic|cyrillic|farsi|roman|turkish)|gbk|gb2312|gb18030|big5|shift_jis|euc_jp|euc_kr"
)
"""What publishers write, by Python's names. Others are no charsets (`zip`), or slow (`punycode`)."""
_MEANT = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
"""Labels that stand for a larger set, as browsers read them."""
_HEADER = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_DECLARED = re.compile(rb"""\A\s*<\?xml\s[^<>]{0,1000}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_BEYOND = re.compile(rb"[\x80-\xff]")
_FEW = 0.1
_EVIDENCE = 8
"""Bytes beyond ASCII that detection needs; fewer are a dash or a quotation mark of windows-1252."""


@dataclass(frozen=True)
class Decoded:
    """`charset` is Python's name; `problem` is for a person, "" where the label was right or missing."""

    text: str
    charset: str
    problem: str = ""


def decode(data: bytes, content_type: str = "") -> Decoded:
    """The text without a byte order mark; never raises. `content_type` is the header's value, or ""."""
    for mark, charset in _BOMS:
        if data.startswith(mark):
            return _forgiving(data[len(mark) :], charset)
    if data.startswith(_EBCDIC):
        return _ebcdic(data)
    for first, charset in _WIDE:
        if first.match(data):
            return Decoded(data.decode(charset, "replace"), charset)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _not_utf8(data, _labels(data, content_type))


def _labels(data: bytes, content_type: str) -> list[str]:
    """The header's, then the document's; but Latin-1 is what servers say of themselves, so it comes last."""
    header, declared = _HEADER.search(content_type), _DECLARED.match(data[:2000])
    names = [header[1] if header else "", declared[1].decode("ascii", "replace") if declared else ""]
    return sorted(filter(None, names), key=lambda name: known_charset(name) == "cp1252")


def _ebcdic(data: bytes) -> Decoded:
    """Mainframes differ in few characters, so the declaration can be read in any of theirs."""
    declared = _labels(data[:200].decode("cp037").encode("ascii", "replace"), "")
    charset = next(filter(None, map(known_charset, declared)), "cp037")
    return Decoded(data.decode(charset, "replace"), charset)


def known_charset(label: str) -> str:
    """Python's name of the one-byte or Asian charset that `label` means, else ""."""
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    return _MEANT.get(name, name) if _KNOWN.fullmatch(name) else ""


def _not_utf8(data: bytes, labels: list[str]) -> Decoded:
    for label in labels:
        charset = known_charset(label)
        text = _strict(data, charset) if charset else None
        if text is not None:
            return Decoded(text, charset)
    if _mostly_utf8(data):
        found = _forgiving(data, "utf-8")
    else:
        charset = next(filter(None, map(known_charset, labels)), "") or _detected(data)
        found = Decoded(data.decode(charset, "replace"), charset)
    declared = f"declared as {labels[0]}" if labels else "undeclared"
    return Decoded(
        found.text, found.charset, found.problem or f"wrong charset: {declared}, read as {found.charset}"
    )


def _strict(data: bytes, charset: str) -> str | None:
    """None where a byte has no meaning. A document that is cut off may end in half a character."""
    try:
        return codecs.getincrementaldecoder(charset)().decode(data)
    except UnicodeDecodeError:
        # Five bytes mean nothing in windows-1252, and control characters in the charset it extends.
        return data.decode("iso8859-1") if charset == "cp1252" else None


def _mostly_utf8(data: bytes) -> bool:
    """Illegal bytes are rare among whole characters of UTF-8; in another charset they are the rule."""
    text = data.decode("utf-8", "surrogateescape")
    illegal = sum(1 for _ in re.finditer("[\udc80-\udcff]", text))
    legal = sum(1 for _ in re.finditer("[\u0080-\ud7ff\ue000-\U0010ffff]", text))
    return illegal <= legal * _FEW or (legal == 0 and not data[-3:].isascii() and data[:-3].isascii())


def _forgiving(data: bytes, charset: str) -> Decoded:
    try:
        return Decoded(data.decode(charset), charset)
    except UnicodeDecodeError as error:
        problem, illegal = f"wrong charset: illegal {charset} at byte {error.start}", error.start
    if charset != "utf-8":
        return Decoded(data.decode(charset, "replace"), charset, problem)
    if len(data) - illegal < 4:  # cut off within a character
        return Decoded(data[:illegal].decode("utf-8"), charset, problem)
    text = data.decode("utf-8", "surrogateescape")
    return Decoded(re.sub("[\udc80-\udcff]", _as_windows, text), charset, problem)


def _as_windows(match: re.Match[str]) -> str:
    return bytes([ord(match[0]) - 0xDC00]).decode("cp1252", "replace")


def _detected(data: bytes) -> str:
    """windows-1252 where detection has no answer: it reads all bytes but five."""
    beyond = list(islice(_BEYOND.finditer(data), _EVIDENCE))
    if len(beyond) < _EVIDENCE:
        return "cp1252"
    start = max(0, beyond[0].start() - 200)
    best = from_bytes(data[start : start + _SAMPLE]).best()
    return (known_charset(best.encoding) if best else "") or "cp1252"
