"""`feeds` and `poll`."""

from datetime import UTC, datetime
from typing import Any, BinaryIO

import click

from cli.output import cell, json_line, json_lines, json_option, table
from store.health import SUCCESS
from store.settings import Settings


@click.group()
def feeds() -> None:
    """The catalogue of feeds."""


@feeds.command("list")
@json_option
@click.pass_obj
def list_(settings: Settings, as_json: bool) -> None:
    """Show every feed of the catalogue and its health."""
    from ops.poll import health_report, list_feeds

    if as_json:
        json_lines(list_feeds(settings))
        return
    health = {each.feed_id: each.health for each in health_report(settings, datetime.now(UTC))}
    rows = [
        (each.feed_id, each.language, health.get(each.feed_id), each.url) for each in list_feeds(settings)
    ]
    table(("feed", "language", "health", "address"), rows)


@feeds.command()
@click.argument("feed_ids", nargs=-1, metavar="[FEED]...")
@json_option
@click.pass_obj
def check(settings: Settings, feed_ids: tuple[str, ...], as_json: bool) -> int:
    """Fetch and parse feeds now, store nothing; exit 1 if one gave no feed."""
    from ops.poll import check as check_feeds

    results = check_feeds(settings, feed_ids or None)
    if as_json:
        json_lines(results)
    else:
        table(
            ("feed", "health", "articles", "newest", "what and what to do"),
            [
                (
                    each.feed_id,
                    each.health,
                    each.articles,
                    each.newest,
                    each.headline if each.health == "ok" else f"{each.detail}: {each.remedy}",
                )
                for each in results
            ],
        )
    return int(any(each.health not in SUCCESS for each in results))


@feeds.command()
@click.argument("url")
@click.option("--publisher", default="", help="Its name; else the feed's own title.")
@click.option(
    "--id", "feed_id", default="", help="Such as levant-wire/top; else made of publisher and language."
)
@click.option("--language", default="", help="Such as ar; else what the feed says.")
@click.option("--every", default="15m", show_default=True, help="How often to poll it.")
@click.option("--allow-private", is_flag=True, help="It may lead into a private network.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, write nothing.")
@json_option
@click.pass_obj
def add(settings: Settings, /, url: str, as_json: bool, **options: Any) -> None:
    """Find the feed of a page, read it, and write it into the catalogue."""
    from ops.feeds import add as add_feed

    added = add_feed(settings, url, **options)
    if as_json:
        json_line(added)
        return
    newest = f", the newest of {cell(added.newest)}" if added.newest else ""
    click.echo(
        f"{added.title or '(no title)'}: {added.articles} articles{newest}; the first: {added.headline}"
    )
    for other in added.others:
        click.echo(f"the page names another feed, too: {other}")
    if options["dry_run"]:
        click.echo(f"{added.file} would be:\n{added.text}", nl=False)
    else:
        click.echo(f"{added.file}: {added.feed_id} added")


@feeds.command()
@click.argument("feed_ids", nargs=-1, metavar="[FEED]...")
@click.pass_obj
def export(settings: Settings, feed_ids: tuple[str, ...]) -> None:
    """Print the catalogue, or the named feeds, as OPML 2.0."""
    from ops.feeds import export_opml

    click.echo(export_opml(settings, feed_ids or None), nl=False)


@feeds.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Show what would be added, write nothing.")
@json_option
@click.pass_obj
def import_(settings: Settings, file: BinaryIO, dry_run: bool, as_json: bool) -> None:
    """Add the feeds of an OPML file to the catalogue, one YAML file a group; fetch nothing."""
    from ingest.opml import LARGEST
    from ops.feeds import import_opml

    imported = import_opml(settings, file.read(LARGEST + 1), dry_run=dry_run)
    if as_json:
        json_line(imported)
        return
    for left_out in imported.skipped:
        click.echo(f"left out: {left_out.url}: {left_out.reason}", err=True)
    verb = "would be added" if dry_run else "added"
    click.echo(f"{len(imported.feed_ids)} feeds {verb}, {len(imported.skipped)} left out")
    for name in imported.files:
        click.echo(name)


@click.command()
@click.argument("feed_ids", nargs=-1, metavar="[FEED]...")
@json_option
@click.pass_obj
def poll(settings: Settings, feed_ids: tuple[str, ...], as_json: bool) -> None:
    """Poll feeds now, without Airflow: the named ones, else all that are due."""
    from ops.poll import poll as poll_now

    results = poll_now(settings, feed_ids or None)
    if as_json:
        json_lines(results)
        return
    table(
        ("feed", "health", "new", "changed", "unchanged", "detail"),
        [(r.feed_id, r.health, r.new, r.changed, r.unchanged, r.detail) for r in results],
    )
