"""`token`: who may read the page from another machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

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
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Take the token out of this file, and print none.",
)
@click.pass_obj
def add(settings: Settings, name: str, role: Role, token_file: Path | None) -> None:
    """Make a token and print it, this once; only its hash is kept.

    With --token-file the same call again changes nothing.
    """
    given = token_file.read_text(encoding="utf-8").strip() if token_file else None
    with _state(settings) as state:
        token = add_token(state, name, role, datetime.now(UTC), given)
    if given is None:
        click.echo(token)
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
