"""`status`, `verify`, `doctor`: is all well?"""

from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from rich.console import Console

from cli.output import json_line, json_lines, json_option, table
from store.connect import open_index, open_log
from store.settings import Settings

if TYPE_CHECKING:
    from ops.status import SavedHealth

_SHOWN_PROBLEMS = 20
_WELL = {"ok", "unchanged"}


@click.command()
@json_option
@click.pass_obj
def status(settings: Settings, as_json: bool) -> None:
    """Show the log, the processors' lag, the index, dead letters and the health of every feed."""
    from ops.status import status as look

    now = look(settings, datetime.now(UTC))
    if as_json:
        json_line(now)
        return
    table(
        ("what", "count", "of"),
        [
            *((topic, end, "records") for topic, end in now.topics.items()),
            *((stage, lag, "records to do") for stage, lag in now.lag.items()),
            ("index", now.articles, "articles"),
            ("dead letters", now.dead, ""),
        ],
    )
    states = Counter(feed.health for feed in now.feeds)
    click.echo("\nfeeds: " + ", ".join(f"{count} {health}" for health, count in states.most_common()))
    table(
        ("feed", "health", "last success", "next", "what and what to do"),
        [
            (
                feed.feed_id,
                feed.health + (" (overdue)" if feed.overdue else ""),
                feed.last_success,
                feed.next_due,
                ": ".join(part for part in (feed.detail, feed.remedy) if part),
            )
            for feed in sorted(now.feeds, key=lambda feed: feed.health in _WELL)
        ],
    )
    if now.saved:
        click.echo()
        table(
            ("saved search", "channel", "last run", "sent", "set aside", "what is wrong and what to do"),
            [
                (each.search, each.channel, each.last_run, each.sent, each.aside or "", _remedy(each))
                for each in sorted(now.saved, key=lambda each: not (each.detail or each.aside))
            ],
        )


def _remedy(channel: "SavedHealth") -> str:
    again = "mend the receiver, then `syriawire saved retry NAME`" if channel.aside else ""
    return "; ".join(filter(None, (channel.detail, again)))


@click.command()
@click.option("--wait", default=60.0, show_default=True, help="Seconds for what is still on its way.")
@json_option
@click.pass_obj
def verify(settings: Settings, wait: float, as_json: bool) -> int:
    """Prove that every article in the log is in the index, and nothing else; exit 1 if not."""
    from ops.verify import verify as prove

    console = Console(stderr=True)
    with (
        closing(open_log(settings)) as log,
        closing(open_index(settings)) as index,
        console.status("comparing log and index") as shown,
    ):
        found = prove(log, index, wait=wait, progress=lambda n: shown.update(f"waiting for {n} articles"))
    if as_json:
        json_line(found)
        return int(not found.ok)
    click.echo(
        f"{'ok' if found.ok else 'NOT OK'}: {found.articles} articles in {found.versions} versions in the log "
        f"(up to record {found.raw_end}); {found.indexed} in the index, {found.dead} dead letters, "
        f"{len(found.problems)} problems"
    )
    for problem in found.problems[:_SHOWN_PROBLEMS]:
        click.echo(f"{problem.kind}\t{problem.id}\t{problem.detail}")
    if len(found.problems) > _SHOWN_PROBLEMS:
        click.echo(f"and {len(found.problems) - _SHOWN_PROBLEMS} more: --json shows all")
    return int(not found.ok)


@click.command()
@click.option("--demo", is_flag=True, help="Check what `up --demo` needs.")
@json_option
@click.pass_obj
def doctor(settings: Settings, demo: bool, as_json: bool) -> int:
    """Check what the pipeline needs on this machine; exit 1 if something is missing."""
    from ops.preflight import checks

    found = checks(settings, demo)
    if as_json:
        json_lines(found)
    else:
        for check in found:
            click.echo(f"{'ok  ' if check.ok else 'FAIL'}  {check.message}")
    return int(not all(check.ok for check in found))
