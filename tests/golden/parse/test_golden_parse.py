"""Feed in, JSON out. After a wanted change: `python -m tests.golden.parse.test_golden_parse`, then read the diff."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from ingest.parse import parse_bytes

HERE = Path(__file__).parent
FEEDS = sorted(
    path for path in HERE.iterdir() if path.suffix in {".xml", ".json"} and ".expected" not in path.name
)
NOW = datetime(2015, 10, 9, 12, tzinfo=UTC)


def result_of(path: Path) -> bytes:
    result = parse_bytes(path.read_bytes(), url="https://levant-wire.example/feed", now=NOW)
    return msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"


def expected(path: Path) -> Path:
    return path.with_name(f"{path.stem}.expected.json")


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    assert result_of(path).decode() == expected(path).read_text(encoding="utf-8")


if __name__ == "__main__":
    for each in FEEDS:
        expected(each).write_bytes(result_of(each))
