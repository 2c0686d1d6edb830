"""Which stage each feed has reached, kept in a JSON file that outlives the server."""

import json
import os
from pathlib import Path


class BookmarkError(Exception):
    """The state file cannot be read or written; the text says which and what to do."""


class Bookmarks:
    """Stages by feed name. Without a file they last as long as the process."""

    def __init__(self, path: Path | None) -> None:
        """Read `path` if it exists; BookmarkError when it is not a JSON object of whole numbers."""
        self._path = path
        self._stages = _read(path) if path is not None and path.exists() else {}

    def stage(self, name: str, last: int) -> int:
        """Return the feed's stage, from 1 to `last`; a feed not heard of is at 1."""
        return max(1, min(self._stages.get(name, 1), last))

    def move(self, name: str, stage: int) -> None:
        """Record the feed's stage, durably before it returns; BookmarkError when the disk refuses."""
        stages = {**self._stages, name: stage}
        if self._path is not None:
            _write(self._path, stages)
        self._stages = stages


def _read(path: Path) -> dict[str, int]:
    try:
        stages = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BookmarkError(f"{path}: {error}: remove it to start the day anew") from error
    if not isinstance(stages, dict) or not all(type(stage) is int for stage in stages.values()):
        raise BookmarkError(f"{path}: not feed names and stages: remove it to start the day anew")
    return stages


def _write(path: Path, stages: dict[str, int]) -> None:
    draft = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as file:
            json.dump(stages, file, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise BookmarkError(f"{path}: {error}: pass --state with a path that can be written") from error
