"""Under which id an article is known, for publishers whose guids change or come twice.

docs/decisions/0009-whose-guids-lie.md has the rules and their bounds. What is learnt of one feed never
touches another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from ingest.catalogue import Feed
from ingest.story import (
    distinct,
    is_same,
    own_id,
    page_key,
    reused,
    story_keys,
    variant_id,
)
from store.records import Article
from store.state import Seen, State

_SCOPE = "stories/"
_PROOF = 3
"""So many entries of one document must have changed their guid before a link alone is believed."""


@dataclass(frozen=True, kw_only=True)
class Identified:
    """`articles`: one an id, in the order of the document. `notes`: lines for a person."""

    articles: tuple[Article, ...]
    notes: tuple[str, ...] = ()


@dataclass(kw_only=True)
class _Document:
    """The entries of one document, and what has been found out about each."""

    feed: Feed
    entries: Sequence[Article]
    known: Mapping[str, Seen]
    twice: set[str]
    names: dict[int, str] = field(default_factory=dict)
    holders: dict[str, Article] = field(default_factory=dict)
    moved: int = 0
    reused: int = 0

    def settle(self, place: int, name: str) -> None:
        self.names[place] = name
        self.holders.setdefault(name, self.entries[place])

    def wish(self, place: int) -> str:
        """The id of an entry of which nothing is known."""
        entry = self.entries[place]
        own = own_id(self.feed, entry)
        return variant_id(self.feed, entry) if own in self.twice or own in self.known else own

    def known_name(self, place: int) -> str | None:
        """The id that is known and is that of this story."""
        entry = self.entries[place]
        own = own_id(self.feed, entry)
        for name in (own, variant_id(self.feed, entry)):
            seen = self.known.get(name)
            if seen is not None and is_same(seen, entry, proven=own in self.twice):
                return name
        return None

    def free(self, name: str, entry: Article) -> bool:
        """False where another text stands under this id in the same document: those two are two."""
        holder = self.holders.get(name)
        return holder is None or holder.content_hash == entry.content_hash


def identify(articles: Iterable[Article], feed: Feed, state: State) -> Identified:
    """Gives each article the id under which its story is known. Raises `Unavailable` of `state`.

    Harmless when it is repeated: what is remembered of a story before it is sent is only a name for it.
    """
    entries = list(articles)
    ids = {name for each in entries for name in (own_id(feed, each), variant_id(feed, each))}
    document = _Document(feed=feed, entries=entries, known=state.seen(ids), twice=reused(feed, entries))
    strange = []
    for place in range(len(entries)):
        if name := document.known_name(place):
            document.settle(place, name)
        else:
            strange.append(place)
    if strange:
        keys = {key for place in strange for key in _keys(entries[place])}
        _recognise(document, strange, dict(state.claimed(_SCOPE + feed.id, keys)))
    found = [msgspec.structs.replace(entry, id=document.names[place]) for place, entry in enumerate(entries)]
    remember(state, feed.id, [each for each in found if _news(document.known.get(each.id), each)])
    return Identified(articles=distinct(found), notes=_notes(document))


def _recognise(document: _Document, strange: Sequence[int], held: dict[str, str]) -> None:
    """Names for entries whose own id is not known, or is known as another story's."""
    moved = [
        place
        for place in strange
        if any(
            key in held and held[key] not in document.holders for key in story_keys(document.entries[place])
        )
    ]
    churning = len(moved) >= _PROOF and 2 * len(moved) >= len(strange)
    for place in strange:
        entry, wish = document.entries[place], document.wish(place)
        keys = _keys(entry) if churning else story_keys(entry)
        name = next((held[key] for key in keys if key in held and document.free(held[key], entry)), wish)
        document.moved += name != wish
        document.reused += name == wish != own_id(document.feed, entry)
        document.settle(place, name)
        for key in story_keys(entry)[
            :1
        ]:  # the same link, headline and text a second time is the same article
            held.setdefault(key, name)


def remember(state: State, feed_id: str, articles: Iterable[Article]) -> None:
    """Remembers by what each article is to be known if its guid changes; what was known before stays."""
    wishes: dict[str, str] = {}
    for article in articles:
        for key in _keys(article):
            wishes.setdefault(key, article.id)
    if wishes:
        state.claim(_SCOPE + feed_id, wishes)


def _keys(article: Article) -> tuple[str, ...]:
    page = page_key(article)
    return (*story_keys(article), page) if page else story_keys(article)


def _news(seen: Seen | None, article: Article) -> bool:
    return seen is None or seen.content_hash != article.content_hash


def _notes(document: _Document) -> tuple[str, ...]:
    told = (
        ("guids that changed, known by link and headline (`guid: link` may suit)", document.moved),
        ("guids of other stories, told apart (`guid: link` may suit)", document.reused),
    )
    return tuple(f"{what}: {number}" for what, number in told if number)
