"""`gazetteer gaps`: the names that nobody knows, so that the gazetteer grows from evidence; `gazetteer synonyms`."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from cli.output import json_line, json_lines, json_option, table
from cli.tag import day, string, texts
from lexicon.fold import fold
from store.errors import SyriaWireError
from store.records import Unresolved
from store.settings import Settings


@click.group()
def gazetteer() -> None:
    """The names that the tagger knows, and those that it does not."""


@gazetteer.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@json_option
@click.pass_obj
def gaps(settings: Settings, files: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List names that were left unresolved: of the index, or of files with text or JSON lines."""
    found = _of_files(settings, files) if files else _of_index(settings)
    rows = most_frequent(found, limit)
    if as_json:
        json_lines(rows)
        return
    table(
        ("times", "name", "reason", "may be", "as in"),
        [
            (row["count"], row["name"], row["reason"], " ".join(row["candidates"]), row["example"])
            for row in rows
        ],
    )


@gazetteer.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--reload", "read_again", is_flag=True, help="Make Elasticsearch read it again, without a restart."
)
@click.pass_obj
def synonyms(settings: Settings, file: Path, read_again: bool) -> None:
    """Write the names that mean the same to FILE, for the setting elasticsearch_synonyms."""
    from lexicon.load import load_lexicon
    from lexicon.synonyms import rules

    lines = list(rules(load_lexicon(settings.gazetteer)))
    try:
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise SyriaWireError(f"{file}: cannot be written ({error.strerror}): name another file") from error
    indices: list[str] = []
    if read_again:
        from store.adapters.elastic_synonyms import reload

        indices = reload(settings)
    json_line({"rules": len(lines), "file": str(file), "read_again_by": indices})


def most_frequent(found: Iterator[tuple[str, Unresolved]], limit: int) -> list[dict[str, Any]]:
    """Rows of count, name, reason, candidates and an example (an id); names that fold the same are one."""
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], tuple[str, Unresolved]] = {}
    for where, each in found:
        key = (fold(each.text), each.reason)
        counts[key] += 1
        first.setdefault(key, (where, each))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit]
    return [
        {
            "count": count,
            "name": first[key][1].text,
            "reason": key[1],
            "candidates": first[key][1].candidates,
            "example": first[key][0],
        }
        for key, count in ranked
    ]


def _of_files(settings: Settings, files: tuple[str, ...]) -> Iterator[tuple[str, Unresolved]]:
    from lexicon.load import load_lexicon
    from processors.tag.tagger import Tagger

    tagger = Tagger(load_lexicon(settings.gazetteer))
    for name in files:
        try:
            data = Path(name).read_bytes()
        except OSError as error:
            raise SyriaWireError(f"{name}: cannot be read ({error.strerror}): name a file") from error
        for text in texts(data, name):
            tags = tagger.tag(
                string(text.headline),
                string(text.summary),
                string(text.body),
                published=day(text.published),
                dateline=string(text.dateline),
            )
            yield from ((string(text.id) or name, each) for each in tags.unresolved)


def _of_index(settings: Settings) -> Iterator[tuple[str, Unresolved]]:
    from store.connect import open_index
    from store.query import Query

    with closing(open_index(settings)) as index:
        for article in index.scan(Query(now=None)):
            if not article.retracted:
                yield from ((article.id, each) for each in article.unresolved)
