"""Where a saved search sends: what may stand there, and what of it is shown. Pure."""

import re
from urllib.parse import urlsplit

from search.errors import BadRequest
from store.saved import Channel

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
)


def checked_address(address: str) -> str:
    """Raises `BadRequest` for what is not one plain e-mail address."""
    if not _ADDRESS.fullmatch(address) or ".." in address:
        raise BadRequest("e-mail: not an address: write NAME@HOST, in plain letters")
    return address


def shown_target(channel: Channel) -> str:
    """A mailbox as it is; of a webhook only the host: its path is often a password."""
    if channel.kind == "webhook":
        parts = urlsplit(channel.target)
        return f"{parts.scheme}://{parts.netloc}/…"
    return channel.target
