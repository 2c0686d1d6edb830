"""`make bench-paint`: when a page over the archive of `make bench-search` is first painted in Chromium. Prints a table.

Seconds from the address to the first text on the screen, and until the filters have come too; the first visit by
itself, then the middle of five. The page runs as a process of its own on the day after the archive's last article.
"""

import argparse
import multiprocessing
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from lexicon.load import load_lexicon
from search.app import create_app
from search.names import Names
from search.serve import gazetteer_labels, listening
from store.connect import open_index, open_state
from store.query import Everything, Query
from store.settings import ROOT, Settings, load_settings

_PAGES = {
    "start": "/",
    "all": "/?q=",
    "a frequent word": "/?q={word}",
    "by relevance, folded": "/?q={word}+OR+syria&sort=relevance",
    "a concept": "/?q=place:SY02",
    "entity: a governorate": "/entity/place/SY02",
    "entity: a person": "/entity/person/bashar-al-assad",
    "article": "/article/{article}",
    "feeds": "/feeds",
}
_VISITS = 6
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"
_ALL = "Math.max(...performance.getEntries().map(each => each.responseEnd || each.startTime || 0)) / 1000"


def main() -> None:
    """Serves, visits, prints."""
    options = argparse.ArgumentParser(prog="bench.paint", description=__doc__)
    options.add_argument("--articles", type=int, default=1_000_000)
    options.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "syria-wire" / "bench-search")
    options.add_argument("--chromium", default="/usr/bin/chromium")
    asked = options.parse_args()
    folder = asked.cache / str(asked.articles)
    with tempfile.TemporaryDirectory() as home:
        index = f"tantivy:///{folder / 'index'}"
        _measure(load_settings({"SYRIAWIRE_INDEX": index, "SYRIAWIRE_HOME": home}), asked.chromium)


def _measure(settings: Settings, chromium: str) -> None:
    index = open_index(settings)
    newest = index.search(Query(where=Everything(), now=None, sort="first_seen", limit=1)).hits[0].article
    index.close()
    word = max(newest.headline.split(), key=len)
    with listening("127.0.0.1", 0) as listener, sync_playwright() as playwright:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        page = multiprocessing.get_context("fork").Process(
            target=_serve, args=(settings, listener, newest.first_seen)
        )
        page.start()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            _visit(browser, f"{base}/feeds")
            _print(browser, base, {"word": word, "article": newest.id})
        finally:
            browser.close()
            page.terminate()
            page.join()


def _serve(settings: Settings, listener: object, now: datetime) -> None:
    lexicon = load_lexicon(ROOT / "config" / "gazetteer")
    app = create_app(
        open_index(settings),
        open_state(settings),
        clock=lambda: now.astimezone(UTC),
        labels=gazetteer_labels(lexicon),
        names=Names(lambda: lexicon).ready(),
    )
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])  # type: ignore[list-item]


def _print(browser: Browser, base: str, values: dict[str, str]) -> None:
    sys.stdout.write(f"{'page':26}{'paint 1st':>10}{'paint':>8}{'all 1st':>10}{'all':>8}\n")
    for name, path in _PAGES.items():
        taken = [_visit(browser, base + path.format(**values)) for _ in range(_VISITS)]
        (first, all_first), rest = taken[0], taken[1:]
        paint, all_ = (statistics.median(each) for each in zip(*rest, strict=True))
        sys.stdout.write(f"{name:26}{first:10.2f}{paint:8.2f}{all_first:10.2f}{all_:8.2f}\n")
        sys.stdout.flush()


def _visit(browser: Browser, url: str) -> tuple[float, float]:
    page = browser.new_page()
    page.set_default_timeout(120_000)
    page.goto(url, wait_until="networkidle")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    found = (float(page.evaluate(_PAINTED)), float(page.evaluate(_ALL)))
    page.close()
    return found


if __name__ == "__main__":
    main()
