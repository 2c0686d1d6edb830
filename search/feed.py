"""Atom out of any search. Pure."""

import re
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote
from xml.etree import ElementTree as ET

from search.reader import current
from store.records import Article

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SUMMARY = 500


def atom(articles: Iterable[Article], *, asked: str, base: str, link: str, now: datetime) -> bytes:
    """RFC 4287. `base` is our own address with a closing slash, `link` the page of the same search.

    An entry's id is the article's; a correction or recall has a later `updated`, so that readers show it again.
    """
    shown = list(articles)
    root = ET.Element("feed", {"xmlns": _ATOM})
    _add(root, "id", f"urn:sha256:{sha256(link.encode('utf-8', 'replace')).hexdigest()}")
    _add(root, "title", f"Syria Wire: {asked or 'everything'}")
    _add(root, "updated", max((_changed(each) for each in shown), default=now).isoformat())
    _add(_add(root, "author", ""), "name", "Syria Wire")
    ET.SubElement(root, "link", {"rel": "alternate", "href": _clean(base.rstrip("/") + link)})
    for each in shown:
        _entry(root, each, base)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(root: ET.Element, article: Article, base: str) -> None:
    seen = current(article)
    entry = ET.SubElement(root, "entry", {"xml:lang": seen.language} if seen.language else {})
    recall = "Withdrawn: " if article.retracted else ""
    _add(entry, "id", f"urn:syriawire:article:{quote(seen.id, safe='')}")
    _add(entry, "title", recall + seen.headline)
    _add(entry, "updated", _changed(seen).isoformat())
    _add(entry, "published", (seen.published or seen.first_seen).isoformat())
    _add(_add(entry, "author", ""), "name", seen.byline or seen.feed_id)
    ET.SubElement(
        entry, "link", {"rel": "alternate", "href": f"{_clean(base)}article/{quote(seen.id, safe='')}"}
    )
    text = seen.ednote if article.retracted else seen.summary or seen.body
    _add(entry, "summary", text[:_SUMMARY])


def _changed(article: Article) -> datetime:
    """When this version reached us: a wire's own `updated` can lie before its recall."""
    return article.fetched


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = _clean(text)
    return child


def _clean(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
