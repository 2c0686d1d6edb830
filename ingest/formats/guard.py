"""What is made sure before feedparser reads: a charset that we know, no work beyond its size. Pure."""

import codecs
import re
from collections import deque

TAGS = 300_000
"""feedparser takes some 30 microseconds for each, and 10,000 entries do not have as many."""
STRAY_WORK = 20_000_000_000
"""Bytes copied: feedparser copies the rest of the document for each stray ampersand."""
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_CHARSETS = re.compile(
    r"utf-8|ascii|iso8859-\d{1,2}|cp(125[0-8]|437|720|737|77\d|85\d|86\d|874|932|949|950)|koi8-[rut]|tis-620"
    r"|mac-(arabic|cyrillic|farsi|roman|turkish)|gbk|gb2312|gb18030|big5|shift_jis|euc_jp|euc_kr"
)
"""What publishers write, by Python's names. Others are no charsets (`zip`), or slow (`punycode`)."""
_DECLARATION = re.compile(rb"<\?[^<>]{0,1000}\?>")
_DECLARED = re.compile(rb"""encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_STRAY = re.compile(rb"&(?!#?\w{1,32};)")
_ENTRY_TAG = re.compile(
    rb"<(?:[\w.-]{1,64}:)?(?:item|entry)(?:\s[^<>]*)?>|(?P<end></(?:[\w.-]{1,64}:)?(?:item|entry)\b)"
)


def known_charset(name: str) -> str:
    """Python's name of a charset that feeds are written in, else ""."""
    try:
        found = codecs.lookup(name).name if name else ""
    except (LookupError, ValueError):
        return ""
    return found if _CHARSETS.fullmatch(found) else ""


def one_byte_form(data: bytes) -> tuple[bytes, bool]:
    """(the document with a short declaration of a known charset or none, whether it was UTF-16 or -32)."""
    for start, charset in _WIDE:
        if data.startswith(start):
            text = data.decode(charset, "replace").removeprefix("\ufeff")
            return _declared(text.encode("utf-8", "replace"), charset="utf-8"), True
    # White space before a declaration is an error in XML that says nothing of the feed.
    return _declared(data.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")), False


def refusal(data: bytes) -> str:
    """Why the document would take too long, else "". Linear in its size."""
    outside = _outside_cdata(data)
    if (tags := outside.count(b"<")) > TAGS:
        return f"{tags} tags are more than the {TAGS} that are read"
    # A well-formed document has none: only a broken one comes to the parser that is slow with them.
    if (strays := sum(1 for _ in _STRAY.finditer(outside))) * len(data) > STRAY_WORK:
        return f"not well-formed: {strays} stray ampersands in {len(data)} bytes are more than are read"
    return ""


def is_cut(data: bytes) -> bool:
    """The document ends within an entry, whose text may be half of it."""
    last = deque(_ENTRY_TAG.finditer(_outside_cdata(data)), maxlen=1)
    return bool(last) and not last[0]["end"]


def _declared(data: bytes, charset: str = "") -> bytes:
    """feedparser looks for the declaration in a way that takes quadratic time; so it gets a short one."""
    match = _DECLARATION.match(data)
    if match:
        name = _DECLARED.search(match[0])
        charset = charset or known_charset(name[1].decode("ascii", "replace") if name else "")
        encoding = f' encoding="{charset}"'.encode() if charset else b""
        return b'<?xml version="1.0"' + encoding + b"?>" + data[match.end() :]
    return b"<!---->" + data if data.startswith(b"<?") else data


def _outside_cdata(data: bytes) -> bytes:
    first, *rest = data.split(b"<![CDATA[")
    return first + b" ".join(part.partition(b"]]>")[2] for part in rest)
