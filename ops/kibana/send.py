"""Brings saved objects to Kibana: waits until it is up, imports, and reads its answer."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from ops.kibana.lens import Json
from ops.kibana.objects import ndjson
from ops.kibana.source import KibanaError

_PAUSE = 3.0
_IMPORT = "/api/saved_objects/_import"
_STATUS = "/api/status"
_MOST_SHOWN = 10


class Kibana:
    """A Kibana at the base address of `client`, which brings the credentials.

    `wait`: seconds in which a Kibana that is away or still starting is asked again; `clock` and `sleep` measure them.
    """

    def __init__(
        self,
        client: httpx.Client,
        *,
        wait: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._wait = wait
        self._clock = clock
        self._sleep = sleep

    def load(self, objects: Sequence[Json]) -> int:
        """Imports all; what an earlier import brought is replaced. Returns how many.

        Raises `KibanaError` with what Kibana says against it, or when it is not up in time.
        """
        deadline = self._clock() + self._wait
        while True:
            trouble = self._not_up() or self._import(objects)
            if not trouble:
                return len(objects)
            if self._clock() + _PAUSE > deadline:
                raise KibanaError(f"{self._client.base_url}: {trouble}: start Kibana, see its log, try again")
            self._sleep(_PAUSE)

    def _not_up(self) -> str:
        """Why it cannot be asked yet; empty if it can."""
        try:
            answer = self._client.get(_STATUS)
        except httpx.TransportError as error:
            return f"does not answer ({error})"
        self._refused(answer)
        if answer.status_code != httpx.codes.OK:
            return f"is not up (status {answer.status_code})"
        level = _said(answer).get("status", {}).get("overall", {}).get("level", "")
        return "" if level == "available" else f"is not up ({level or 'says nothing of itself'})"

    def _import(self, objects: Sequence[Json]) -> str:
        """Why it must be tried again; empty if it is done. Raises `KibanaError` for what trying does not mend."""
        file = ("syria-wire.ndjson", ndjson(objects), "application/ndjson")
        try:
            answer = self._client.post(
                _IMPORT, params={"overwrite": "true"}, headers={"kbn-xsrf": "true"}, files={"file": file}
            )
        except httpx.TransportError as error:
            return f"broke off ({error})"
        self._refused(answer)
        if answer.status_code >= 500 or answer.status_code == 429:
            return f"cannot import now (status {answer.status_code})"
        said = _said(answer)
        if answer.status_code != httpx.codes.OK:
            self._fail(f"status {answer.status_code}, {said.get('message', 'no reason given')}")
        if not said.get("success") or said.get("successCount") != len(objects):
            errors = said.get("errors", [])
            lines = [
                f"  {each.get('type')} {each.get('id')}: {each.get('error')}" for each in errors[:_MOST_SHOWN]
            ]
            whole = f"took {said.get('successCount')} of {len(objects)} objects, {len(errors)} errors"
            self._fail("\n".join([whole, *lines]))
        return ""

    def _refused(self, answer: httpx.Response) -> None:
        if answer.status_code in (401, 403):
            self._fail(
                f"status {answer.status_code}: give the key of the role importer, or user and password"
            )

    def _fail(self, what: str) -> None:
        raise KibanaError(f"{self._client.base_url}: {what}")


def _said(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
