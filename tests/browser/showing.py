"""What tests in a browser share: an application served in a thread, Chromium's place, axe-core."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Page

from search.serve import listening

CHROMIUM = Path("/usr/bin/chromium")
MARKS = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed: apt-get install chromium"
    ),
]
_AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"


@contextmanager
def shown(app: FastAPI) -> Iterator[str]:
    """Its address on a free port of loopback."""
    with listening("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def violations(page: Page) -> list[str]:
    """What axe-core says against a page: rule and elements."""
    page.wait_for_load_state("networkidle")
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        "axe.run().then(all => all.violations.map(one => one.id + ': ' + one.nodes.map(node => node.html).join(' ')))"
    )
    return found
