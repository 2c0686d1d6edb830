"""How far places lie apart."""

import math

from lexicon.entity import Entity


def kilometres(one: Entity, other: Entity) -> float:
    """On a plane: good enough within a country."""
    east = math.radians(one.lon - other.lon) * math.cos(math.radians(one.lat))
    return 6371.0 * math.hypot(math.radians(one.lat - other.lat), east)
