"""Fixtures of the search stage."""

import pytest

from search.app import create_app
from tests.fake_index import FakeIndex, FakeState
from tests.unit.search.wire import NOW, Client, archive, feeds


@pytest.fixture
def index() -> FakeIndex:
    """Holds `archive()`."""
    return FakeIndex(archive())


@pytest.fixture
def client(index: FakeIndex) -> Client:
    """Asks an app over `index` at `NOW`."""
    return Client(create_app(index, FakeState(feeds()), clock=lambda: NOW))
