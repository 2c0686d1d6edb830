"""RSS 0.90 to 2.0, RDF and Atom 0.3 and 1.0: one reader, as feeds mix the names of all of them."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from urllib.parse import urljoin

from lxml import etree

from ingest.formats import rare
from ingest.formats.entry import ENTRIES, Entry, Parsed
from ingest.formats.fields import Fields
from ingest.formats.hints import hints
from ingest.formats.markup import bare_text, html_text
from ingest.formats.people import authors
from ingest.formats.tree import tree

_ENTRIES = frozenset({"item", "entry"})
_FEEDS = ("channel", "feed", "rss", "rdf")
"""The first of them that is there says what the feed is."""
_TITLE = ("title", "atom:title", "dc:title", "dcterms:title", "media:title", "itunes:title")
_SUMMARY = (
    "description", "summary", "tagline", "atom:summary", "dc:description", "dcterms:abstract", "abstract",
    "itunes:summary", "media:description", "itunes:subtitle",
)  # fmt: skip
_CONTENT = (
    "content:encoded",
    "encoded",
    "content",
    "atom:content",
    "fulltext",
    "fullitem",
    "xhtml:body",
    "body",
    "xhtml:div",
)
_PUBLISHED = (
    "pubdate", "published", "issued", "created", "atom:published", "dcterms:issued", "dcterms:created", "dc:date",
    "date", "dcterms:date",
)  # fmt: skip
_UPDATED = ("updated", "modified", "atom:updated", "dcterms:modified", "dc:date", "lastbuilddate")
_GUID = ("guid", "id", "atom:id", "dc:identifier", "dcterms:identifier")
_CATEGORY = (
    "category",
    "atom:category",
    "dc:subject",
    "dcterms:subject",
    "itunes:category",
    "media:category",
    "keywords",
)
_LISTS = ("media:keywords", "itunes:keywords")
_XML = "{http://www.w3.org/XML/1998/namespace}"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def parse(text: str) -> Parsed:
    """Never raises. Broken XML is read as far as it goes, and what is wrong with it becomes a problem.

    An entry that the document ends in is left out: half a text must not replace the whole one.
    """
    found = tree(text)
    problems = (found.problem,) if found.problem else ()
    if found.root is None:
        return Parsed(problems=problems, complete=False)
    feed, elements = _parts(found.root)
    if _is_cdf(found.root) or (not elements and (problems or feed is None)):
        rare_find = rare.parse(text)
        if rare_find.entries:
            return replace(rare_find, complete=found.complete, problems=problems)
    if found.cut:
        elements = elements[:-1]
        problems = (*problems, "the last entry is cut off and left out")
    if len(elements) > ENTRIES:
        problems = (*problems, f"{len(elements)} entries are more than the {ENTRIES} that are read")
    if feed is None:
        return Parsed(problems=problems or ("neither RSS nor Atom",), complete=found.complete)
    return Parsed(
        entries=tuple(_entry(element, feed, position) for position, element in enumerate(elements[:ENTRIES])),
        title=feed.plain(_TITLE),
        author=authors(feed) if feed.is_atom else "",
        complete=found.complete,
        problems=problems,
        hints=hints(feed),
    )


def _is_cdf(root: etree._Element) -> bool:
    """The Channel Definition Format of 1997 keeps addresses in attributes."""
    return str(root.tag).lower() == "channel" and "href" in {str(name).lower() for name in root.attrib}


def _parts(root: etree._Element) -> tuple[Fields | None, list[etree._Element]]:
    """(what says what the feed is, its entries). Neither where the document is no feed.

    Entries are taken wherever they stand: RDF has them beside the channel, and so have careless writers of RSS.
    """
    entries: list[etree._Element] = []
    feeds: list[tuple[int, int, etree._Element]] = []
    rest = [root]
    while rest:
        element = rest.pop()
        name = element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
        if name in _ENTRIES and Fields.is_ours(element):
            entries.append(element)
            continue
        if name in _FEEDS:
            feeds.append((_FEEDS.index(name), len(feeds), element))
        rest.extend(reversed(element))
    feed = min(feeds)[2] if feeds else root
    return (Fields(feed) if feeds or entries else None), entries


def _entry(element: etree._Element, feed: Fields, position: int) -> Entry:
    if not len(element):
        return Entry(position=position, guid=element.get(_ABOUT) or "")
    fields = Fields(element)
    guid = fields.text(_GUID) or element.get(_ABOUT) or ""
    return Entry(
        position=position,
        guid=guid,
        link=_link(fields, guid),
        base=_base(element, feed),
        title=fields.plain(_TITLE),
        summary_html=fields.first(_SUMMARY, html_text),
        # Several contents are the same text in several types: the longest keeps most of it.
        content_html=max((html_text(each) for each in fields.all(_CONTENT)), key=len, default=""),
        author=authors(fields),
        source=_source(fields),
        published=fields.text(_PUBLISHED),
        updated=fields.text(_UPDATED),
        categories=tuple(_categories(fields)),
        language=_language(fields, feed),
    )


def _link(fields: Fields, guid: str) -> str:
    original = fields.text(("feedburner:origlink",))
    if original:
        return original
    links = list(fields.all(("link", "atom:link")))
    plain = (bare_text(each).strip() for each in links)
    alternate = [
        (href, each.get("type") or "html")
        for each in links
        if (href := (each.get("href") or "").strip())
        and (each.get("rel") or "alternate").lower() == "alternate"
    ]
    pages = (href for href, type_ in alternate if "html" in type_)
    sources = (each.get("src") or "" for each in fields.all(("content",)))
    candidates = (*plain, *pages, *(href for href, _ in alternate), *sources)
    chosen = next(filter(None, candidates), "")
    # An address as the guid is the link, whatever isPermaLink says, where there is no other.
    return chosen or (guid if guid.lower().startswith(("http://", "https://")) else "")


def _base(element: etree._Element, feed: Fields) -> str:
    """`xml:base` of the entry and of what it stands in, else the site that the feed speaks of."""
    base = ""
    for each in _outwards(element):
        base = _joined((each.get(f"{_XML}base") or "").strip(), base)
        if "://" in base:
            return base
    return _joined(_link(feed, ""), base)


def _outwards(element: etree._Element) -> Iterator[etree._Element]:
    """The element and what it stands in, as far as feeds nest."""
    return islice(chain((element,), element.iterancestors()), 8)


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return base


def _source(fields: Fields) -> str:
    for each in fields.all(("source", "atom:source", "dc:source")):
        name = Fields(each).plain(_TITLE) if len(each) else bare_text(each)
        if name.strip() and "://" not in name:
            return name
    return ""


def _categories(fields: Fields) -> Iterator[str]:
    for each in fields.all(_CATEGORY):
        yield from (
            (
                name.get("label") or name.get("term") or name.get("text") or name.text or bare_text(name)
            ).strip()
            for name in each.iter(each.tag)  # Apple's stand within each other
        )
    for each in fields.all(_LISTS):
        yield from bare_text(each).split(",")


def _language(fields: Fields, feed: Fields) -> str:
    own = fields.text(("dc:language", "language"))
    if own:
        return own
    for each in _outwards(fields.element):
        if language := each.get(f"{_XML}lang"):
            return str(language)
    return feed.text(("language", "dc:language"))
