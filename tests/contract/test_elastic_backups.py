"""Backups and synonyms on a server of our own: its folders are ours."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from lexicon.load import load_lexicon
from lexicon.synonyms import rules
from ops.replay import rebuild_index
from store.adapters.elastic_index import ElasticIndex
from store.adapters.elastic_snapshots import Snapshots
from store.adapters.elastic_synonyms import reload
from store.adapters.sqlite_log import SqliteLog
from store.errors import IndexUnavailable, SettingsError, SyriaWireError
from store.log import GROUPED, Entry
from store.query import Everything, Query, Word
from store.records import Article, encode
from store.settings import Settings
from tests.articles import NOON, article
from tests.contract.servers import settings
from tests.contract.test_elastic_outages import running

pytestmark = [pytest.mark.servers, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backups") / "elasticsearch"


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with running(folder) as start:
        yield start().url


@pytest.fixture
def made(url: str, folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    prefix = f"{abs(hash(request.node.name)):x}"
    yield settings(
        index=f"{url}/{prefix}", home=tmp_path, elasticsearch_snapshots=folder / "snapshots" / prefix
    )
    with Elasticsearch(url) as client:
        if left := list(client.indices.get(index=f"{prefix}-*")):
            client.indices.delete(index=left)


def ids(index: ElasticIndex) -> set[str]:
    index.refresh()
    return {each.id for each in index.scan(Query(now=None))}


def logged(made: Settings, *articles: Article) -> None:
    SqliteLog(made.home / "log.db").append(GROUPED, [Entry(each.id, encode(each)) for each in articles])


def test_a_lost_index_comes_back_from_its_backup_and_the_log(made: Settings, url: str) -> None:
    index = ElasticIndex(made.index, made)
    old = [article(str(number)) for number in range(50)]
    later = [article("7", version=2, headline="Corrected"), article("new")]
    logged(made, *old)
    index.put(old)
    backups = Snapshots(made)
    taken = backups.take(NOON)
    assert (taken.name, taken.state, len(taken.indices)) == ("20151007-120000", "SUCCESS", 2)
    logged(made, *later)
    index.put(later)
    before = ids(index)
    with Elasticsearch(url) as client:
        client.indices.delete(index=taken.indices)
    assert ids(index) == set()

    backups.restore(taken.name, "restored")
    assert ids(index.named("restored")) == {each.id for each in old}
    done = rebuild_index(made, "restored", _never(), lambda _: None)
    assert done.shown
    assert ids(index) == before
    assert [each.headline for each in index.history(article("7").id)] == ["Corrected", old[7].headline]
    # External versions came back too: what is older does not win.
    index.put([old[7]])
    found = index.get(article("7").id)
    assert found is not None
    assert found.version == 2
    index.refresh()
    assert index.search(Query(where=Word("corrected"), now=None)).total == 1
    index.close()


def test_a_backup_that_cannot_be_written_fails_and_says_where_to_look(made: Settings) -> None:
    index = ElasticIndex(made.index, made)
    backups = Snapshots(made)
    index.put([article("1")])
    first = backups.take(NOON)
    place = Path(made.elasticsearch_snapshots)
    mode = place.stat().st_mode
    place.chmod(0o555)
    try:
        with pytest.raises(
            IndexUnavailable, match="backup 20151008-120000: could not be written: see the log"
        ):
            backups.take(NOON + timedelta(days=1))
    finally:
        place.chmod(mode)
    assert backups.all() == [first]
    index.close()


def test_old_backups_go_and_the_newest_stay(made: Settings) -> None:
    index = ElasticIndex(made.index, made)
    backups = Snapshots(made)
    assert backups.all() == []
    with pytest.raises(SyriaWireError, match="nothing to back up"):
        backups.take(NOON)
    index.put([article("1")])
    names = [backups.take(NOON + timedelta(days=day)).name for day in range(3)]
    assert backups.prune(5) == []
    assert backups.prune(2) == names[:1]
    assert [each.name for each in backups.all()] == [names[2], names[1]]
    with pytest.raises(SyriaWireError, match="no backup"):
        backups.restore(names[0], "again")
    with pytest.raises(SyriaWireError, match="there already"):
        backups.restore(names[2], "articles")
    index.close()


@pytest.mark.parametrize(
    ("values", "setting"),
    [
        ({"elasticsearch_snapshots": "/backups"}, "SYRIAWIRE_INDEX"),
        ({"index": "http://127.0.0.1:9200"}, "SYRIAWIRE_ELASTICSEARCH_SNAPSHOTS"),
    ],
)
def test_what_cannot_be_backed_up_is_said(values: dict[str, str], setting: str) -> None:
    with pytest.raises(SettingsError, match=setting):
        Snapshots(settings(**values))


def test_one_spelling_typed_finds_the_others_and_a_new_gazetteer_is_read_without_a_restart(
    made: Settings, url: str, folder: Path
) -> None:
    file = folder / "config" / "syria-wire" / "synonyms.txt"
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join(rules(load_lexicon(made.gazetteer))), encoding="utf-8")
    made = settings(index=made.index, home=made.home, elasticsearch_synonyms="syria-wire/synonyms.txt")
    index = ElasticIndex(made.index, made)
    texts = (
        "Planes left Khmeimim at dawn",
        "ضربات جوية قرب تدمر",
        "A quiet day in Tartous",
        "Nothing of note",
    )
    index.put([article(str(number), headline=text, body="") for number, text in enumerate(texts)])
    index.refresh()
    typed = _search_box(url, made.index.rsplit("/", 1)[1])
    assert typed("hmeymim") == ["0"]
    assert typed("Palmyra AND ضربات") == ["1"]
    assert typed("note") == ["3"]
    assert typed("the coast") == []
    assert (
        index.search(Query(where=Word("hmeymim"), now=None)).total == 0
    )  # our own search has concepts for that
    file.write_text("the coast, tartous\n", encoding="utf-8")
    assert reload(made) == [f"{made.index.rsplit('/', 1)[1]}-newest-articles"]
    assert typed("the coast") == ["2"]
    assert index.search(Query(where=Everything(), now=None)).total == len(texts)
    index.close()


def _search_box(url: str, prefix: str) -> Callable[[str], list[str]]:
    """What is found as Kibana asks: a query string over the default fields."""

    def typed(text: str) -> list[str]:
        with Elasticsearch(url) as client:
            asked = {"query_string": {"query": text, "default_operator": "AND"}}
            answer = client.search(index=f"{prefix}-newest", query=asked)
        return sorted(hit["_source"]["guid"] for hit in answer["hits"]["hits"])

    return typed


def _never() -> threading.Event:
    return threading.Event()
