"""The gazetteer's synonyms on Elasticsearch: nodes read their file again without a restart."""

from contextlib import closing

from elasticsearch import NotFoundError

from store.adapters.elastic_client import address, available, connect
from store.settings import Settings


def reload(settings: Settings) -> list[str]:
    """Makes the nodes read the file of `elasticsearch_synonyms` again; the indices that use it, none without one.

    Raises `IndexUnavailable`, also for a file that a node cannot read.
    """
    where = address(settings.index)
    with closing(connect(where.hosts, settings)) as client, available(where):
        try:
            answer = client.indices.reload_search_analyzers(index=f"{where.prefix}-newest")
        except NotFoundError:
            return []
    return sorted(each["index"] for each in answer["reload_details"] if each["reloaded_analyzers"])
