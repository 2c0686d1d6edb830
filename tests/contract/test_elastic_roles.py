"""Roles and API keys on a real Elasticsearch with security on: what each may do, and what it may not."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from elasticsearch import AuthorizationException, Elasticsearch
from msgspec.structs import replace

from cli.elastic import elastic
from store.adapters.elastic_setup import Setup, roles
from store.adapters.elastic_snapshots import Snapshots
from store.connect import open_index, open_observations
from store.errors import IndexUnavailable, SettingsError
from store.index import Index
from store.observed import Observation
from store.query import Everything, Query
from store.settings import Settings, load_settings
from tests.articles import NOON, article
from tests.stack import elasticsearch as stack

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
ADMIN = (stack.USER, stack.PASSWORD)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of our own: others run without security."""
    running = stack.start(tmp_path_factory.mktemp("elasticsearch"), security=True)
    yield running.url
    stack.stop(running)


@pytest.fixture
def admin(server: str) -> Iterator[Elasticsearch]:
    with Elasticsearch(server, basic_auth=ADMIN) as client:
        yield client


@pytest.fixture
def password(tmp_path: Path) -> Path:
    file = tmp_path / "elastic_password"
    file.write_text(f"{stack.PASSWORD}\n", encoding="utf-8")
    return file


Run = Callable[..., Result]


@pytest.fixture
def run(server: str, password: Path, request: pytest.FixtureRequest) -> Run:
    """`syriawire elastic …` as the administrator, with a prefix of this test's own."""
    settings = load_settings({"SYRIAWIRE_INDEX": f"{server}/{prefix(request)}"})

    def call(*arguments: str, snapshots: str = "") -> Result:
        who = ("--user", stack.USER, "--password-file", str(password), "--wait", "0")
        known = replace(settings, elasticsearch_snapshots=snapshots)
        return CliRunner().invoke(elastic, [*arguments, *who], obj=known, catch_exceptions=False)

    return call


def prefix(request: pytest.FixtureRequest) -> str:
    return request.node.name.removeprefix("test_").replace("_", "-")[:60]


class Keys:
    """The prepared cluster, and the ports with each role's key."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder

    def settings(self, role: str) -> Settings:
        key = (self.folder / role).read_text(encoding="ascii").strip()
        return load_settings(
            {
                "SYRIAWIRE_INDEX": self.url,
                "SYRIAWIRE_ELASTICSEARCH_API_KEY": key,
                "SYRIAWIRE_ELASTICSEARCH_PATIENCE": "1",
            }
        )

    def index(self, role: str) -> closing[Index]:
        return closing(open_index(self.settings(role)))

    def client(self, role: str) -> Elasticsearch:
        key = str(self.settings(role).elasticsearch_api_key)
        return Elasticsearch(self.url.rsplit("/", 1)[0], api_key=key)


@pytest.fixture
def keys(run: Run, server: str, tmp_path: Path, request: pytest.FixtureRequest) -> Keys:
    assert run("create").exit_code == 0
    wanted = [
        f"--key={role}={tmp_path / role}" for role in ("writer", "keeper", "reader", "kibana", "importer")
    ]
    done = run("keys", *wanted)
    assert done.exit_code == 0, done.output
    return Keys(f"{server}/{prefix(request)}", tmp_path)


def test_the_writer_does_all_that_the_adapter_needs(keys: Keys) -> None:
    with keys.index("writer") as index:
        assert index.put([article("1"), article("2")]) == []
        index.refresh()
        query = Query(now=None)
        assert index.search(query).total == 2
        assert index.get(article("1").id) == article("1")
        assert index.history(article("1").id) == [article("1")]
        assert len(list(index.scan(query))) == len(list(index.keys("history"))) == 2
        assert index.facets(query, ["language"], 5)["language"][0].count == 2
        fresh = index.create("rebuilt")
        assert fresh.put([article("3")]) == []
        fresh.close()
        index.swap("rebuilt")
        index.refresh()
        assert [hit.article.guid for hit in index.search(query).hits] == ["3"]
        assert index.put([article("4")]) == []


def test_the_writer_makes_its_indices_where_nobody_has(run: Run, keys: Keys, admin: Elasticsearch) -> None:
    where = keys.url.rsplit("/", 1)[1]
    admin.indices.delete(index=[f"{where}-newest-articles", f"{where}-history-articles", f"{where}-health"])
    with keys.index("writer") as index:
        assert index.put([article("1")]) == []
    observations = open_observations(keys.settings("writer"))
    assert observations is not None
    with closing(observations):
        observations.write([Observation(at=NOON, kind="stage", stage="enrich", lag=3)])
    assert set(admin.indices.get(index=f"{where}-*")) == {
        f"{where}-newest-articles",
        f"{where}-history-articles",
        f"{where}-health",
    }


def test_the_writer_touches_nothing_else(keys: Keys, admin: Elasticsearch) -> None:
    admin.index(index="somebody-elses", id="1", document={"a": 1}, refresh=True)
    neighbour = f"{keys.url.rsplit('/', 1)[1]}er-newest"
    admin.index(index=neighbour, id="1", document={"a": 1}, refresh=True)
    with keys.client("writer") as client:
        for index in ("somebody-elses", neighbour):
            for act in (
                lambda index=index: client.indices.delete(index=index),
                lambda index=index: client.index(index=index, document={"a": 2}),
                lambda index=index: client.search(index=index),
                lambda index=index: client.indices.put_alias(index=index, name="mine"),
            ):
                with pytest.raises(AuthorizationException):
                    act()
        with pytest.raises(AuthorizationException):
            client.security.put_role(name="mighty", cluster=["all"])
        with pytest.raises(AuthorizationException):
            client.cluster.put_settings(persistent={"cluster.max_shards_per_node": 9})


def test_the_keeper_backs_up_what_it_writes_and_the_writer_does_not(keys: Keys, run: Run) -> None:
    def settings(role: str) -> Settings:
        return replace(keys.settings(role), elasticsearch_snapshots=keys.url.rsplit("/", 1)[1])

    with keys.index("keeper") as index:
        assert index.put([article("1")]) == []
    with pytest.raises(IndexUnavailable, match="403"):
        Snapshots(settings("keeper")).take(NOON)  # where backups go is the administrator's to say
    assert run("create", snapshots=keys.url.rsplit("/", 1)[1]).exit_code == 0
    keeper = Snapshots(settings("keeper"))
    assert keeper.take(NOON).state == keeper.take(NOON + timedelta(days=1)).state == "SUCCESS"
    assert len(keeper.prune(1)) == 1
    with pytest.raises(IndexUnavailable, match="403"):
        Snapshots(settings("writer")).take(NOON)
    with pytest.raises(IndexUnavailable, match="403"):
        keeper.restore(keeper.all()[0].name, "stolen")


def test_the_reader_reads_and_does_not_write(keys: Keys) -> None:
    with keys.index("writer") as index:
        index.put([article("1"), article("2")])
        index.refresh()
    query = Query(where=Everything(), now=NOON + timedelta(days=1), limit=1)
    with keys.index("reader") as index:
        first = index.search(query)
        assert first.total == 2
        assert first.next is not None
        assert index.get(article("1").id) == article("1")
        assert index.history(article("2").id) == [article("2")]
        assert len(list(index.scan(query))) == len(list(index.keys("newest"))) == 2
        assert index.timeline(query, "day")[0].count == 2
        assert index.cells(query, 5) == []
        with pytest.raises(IndexUnavailable, match="403"):
            index.put([article("3")])
        with pytest.raises(IndexUnavailable, match="403"):
            index.swap("articles")
    where = keys.url.rsplit("/", 1)[1]
    with keys.client("reader") as client:
        for act in (
            lambda: client.delete(index=f"{where}-newest", id=article("1").id),
            lambda: client.indices.delete(index=f"{where}-newest-articles"),
            lambda: client.update_by_query(index=f"{where}-newest"),
            lambda: client.search(index=f"{where}-health"),
        ):
            with pytest.raises(AuthorizationException):
                act()


def test_people_in_kibana_read_all_three_and_write_none(keys: Keys) -> None:
    where = keys.url.rsplit("/", 1)[1]
    with keys.client("kibana") as client:
        for name in ("newest", "history", "health"):
            client.search(index=f"{where}-{name}")
            assert client.field_caps(index=f"{where}-{name}", fields="*")["fields"]
            with pytest.raises(AuthorizationException):
                client.index(index=f"{where}-{name}", document={"id": "x"})


def test_the_importer_sees_no_article(keys: Keys) -> None:
    where = keys.url.rsplit("/", 1)[1]
    with keys.client("importer") as client:
        with pytest.raises(AuthorizationException):
            client.search(index=f"{where}-newest")
        asked = {"application": "kibana-.kibana", "resources": ["space:default"]}
        wanted = "feature_savedObjectsManagement.all"
        answer = client.security.has_privileges(application=[{**asked, "privileges": [wanted]}])
        assert answer["has_all_requested"]


def test_a_second_run_keeps_keys_that_work_and_replaces_those_that_do_not(
    keys: Keys, run: Run, admin: Elasticsearch
) -> None:
    writer, reader = (keys.folder / role for role in ("writer", "reader"))
    before = writer.read_text(encoding="ascii")
    assert writer.stat().st_mode & 0o777 == 0o600
    with keys.client("reader") as client:
        admin.security.invalidate_api_key(ids=[client.security.authenticate()["api_key"]["id"]])
    done = run("keys", f"--key=writer={writer}", f"--key=reader={reader}")
    assert json.loads(done.stdout)["keys"] == {"writer": "kept", "reader": "made"}
    assert writer.read_text(encoding="ascii") == before
    assert {file.name for file in keys.folder.iterdir()} == {
        "elastic_password", "writer", "keeper", "reader", "kibana", "importer",
    }  # fmt: skip
    with keys.index("reader") as index:
        assert index.search(Query(now=None)).total == 0


def test_a_key_that_is_kept_gets_the_rights_of_today(keys: Keys, admin: Elasticsearch, run: Run) -> None:
    reader = keys.folder / "reader"
    with keys.client("reader") as client:
        found = client.security.authenticate()["api_key"]["id"]
    admin.security.update_api_key(id=found, role_descriptors={"none": {"indices": []}})
    with keys.index("reader") as index, pytest.raises(IndexUnavailable, match="403"):
        index.search(Query(now=None))
    assert run("keys", f"--key=reader={reader}").exit_code == 0
    with keys.index("reader") as index:
        assert index.search(Query(now=None)).total == 0


def test_roles_are_there_for_people_and_kibanas_own_user_gets_its_password(
    keys: Keys, run: Run, admin: Elasticsearch, server: str, tmp_path: Path
) -> None:
    where = keys.url.rsplit("/", 1)[1]
    assert set(roles(where)) <= set(admin.security.get_role())
    (tmp_path / "kibana_password").write_text("a-password-of-the-test", encoding="utf-8")
    assert run("keys", "--kibana-password-file", str(tmp_path / "kibana_password")).exit_code == 0
    with Elasticsearch(server, basic_auth=("kibana_system", "a-password-of-the-test")) as client:
        assert client.security.authenticate()["username"] == "kibana_system"


def test_a_wrong_password_ends_at_once_and_is_not_shown(server: str) -> None:
    settings = load_settings(
        {
            "SYRIAWIRE_INDEX": server,
            "SYRIAWIRE_ELASTICSEARCH_USER": "elastic",
            "SYRIAWIRE_ELASTICSEARCH_PASSWORD": "not-this-one",
        }
    )
    pauses: list[float] = []
    with (
        closing(Setup(settings, wait=60, sleep=pauses.append)) as setup,
        pytest.raises(IndexUnavailable, match="401") as error,
    ):
        setup.create()
    assert pauses == []
    assert "not-this-one" not in str(error.value)


def test_an_unknown_role_is_named(keys: Keys, run: Run) -> None:
    with pytest.raises(SettingsError, match=r"role 'boss'.*writer, keeper, reader, kibana, importer"):
        run("keys", f"--key=boss={keys.folder / 'boss'}")
