"""`saved add|list|show|remove|run|check`."""

from datetime import UTC, datetime

import click

from cli.output import json_line, json_lines, json_option, table
from ops.alert_runs import open_desk, run_searches
from ops.alerts import add as save
from ops.alerts import find, missed
from ops.senders import Senders
from ops.senders_mail import checked_address
from ops.senders_webhook import checked_url
from search.errors import BadRequest
from store.saved import Channel, SavedSearch
from store.settings import Settings


@click.group()
def saved() -> None:
    """Saved searches, which send what they find (docs/alerts.md)."""


@saved.command()
@click.argument("name")
@click.argument("query")
@click.option("--webhook", multiple=True, metavar="URL", help="POST to this address.")
@click.option("--email", multiple=True, metavar="ADDRESS", help="Mail to this address.")
@click.option(
    "--digest/--each", default=None, help="One message a run, or one an article; default: e-mail one a run."
)
@click.option("--secret", default="", help="The file in the folder of secrets that signs webhooks.")
@click.option("--private", is_flag=True, help="The webhook may lead into a private network.")
@click.option("--copies", is_flag=True, help="Also articles that copy another.")
@click.option("--backfill", is_flag=True, help="Also send what matches already.")
@click.pass_obj
def add(
    settings: Settings,
    name: str,
    query: str,
    webhook: tuple[str, ...],
    email: tuple[str, ...],
    digest: bool | None,
    secret: str,
    private: bool,
    copies: bool,
    backfill: bool,
) -> None:
    """Save QUERY under NAME."""
    if not (webhook or email):
        raise click.UsageError("channels: none: say --webhook URL or --email ADDRESS")
    try:
        channels = (
            *(
                Channel(
                    kind="webhook",
                    target=checked_url(url, private=private),
                    digest=bool(digest),
                    private=private,
                    secret=secret,
                )
                for url in dict.fromkeys(webhook)
            ),
            *(
                Channel(kind="email", target=checked_address(address), digest=digest is not False)
                for address in dict.fromkeys(email)
            ),
        )
        for channel in channels:
            Senders(settings).check(channel)
        wanted = SavedSearch(
            id="", name=name, query=query, created=datetime.now(UTC), channels=channels, copies=copies
        )
        with open_desk(settings) as desk:
            made = save(desk, wanted, backfill=backfill)
    except BadRequest as error:
        raise click.UsageError(str(error)) from error
    json_line({"saved": made.name, "id": made.id})


@saved.command("list")
@json_option
@click.pass_obj
def list_(settings: Settings, as_json: bool) -> None:
    """List the saved searches."""
    with open_desk(settings) as desk:
        found = desk.saved.searches()
    if as_json:
        json_lines(found)
        return
    rows = [(each.name, each.query, ", ".join(channel.kind for channel in each.channels)) for each in found]
    table(("name", "query", "channels"), rows)


@saved.command()
@click.argument("name")
@click.pass_obj
def show(settings: Settings, name: str) -> None:
    """Show one with how far its channels are."""
    with open_desk(settings) as desk:
        search = find(desk.saved, name)
        json_line({"search": search, "progress": desk.saved.progress(search.id)})


@saved.command()
@click.argument("name")
@click.pass_obj
def remove(settings: Settings, name: str) -> None:
    """Forget one with its ledger."""
    with open_desk(settings) as desk:
        desk.saved.drop_search(find(desk.saved, name).id)


@saved.command()
@click.argument("name", default="")
@click.pass_obj
def run(settings: Settings, name: str) -> int:
    """Look and send now, all or one; exit 1 if a channel failed."""
    ids = None
    if name:
        with open_desk(settings) as desk:
            ids = [find(desk.saved, name).id]
    rows = run_searches(settings, ids)
    json_lines(rows)
    return int(any(row.result == "failed" for row in rows))


@saved.command()
@click.argument("name")
@click.pass_obj
def check(settings: Settings, name: str) -> int:
    """Compare ledger and index; exit 1 if a match was never sent."""
    with open_desk(settings) as desk:
        found = missed(desk, find(desk.saved, name))
    json_line({"ok": not found, "missed": found})
    return int(bool(found))
