"""What a person sees while `up` starts: a line for each thing done, a spinner in between on a terminal."""

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.status import Status


class Screen:
    """Lines on stderr. Use it as a context: on leaving, the terminal is left clean."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stderr, highlight=False, soft_wrap=True)
        self._status: Status | None = None
        self._began = time.monotonic()

    def __enter__(self) -> "Screen":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()

    def wait(self, what: str) -> None:
        """Says what is waited for."""
        self._clear()
        if self._console.is_terminal:
            self._status = self._console.status(f"{what} …")
            self._status.start()

    def done(self, what: str) -> None:
        """Says that it is there, and how long after the start."""
        self._clear()
        self.line(f"  ready after {time.monotonic() - self._began:3.0f} s: {what}")

    def line(self, text: str) -> None:
        """One plain line, or several."""
        self._console.print(text, markup=False)

    def _clear(self) -> None:
        if self._status:
            self._status.stop()
            self._status = None
