"""What Elasticsearch stores of an article. The indices' settings and fields stand in config/elasticsearch/.

The newest collection holds the article's own fields, as dashboards want them, and beside them the texts that are
searched: folded words in exact fields, and the text once more in the one field that knows its language's stems.
The history holds each version as it is, found by id only; when it was fetched is there for dashboards.
"""

from functools import cache
from typing import Any

import msgspec

from lexicon.fold import words
from store import geo
from store.identity import milliseconds
from store.index import Collection, searched_texts
from store.query import Fold
from store.records import Article
from store.settings import ROOT, Settings

LANGUAGES = ("en", "ar", "ru", "tr", "fr")
FOLDS: dict[Fold, str] = {"story": "fold_story", "copies": "fold_copies"}
EMBARGO = "embargoed_until"
_REVISION_BITS = 21
_VERSION_BITS = 42
_TEMPLATES = ROOT / "config" / "elasticsearch"
_encode = msgspec.json.Encoder().encode


def creation(collection: Collection, settings: Settings) -> dict[str, Any]:
    """The settings and mappings that an index of this collection is made with."""
    template = _template(collection)
    sizes: dict[str, Any] = {
        "number_of_shards": settings.elasticsearch_shards,
        "refresh_interval": f"{round(settings.elasticsearch_refresh * 1000)}ms",
    }
    if settings.elasticsearch_replicas is None:
        sizes["auto_expand_replicas"] = "0-1"
    else:
        sizes["number_of_replicas"] = settings.elasticsearch_replicas
    made = {**template["settings"], **sizes}
    if settings.elasticsearch_synonyms and "analysis" in made:
        made["analysis"] = _with_synonyms(made["analysis"], settings.elasticsearch_synonyms)
    return {"settings": made, "mappings": template["mappings"]}


def _with_synonyms(analysis: dict[str, Any], file: str) -> dict[str, Any]:
    """What is typed into a search box that knows no concepts (Kibana's) means all spellings of a name."""
    synonyms = {"type": "synonym_graph", "synonyms_path": file, "updateable": True}
    typed = analysis["analyzer"]["typed"]
    return {
        **analysis,
        "filter": {**analysis["filter"], "gazetteer": synonyms},
        "analyzer": {**analysis["analyzer"], "typed": {**typed, "filter": [*typed["filter"], "gazetteer"]}},
    }


def properties(collection: Collection) -> dict[str, Any]:
    """The fields that an index of this collection has."""
    fields: dict[str, Any] = _template(collection)["mappings"]["properties"]
    return fields


@cache
def _template(collection: Collection) -> dict[str, Any]:
    file = _TEMPLATES / f"{collection}.json"
    template: dict[str, Any] = msgspec.json.decode(file.read_bytes())
    return template


def external_version(article: Article) -> int:
    """(`version`, `revision`) as one number below 2**63 that orders in the same way. Raises `ValueError`."""
    if not 0 <= article.version < 2**_VERSION_BITS or not 0 <= article.revision < 2**_REVISION_BITS:
        raise ValueError(f"version {article.version} or revision {article.revision} is out of range")
    return article.version << _REVISION_BITS | article.revision


def form(collection: Collection) -> int:
    """Which form the documents have: another one needs a rebuild."""
    number: int = _template(collection)["mappings"]["_meta"]["form"]
    return number


def newest_entry(article: Article, indexed: int) -> tuple[bytes, bytes]:
    """Action and document for the newest collection, put at `indexed` (milliseconds).

    Raises `ValueError`, `UnicodeEncodeError`.
    """
    return _action(article.id, external_version(article)), _encode(_newest(article, indexed))


def history_entry(article: Article, _: int) -> tuple[bytes, bytes]:
    """Action and document for the history. Raises `ValueError`, `UnicodeEncodeError`."""
    external_version(article)  # what does not fit there must not be here either
    document = {
        "id": article.id,
        "version": article.version,
        "revision": article.revision,
        "fetched": article.fetched,
        "article": msgspec.Raw(_encode(article)),
    }
    return _action(f"{article.id}@{article.version}", article.revision), _encode(document)


def _action(id_: str, version: int) -> bytes:
    return _encode({"index": {"_id": id_, "version": version, "version_type": "external"}})


def _newest(article: Article, indexed: int) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(article)
    headline, body = searched_texts(article)
    document |= {
        # Defaults are left out of our JSON, but they are asked for.
        "pubstatus": article.pubstatus,
        "revision": article.revision,
        "dated": milliseconds(article.published or article.first_seen),
        "indexed": indexed,
        FOLDS["story"]: article.story_id or article.copy_of or article.id,
        FOLDS["copies"]: article.copy_of or article.id,
        "exact_headline": " ".join(words(headline)),
        "exact_body": " ".join(words(body)),
    }
    if article.geo:
        document["geo_points"] = [{"lat": point.lat, "lon": point.lon} for point in article.geo]
        document["points"] = geo.keys(article)
    if article.language in LANGUAGES:
        document[f"stem_{article.language}"] = f"{headline}\n{body}"
    return document
