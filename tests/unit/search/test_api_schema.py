"""What the OpenAPI schema allows is answered as it says, in status, media type and shape; so is what it does not."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from search.app import create_app
from store.adapters.tantivy_index import TantivyIndex
from tests.fake_index import FakeIndex, FakeState
from tests.queries.corpus import NAMES, NOW, corpus

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PATHS = sorted(
    path
    for path in create_app(FakeIndex(), FakeState(), clock=lambda: NOW).openapi()["paths"]
    if path != "/healthz"
)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    index = TantivyIndex(tmp_path_factory.mktemp("schema") / "index")
    index.put(corpus())
    index.refresh()
    app = create_app(index, FakeState(), clock=lambda: NOW, names=NAMES)
    yield schemathesis.openapi.from_asgi("/api/openapi.json", app)
    index.close()


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_as_documented(api: schemathesis.BaseSchema, path: str) -> None:
    operation = api[path]["GET"]
    right = operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
    wrong = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)

    @settings(
        max_examples=25,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=right | wrong)
    def check(case: schemathesis.Case) -> None:
        answer = case.call()
        case.validate_response(answer, checks=CHECKS)
        assert answer.status_code < 400 or answer.json()["error"]

    check()
