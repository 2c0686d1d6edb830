"""When is the pipeline ready? One step after the other, each asked until it says yes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from ops import airflow_home
from ops.poll import list_feeds
from store.settings import Settings


@dataclass(frozen=True)
class Step:
    """`what` in words for a person; `ready` answers within a few seconds and never raises."""

    what: str
    ready: Callable[[], bool]


def steps(settings: Settings, *, demo: bool) -> Sequence[Step]:
    """In live mode the page is enough: the first articles may take as long as their publishers like."""
    web = f"http://{settings.web_host}:{settings.web_port}"
    airflow = airflow_home.base_url(settings)
    return (
        *((Step("demo wires", lambda: _answers(settings.demo_url)),) if demo else ()),
        Step("web page", lambda: _answers(f"{web}/")),
        Step("Airflow", lambda: _airflow_healthy(f"{airflow}/api/v2/monitor/health")),
        *((Step("first articles", lambda: _all_found(f"{web}/api/status", settings)),) if demo else ()),
    )


def _answers(url: str) -> bool:
    return _get(url) is not None


def _airflow_healthy(url: str) -> bool:
    response = _get(url)
    if response is None or response.status_code != httpx.codes.OK:
        return False
    health = _json(response)
    return all(
        health.get(part, {}).get("status") == "healthy"
        for part in ("metadatabase", "scheduler", "dag_processor")
    )


def _all_found(url: str, settings: Settings) -> bool:
    """Every wire was polled, and all that came is in the index: with less, the first search may find nothing."""
    response = _get(url)
    if response is None or response.status_code != httpx.codes.OK:
        return False
    status = _json(response)
    polled = {feed["feed_id"]: feed["items_total"] for feed in status.get("feeds", ())}
    every = all(polled.get(feed.feed_id) for feed in list_feeds(settings))
    return every and status.get("articles", 0) >= sum(polled.values())


def _get(url: str) -> httpx.Response | None:
    """None while nobody answers. A proxy of the environment is none for this machine."""
    try:
        return httpx.get(url, timeout=5, trust_env=False)
    except httpx.HTTPError:
        return None


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        value = response.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
