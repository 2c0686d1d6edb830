"""Who wrote an entry, in the ways in which feeds say it. Pure."""

import re
from collections.abc import Iterator

from lxml import etree

from ingest.formats.fields import Fields
from ingest.formats.markup import bare_text

_NAMES = (
    "author",
    "dc:creator",
    "atom:author",
    "dcterms:creator",
    "dc:author",
    "itunes:author",
    "media:credit",
)
_MAIL = r"[^\s()<>\[\]@]+@[^\s()<>\[\]@]+"
_MAIL_THEN_NAME = re.compile(rf"(?:mailto:)?{_MAIL}\s*[(\[<]\s*([^()\[\]<>]+?)\s*[)\]>]")
_NAME_THEN_MAIL = re.compile(rf"([^<>()]+?)\s*[(\[<]\s*(?:mailto:)?{_MAIL}\s*[)\]>]")


def authors(fields: Fields) -> str:
    """Names parted by commas, by the first of the ways that names anybody; "" where nobody is named."""
    for name in _NAMES:
        if names := list(_names(fields, name)):
            return ", ".join(dict.fromkeys(names))
    return ""


def _names(fields: Fields, field: str) -> Iterator[str]:
    for each in fields.all((field,)):
        name = _of_person(each) if len(each) else _of_text(bare_text(each))
        if name.strip():
            yield " ".join(name.split())


def _of_person(element: etree._Element) -> str:
    """Atom's: a name, else a mail address, else what is written beside them."""
    person = Fields(element)
    return (
        person.text(("name", "atom:name"))
        or person.text(("email", "atom:email"))
        or _of_text(bare_text(element))
    )


def _of_text(text: str) -> str:
    """RSS has a mail address with the name in brackets, or the other way round."""
    text = text.strip()
    match = _MAIL_THEN_NAME.fullmatch(text) or _NAME_THEN_MAIL.fullmatch(text)
    return match[1] if match else text
