"""URL to adapter: the one place that knows which backends there are."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from store.archive import Archive
from store.errors import SettingsError
from store.index import Index
from store.log import Log
from store.observed import Observations
from store.saved import SavedSearches
from store.settings import Settings
from store.state import State

if TYPE_CHECKING:
    from store.adapters.sql_state import SqlState


def open_log(settings: Settings) -> Log:
    """The log that `SYRIAWIRE_LOG` names. Raises `SettingsError` for a URL of no known kind."""
    match urlsplit(settings.log).scheme:
        case "sqlite":
            from store.adapters.sqlite_log import SqliteLog

            return SqliteLog(_path(settings.log))
        case "kafka":
            from store.adapters.kafka_log import KafkaLog

            return KafkaLog(settings.log, settings)
        case _:
            raise _unknown("SYRIAWIRE_LOG", settings.log, "sqlite:///PATH or kafka://HOST:9092")


def open_index(settings: Settings) -> Index:
    """The index that `SYRIAWIRE_INDEX` names. Raises `SettingsError` for a URL of no known kind."""
    match urlsplit(settings.index).scheme:
        case "tantivy":
            from store.adapters.tantivy_index import TantivyIndex

            return TantivyIndex(_path(settings.index))
        case "http" | "https":
            from store.adapters.elastic_index import ElasticIndex

            return ElasticIndex(settings.index, settings)
        case _:
            raise _unknown("SYRIAWIRE_INDEX", settings.index, "tantivy:///PATH or https://HOST:9200/PREFIX")


def open_observations(settings: Settings) -> Observations | None:
    """Where dashboards find how feeds and stages were; None where no dashboard can look: the index is embedded."""
    if urlsplit(settings.index).scheme not in ("http", "https"):
        return None
    from store.adapters.elastic_health import ElasticHealth

    return ElasticHealth(settings)


def open_saved(settings: Settings) -> SavedSearches:
    """The saved searches in the state store. Raises `SettingsError` for a URL of no known kind."""
    return _open_state(settings)


def open_state(settings: Settings) -> State:
    """The state store that `SYRIAWIRE_STATE` names. Raises `SettingsError` for a URL of no known kind."""
    return _open_state(settings)


def _open_state(settings: Settings) -> "SqlState":
    match urlsplit(settings.state).scheme:
        case "sqlite" | "postgresql":
            from store.adapters.sql_state import SqlState

            return SqlState(settings.state)
        case _:
            raise _unknown(
                "SYRIAWIRE_STATE", settings.state, "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DB"
            )


def open_archive(settings: Settings) -> Archive:
    """The archive that `SYRIAWIRE_ARCHIVE` names: anything that fsspec opens, or a plain folder."""
    from store.adapters.fsspec_archive import FsspecArchive

    return FsspecArchive(settings.archive)


def _path(url: str) -> Path:
    """`sqlite:///relative` and `sqlite:////absolute`, as SQLAlchemy reads them."""
    return Path(url.split("://", 1)[1].removeprefix("/"))


def _unknown(setting: str, url: str, right: str) -> SettingsError:
    """Names the scheme only: a mistaken URL may hold a password anywhere."""
    return SettingsError(
        f"{setting}: nothing is known for {urlsplit(url).scheme or 'no scheme'!r}: write {right}"
    )
