"""Kafka from Maven's jars: one node, KRaft, no container. A second listener speaks TLS with user and password."""

import shutil
import socket
import subprocess
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from tests.stack.running import (
    Running,
    StackError,
    alive,
    cache,
    end,
    need,
    port_of,
    spawn,
    wait_until_healthy,
)

NAME = "kafka"
VERSION = "4.3.1"
USER = "syriawire"
PASSWORD = "only-on-loopback"
_STORE_PASSWORD = "loopback"
_UP_SECONDS = 60.0
_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.syriawire</groupId><artifactId>kafka-for-tests</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>{VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
"""
# Small heap, the quick compiler only: tests start it often and never measure it.
_JAVA = ("-Xmx512m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{plain},SASL_SSL://127.0.0.1:{secure},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{plain},SASL_SSL://127.0.0.1:{secure}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
listener.name.sasl_ssl.sasl.enabled.mechanisms=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule \
required user_{user}="{password}";
ssl.keystore.location={folder}/keystore.p12
ssl.keystore.type=PKCS12
ssl.keystore.password={store_password}
ssl.key.password={store_password}
log.dirs={folder}/data
num.network.threads=2
num.io.threads=4
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.enable=true
log.cleaner.dedupe.buffer.size=8388608
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
initial.broker.registration.timeout.ms=30000
"""


def fetch() -> Path:
    """The folder of jars, from Maven on the first call (54 MB). Raises `StackError`."""
    libs = cache() / f"kafka-{VERSION}"
    if libs.exists():
        return libs
    maven = need("mvn", "maven")
    part = libs.with_name(f"{libs.name}.{uuid.uuid4().hex}.part")
    part.mkdir(parents=True)
    (part / "pom.xml").write_text(_POM)
    command = [maven, "-q", "-B", "-f", str(part / "pom.xml"), "dependency:copy-dependencies"]
    done = subprocess.run(
        [*command, f"-DoutputDirectory={part}/libs"], check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise StackError(f"kafka {VERSION}: Maven could not fetch it: {_last_line(done.stdout)}")
    if not libs.exists():
        (part / "libs").rename(libs)
    shutil.rmtree(part)
    return libs


def start(folder: Path) -> Running:
    """Starts it on the data and the ports of `folder`; both are made on the first call. Raises `StackError`."""
    begun = time.monotonic()
    libs = fetch()
    java = [need("java", "openjdk-17-jre-headless"), *_JAVA, "-cp", f"{libs}/*"]
    folder.mkdir(parents=True, exist_ok=True)
    properties = folder / "server.properties"
    if not properties.exists():
        _prepare(folder, java)
    log = folder / "kafka.log"
    url = f"kafka://127.0.0.1:{port_of(folder)}"
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    pid = spawn([*java, quiet, "kafka.Kafka", str(properties)], log)
    try:
        wait_until_healthy(lambda: healthy(url), pid, log, _UP_SECONDS)
    except StackError:
        end(pid)
        raise
    seconds = round(time.monotonic() - begun, 1)
    return Running(name=NAME, url=url, version=VERSION, pid=pid, folder=str(folder), seconds=seconds)


def healthy(url: str) -> str | None:
    """The version that a broker of `url` speaks (`4.3`), None while none answers."""
    host, _, port = urlsplit(url).netloc.split(",")[0].rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
        admin = KafkaAdminClient(bootstrap_servers=[f"{host}:{port}"], bootstrap_timeout_ms=2000)
    except (OSError, KafkaError):
        return None
    try:
        version = admin._manager.broker_version
        return ".".join(map(str, version)) if admin.describe_cluster()["brokers"] else None
    except KafkaError:
        return None
    finally:
        admin.close()


def stop(running: Running) -> None:
    """Ends it; data, ports and log stay in its folder."""
    if alive(running.pid):
        end(running.pid)


def secure(folder: Path) -> tuple[str, Path]:
    """URL of the listener with TLS and password, and the certificate to trust."""
    return f"kafka://127.0.0.1:{port_of(folder, 'secure-port')}", folder / "ca.pem"


def _prepare(folder: Path, java: list[str]) -> None:
    (folder / "data").mkdir(exist_ok=True)
    _certificate(folder)
    properties = folder / "server.properties.part"
    properties.write_text(
        _PROPERTIES.format(
            plain=port_of(folder),
            secure=port_of(folder, "secure-port"),
            controller=port_of(folder, "controller-port"),
            folder=folder,
            user=USER,
            password=PASSWORD,
            store_password=_STORE_PASSWORD,
        )
    )
    _run([*java, "kafka.tools.StorageTool", "format", "-t", "c3lyaWF3aXJlLXRlc3RzLQ", "-c", str(properties)])
    properties.rename(folder / "server.properties")


def _certificate(folder: Path) -> None:
    keytool = need("keytool", "openjdk-17-jre-headless")
    store = ["-keystore", f"{folder}/keystore.p12", "-storepass", _STORE_PASSWORD, "-alias", "broker"]
    key = ["-keyalg", "EC", "-storetype", "PKCS12", "-dname", "CN=127.0.0.1", "-ext", "san=ip:127.0.0.1"]
    _run([keytool, "-genkeypair", *store, *key, "-validity", "3650"])
    _run([keytool, "-exportcert", "-rfc", *store, "-file", f"{folder}/ca.pem"])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise StackError(f"kafka: {Path(command[0]).name} failed: {_last_line(done.stdout + done.stderr)}")


def _last_line(output: str) -> str:
    return (output.strip().splitlines() or ["no output"])[-1]
