"""The `syriawire` command: results on stdout, logs on stderr, exit 0 / 1 (it failed) / 2 (called wrongly)."""

import os
import sys
from typing import Any

import click

from cli import logs
from lexicon.entries import LexiconError
from store.errors import SettingsError, SyriaWireError
from store.settings import load_settings


class _OnDemand(click.Group):
    """Imports a command's module when it is called, so that `--help` and `search` do not wait for Airflow."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = __import__(f"cli.{_COMMANDS[cmd_name]}", fromlist=[cmd_name])
        command: click.Command = getattr(module, cmd_name)
        return command


_COMMANDS = {
    "up": "run",
    "work": "run",
    "serve": "run",
    "feeds": "feeds",
    "poll": "feeds",
    "parse": "texts",
    "tag": "tag",
    "gazetteer": "gazetteer",
    "search": "find",
    "export": "export",
    "token": "tokens",
    "saved": "saved",
    "status": "watch",
    "verify": "watch",
    "doctor": "watch",
    "dead": "dead",
    "replay": "replay",
    "backup": "backup",
    "elastic": "elastic",
    "kibana": "kibana",
}
"""Command → the module that holds it."""


@click.group(cls=_OnDemand, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="syria-wire", prog_name="syriawire")
@click.pass_context
def syriawire(context: click.Context) -> None:
    """Every article of every watched wire on Syria: searchable, each name resolved, nothing lost.

    Settings come from the environment (SYRIAWIRE_…) or a file that SYRIAWIRE_SETTINGS names.
    """
    settings = load_settings()
    logs.configure(settings.log_level)
    context.obj = settings


def main() -> None:
    """The console script. Never shows a traceback for what we foresaw."""
    try:
        code: Any = syriawire.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        code = 130
    except SettingsError as error:
        code = _fail(error, 2)
    except (SyriaWireError, LexiconError) as error:
        code = _fail(error, 1)
    except BrokenPipeError:
        # `syriawire search … | head`: what is left in the buffer must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code if isinstance(code, int) else 0)


def _fail(error: Exception, code: int) -> int:
    click.echo(f"syriawire: {error}", err=True)
    return code
