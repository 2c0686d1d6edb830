"""Concepts by name: `place:aleppo`, `group:ISIS`, `person:الأسد` → the ids that the gazetteer gives to that name."""

from collections.abc import Callable
from functools import cached_property

from lexicon.entries import Lexicon
from lexicon.fold import words


class Names:
    """The gazetteer's names, read when the first is asked for: most searches need none."""

    def __init__(self, load: Callable[[], Lexicon]) -> None:
        self._load = load

    def ids(self, kind: str, name: str) -> tuple[str, ...]:
        """Every entity of `kind` (`place`, `person`…) with this name or id, in any spelling or script; sorted.

        A name that a city, its district and its province share gives all three.
        """
        entity_id = f"{kind}/{name.removeprefix(f'{kind}/')}"
        for known in (entity_id, entity_id.lower(), f"{kind}/{entity_id.partition('/')[2].upper()}"):
            if known in self.lexicon.entities:
                return (known,)
        return tuple(sorted(self._by_name.get((kind, " ".join(words(name))), ())))

    @cached_property
    def lexicon(self) -> Lexicon:
        """The gazetteer itself."""
        return self._load()

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for entity in self.lexicon.entities.values():
            kind = entity.id.partition("/")[0]
            for spellings in (*entity.names.values(), *entity.short.values()):
                for spelling in spellings:
                    found.setdefault((kind, " ".join(words(spelling))), set()).add(entity.id)
        return found
