"""`feeds` and `poll`."""

from datetime import UTC, datetime

import click

from cli.output import json_lines, json_option, table
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
    """Fetch and parse feeds now, store nothing; exit 1 if one is not well."""
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
    return int(any(each.health != "ok" for each in results))


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
