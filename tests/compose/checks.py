"""What must hold of the running deployment. Each raises `StackError` or `AssertionError` with what does not."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.compose.deployment import Deployment, docker, wait
from tests.stack.running import StackError

FRESH = 20
GROUP = "articles.raw.enrich"
_HANG = """
import os, signal
worker = int(open("/proc/1/task/1/children").read().split()[0])
os.kill(worker, signal.SIGSTOP)
os.utime(os.environ["SYRIAWIRE_HEARTBEAT"], (0, 0))  # as if it hung for long
"""
_WAKE = _HANG[: _HANG.index("os.utime")].replace("SIGSTOP", "SIGCONT")
_MAPPED = """
worker = int(open("/proc/1/task/1/children").read().split()[0])
files = {line.split()[-1] for line in open(f"/proc/{worker}/maps")}
print(*(file for file in files if "__mypyc" in file))
"""
_START = 600.0
_AGAIN = 420.0
_DEMO = 72
"""Articles of the made-up day, once it is over."""
_NO_POLLS_WITHOUT = ("airflow-api", "airflow-scheduler", "airflow-dag-processor", "postgres", "wires")
_NOT_WITHOUT_ROOT_WRITES = {"kafka", "elasticsearch", "kibana"}
"""Their entry points write their settings into their own folders."""


def secrets_are_made_once(deployment: Deployment) -> str:
    first, second = deployment.make("secrets"), deployment.make("secrets")
    assert "made elastic_password" in first, first
    assert "nothing made" in second, second
    return f"{len(list((deployment.folder / 'secrets').iterdir()))} files"


def configuration_is_clean(deployment: Deployment) -> str:
    for profile in ("demo", "live"):
        said = deployment.compose("--profile", profile, "config", "--quiet")
        assert not said.stdout + said.stderr, said.stderr
    return "no warning, profiles demo and live"


def articles_are_searchable(deployment: Deployment) -> str:
    def found() -> bool:
        answer = deployment.page("/api/search?q=Qaryatain")
        return answer is not None and answer.status_code == 200 and answer.json()["total"] > 0

    wait("an article about Qaryatain on the page", _START, found)
    without = deployment.page("/api/search?q=Qaryatain", token=False)
    assert without is not None
    assert without.status_code == 401, without.text
    answer = deployment.page("/api/search?q=Qaryatain")
    assert answer is not None
    return f"{answer.json()['total']} found; without a token: {without.status_code}"


def all_is_well(deployment: Deployment) -> str:
    wait("jobs done and containers healthy", _AGAIN, lambda: not deployment.unwell())
    jobs = len(deployment.containers()) - len(deployment.running())
    return f"{len(deployment.running())} containers, {jobs} jobs"


def the_whole_day_comes(deployment: Deployment) -> str:
    wait(f"{_DEMO} articles", _START, lambda: verification(deployment)["articles"] >= _DEMO)
    return verified(deployment)


def kibana_was_given_its_objects(deployment: Deployment) -> str:
    lines = deployment.compose("exec", "-T", "kibana", "cat", "/usr/share/kibana/data/imports.jsonl").stdout
    last = json.loads(lines.splitlines()[-1])
    assert last["status"] == 200, last
    assert {"dashboard", "index-pattern", "lens"} <= set(last["types"]), last
    return f"{last['objects']} objects: {', '.join(last['types'])}"


def the_tagger_is_compiled(deployment: Deployment) -> str:
    said = deployment.compose("exec", "-T", "enrich", "python", "-c", _MAPPED).stdout.split()
    assert said, "the worker that tags has no module of mypyc in its memory"
    return said[0]


def nobody_is_root(deployment: Deployment) -> str:
    for name, each in deployment.running().items():
        uid = docker("exec", each["Id"], "id", "-u").strip()
        assert uid != "0", f"{name} runs as root"
    return "every container has a user of its own"


def file_systems_are_closed(deployment: Deployment) -> str:
    closed = {name for name, each in deployment.running().items() if each["HostConfig"]["ReadonlyRootfs"]}
    left_open = deployment.running().keys() - closed
    assert left_open == _NOT_WITHOUT_ROOT_WRITES, left_open
    return f"read-only: {len(closed)}; not: {', '.join(sorted(left_open))}"


def ports_are_on_loopback(deployment: Deployment) -> str:
    bound = [
        (name, where["HostIp"], where["HostPort"])
        for name, each in deployment.running().items()
        for places in each["NetworkSettings"]["Ports"].values()
        for where in places or ()
    ]
    assert {name for name, _, _ in bound} == {"airflow-api", "kibana", "page"}, bound
    assert {host for _, host, _ in bound} == {"127.0.0.1"}, bound
    return ", ".join(f"{name} {port}" for name, _, port in bound)


def no_secret_stands_in_an_environment(deployment: Deployment) -> str:
    files = [
        file for file in (deployment.folder / "secrets").iterdir() if file.is_file() and file.suffix == ""
    ]
    secrets = {file.name: file.read_text() for file in files}
    for name, each in deployment.containers().items():
        shown = json.dumps([each["Config"]["Env"], each["Config"]["Cmd"], each["Config"]["Entrypoint"]])
        for secret, value in secrets.items():
            assert value not in shown, f"{name} shows {secret}"
    return f"{len(secrets)} secrets, {len(deployment.containers())} containers"


def a_backup_is_made(deployment: Deployment) -> str:
    taken = deployment.syriawire("backup", "take")
    assert taken["state"] == "SUCCESS", taken
    return f"{taken['name']}: {', '.join(taken['indices'])}"


def elasticsearch_asks_who_you_are(deployment: Deployment) -> str:
    code = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}"]
    ca = [
        "--cacert",
        "/usr/share/elasticsearch/config/certs/ca.crt",
        "https://localhost:9200/syria-wire-newest/_search",
    ]
    status = deployment.compose("exec", "-T", "elasticsearch", *code, *ca).stdout
    assert status == "401", status
    plain = deployment.compose("exec", "-T", "elasticsearch", *code, "http://localhost:9200/", check=False)
    assert plain.returncode != 0, plain.stdout
    return "401 without credentials, nothing without TLS"


def enrich_shares_the_work(deployment: Deployment, count: int = 3) -> str:
    deployment.compose("up", "-d", "--no-recreate", "--no-deps", "--scale", f"enrich={count}", "enrich")

    def shared() -> bool:
        members = deployment.inside("partitions", GROUP)
        return len(members) == count and all(members.values())

    wait(f"{count} members of {GROUP} with partitions", _AGAIN, shared)
    before = verification(deployment)["articles"]
    deployment.inside("append", str(FRESH * count))
    proof = verified(deployment, before + FRESH * count)
    return f"partitions {sorted(deployment.inside('partitions', GROUP).values())}; {proof}"


def survives_a_kill(deployment: Deployment, name: str) -> str:
    """`docker kill` and `docker start`, with articles under way in between wherever the log can take them."""
    before = verification(deployment)["articles"]
    container = deployment.containers()[name]["Id"]
    docker("kill", container)
    if name not in ("kafka", "group"):  # the log itself, and where we stand to write into it
        deployment.inside("append", str(FRESH))
    docker("start", container)
    started = datetime.now(UTC)
    wait(f"{name} and all others healthy", _AGAIN, lambda: not deployment.unwell())
    if name in ("kafka", "group"):
        deployment.inside("append", str(FRESH))
    proof = verified(deployment, before + FRESH)
    if name in _NO_POLLS_WITHOUT:
        wait(f"a poll after {name} came back", _AGAIN, lambda: polled_since(deployment, started))
        proof += "; feeds are polled"
    assert articles_are_searchable(deployment)
    return proof


def everything_has_a_health_check(deployment: Deployment) -> str:
    without = [name for name, each in deployment.running().items() if "Health" not in each["State"]]
    assert not without, without
    return f"{len(deployment.running())} containers"


def a_worker_that_hangs_is_seen(deployment: Deployment, name: str) -> str:
    def health() -> str:
        return str(deployment.containers()[name]["State"]["Health"]["Status"])

    deployment.compose("exec", "-T", name, "python", "-c", _HANG)
    wait(f"{name} unhealthy", _AGAIN, lambda: health() == "unhealthy")
    said = deployment.containers()[name]["State"]["Health"]["Log"][-1]["Output"].strip()
    deployment.compose("exec", "-T", name, "python", "-c", _WAKE)
    wait(f"{name} healthy", _AGAIN, lambda: health() == "healthy")
    return f"{said}; {verified(deployment)}"


def comes_back_by_itself(deployment: Deployment, name: str) -> str:
    """A process that ends is started again by Docker; `docker kill` counts as the wish of a person, and is not."""
    before = deployment.containers()[name]["State"]["StartedAt"]
    ended = ["python", "-c", "import os; os.kill(-1, 9)"]
    deployment.compose("exec", "-T", name, *ended, check=False)
    wait(f"{name} started anew", 60, lambda: deployment.containers()[name]["State"]["StartedAt"] > before)
    wait("all healthy", _AGAIN, lambda: not deployment.unwell())
    return verified(deployment)


def polled_since(deployment: Deployment, moment: datetime) -> bool:
    """Whether a feed had a success after `moment`."""
    try:
        feeds: Sequence[dict[str, str | None]] = deployment.syriawire("status", "--json")["feeds"]
    except StackError:
        return False
    return any(
        feed["last_success"] and datetime.fromisoformat(feed["last_success"]) > moment for feed in feeds
    )


def verification(deployment: Deployment) -> dict[str, int]:
    """What `syriawire verify` says; it waits for what is under way."""
    found: dict[str, int] = deployment.syriawire("verify", "--wait", "180", "--json")
    return found


def verified(deployment: Deployment, articles: int = 0) -> str:
    """Raises if there is a problem, or fewer articles than these."""
    found = verification(deployment)
    assert found["ok"], found
    assert found["articles"] >= articles, f"{found['articles']} articles, not {articles}"
    return f"verify: {found['articles']} articles, {found['versions']} versions, 0 problems"
