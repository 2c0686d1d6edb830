"""Broken XML to well-formed XML that says what its writer meant. Pure, and linear in the length of the text.

Tags are closed where the next field or entry begins, end tags of nothing are passed over, stray `<` and `&` become
text, HTML's names of characters become characters, prefixes that nobody declared get their usual namespace.
Well-formed XML keeps its meaning, unless fields stand within fields. Entities that the document itself defines are
never expanded.
"""

import html
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from ingest.formats.namespaces import usual_namespace

MAX_DEPTH = 200
"""Deeper tags are passed over; libxml2 itself stops at 256."""
_LONGEST = 65_536
"""Characters of the attributes of one tag that are read."""
_PREFIXES = 200
_TAG = re.compile(r"""<(/?)([A-Za-z_][\w.:-]*+)((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>""", re.ASCII)
_ODD_TAG = re.compile(r"<(/?)([A-Za-z_][\w.:-]*+)(?=[\s/<>]|\Z)([^<>]*+)>?", re.ASCII)
_ATTRIBUTE = re.compile(
    r"""([A-Za-z_][\w.:-]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?""", re.ASCII
)
_NAME = re.compile(r"[A-Za-z_][\w.-]*(:[A-Za-z_][\w.-]*)?", re.ASCII)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTRIES = frozenset({"item", "entry"})
_CONTAINERS = _ENTRIES | {"channel", "feed", "rss", "rdf", "source", "image", "textinput", "document"}
_OURS = frozenset({
    "guid", "pubdate", "content:encoded", "dc:creator", "dc:date", "dc:subject", "published", "updated", "comments",
    "enclosure", "category", "description", "author",
})  # fmt: skip
"""Fields whose names are no HTML: they cannot stand within a text, so they end one."""
_LEAVES = _OURS - {"description", "content:encoded", "author"} | {"title", "link", "id"}
_FIELDS = _OURS | _LEAVES
_VOID = frozenset({"br", "hr", "img", "input", "wbr"})


@dataclass(frozen=True)
class Mended:
    """`xml` has one root of ours around all. `cut`: the text ended within an entry; `open`: within any element."""

    xml: str
    cut: bool
    open: bool


@dataclass
class _Writer:
    parts: list[str] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)
    open: Counter[str] = field(default_factory=Counter)
    prefixes: set[str] = field(default_factory=set)

    def text(self, text: str) -> None:
        self.parts.append(escape(text))

    def start(self, name: str, attributes: str, *, empty: bool) -> None:
        if len(self.stack) >= MAX_DEPTH:
            return
        name = self._declared(name)
        self._close_for(name.lower())
        self.parts.append(f"<{name}{self._attributes(attributes) if attributes else ''}>")
        self.stack.append(name)
        self.open[name.lower()] += 1
        if empty or _local(name) in _VOID:
            self._pop()

    def end(self, name: str) -> None:
        """Closes what is open within it, too; an end tag of nothing has no effect."""
        name = self._declared(name).lower()
        if self.open[name]:
            while self._pop() != name:
                pass

    def close(self) -> None:
        """Closes all that is open."""
        self._shrink(0)

    def _close_for(self, new: str) -> None:
        if _local(new) in _ENTRIES:
            opened = [place for place, name in enumerate(self.stack) if name.lower() == new]
            self._shrink(opened[0] if opened else len(self.stack))
        elif new in _FIELDS:
            inner = len(self.stack)
            while inner and _local(self.stack[inner - 1]) not in _CONTAINERS:
                inner -= 1
            if inner < len(self.stack) and (new in _OURS or self.stack[inner].lower() in _LEAVES):
                self._shrink(inner)

    def _shrink(self, depth: int) -> None:
        while len(self.stack) > depth:
            self._pop()

    def _pop(self) -> str:
        name = self.stack.pop()
        self.parts.append(f"</{name}>")
        self.open[name.lower()] -= 1
        return name.lower()

    def _attributes(self, source: str) -> str:
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(source[:_LONGEST]):
            name = match[1]
            value = next((each for each in match.groups()[1:] if each is not None), "")
            if _NAME.fullmatch(name) and not (name.startswith("xmlns:") and (not value or "xml" in name[6:])):
                found.setdefault(self._declared(name), decode_references(value))
        return "".join(f" {name}={quoteattr(value)}" for name, value in found.items())

    def _declared(self, name: str) -> str:
        """The name as it can be written: its prefix gets declared, or goes where there are too many."""
        prefix, colon, local = name.partition(":")
        if not colon or prefix in {"xml", "xmlns"} or prefix in self.prefixes:
            return name
        if len(self.prefixes) >= _PREFIXES:
            return local
        self.prefixes.add(prefix)
        return name


def mend(source: str) -> Mended:
    """Never raises. What stands outside tags, such as a server's warning, becomes text of the root."""
    text = _ILLEGAL.sub("", source)
    writer = _Writer()
    last = {closing: text.rfind(closing) for closing in ("]]>", "-->", ">")}
    place = 0
    while (start := text.find("<", place)) >= 0:
        writer.text(decode_references(text[place:start]))
        place = _markup(text, start, last, writer)
    writer.text(decode_references(text[place:]))
    cut = any(_local(name) in _ENTRIES for name in writer.stack)
    still_open = bool(writer.stack)
    writer.close()
    spaces = "".join(f" xmlns:{each}={quoteattr(usual_namespace(each))}" for each in sorted(writer.prefixes))
    return Mended(f"<document{spaces}>{''.join(writer.parts)}</document>", cut, still_open)


def decode_references(text: str) -> str:
    """Named and numbered characters, once; numbers of windows-1252 mean its characters. Unknown names stay."""
    if "&" not in text:
        return text
    return _ILLEGAL.sub("", _REFERENCE.sub(lambda match: html.unescape(match[0]), text))


def _markup(text: str, start: int, last: Mapping[str, int], writer: _Writer) -> int:
    """Takes what begins with the `<` at `start`; gives the place after it. `last`: where each closing stands last."""
    if text.startswith("<![CDATA[", start):
        end = text.find("]]>", start) if last["]]>"] > start else len(text)
        writer.text(text[start + 9 : end])
        return end + 3
    if text.startswith(("<!", "<?"), start):
        closing = "-->" if text.startswith("<!--", start) and last["-->"] > start else ">"
        return text.find(closing, start) + len(closing) if last[closing] > start else len(text)
    match = _TAG.match(text, start) or _ODD_TAG.match(text, start)
    if match is None or not _NAME.fullmatch(match[2]):
        writer.text("<")
        return start + 1
    if match[1]:
        writer.end(match[2])
    else:
        attributes = match[3].rstrip()
        writer.start(match[2], attributes.removesuffix("/"), empty=attributes.endswith("/"))
    return match.end()


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()
