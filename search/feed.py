"""Atom out of any search. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree as ET

from search.reader import current
from store.records import Article

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SUMMARY = 500


class Entry(NamedTuple):
    """One entry of a feed; `mark` stands before its headline."""

    id: str
    article: Article
    updated: datetime
    mark: str = ""


def atom(articles: Iterable[Article], *, asked: str, base: str, link: str, now: datetime) -> bytes:
    """RFC 4287. `base` is our own address with a closing slash, `link` the page of the same search.

    An entry's id is the article's; a correction or recall has a later `updated`, so that readers show it again.
    """
    entries = [
        Entry(f"urn:syriawire:article:{quote(each.id, safe='')}", each, _changed(each)) for each in articles
    ]
    return feed(
        entries,
        id_=f"urn:sha256:{sha256(link.encode('utf-8', 'replace')).hexdigest()}",
        title=asked or "everything",
        base=base,
        links={"alternate": link},
        updated=max((each.updated for each in entries), default=now),
    )


def feed(
    entries: Iterable[Entry], *, id_: str, title: str, base: str, links: Mapping[str, str], updated: datetime
) -> bytes:
    """A feed of articles as readers may see them. `links`: what each is to the feed → its path below `base`."""
    root = ET.Element("feed", {"xmlns": _ATOM})
    _add(root, "id", id_)
    _add(root, "title", f"Syria Wire: {title}")
    _add(root, "updated", updated.isoformat())
    _add(_add(root, "author", ""), "name", "Syria Wire")
    for name, path in links.items():
        ET.SubElement(root, "link", {"rel": name, "href": _clean(base.rstrip("/") + path)})
    for each in entries:
        _entry(root, each, base)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(root: ET.Element, listed: Entry, base: str) -> None:
    article = listed.article
    seen = current(article)
    entry = ET.SubElement(root, "entry", {"xml:lang": seen.language} if seen.language else {})
    mark = "Withdrawn: " if article.retracted else listed.mark
    _add(entry, "id", listed.id)
    _add(entry, "title", mark + seen.headline)
    _add(entry, "updated", listed.updated.isoformat())
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
