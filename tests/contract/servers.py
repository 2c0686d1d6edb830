"""Which real servers the tests have: `SYRIAWIRE_TEST_…` names them. One that is missing skips, and fails in CI.

Each test gets a place of its own on a server (a prefix, a schema), and what it left there is removed.
"""

import os
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

import httpx
import psycopg
import pytest

from store.settings import Settings, load_settings

with warnings.catch_warnings():
    # kafka-python 3.0 reads its schemas, once and for all, by a call that Python 3.11 takes back in 3.13.
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient
    from kafka.errors import KafkaError


def server(name: str) -> str:
    """The URL of `name` (`KAFKA`, `POSTGRES`, `ELASTICSEARCH`), without what tests put behind the host."""
    variable = f"SYRIAWIRE_TEST_{name}"
    url = os.environ.get(variable, "")
    if not url:
        missing = f"{variable} is not set: python -m tests.stack start {name.lower()}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return url.rstrip("/")


def settings(**values: object) -> Settings:
    """Of this environment (it may name users and certificates of the servers), with `values` over it."""
    changed = {f"SYRIAWIRE_{name.upper()}": str(value) for name, value in values.items()}
    return load_settings({**os.environ, **changed})


@contextmanager
def kafka_prefix(url: str = "") -> Iterator[str]:
    """A log URL with a prefix of its own."""
    brokers, prefix = url or server("KAFKA"), f"test-{uuid.uuid4().hex[:12]}"
    yield f"{brokers}/{prefix}"
    try:
        admin = KafkaAdminClient(bootstrap_servers=urlsplit(brokers).netloc.split(","))
    except KafkaError as error:
        warnings.warn(f"{brokers}: topics {prefix}.* stay there: {error}", stacklevel=1)
        return
    mine = [topic for topic in admin.list_topics() if topic.startswith(f"{prefix}.")]
    if mine:
        admin.delete_topics(mine)
    admin.close()


@contextmanager
def postgres_schema() -> Iterator[str]:
    """A state URL whose tables lie in a schema of its own."""
    url, schema = server("POSTGRES"), f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"')
    yield f"{url}{'&' if '?' in url else '?'}options={quote(f'-csearch_path={schema}')}"
    with psycopg.connect(url, autocommit=True) as connection:  # the server may have been restarted since
        connection.execute(f'DROP SCHEMA "{schema}" CASCADE')


@contextmanager
def elastic_prefix() -> Iterator[str]:
    """An index URL with a prefix of its own."""
    url, prefix = server("ELASTICSEARCH"), f"test-{uuid.uuid4().hex[:12]}"
    yield f"{url}/{prefix}"
    known = settings(index=url)
    user = (known.elasticsearch_user, known.elasticsearch_password) if known.elasticsearch_user else None
    with httpx.Client(base_url=url, auth=user) as client:
        for name in client.get(f"/{prefix}*", params={"expand_wildcards": "all"}).raise_for_status().json():
            client.delete(f"/{name}").raise_for_status()
