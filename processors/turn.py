"""One active worker of a stage among many, by a lease in the state store; the others wait for their turn."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from store.state import State

TTL = timedelta(seconds=30)
"""After this the turn of a worker that died goes to the next."""


class Turn:
    """The turn of one worker. Must be asked at least every `TTL`, which the consumer loop does."""

    def __init__(self, state: State, stage: str, clock: Callable[[], datetime]) -> None:
        self._state = state
        self._name = f"worker:{stage}"
        self._clock = clock
        self._owner = uuid.uuid4().hex

    def mine(self) -> bool:
        """Takes or keeps the turn. Raises `Unavailable`."""
        return self._state.lease(self._name, self._owner, TTL, self._clock())

    def give_back(self) -> None:
        """The next may begin at once. Raises `Unavailable`."""
        self._state.release(self._name, self._owner)
