"""`elastic create|keys`: what an administrator of the cluster does once, and a deployment at each start."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
import msgspec

from cli.output import json_line
from store.errors import SettingsError, SyriaWireError
from store.settings import Secret, Settings

_KIBANA = "kibana_system"
_user = click.option("--user", default="", help="Who; none: as in the settings.")
_password = click.option(
    "--password-file", type=click.Path(dir_okay=False), default="", help="A file that holds their password."
)
_wait = click.option(
    "--wait", default=120.0, show_default=True, help="Seconds for a server that is starting."
)


@click.group()
def elastic() -> None:
    """Prepare the Elasticsearch of SYRIAWIRE_INDEX: indices, roles, API keys."""


@elastic.command()
@_user
@_password
@_wait
@click.pass_obj
def create(settings: Settings, user: str, password_file: str, wait: float) -> None:
    """Make the indices and aliases that are missing, and the place of the backups if one is set."""
    from store.adapters.elastic_setup import Setup

    with closing(Setup(as_user(settings, user, password_file), wait=wait)) as setup:
        setup.create()
    json_line({"created": settings.index})


@elastic.command()
@_user
@_password
@_wait
@click.option(
    "--key",
    "keys_",
    multiple=True,
    metavar="ROLE=FILE",
    help="An API key with this role's rights, into a file.",
)
@click.option("--kibana-password-file", default="", help=f"Give {_KIBANA}, Kibana's own user, this password.")
@click.pass_obj
def keys(
    settings: Settings,
    user: str,
    password_file: str,
    wait: float,
    keys_: tuple[str, ...],
    kibana_password_file: str,
) -> None:
    """Put the roles, and write API keys into files; a file whose key still works is kept."""
    from store.adapters.elastic_setup import Setup

    wanted = [_role_and_file(each) for each in keys_]
    with closing(Setup(as_user(settings, user, password_file), wait=wait)) as setup:
        put = setup.put_roles()
        if kibana_password_file:
            setup.set_password(_KIBANA, secret_of(kibana_password_file))
        made = {}
        for role, file in wanted:
            known = file.read_text(encoding="ascii").strip() if file.exists() else ""
            key = setup.key(role, known)
            made[role] = "kept" if key == known else "made"
            if key != known:
                _write(file, key)
    json_line({"roles": put, "keys": made})


def as_user(settings: Settings, user: str, password_file: str) -> Settings:
    """The settings with these credentials instead of their own. Raises `SettingsError`."""
    if bool(user) != bool(password_file):
        raise SettingsError("--user and --password-file go together: give both, or none")
    if not user:
        return settings
    return msgspec.structs.replace(
        settings,
        elasticsearch_user=user,
        elasticsearch_password=Secret(secret_of(password_file)),
        elasticsearch_api_key=Secret(""),
    )


def secret_of(file: str) -> str:
    """What the file holds, without the newline at its end. Raises `SettingsError` that shows nothing of it."""
    try:
        secret = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: holds no secret that can be read: write it there") from error
    if not secret:
        raise SettingsError(f"{file}: is empty: write the secret there")
    return secret


def _role_and_file(text: str) -> tuple[str, Path]:
    role, equals, file = text.partition("=")
    if not (role and equals and file):
        raise click.UsageError(f"--key {text}: write ROLE=FILE")
    return role, Path(file)


def _write(file: Path, key: str) -> None:
    """Whole or not at all, for its owner only."""
    with _new(file) as fresh:
        fresh.write_text(key + "\n", encoding="ascii")


@contextmanager
def _new(file: Path) -> Iterator[Path]:
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        fresh.touch(mode=0o600)
        yield fresh
        fresh.replace(file)
    except OSError as error:
        raise SyriaWireError(
            f"{file}: cannot be written ({error.strerror}): make its folder writable"
        ) from error
    finally:
        fresh.unlink(missing_ok=True)
