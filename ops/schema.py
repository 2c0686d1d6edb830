"""`python -m ops.schema DIR [--check]`: the JSON Schema of every record in the log, for consumers of other makes."""

import sys
from pathlib import Path

import msgspec

from store.records import Article, DeadLetter

_RECORDS = {"article": Article, "dead-letter": DeadLetter}


def files() -> dict[str, bytes]:
    """File name → content."""
    return {
        f"{name}.json": msgspec.json.format(msgspec.json.encode(msgspec.json.schema(record)), indent=2)
        + b"\n"
        for name, record in _RECORDS.items()
    }


def main(folder: Path, *, check: bool) -> int:
    """Writes the files, or with `check` returns 1 if one on disk differs."""
    code = 0
    for name, content in files().items():
        path = folder / name
        if not check:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        elif not path.exists() or path.read_bytes() != content:
            sys.stderr.write(f"{path}: does not fit store/records.py: run `make schema`\n")
            code = 1
    return code


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    sys.exit(main(Path(arguments[0]), check="--check" in sys.argv))
