"""The gazetteer as search-time synonyms, for search boxes that know no concepts (Kibana's)."""

from collections import defaultdict
from collections.abc import Iterator

from lexicon.entity import Entity
from lexicon.entries import Lexicon
from lexicon.fold import words

_SHORTEST = 4  # characters: a shorter name alone ("Hit", "Has") is a word of some language


def rules(lexicon: Lexicon) -> Iterator[str]:
    """One line an entity, in Solr's format: its names, folded, all of which mean the same.

    What two entities are called is in none of them, nor is a short word: no search may bring what it did not ask
    for. Places may share a name: each one's other names are spellings of it. The same gazetteer gives the same lines.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    for entity in lexicon.entities.values():
        for name in _names(entity):
            owners[name].add("place" if entity.type == "place" else entity.id)
    everyday = {" ".join(words(name)) for line in lexicon.words.cue_only for name in line}
    for _, entity in sorted(lexicon.entities.items()):
        names = [name for name in _names(entity) if len(owners[name]) == 1 and name not in everyday]
        if len(names) > 1:
            yield ", ".join(names)


def _names(entity: Entity) -> list[str]:
    found = {" ".join(words(name)) for names in entity.names.values() for name in names}
    return sorted(name for name in found if len(name) >= _SHORTEST)
