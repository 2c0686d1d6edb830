"""Who may ask, and how often: tokens with roles, kept hashed in the state store, and limits in memory."""

import hmac
import math
import secrets
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from ipaddress import ip_address
from typing import Annotated, Literal, get_args

import msgspec
from fastapi import Request

from search.errors import TooMany, Unknown
from store.errors import SyriaWireError
from store.state import State

Role = Literal["reader", "editor", "archivist"]
"""Each may do what those before it may: read and export; keep saved searches; see raw responses."""
ROLES: tuple[Role, ...] = get_args(Role)
COOKIE = "syriawire_token"
OPEN = ("/healthz", "/login", "/static/")
_MARK = "web-tokens"
_PREFIX = "sw_"
_LONGEST_NAME = 60
_SHORTEST_GIVEN = 32
_MOST_ASKERS = 10_000


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a token: never itself."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=_LONGEST_NAME)]
    role: Role
    digest: str
    created: datetime


class Asker(msgspec.Struct, frozen=True):
    """Who asks: a token's name, or an address of this machine, and what it may do."""

    name: str
    role: Role
    by_address: bool = False
    """Let in for the machine it sits on, without a token."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """So many a minute of one asker; sign-ins, of one address."""

    requests: int = 1200
    exports: int = 30
    logins: int = 10
    tests: int = 10


DEFAULT_LIMITS = Limits()


def tokens(state: State) -> list[Token]:
    """All that are valid, by name."""
    kept = state.mark(_MARK)
    return msgspec.json.decode(kept, type=list[Token]) if kept else []


def add_token(state: State, name: str, role: Role, now: datetime, given: str | None = None) -> str:
    """A new token, which is never seen again. `given`: this one; if it is there already all is well.

    Raises `SyriaWireError` where the name is taken or will not do, or a given token is too short.
    """
    known = tokens(state)
    if given is not None and len(given) < _SHORTEST_GIVEN:
        raise SyriaWireError(f"token {name}: is short: give it {_SHORTEST_GIVEN} letters, made at random")
    if given and any((each.name, each.role, each.digest) == (name, role, _digest(given)) for each in known):
        return given
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise SyriaWireError(f"token {name!r}: no name for it: use 1 to {_LONGEST_NAME} letters")
    if any(each.name == name for each in known):
        raise SyriaWireError(f"token {name}: is there already: take another name, or revoke it first")
    secret = given or _PREFIX + secrets.token_urlsafe(32)
    made = Token(name=name, role=role, digest=_digest(secret), created=now)
    _save(state, sorted([*known, made], key=lambda token: token.name))
    return secret


def revoke_token(state: State, name: str) -> None:
    """It is refused from the next request on. Raises `SyriaWireError` if there is none of this name."""
    known = tokens(state)
    kept = [each for each in known if each.name != name]
    if len(kept) == len(known):
        raise SyriaWireError(f"token {name}: not there: `syriawire token list` shows them")
    _save(state, kept)


def token_of(state: State, secret: str) -> Token | None:
    """The token with this secret; every kept digest is compared in full, whichever fits."""
    digest, found = _digest(secret), None
    for each in tokens(state):
        if hmac.compare_digest(each.digest, digest):
            found = each
    return found


class Gate:
    """Lets in who has a token, or, where `needed` is false (loopback), anybody as an editor.

    A token counts wherever it is sent: as `Authorization: Bearer …` or in the cookie of the login form.
    """

    def __init__(self, state: State, *, needed: bool) -> None:
        self._state = state
        self.needed = needed

    def asker(self, request: Request) -> Asker:
        """Raises `Unknown` without a token where one is needed, and for a wrong one anywhere."""
        secret = _sent(request)
        if secret:
            token = token_of(self._state, secret)
            if token is None:
                raise Unknown("token: not known here: check it, or ask for a new one")
            return Asker(f"token {token.name}", token.role)
        if self.needed and not _is_open(request.url.path):
            raise Unknown("token: none was sent: send `Authorization: Bearer TOKEN`, or sign in at /login")
        return Asker(f"address {address(request)}", "reader" if self.needed else "editor", not self.needed)


class Limit:
    """At most `count` requests a minute for each asker, with a burst of as many. In memory."""

    def __init__(self, count: int, seconds: Callable[[], float]) -> None:
        self._count = count
        self._seconds = seconds
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> None:
        """Raises `TooMany` with the seconds to wait."""
        now = self._seconds()
        left, then = self._left.pop(name, (float(self._count), now))
        left = min(float(self._count), left + (now - then) * self._count / 60)
        self._left[name] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > _MOST_ASKERS:
            self._left.popitem(last=False)
        if left < 1:
            wait = math.ceil((1 - left) * 60 / self._count)
            raise TooMany(f"requests: more than {self._count} a minute: wait {wait} s and ask again", wait)


def role_of(request: Request) -> Role:
    """What the asker of a request may do; a reader where no gate stands before the application."""
    asker: Asker | None = getattr(request.state, "asker", None)
    return asker.role if asker is not None else "reader"


def asker_name(request: Request) -> str:
    """Whose requests count together."""
    asker: Asker | None = getattr(request.state, "asker", None)
    return asker.name if asker is not None else address(request)


def address(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else "?"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_host(host: str, state: State) -> None:
    """Raises `SyriaWireError` where others can reach us and no token is there to tell who may."""
    if not is_loopback(host) and not tokens(state):
        raise SyriaWireError(
            f"web page: SYRIAWIRE_WEB_HOST={host} lets other machines in, and no token is set: "
            "`syriawire token add NAME --role reader` first, or listen on 127.0.0.1"
        )


def _is_open(path: str) -> bool:
    return path in OPEN or (path.startswith("/static/") and ".." not in path)


def _sent(request: Request) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return request.cookies.get(COOKIE, "")


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def _save(state: State, known: list[Token]) -> None:
    state.set_mark(_MARK, msgspec.json.encode(known).decode())
