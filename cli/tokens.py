"""`token`: who may read the page from another machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from cli.output import json_lines, json_option, table
from search.access import ROLES, Role, add_token, revoke_token, tokens
from store.connect import open_state
from store.settings import Settings
from store.state import State


@click.group()
def token() -> None:
    """Tokens for the page and the API: needed where SYRIAWIRE_WEB_HOST lets other machines in."""


@token.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="reader", show_default=True)
@click.pass_obj
def add(settings: Settings, name: str, role: Role) -> None:
    """Make a token and print it, this once; only its hash is kept."""
    with _state(settings) as state:
        click.echo(add_token(state, name, role, datetime.now(UTC)))
    click.echo("Keep it well: it is not shown again.", err=True)


@token.command("list")
@json_option
@click.pass_obj
def list_(settings: Settings, as_json: bool) -> None:
    """Show names and roles."""
    with _state(settings) as state:
        known = tokens(state)
    if as_json:
        json_lines({"name": each.name, "role": each.role, "created": each.created} for each in known)
    else:
        table(("name", "role", "created"), [(each.name, each.role, each.created) for each in known])


@token.command()
@click.argument("name")
@click.pass_obj
def revoke(settings: Settings, name: str) -> None:
    """Refuse a token from now on."""
    with _state(settings) as state:
        revoke_token(state, name)


@contextmanager
def _state(settings: Settings) -> Iterator[State]:
    state = open_state(settings)
    try:
        yield state
    finally:
        state.close()
