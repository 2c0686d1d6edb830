"""What an administrator does once: indices, roles, API keys. The roles stand in config/elasticsearch/roles.json.

The writer has `manage` on our own indices, since it makes them, adds fields to them and moves the aliases; no smaller
privilege moves an alias. It has no right on any other index, nor on the cluster. The keeper is a writer that makes and
removes backups as well. Readers are named the indices behind
the aliases too, since a point in time, which a scan holds, is one of them.
"""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from elasticsearch import ApiError, AuthenticationException, Elasticsearch

from store.adapters.elastic_client import address, available, connect
from store.adapters.elastic_health import ensure
from store.adapters.elastic_layout import Layout
from store.adapters.elastic_snapshots import Snapshots
from store.errors import IndexUnavailable, SettingsError
from store.settings import ROOT, Settings

_FILE = ROOT / "config" / "elasticsearch" / "roles.json"
_PREFIX = "PREFIX"  # in the file
_PAUSE = 2.0
_T = TypeVar("_T")


class Setup:
    """The cluster of `settings.index`, with the credentials of `settings`. Raises `SettingsError`.

    A server that is away or still starting is asked again for `wait` seconds; then, and at once where the credentials
    are refused, `IndexUnavailable` is raised.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        wait: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if urlsplit(settings.index).scheme not in ("http", "https"):
            raise SettingsError("SYRIAWIRE_INDEX: is no Elasticsearch: write https://HOST:9200/PREFIX")
        self._where = address(settings.index)
        self._settings = settings
        self._client = connect(self._where.hosts, settings)
        self._wait = wait
        self._clock = clock
        self._sleep = sleep

    def create(self) -> None:
        """Makes what is missing: indices, aliases, and the place of the backups if the settings name one."""
        self._patiently(lambda client: Layout(self._where, self._settings, None).ensure(client))
        self._patiently(lambda client: ensure(client, self._where, self._settings))
        if self._settings.elasticsearch_snapshots:
            Snapshots(self._settings).register()

    def put_roles(self) -> list[str]:
        """Puts all roles; those that are there get the rights of the file. Returns their names."""
        known = roles(self._where.prefix)
        for name, role in known.items():
            self._patiently(partial(_put_role, name=name, role=role))
        return list(known)

    def key(self, role: str, known: str = "") -> str:
        """An API key with the rights of `role` (`writer`, …), encoded: `known` if that still works, else a new one.

        Raises `SettingsError` for a role that is not in the file.
        """
        name = f"{self._where.prefix}-{role}"
        rights = roles(self._where.prefix).get(name)
        if rights is None:
            choice = ", ".join(
                each.removeprefix(f"{self._where.prefix}-") for each in roles(self._where.prefix)
            )
            raise SettingsError(f"role {role!r}: is not in {_FILE.name}: use one of {choice}")
        if known and (key_id := self._patiently(lambda client: _id_of(client, known))):
            self._patiently(
                lambda client: client.security.update_api_key(id=key_id, role_descriptors={name: rights})
            )
            return known
        made = self._patiently(
            lambda client: client.security.create_api_key(name=name, role_descriptors={name: rights})
        )
        return str(made["encoded"])

    def set_password(self, user: str, password: str) -> None:
        """Of a built-in user, such as Kibana's own `kibana_system`."""
        self._patiently(lambda client: client.security.change_password(username=user, password=password))

    def close(self) -> None:
        """Gives the connection back."""
        self._client.close()

    def _patiently(self, act: Callable[[Elasticsearch], _T]) -> _T:
        deadline = self._clock() + self._wait
        while True:
            try:
                with available(self._where):
                    return act(self._client)
            except IndexUnavailable as error:
                why = error.__cause__
                ours = isinstance(why, ApiError) and why.status_code < 500 and why.status_code != 429
                if ours or self._clock() + _PAUSE > deadline:
                    raise
            self._sleep(_PAUSE)


def roles(prefix: str) -> Mapping[str, dict[str, Any]]:
    """Name in Elasticsearch → the role as Elasticsearch takes it."""
    text = _FILE.read_text(encoding="utf-8").replace(_PREFIX, prefix)
    return {f"{prefix}-{name}": role for name, role in msgspec.json.decode(text).items()}


def _put_role(client: Elasticsearch, *, name: str, role: dict[str, Any]) -> None:
    client.security.put_role(name=name, **role)


def _id_of(client: Elasticsearch, key: str) -> str:
    """The id of a key that works; empty for any other."""
    try:
        with_key = client.options(headers={"authorization": f"ApiKey {key}"})
        found = with_key.security.authenticate()
    except AuthenticationException:
        return ""
    return str(found["api_key"]["id"])
