"""Settings: environment over settings file over defaults. What is unknown or ill-typed stops the program."""

import difflib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml

from store.errors import SettingsError

PREFIX = "SYRIAWIRE_"
SETTINGS_FILE = "SYRIAWIRE_SETTINGS"
TEST_PREFIX = "SYRIAWIRE_TEST_"
ROOT = Path(__file__).resolve().parent.parent
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Seconds = Annotated[float, msgspec.Meta(gt=0)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting, with its default. In the environment: `SYRIAWIRE_` and the name in capitals.

    Empty `log`, `index`, `state`, `archive` mean the embedded default below `home`.
    """

    home: Path = Path("var")
    """Where the embedded files, Airflow's home and the logs live."""
    log: str = ""
    index: str = ""
    state: str = ""
    archive: str = ""
    feeds: Path = ROOT / "config" / "feeds"
    """The catalogue: a folder of YAML files, one a publisher."""
    gazetteer: Path = ROOT / "config" / "gazetteer"
    web_host: str = "127.0.0.1"
    web_port: Port = 8088
    airflow_port: Port = 8080
    demo_url: str = "http://127.0.0.1:8099"
    """Where the demo wires are served; `${SYRIAWIRE_DEMO_URL}` in a catalogue becomes this."""
    poll_every: Seconds = 60.0
    """Seconds between two runs of the DAG `poll_feeds`; a feed is polled when it is due, not at every run."""
    user_agent: str = "SyriaWire/0.1 (news archive for conflict monitors)"
    log_level: str = "info"
    batch: Annotated[int, msgspec.Meta(ge=1, le=10000)] = 200
    """How many records a processor takes at once."""


_NAMES = tuple(field.name for field in msgspec.structs.fields(Settings))


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Reads `SYRIAWIRE_SETTINGS` (YAML), then the environment over it. Raises `SettingsError`."""
    env = os.environ if environ is None else environ
    values = _from_file(env.get(SETTINGS_FILE, ""))
    for name, value in env.items():
        if not name.startswith(PREFIX) or name == SETTINGS_FILE or name.startswith(TEST_PREFIX):
            continue
        key = name.removeprefix(PREFIX).lower()
        if key not in _NAMES:
            raise _unknown(key, where=name, spelled=lambda known: PREFIX + known.upper())
        values[key] = value
    return _with_defaults(_convert(values))


def _from_file(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}): mend {SETTINGS_FILE} or unset it"
        ) from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: not YAML: {error}") from error
    if not isinstance(content, dict):
        raise SettingsError(f"{path}: holds no settings: write `name: value` lines")
    for key in content:
        if key not in _NAMES:
            raise _unknown(str(key), where=path, spelled=str)
    return {str(key): value for key, value in content.items()}


def _unknown(key: str, *, where: str, spelled: Callable[[str], str]) -> SettingsError:
    close = difflib.get_close_matches(key, _NAMES, n=1)
    hint = f"did you mean {spelled(close[0])!r}?" if close else f"known are: {', '.join(map(spelled, _NAMES))}"
    return SettingsError(f"{where}: unknown setting {spelled(key)!r}: {hint}")


def _convert(values: dict[str, Any]) -> Settings:
    for key, value in values.items():
        try:
            msgspec.convert({key: value}, Settings, strict=False, dec_hook=_path)
        except msgspec.ValidationError as error:
            what = str(error).split(" - at")[0]
            raise SettingsError(
                f"{PREFIX}{key.upper()}: {value!r} will not do: {what[0].lower()}{what[1:]}"
            ) from error
    return msgspec.convert(values, Settings, strict=False, dec_hook=_path)


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value).expanduser()
    raise TypeError(f"expected {kind.__name__}, got {type(value).__name__}")


def _with_defaults(settings: Settings) -> Settings:
    home = settings.home.absolute()
    return msgspec.structs.replace(
        settings,
        home=home,
        feeds=settings.feeds.absolute(),
        gazetteer=settings.gazetteer.absolute(),
        log=settings.log or f"sqlite:///{home}/log.db",
        index=settings.index or f"tantivy:///{home}/index",
        state=settings.state or f"sqlite:///{home}/state.db",
        archive=settings.archive or f"file://{home}/archive",
    )
