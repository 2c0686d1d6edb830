"""Feeds over HTTP, from hosts that may be slow, hostile or broken."""

from ingest.fetch.answer import Fetched
from ingest.fetch.fetcher import Fetcher

__all__ = ["Fetched", "Fetcher"]
