"""Runs the web application on this machine, with the ports that the settings name."""

import errno
import socket

import uvicorn

from lexicon.entries import Lexicon
from lexicon.load import load_lexicon
from search.access import Limits, check_host, is_loopback
from search.app import create_app
from search.highlight import Labels
from search.names import Names
from search.present import prettified
from search.saved_keeping import Keep
from store.connect import open_archive, open_index, open_saved, open_state
from store.errors import SyriaWireError
from store.settings import Settings

_UNITS = ("governorate", "district", "subdistrict")


def serve(settings: Settings, keep: Keep | None = None) -> None:
    """Serves until it is told to stop (SIGINT, SIGTERM). Raises `SyriaWireError` if host or port cannot be had.

    `keep` makes what saves searches.
    """
    with listening(settings.web_host, settings.web_port) as listener:
        index, state, saved = open_index(settings), open_state(settings), open_saved(settings)
        try:
            check_host(settings.web_host, state)
            lexicon = load_lexicon(settings.gazetteer)
            names = Names(lambda: lexicon).ready()
            config = uvicorn.Config(
                create_app(
                    index,
                    state,
                    labels=gazetteer_labels(lexicon),
                    names=names,
                    archive=open_archive(settings),
                    saved=keep(settings, index, state, saved, names) if keep else None,
                    limits=limits(settings),
                    tokens_needed=not is_loopback(settings.web_host),
                ),
                log_level=settings.log_level.lower(),
                access_log=False,  # what people watch is their own business
                server_header=False,
            )
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            index.close()
            state.close()
            saved.close()


def limits(settings: Settings) -> Limits:
    """How often one asker may come."""
    return Limits(
        requests=settings.web_requests,
        exports=settings.web_exports,
        logins=settings.web_logins,
        tests=settings.web_tests,
    )


def gazetteer_labels(lexicon: Lexicon) -> Labels:
    """Names for readers: the gazetteer's first English one, with the kind where a town has its district's name."""

    def label(entity_id: str) -> str:
        entity = lexicon.entities.get(entity_id)
        if entity is None or not entity.names.get("en"):
            return prettified(entity_id)
        name = entity.names["en"][0]
        return f"{name} ({entity.kind})" if entity.kind in _UNITS else name

    return label


def listening(host: str, port: int) -> socket.socket:
    """A bound socket. Taken before anything else is opened, so that a taken port is one clear line."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, proto)
    except OSError as error:
        raise SyriaWireError(f"web page: host {host} is not known: mend SYRIAWIRE_WEB_HOST") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise SyriaWireError(_why(error, host, port)) from error
    return listener


def _why(error: OSError, host: str, port: int) -> str:
    where = f"web page: port {port} on {host}"
    match error.errno:
        case errno.EADDRINUSE:
            return f"{where} is taken: stop what uses it or set SYRIAWIRE_WEB_PORT"
        case errno.EACCES:
            return f"{where} is not allowed to us: set SYRIAWIRE_WEB_PORT to 1024 or more"
        case _:
            return f"{where} cannot be had ({error.strerror}): mend SYRIAWIRE_WEB_HOST"
