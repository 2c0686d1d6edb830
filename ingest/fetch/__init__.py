"""Feeds over HTTP, from hosts that may be slow, hostile or broken."""

from ingest.fetch.answer import Fetched
from ingest.fetch.fetcher import Fetcher
from ingest.fetch.once import OpenClient, fetch, open_client

__all__ = ["Fetched", "Fetcher", "OpenClient", "fetch", "open_client"]
