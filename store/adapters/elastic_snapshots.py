"""Backups of the index by Elasticsearch's own snapshots, in a shared folder: only what changed is copied.

One repository a prefix, one snapshot a day or whenever one is asked for. A backup is restored under another name,
beside the index in use; `replay index` then adds what came since and shows it.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
from elasticsearch import Elasticsearch, NotFoundError

from store.adapters.elastic_client import NAME, address, available, connect
from store.adapters.elastic_layout import Layout
from store.errors import IndexUnavailable, SettingsError, SyriaWireError
from store.settings import Settings

_LOOK_AGAIN_SECONDS = 1.0
_DONE = "SUCCESS"
_RUNNING = ("IN_PROGRESS", "STARTED")


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One backup. `state` is Elasticsearch's: SUCCESS, IN_PROGRESS, PARTIAL, FAILED or INCOMPATIBLE."""

    name: str
    state: str
    began: datetime
    seconds: float
    indices: list[str]


class Snapshots:
    """The backups of the index that the settings name.

    Raises `SettingsError` where there can be none, `IndexUnavailable` where the server refuses or a backup fails.
    `sleep` waits between two looks at what the server does.
    """

    def __init__(self, settings: Settings, sleep: Callable[[float], None] = time.sleep) -> None:
        if not settings.index.startswith("http"):
            raise SettingsError(
                "SYRIAWIRE_INDEX: backups are made of Elasticsearch: the embedded index is built anew by `replay index`"
            )
        if not settings.elasticsearch_snapshots:
            raise SettingsError(
                "SYRIAWIRE_ELASTICSEARCH_SNAPSHOTS: not set: name a folder inside the nodes' path.repo"
            )
        self._settings = settings
        self._where = address(settings.index)
        self._sleep = sleep

    def register(self) -> None:
        """Makes the repository, if it is missing: whoever takes backups later needs no right to say where they go."""
        with self._client() as client:
            self._register(client)

    def take(self, now: datetime) -> Snapshot:
        """A backup of what readers see, whole; returns when it is complete."""
        name = f"{now.astimezone(UTC):%Y%m%d-%H%M%S}"
        with self._client() as client:
            layout = Layout(self._where, self._settings, None)
            shown = layout.shown(client)
            if shown is None:
                raise SyriaWireError(f"{self._where}: there is no index yet: nothing to back up")
            self._register(client)
            client.snapshot.create(
                repository=self._where.prefix,
                snapshot=name,
                indices=[layout.physical("history", shown), layout.physical("newest", shown)],
                include_global_state=False,
                partial=False,
                wait_for_completion=False,
            )
            while (made := self._named(client, name)) and made.state in _RUNNING:
                self._sleep(_LOOK_AGAIN_SECONDS)
        if made is None or made.state != _DONE:
            why = made.state if made else "could not be written"
            raise IndexUnavailable(
                f"{self._where}: backup {name}: {why}: see the log of Elasticsearch, mend its folder or its disk"
            )
        return made

    def all(self) -> list[Snapshot]:
        """Every backup, the newest first; none while there is no repository."""
        with self._client() as client:
            return self._all(client)

    def prune(self, keep: int) -> list[str]:
        """Removes complete backups but the `keep` newest, and those that failed before them. Returns their names."""
        with self._client() as client:
            ended = [each for each in self._all(client) if each.state not in _RUNNING]
            complete = [each for each in ended if each.state == _DONE]
            kept = {each.name for each in complete[:keep]}
            gone = [each.name for each in ended if each.name not in kept and complete]
            for name in gone:
                client.snapshot.delete(repository=self._where.prefix, snapshot=name)
        return gone

    def restore(self, snapshot: str, name: str) -> None:
        """Brings a backup back as the physical index `name`, which nobody reads yet; returns when it can be read."""
        if not NAME.fullmatch(name):
            raise SyriaWireError(
                f"{self._where}: no index can be called {name!r}: use small letters, digits, -"
            )
        with self._client() as client:
            layout = Layout(self._where, self._settings, name)
            if name in layout.names(client):
                raise SyriaWireError(f"{self._where}: index {name} is there already: choose another name")
            if self._named(client, snapshot) is None:
                raise SyriaWireError(
                    f"{self._where}: there is no backup {snapshot}: `syriawire backup list` shows them"
                )
            client.snapshot.restore(
                repository=self._where.prefix,
                snapshot=snapshot,
                indices=f"{self._where.prefix}-*",
                rename_pattern=f"{re.escape(self._where.prefix)}-(newest|history)-.+",
                rename_replacement=f"{self._where.prefix}-$1-{name}",
                include_aliases=False,
                include_global_state=False,
                wait_for_completion=False,
            )
            while not self._readable(client, layout):
                self._sleep(_LOOK_AGAIN_SECONDS)

    def _register(self, client: Elasticsearch) -> None:
        with suppress(NotFoundError):
            client.snapshot.get_repository(name=self._where.prefix)
            return
        folder = self._settings.elasticsearch_snapshots
        repository = {"type": "fs", "settings": {"location": folder, "compress": True}}
        client.snapshot.create_repository(name=self._where.prefix, repository=repository)

    def _all(self, client: Elasticsearch) -> list[Snapshot]:
        try:
            found = client.snapshot.get(repository=self._where.prefix, snapshot="*")
        except NotFoundError:
            return []
        return sorted(map(_snapshot, found["snapshots"]), key=lambda each: each.name, reverse=True)

    def _named(self, client: Elasticsearch, name: str) -> Snapshot | None:
        """None: there is none, as after one that could not be written."""
        return next((each for each in self._all(client) if each.name == name), None)

    def _readable(self, client: Elasticsearch, layout: Layout) -> bool:
        health = client.cluster.health(index=layout.targets, level="indices")
        indices = health["indices"]
        return len(indices) == len(layout.targets) and all(
            each["status"] != "red" for each in indices.values()
        )

    @contextmanager
    def _client(self) -> Iterator[Elasticsearch]:
        with closing(connect(self._where.hosts, self._settings)) as client, available(self._where):
            yield client


def _snapshot(found: dict[str, Any]) -> Snapshot:
    return Snapshot(
        name=found["snapshot"],
        state=found["state"],
        began=datetime.fromtimestamp(found["start_time_in_millis"] / 1000, UTC),
        seconds=found.get("duration_in_millis", 0) / 1000,
        indices=sorted(found["indices"]),
    )
