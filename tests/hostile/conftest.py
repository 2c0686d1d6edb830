"""One publisher for all tests of a module; each test finds it as if nobody had come yet."""

from collections.abc import Iterator

import pytest

from tests.hostile.acts import ACTS
from tests.hostile.certificates import Authority
from tests.hostile.publisher import Publisher, publishing


@pytest.fixture(scope="module")
def running() -> Iterator[Publisher]:
    with publishing(ACTS) as publisher:
        yield publisher


@pytest.fixture
def publisher(running: Publisher) -> Publisher:
    running.forget()
    return running


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))
