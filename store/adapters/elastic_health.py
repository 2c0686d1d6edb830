"""Looks at feeds and stages, for dashboards: `<prefix>-health`, with the fields of config/elasticsearch/health.json."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from elasticsearch import BadRequestError, Elasticsearch

from store.adapters.elastic_client import Address, address, available, connect, reason
from store.errors import IndexUnavailable
from store.identity import milliseconds
from store.observed import Observation
from store.settings import ROOT, Settings

KEPT = timedelta(days=90)
_TEMPLATE = ROOT / "config" / "elasticsearch" / "health.json"
_THERE = "resource_already_exists_exception"


class ElasticHealth:
    """`store.observed.Observations` beside the articles of `settings.index`."""

    def __init__(self, settings: Settings) -> None:
        self._where = address(settings.index)
        self._settings = settings
        self._client = connect(self._where.hosts, settings)

    def write(self, seen: Sequence[Observation]) -> None:
        if not seen:
            return
        index = name(self._where)
        with available(self._where):
            ensure(self._client, self._where, self._settings)
            answer = self._client.bulk(index=index, operations=_lines(seen))
            bad = [each["index"] for each in answer["items"] if "error" in each["index"]]
            if bad:
                raise IndexUnavailable(
                    f"{self._where}: {index} refused {len(bad)} of {len(seen)}: {reason(bad[0])}: "
                    "see the log of Elasticsearch"
                )
            self._forget(index, min(each.at for each in seen) - KEPT)

    def close(self) -> None:
        self._client.close()

    def _forget(self, index: str, before: datetime) -> None:
        old = {"range": {"at": {"lt": before.isoformat()}}}
        self._client.delete_by_query(index=index, query=old, conflicts="proceed")


def name(where: Address) -> str:
    """The index."""
    return f"{where.prefix}-health"


def ensure(client: Elasticsearch, where: Address, settings: Settings) -> None:
    """Makes the index if it is missing. Errors are the client's own."""
    if client.indices.exists(index=name(where)):
        return
    template: dict[str, Any] = msgspec.json.decode(_TEMPLATE.read_bytes())
    replicas = settings.elasticsearch_replicas
    copies = {"auto_expand_replicas": "0-1"} if replicas is None else {"number_of_replicas": replicas}
    try:
        client.indices.create(
            index=name(where), settings={**template["settings"], **copies}, mappings=template["mappings"]
        )
    except BadRequestError as error:  # another process was faster
        if error.message != _THERE:
            raise


def _lines(seen: Sequence[Observation]) -> list[Any]:
    lines: list[Any] = []
    for each in seen:
        what = each.feed_id or each.stage or each.kind
        lines.append({"index": {"_id": f"{what}@{milliseconds(each.at)}"}})
        lines.append(msgspec.to_builtins(each))
    return lines
