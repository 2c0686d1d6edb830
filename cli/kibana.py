"""`kibana import`: the dashboards of config/kibana/ into a running Kibana."""

import ssl
from pathlib import Path

import click
import httpx

from cli.elastic import secret_of
from cli.output import json_line
from store.errors import SettingsError
from store.settings import Settings

_TIMEOUT = 60.0


@click.group()
def kibana() -> None:
    """Data views, dashboards and saved searches for Kibana (docs/kibana.md)."""


@kibana.command("import")
@click.option("--url", default="", help="Kibana's address, with its base path if it has one.")
@click.option("--api-key-file", default="", help="A key of the role importer (`syriawire elastic keys`).")
@click.option("--user", default="", help="Instead of a key.")
@click.option("--password-file", default="", help="With --user.")
@click.option("--ca-file", default="", help="The authority that signed Kibana's certificate, PEM.")
@click.option("--prefix", default="", help="Of the indices; by default that of SYRIAWIRE_INDEX.")
@click.option("--page", default="", help="Where the page is, for links; by default this machine's.")
@click.option(
    "--output", type=click.Path(dir_okay=False), help="Write the objects to a file, import nothing."
)
@click.option("--wait", default=300.0, show_default=True, help="Seconds for a Kibana that is starting.")
@click.pass_obj
def import_(
    settings: Settings,
    url: str,
    api_key_file: str,
    user: str,
    password_file: str,
    ca_file: str,
    prefix: str,
    page: str,
    output: str | None,
    wait: float,
) -> None:
    """Import them; what an earlier import brought is replaced, what people made stays."""
    from lexicon.load import load_lexicon
    from ops.kibana.objects import FILE, ndjson, read_ndjson
    from ops.kibana.send import Kibana
    from ops.kibana.tailor import tailored

    if bool(url) == bool(output):
        raise click.UsageError("give --url, or --output")
    objects = tailored(
        read_ndjson(FILE.read_bytes()),
        load_lexicon(settings.gazetteer),
        prefix=prefix or _prefix(settings),
        page=page or f"http://127.0.0.1:{settings.web_port}",
    )
    if output:
        Path(output).write_bytes(ndjson(objects))
        json_line({"written": len(objects), "file": output})
        return
    headers, auth = _credentials(api_key_file, user, password_file)
    with httpx.Client(
        base_url=url, headers=headers, auth=auth, timeout=_TIMEOUT, verify=_trusted(ca_file), trust_env=False
    ) as client:
        done = Kibana(client, wait=wait).load(objects)
    json_line({"imported": done, "url": url})


def _prefix(settings: Settings) -> str:
    """That of the index setting, if it is Elasticsearch."""
    from ops.kibana.objects import PREFIX

    if not settings.index.startswith(("http:", "https:")):
        return PREFIX
    from store.adapters.elastic_client import address

    return address(settings.index).prefix


def _credentials(
    api_key_file: str, user: str, password_file: str
) -> tuple[dict[str, str], httpx.BasicAuth | None]:
    if bool(user) != bool(password_file):
        raise click.UsageError("--user and --password-file go together")
    if api_key_file and user:
        raise click.UsageError("give --api-key-file, or --user")
    headers = {"authorization": f"ApiKey {secret_of(api_key_file)}"} if api_key_file else {}
    return headers, httpx.BasicAuth(user, secret_of(password_file)) if user else None


def _trusted(ca_file: str) -> ssl.SSLContext | bool:
    if not ca_file:
        return True
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise SettingsError(f"{ca_file}: no certificate can be read: {error}") from error
