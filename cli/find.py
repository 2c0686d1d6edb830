"""`search`."""

import sys
from dataclasses import replace
from datetime import UTC, datetime

import click
import msgspec

from cli.output import cell, json_line, json_option
from lexicon.load import load_lexicon
from search.errors import QuerySyntaxError
from search.names import Names
from search.reader import current
from search.syntax import parse_query
from store.connect import open_index
from store.query import And, Hit, Node, Query, Sort, Term
from store.settings import Settings

_PAGE = 500


@click.command()
@click.argument("query", default="")
@click.option("--language", help="Only this language, such as ar.")
@click.option("--feed", help="Only this feed, by its id.")
@click.option("--no-copies", is_flag=True, help="Leave out articles that copy another.")
@click.option(
    "--sort",
    type=click.Choice(["relevance", "newest", "first_seen"]),
    help="Default: relevance, or newest where nothing is asked.",
)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@json_option
@click.pass_obj
def search(
    settings: Settings,
    query: str,
    language: str | None,
    feed: str | None,
    no_copies: bool,
    sort: Sort | None,
    limit: int,
    as_json: bool,
) -> None:
    """Search the archive: words, "phrases", AND OR NOT, field:value (docs/search.md)."""
    now = datetime.now(UTC)
    where = asked_for(settings, query, now)
    order: Sort = sort or ("relevance" if query.strip() else "newest")
    parts: list[Node] = [where]
    if language:
        parts.append(Term("language", language))
    if feed:
        parts.append(Term("feed_id", feed))
    asked = Query(where=And(tuple(parts)), now=now, copies=not no_copies, sort=order, limit=min(limit, _PAGE))
    _show(settings, asked, limit, as_json=as_json)


def _show(settings: Settings, asked: Query, limit: int, *, as_json: bool) -> None:
    index = open_index(settings)
    shown, total = 0, 0
    try:
        while True:
            page = index.search(asked)
            total = page.total
            for hit in page.hits[: limit - shown]:
                _print(hit, as_json=as_json)
                shown += 1
            if page.next is None or shown >= limit:
                break
            asked = replace(asked, after=page.next)
    finally:
        index.close()
    if not as_json:
        click.echo(f"{shown} of {total} articles", file=sys.stderr)


def _print(hit: Hit, *, as_json: bool) -> None:
    article = current(hit.article)
    if as_json:
        json_line({**msgspec.to_builtins(article), "score": hit.score})
        return
    notes = ", ".join([*article.signals, *(["copy"] if article.copy_of else [])])
    moment = article.published or article.first_seen
    click.echo(f"{cell(moment)}  {article.language:2}  {article.feed_id}{f'  [{notes}]' if notes else ''}")
    click.echo(f"    {article.headline}")
    click.echo(f"    {article.url}")


def asked_for(settings: Settings, query: str, now: datetime) -> Node:
    """What a query on the command line asks for. Raises `click.UsageError` with the character that is wrong."""
    try:
        return parse_query(query, now=now, names=Names(lambda: load_lexicon(settings.gazetteer)))
    except QuerySyntaxError as error:
        raise click.UsageError(str(error)) from error
