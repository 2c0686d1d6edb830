"""The fields of one feed or entry by short names such as `title` and `dc:creator`, in small letters. Pure."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from lxml import etree

from ingest.formats.markup import bare_text, plain_text
from ingest.formats.namespaces import ATOM, CORE, family

_GROUPS = frozenset({"media:group", "media:content"})


class Fields:
    """`element` is an `item`, `entry`, `channel` or `feed`.

    RSS names have no prefix, nor have Atom's in Atom; in RSS Atom's have `atom:`. Of the names that a method gets
    the first with content counts.
    """

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self.is_atom = _key(element.tag, element.prefix) in {"atom:entry", "atom:feed", "entry", "feed"}
        self._found: dict[str, list[etree._Element]] = {}
        self._take(element)

    def _take(self, element: etree._Element) -> None:
        for child in element.iterchildren(tag=etree.Element):
            key = _key(child.tag, child.prefix)
            if self.is_atom:
                key = key.removeprefix("atom:")
            self._found.setdefault(key, []).append(child)
            if key in _GROUPS:
                self._take(child)

    @staticmethod
    def is_ours(element: etree._Element) -> bool:
        """Belongs to RSS or Atom, not to a module that uses the same word."""
        return _key(element.tag, element.prefix).rpartition(":")[0] in {CORE, ATOM}

    def all(self, names: Iterable[str]) -> Iterator[etree._Element]:
        """Every element of these names, in the order of the names, then of the document."""
        for name in names:
            yield from self._found.get(name, ())

    def first(self, names: Iterable[str], read: Callable[[etree._Element], str]) -> str:
        """The first text with content, "" where there is none."""
        return next((text for each in self.all(names) if (text := read(each)).strip()), "")

    def text(self, names: Iterable[str]) -> str:
        """The first with content, as it is written, without white space around."""
        return self.first(names, bare_text).strip()

    def plain(self, names: Iterable[str]) -> str:
        """The first with content, without markup, on one line."""
        return self.first(names, plain_text)


@lru_cache(maxsize=4096)
def _key(tag: str, prefix: str | None) -> str:
    namespace, _, local = tag.rpartition("}")
    short = family(namespace.removeprefix("{"), prefix)
    return f"{short}:{local.lower()}" if short else local.lower()
