"""The sign of life of a process that has no port to ask. `ops.healthy` reads it."""

from pathlib import Path

from store.errors import SettingsError
from store.settings import Settings


def beat(settings: Settings) -> None:
    """Touches the file that `SYRIAWIRE_HEARTBEAT` names, if any. Raises `SettingsError` if it cannot be written."""
    if not settings.heartbeat:
        return
    try:
        Path(settings.heartbeat).touch()
    except OSError as error:
        raise SettingsError(
            f"SYRIAWIRE_HEARTBEAT: {settings.heartbeat}: cannot be written ({error.strerror}): name another file"
        ) from error
