"""Addresses as they may be shown: a URL of the catalogue can hold a password or a key. Pure."""

import re

from ingest.text import one_line

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://\S+")
_USERINFO = re.compile(r"(?<=://)[^/\s]*@")
_HIDDEN = "…"
_SENTENCE = ":,;.!)'\"]>"


def without_secrets(text: str) -> str:
    """Every URL in `text`, which may be one itself, without user, password, fragment and values of its query."""
    return _URL.sub(lambda match: _discreet(match[0]), text)


def shown(detail: str) -> str:
    """A line for a person, who may show it to others: without secrets and control characters."""
    return one_line(without_secrets(detail))


def _discreet(url: str) -> str:
    end = url[len(url.rstrip(_SENTENCE)) :]  # belongs to the sentence that the URL stands in
    head, mark, query = url.removesuffix(end).partition("#")[0].partition("?")
    head = _USERINFO.sub("", head)
    if not mark:
        return head + end
    names = (name + equals for name, equals, _ in (each.partition("=") for each in query.split("&")))
    return f"{head}?{'&'.join(name + _HIDDEN if name.endswith('=') else _HIDDEN for name in names)}{end}"
