"""`backup take|list|restore|prune`: the index on Elasticsearch, by its snapshots."""

from datetime import UTC, datetime

import click

from cli.output import json_line, json_lines, json_option, table
from store.settings import Settings


@click.group()
def backup() -> None:
    """Back the index on Elasticsearch up, and bring it back."""


@backup.command()
@click.pass_obj
def take(settings: Settings) -> None:
    """Back up what readers see; only what changed since the last backup is copied."""
    from store.adapters.elastic_snapshots import Snapshots

    json_line(Snapshots(settings).take(datetime.now(UTC)))


@backup.command("list")
@json_option
@click.pass_obj
def list_(settings: Settings, as_json: bool) -> None:
    """List the backups, the newest first."""
    from store.adapters.elastic_snapshots import Snapshots

    found = Snapshots(settings).all()
    if as_json:
        json_lines(found)
        return
    table(
        ("backup", "state", "began", "seconds", "indices"),
        [(each.name, each.state, each.began, each.seconds, " ".join(each.indices)) for each in found],
    )


@backup.command()
@click.argument("backup")
@click.argument("name")
@click.pass_obj
def restore(settings: Settings, backup: str, name: str) -> None:
    """Bring BACKUP back as the index NAME, which nobody reads; then `replay index NAME` adds what came since."""
    from store.adapters.elastic_snapshots import Snapshots

    Snapshots(settings).restore(backup, name)
    json_line({"restored": backup, "index": name, "next": f"syriawire replay index {name}"})


@backup.command()
@click.option(
    "--keep", type=click.IntRange(min=1), help="How many stay; else the setting elasticsearch_snapshots_kept."
)
@click.pass_obj
def prune(settings: Settings, keep: int | None) -> None:
    """Remove all but the newest complete backups."""
    from store.adapters.elastic_snapshots import Snapshots

    json_line({"removed": Snapshots(settings).prune(keep or settings.elasticsearch_snapshots_kept)})
