"""What went wrong, as a health state. Pure."""

import socket
import ssl

import httpcore
import httpx

from ingest.fetch.unpack import BadContent
from ingest.fetch.vet import PrivateAddress


class Lost(Exception):  # noqa: N818  (an answer about a feed, not a fault)
    """Redirected too often, in a circle, or to no web address."""


class Misconfigured(Exception):  # noqa: N818  (an answer about a feed, not a fault)
    """What the catalogue says of a feed cannot be done."""


BROKEN = (
    Lost,
    Misconfigured,
    httpx.HTTPError,
    httpx.StreamError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.ConnectionNotAvailable,
    OSError,
    BadContent,
    PrivateAddress,
)
"""All that host, network and catalogue do to a request."""
_CAUSES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((PrivateAddress,), "private_address"),
    ((Lost,), "redirects"),
    ((Misconfigured,), "failed"),
    ((socket.gaierror,), "dns"),
    ((ssl.SSLError, ssl.CertificateError), "tls"),
    ((ConnectionRefusedError,), "refused"),
    ((BadContent,), "bad_content"),
    ((TimeoutError, httpx.TimeoutException, httpcore.TimeoutException), "timeout"),
)


def diagnose(error: BaseException) -> tuple[str, str]:
    """(health, detail). The libraries wrap what the system said; the state is in the innermost that we know."""
    if isinstance(error, httpcore.LocalProtocolError):
        return "connection", "the host broke the protocol"  # the library's text can show our headers
    if isinstance(error, httpcore.ProxyError):
        return ("unauthorised" if str(error).startswith("407") else "connection"), f"the proxy says: {error}"
    for each in _chain(error):
        for kinds, health in _CAUSES:
            if isinstance(each, kinds):
                return health, str(each) or type(each).__name__
    return "connection", f"{type(error).__name__}: {error}"


def _chain(error: BaseException) -> list[BaseException]:
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) and inner not in chain:
        chain.append(inner)
    return chain
