"""What somebody wishes to have saved: from API or form to a `SavedSearch`; a search of the page as one query. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from search.errors import BadRequest
from search.request import SearchRequest, query_text
from search.saved import checked_name
from store.bounds import MOST_CHARACTERS
from store.saved import ATOM, Channel, SavedSearch

MOST_CHANNELS = 20
_PLAIN = re.compile(r"[\w./\-]+")


class ChannelWish(BaseModel):
    """A new way out, or by `id` one that the search has: its whole address is not given out again."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(default="", max_length=100)
    kind: Literal["", "webhook", "email"] = ""
    target: str = Field(default="", max_length=2000)
    digest: bool | None = None
    """One message a run instead of one an article; by default for e-mail only."""


class SavedWish(BaseModel):
    """A name, a query and where its matches go; the Atom feed is always there."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=80)
    query: str = Field(default="", max_length=MOST_CHARACTERS)
    channels: list[ChannelWish] = Field(default=[], max_length=MOST_CHANNELS)
    copies: bool = False


class NewSavedWish(SavedWish):
    """`backfill`: what matches already is sent too."""

    backfill: bool = False


def wished(wish: SavedWish, now: datetime, before: SavedSearch | None = None) -> SavedSearch:
    """The search that is asked for, in the place of `before`. Raises `BadRequest`.

    Private networks and secrets of its own are for the command line: who may save a search may not look around there.
    """
    has = {each.id: each for each in before.channels} if before else {}
    channels = dict.fromkeys((ATOM, *(_channel(each, has) for each in wish.channels)))
    ids = [each.id for each in channels]
    if len(set(ids)) < len(ids):
        raise BadRequest("channels: the same one twice: leave one of them out")
    base = before or SavedSearch(id="", name="", query="", created=now, channels=())
    return msgspec.structs.replace(
        base,
        name=checked_name(wish.name.strip()),
        query=wish.query.strip(),
        channels=tuple(channels),
        copies=wish.copies,
    )


def _channel(wish: ChannelWish, has: dict[str, Channel]) -> Channel:
    if wish.id:
        if wish.id not in has:
            raise BadRequest(f"channels: {wish.id!r}: this search has none of this id: leave it out")
        return has[wish.id]
    if not wish.kind or not wish.target:
        raise BadRequest(
            "channels: one without address: give kind and target, or the id of one that is there"
        )
    known = Channel(kind=wish.kind, target=wish.target)
    digest = wish.kind == "email" if wish.digest is None else wish.digest
    return has.get(known.id, msgspec.structs.replace(known, digest=digest))


def form_wish(fields: dict[str, list[str]]) -> SavedWish:
    """What a form says: `name`, `query`, `keep` (ids), `webhook` and `email` (addresses with spaces between)."""

    def all_(name: str) -> list[str]:
        return [each for value in fields.get(name, []) for each in re.split(r"[\s,]+", value) if each]

    channels = [
        *(ChannelWish(id=each[:100]) for each in fields.get("keep", []) if each != ATOM.id),
        *(ChannelWish(kind="webhook", target=each[:2000]) for each in all_("webhook")),
        *(ChannelWish(kind="email", target=each[:2000]) for each in all_("email")),
    ]
    if len(channels) > MOST_CHANNELS:
        raise BadRequest(f"channels: more than {MOST_CHANNELS}: leave some out")
    name, query = (fields.get(each, [""])[0] for each in ("name", "query"))
    if len(query) > MOST_CHARACTERS:
        raise BadRequest(f"query: more than {MOST_CHARACTERS:,} characters: ask for less at once")
    return SavedWish.model_construct(name=name, query=query, channels=channels, copies="copies" in fields)


def as_query(request: SearchRequest) -> str:
    """One query that finds what a search of the page with its filters finds; copies apart."""
    parts = [
        _any_of("language", request.language),
        _any_of("feed", request.feed),
        *map(query_text, request.entity),
        f"near:{request.near}km" if request.near else "",
    ]
    filters = " ".join(filter(None, parts))
    words = request.q.strip()
    return f"({words}) {filters}" if words and filters else words or filters


def _any_of(field: str, values: Sequence[str]) -> str:
    terms = [f"{field}:{_quoted(value)}" for value in values]
    return f"({' OR '.join(terms)})" if len(terms) > 1 else "".join(terms)


def _quoted(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else '"' + value.replace('"', "") + '"'
