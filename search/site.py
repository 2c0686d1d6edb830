"""What every route of the page needs, in one hand."""

from dataclasses import dataclass
from datetime import datetime

from starlette.templating import Jinja2Templates

from lexicon.entity import Entity
from search.api import Clock
from search.highlight import Labels
from search.names import Names
from store.index import Index
from store.state import State


@dataclass(frozen=True, kw_only=True)
class Site:
    """The ports, the clock, the gazetteer if there is one, and the templates."""

    index: Index
    state: State
    clock: Clock
    labels: Labels
    names: Names | None
    templates: Jinja2Templates

    def now(self) -> datetime:
        """The moment of this request."""
        return self.clock()

    def entity(self, entity_id: str) -> Entity | None:
        """Its entry in the gazetteer."""
        return self.names.lexicon.entities.get(entity_id) if self.names else None

    def above(self, entity_id: str) -> tuple[str, ...]:
        """The ids it lies in, the nearest first."""
        return tuple(self.names.lexicon.ancestors(entity_id)) if self.names else ()
