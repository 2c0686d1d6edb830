"""A field of an article, the spellings that stand in it, and what they may mean there."""

import re
from collections.abc import Iterable
from typing import Final, Literal

from lexicon.entity import Entity
from lexicon.fold import fold_with_offsets
from processors.tag.meaning import Meaning

FieldName = Literal["headline", "summary", "body"]

_MARKS: Final = '_"“”„«»'
_ARABIC: Final = re.compile("[ء-ي]")
_SHOUTED: Final = 8


class Reading:
    """What a spelling may mean where it stands: entities by the way in which they are named.

    `sole` is the entity of a name that means nothing else wherever it stands, `somewhere` whether it may be a place
    or a state. `where` are the places that it may be: those of that name, else those of that spelling. What `hides`
    is a longer name of something that we do not know.
    """

    __slots__ = (
        "facilities",
        "hides",
        "meanings",
        "names",
        "places",
        "shorts",
        "sole",
        "somewhere",
        "spelled",
        "states",
        "surnames",
        "themes_only",
        "where",
    )

    def __init__(self, meanings: tuple[Meaning, ...]) -> None:
        def of(how: str, *, place: bool = False) -> tuple[Entity, ...]:
            found = {
                m.entity.id: m.entity
                for m in meanings
                if m.how == how and (m.entity.type == "place") is place
            }
            return tuple(found[each] for each in sorted(found))

        self.meanings = meanings
        self.names = of("name")
        self.places = of("name", place=True)
        self.shorts = of("short")
        self.facilities = of("short", place=True)
        self.states = of("metonym")
        self.surnames = of("surname")
        self.spelled = tuple(each for each in of("spelling", place=True) if each not in self.places)
        self.where = self.places or self.spelled
        self.themes_only = bool(meanings) and all(m.entity.type == "theme" for m in meanings)
        alone = len(self.names) == 1 and self.names[0].type != "state"
        self.sole = self.names[0] if alone else None
        a_state = bool(self.names) and self.names[0].type == "state"
        self.somewhere = a_state or bool(self.where or self.states)
        known = self.names or self.where or self.shorts or self.states
        self.hides = not (known or self.facilities or self.surnames)


NOTHING: Final = Reading(())
UNFIT: Final = Reading(())
"""Of a spelling that means nothing as it is written."""


class Field:
    """One field of an article, folded. `titled`: most words have a capital, so capitals tell nothing. `small`: no
    word has one.

    `number` is its place in an article, -1 outside of one.
    `lists`, once asked, holds the words that tell the kind of all names in a list (`provinces`): (start, end, kind);
    `near_lists` has the numbers of the parts of the text around them.
    """

    __slots__ = (
        "folded", "lists", "name", "near_lists", "number", "shouted", "small", "source", "text", "titled",
    )  # fmt: skip

    def __init__(self, name: FieldName, source: str) -> None:
        self.name = name
        self.source = source
        self.folded = fold_with_offsets(_without_marks(source))
        self.text = self.folded.text
        self.number = -1
        self.near_lists: frozenset[int] = frozenset()
        self.lists: list[tuple[int, int, str]] | None = None
        self.titled = name == "headline" and _titled(source)
        self.small = source.islower() and _ARABIC.search(source) is None
        self.shouted = name == "headline" and len(source) > _SHOUTED and source.isupper()


class Hit:
    """A spelling in a field. `start` and `end` count in the folded text, `source` in the field's own.

    `word` is where its word begins, an Arabic prefix included. `before` are the words before it, once asked, and `cue`
    the kind of place that the words beside it tell; `entity`, its id `name`, `rule` and `evidence` are what was
    decided: None and empty for an open hit.
    """

    __slots__ = (
        "before", "cue", "end", "entity", "evidence", "field", "name", "reading", "rule", "source", "start", "word",
    )  # fmt: skip

    def __init__(
        self, field: Field, start: int, end: int, word: int, source: tuple[int, int], reading: Reading
    ) -> None:
        self.field = field
        self.start = start
        self.end = end
        self.word = word
        self.source = source
        self.reading = reading
        self.before: tuple[str, ...] | None = None
        self.cue: str | None = None
        self.entity: Entity | None = None
        self.name = ""
        self.rule = ""
        self.evidence = ""

    @classmethod
    def at(cls, field: Field, source: tuple[int, int]) -> "Hit":
        """What stands at `source` in the field's own text, and is no spelling that we know."""
        start = field.folded.text_index(source[0])
        end = field.folded.text_index(source[1])
        return cls(field, start, end, start, source, NOTHING)

    @property
    def text(self) -> str:
        """What stands there, in the field's own spelling."""
        return self.field.source[self.source[0] : self.source[1]]

    @property
    def key(self) -> str:
        """What stands there, folded."""
        return self.field.text[self.start : self.end]

    def decide(self, entity: Entity, rule: str, evidence: str = "") -> None:
        """Settles what is meant, and why."""
        self.entity = entity
        self.name = entity.id
        self.rule = rule
        self.evidence = evidence

    def reopen(self) -> None:
        """Takes back what was decided."""
        self.entity = None
        self.name = self.rule = self.evidence = ""


def in_order(hit: Hit) -> tuple[int, int, int]:
    """What sorts the hits of an article as they stand in it."""
    return hit.field.number, *hit.source


def within(hit: Hit, others: Iterable[Hit]) -> bool:
    """Whether a hit lies in one of others."""
    start, end = hit.source
    return any(
        hit.field is other.field and other.source[0] <= start and end <= other.source[1] for other in others
    )


def _without_marks(source: str) -> str:
    """A text of the same length without what may stand within a name: `#حزب_الله`, `تنظيم "الدولة"`."""
    if source.isascii():
        return source
    for mark in _MARKS:
        if mark in source:
            source = _without(mark, source)
    return source


def _without(mark: str, source: str) -> str:
    """The text with spaces for the marks that touch an Arabic letter; for `_` where it stands between two."""
    first, *parts = source.split(mark)
    pieces, before = [first], first
    for part in parts:
        left, right = _is_arabic(before[-1:]), _is_arabic(part[:1])
        space = (left and right) if mark == "_" else (left or right)
        pieces += [" " if space else mark, part]
        before = part
    return "".join(pieces)


def _is_arabic(letter: str) -> bool:
    return "ء" <= letter <= "ي"


def _titled(text: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", text[:2000]) if len(word) > 3]
    capitals = [word for word in words if word[0].isupper()]
    return len(capitals) > 0.7 * len(words)
