"""`saved add|edit|list|show|remove|run|test|retry|check`."""

from datetime import UTC, datetime

import click
import msgspec

from cli.output import json_line, json_lines, json_option, table
from ops.alert_runs import open_keeper, run_searches
from ops.alerts import missed
from search.errors import BadRequest
from search.saved_keeping import find
from search.saved_targets import shown_target
from store.saved import ATOM, Channel, SavedSearch
from store.settings import Settings

_ASIDE_SHOWN = 1000


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
    """Save QUERY under NAME. Its Atom feed is there without any option."""
    hooks = tuple(
        Channel(kind="webhook", target=url, digest=bool(digest), private=private, secret=secret)
        for url in dict.fromkeys(webhook)
    )
    mails = tuple(
        Channel(kind="email", target=address, digest=digest is not False) for address in dict.fromkeys(email)
    )
    wanted = SavedSearch(
        id="",
        name=name,
        query=query,
        created=datetime.now(UTC),
        channels=(ATOM, *hooks, *mails),
        copies=copies,
    )
    try:
        with open_keeper(settings) as keeper:
            made = keeper.add(wanted, backfill=backfill)
    except BadRequest as error:
        raise click.UsageError(str(error)) from error
    json_line({"saved": made.name, "id": made.id})


@saved.command()
@click.argument("name")
@click.option("--name", "new_name", metavar="NAME", help="Call it so.")
@click.option("--query", help="Ask this from now on; what went out stays out.")
@click.pass_obj
def edit(settings: Settings, name: str, new_name: str | None, query: str | None) -> None:
    """Change name or query."""
    try:
        with open_keeper(settings) as keeper:
            before = find(keeper.store, name)
            changed = msgspec.structs.replace(
                before, name=new_name or before.name, query=query or before.query
            )
            made = keeper.change(changed)
    except BadRequest as error:
        raise click.UsageError(str(error)) from error
    json_line({"saved": made.name, "id": made.id})


@saved.command("list")
@json_option
@click.pass_obj
def list_(settings: Settings, as_json: bool) -> None:
    """List the saved searches."""
    with open_keeper(settings) as keeper:
        found = keeper.store.searches()
        aside = {
            each.id: sum(tally.aside for tally in keeper.store.tallies(each.id).values()) for each in found
        }
    if as_json:
        json_lines({**msgspec.to_builtins(each), "aside": aside[each.id]} for each in found)
        return
    rows = [
        (each.name, each.query, ", ".join(channel.kind for channel in each.channels), aside[each.id] or "")
        for each in found
    ]
    table(("name", "query", "channels", "set aside"), rows)


@saved.command()
@click.argument("name")
@click.pass_obj
def show(settings: Settings, name: str) -> None:
    """Show one with how far its channels are, what they sent, and what was set aside and why."""
    with open_keeper(settings) as keeper:
        search = find(keeper.store, name)
        json_line(
            {
                "search": search,
                "progress": keeper.store.progress(search.id),
                "sent": keeper.store.tallies(search.id),
                "aside": keeper.store.aside(search.id, _ASIDE_SHOWN),
            }
        )


@saved.command()
@click.argument("name")
@click.pass_obj
def remove(settings: Settings, name: str) -> None:
    """Forget one with its ledger."""
    with open_keeper(settings) as keeper:
        keeper.remove(find(keeper.store, name))


@saved.command()
@click.argument("name", default="")
@click.pass_obj
def run(settings: Settings, name: str) -> int:
    """Look and send now, all or one; exit 1 if a channel failed."""
    ids = None
    if name:
        with open_keeper(settings) as keeper:
            ids = [find(keeper.store, name).id]
    return _run(settings, ids)


@saved.command()
@click.argument("name")
@click.pass_obj
def test(settings: Settings, name: str) -> int:
    """Send one message that says it is a test through each channel; exit 1 if one did not take it."""
    with open_keeper(settings) as keeper:
        search = find(keeper.store, name)
        tried = keeper.test(search)
    targets = {each.id: shown_target(each) for each in search.channels}
    json_lines({**msgspec.to_builtins(each), "target": targets[each.channel]} for each in tried)
    return int(not all(each.ok for each in tried))


@saved.command()
@click.argument("name")
@click.pass_obj
def retry(settings: Settings, name: str) -> int:
    """Send again what its receivers refused and was set aside; exit 1 if a channel failed."""
    with open_keeper(settings) as keeper:
        search = find(keeper.store, name)
        json_line({"again": keeper.retry(search)})
    return _run(settings, [search.id])


@saved.command()
@click.argument("name")
@click.pass_obj
def check(settings: Settings, name: str) -> int:
    """Compare ledger and index; exit 1 if a match was never sent."""
    with open_keeper(settings) as keeper:
        found = missed(keeper.desk, find(keeper.store, name))
    json_line({"ok": not found, "missed": found})
    return int(bool(found))


def _run(settings: Settings, ids: list[str] | None) -> int:
    rows = run_searches(settings, ids)
    json_lines(rows)
    return int(any(row.result == "failed" for row in rows))
