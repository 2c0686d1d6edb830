"""Everything a question finds, line by line, as CSV or JSON Lines. Pure, in constant memory.

What its wire took back is there too, as a recall without its text: whoever keeps an earlier export must learn of it.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal

import msgspec

from search.reader import current
from store.records import Article

Format = Literal["csv", "jsonl"]
MEDIA_TYPES: dict[Format, str] = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
COLUMNS = (
    "id", "version", "revision", "pubstatus", "recalled", "published", "updated", "first_seen", "fetched", "feed_id",
    "language", "headline", "summary", "body", "ednote", "byline", "dateline", "url", "signals", "story_id", "copy_of",
    "copy_kind", "entity_ids", "person_ids", "group_ids", "state_ids", "place_ids", "weapon_ids", "theme_ids", "geo",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BATCH = 200


def lines(articles: Iterable[Article], form: Format) -> Iterator[str]:
    """One line an article, each with its newline; CSV begins with the names of its columns."""
    if form == "csv":
        yield _csv_line(COLUMNS)
        for article in articles:
            yield _csv_line([_cell(value) for value in row(article).values()])
        return
    for article in articles:
        shown = current(article)
        recalled = {"recalled": article.retracted}
        yield msgspec.json.encode({**msgspec.to_builtins(shown), **recalled}).decode() + "\n"


def chunks(parts: Iterable[str]) -> Iterator[bytes]:
    """The same in larger pieces, so that a server does not send each line by itself."""
    waiting: list[str] = []
    for part in parts:
        waiting.append(part)
        if len(waiting) >= _BATCH:
            yield "".join(waiting).encode()
            waiting = []
    if waiting:
        yield "".join(waiting).encode()


def row(article: Article) -> dict[str, Any]:
    """The columns of one article as readers may see it."""
    shown = current(article)
    values: dict[str, Any] = {name: getattr(shown, name, "") for name in COLUMNS}
    values["recalled"] = "yes" if article.retracted else "no"
    values["geo"] = tuple(f"{point.place_id} {point.lat:.6f} {point.lon:.6f}" for point in shown.geo)
    return values


def _cell(value: Any) -> str:
    """Text that no spreadsheet takes for a formula."""
    match value:
        case datetime():
            text = value.isoformat()
        case tuple():
            text = "; ".join(map(str, value))
        case None:
            text = ""
        case _:
            text = str(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text[:1] in ("\t", "\r", "\n") else text


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
