"""Whatever the OpenAPI schema of saved searches allows is answered, and so is what it does not."""

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.unit.search.kept import World

OPERATIONS = [
    ("/api/saved", "GET"),
    ("/api/saved", "POST"),
    ("/api/saved/{name}", "GET"),
    ("/api/saved/{name}", "PUT"),
    ("/api/saved/{name}", "DELETE"),
    ("/api/saved/{name}/atom", "GET"),
    ("/api/saved/{name}/test", "POST"),
    ("/api/saved/{name}/retry", "POST"),
]


def test_every_operation_is_tried(tmp_path: Path) -> None:
    paths = World(tmp_path).app.openapi()["paths"]
    found = {
        (path, method.upper()) for path in paths for method in paths[path] if path.startswith("/api/saved")
    }
    assert found == set(OPERATIONS)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_request_ends_in_an_error_of_ours(tmp_path: Path, path: str, method: str) -> None:
    world = World(tmp_path)
    world.save(name="0")
    api = schemathesis.openapi.from_asgi("/api/openapi.json", world.app)
    operation = api[path][method]
    right = operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
    wrong = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=right | wrong)
    def check(case: schemathesis.Case) -> None:
        answer = case.call(headers={"Host": "127.0.0.1:8088"})
        assert answer.status_code < 500, answer.text
        assert answer.status_code < 400 or answer.json()["error"]

    check()
