"""What the memory of a running Elasticsearch holds: asked over HTTP, and of the process itself on this machine."""

import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil
from elasticsearch import ApiError, Elasticsearch, TransportError

_EVERY = 0.25
MB = 1e6


class Heap:
    """The heap of the one node at `url`. `jcmd` is of the JDK that runs it. As a context: watches the heap grow."""

    def __init__(self, url: str, jcmd: Path) -> None:
        self._client = Elasticsearch(url, request_timeout=60)
        self._jcmd = jcmd
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch)
        self.peak = 0.0
        """MB, garbage and all, of the greatest moment that was seen."""
        node = next(iter(self._client.nodes.info(metric="process")["nodes"].values()))
        self.process = psutil.Process(node["process"]["id"])

    def live(self) -> float:
        """MB that are left after a full collection."""
        command = [str(self._jcmd), str(self.process.pid), "GC.run"]
        subprocess.run(command, capture_output=True, check=True)  # noqa: S603  (of the JDK)
        return self._used()

    def collecting(self) -> float:
        """Seconds that the collector has taken since the node was started."""
        collectors = self._jvm()["gc"]["collectors"].values()
        return float(sum(each["collection_time_in_millis"] for each in collectors)) / 1000

    def computing(self) -> float:
        """Seconds of its processors, over all cores, since the node was started: others on the machine do not count."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def resident(self) -> float:
        """MB of memory of its own: the heap as far as it was touched and the JVM around it, no file."""
        memory = self.process.memory_info()
        return float(memory.rss - memory.shared) / MB

    def maps(self) -> int:
        """Mapped pieces of files and memory: what `vm.max_map_count` bounds."""
        return len(Path(f"/proc/{self.process.pid}/maps").read_bytes().splitlines())

    def close(self) -> None:
        """Gives the connection back."""
        self._client.close()

    def __enter__(self) -> "Heap":
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._done.wait(_EVERY):
            try:
                self.peak = max(self.peak, self._used())
            except (ApiError, TransportError):
                continue  # busy or gone: whoever asks it questions says so

    def _used(self) -> float:
        return float(self._jvm()["mem"]["heap_used_in_bytes"]) / MB

    def _jvm(self) -> dict[str, Any]:
        nodes = self._client.nodes.stats(metric="jvm")["nodes"].values()
        jvm: dict[str, Any] = next(iter(nodes))["jvm"]
        return jvm
