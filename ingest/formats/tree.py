"""Text of an XML document to a tree: by libxml2 as it stands where it is well-formed, else mended. Pure.

No entity is expanded and nothing is fetched: the document type goes before anything reads it.
"""

import re
from dataclasses import dataclass

from lxml import etree

from ingest.formats.mend import mend

TAGS = 500_000
"""More are not read: a tree takes some hundred bytes and a microsecond for each. 10,000 entries have fewer."""
_DECLARATION = re.compile(r"\s*<\?xml\b[^<>]*>")
_PROLOG = r"(?:\s++|<\?[^<>]*+>|<!--(?:[^-]++|-(?!->))*+-->)*+"
_SUBSET = r"""\[(?:[^\]"'<]++|"[^"]*+"|'[^']*+'|<!--(?:[^-]++|-(?!->))*+-->|<)*+\]\s*+"""
_DOCTYPE = re.compile(
    rf"""{_PROLOG}<!DOCTYPE(?:[^\[\]<>"']++|"[^"]*+"|'[^']*+')*+(?:{_SUBSET})?>""", re.IGNORECASE
)
_ANY_DOCTYPE = re.compile("<!DOCTYPE", re.IGNORECASE)


@dataclass(frozen=True)
class Tree:
    """`root` is None where there is nothing to read. `problem` is for a person, "" where it was well-formed.

    `complete` is False where it ended before its root element did, `cut` where it ended within an entry.
    """

    root: etree._Element | None
    problem: str = ""
    complete: bool = True
    cut: bool = False


def tree(text: str) -> Tree:
    """Never raises. Time and memory grow with the length of the text, and with nothing else."""
    if (tags := text.count("<")) > TAGS and (tags := tags - _in_cdata(text)) > TAGS:
        return Tree(None, f"{tags} tags are more than the {TAGS} that are read", complete=False)
    bare = text.lstrip("\ufeff\0 \t\r\n")
    bare = bare[match.end() :] if (match := _DECLARATION.match(bare)) else bare
    bare = bare[match.end() :] if (match := _DOCTYPE.match(bare)) else bare
    try:
        if _ANY_DOCTYPE.search(bare, 0, 65_536):
            raise etree.XMLSyntaxError("a document type that is not closed", None, 0, 0)  # noqa: TRY301
        return Tree(etree.fromstring(bare.encode(), _parser(recover=False)))
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        problem = f"not well-formed: {getattr(error, 'msg', error)}"
    mended = mend(bare)
    return Tree(
        etree.fromstring(mended.xml.encode(), _parser(recover=True)), problem, not mended.open, mended.cut
    )


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )


def _in_cdata(text: str) -> int:
    _, *rest = text.split("<![CDATA[")
    return sum(part.partition("]]>")[0].count("<") for part in rest)
