"""Articles, feeds and a client for the tests of the search stage."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, overload

import anyio
import httpx
from fastapi import FastAPI

from store.records import Article, Mention
from store.state import FeedState

Thing = TypeVar("Thing")
NOW = datetime(2015, 10, 10, 12, 0, tzinfo=UTC)
COPIED = "a1"
ARABIC = "a2"
WITHDRAWN = "a4"
EMBARGOED = "a5"
SCRIPT = "a6"
SECRET = "The minister took the money himself"
BODY = (
    "BEIRUT (Levant Wire) - Islamic State fighters have blown up the Arch of Triumph in Palmyra, one of the best known "
    "Roman monuments of the Middle East, Syria's antiquities chief and activists from the town said.\n\n"
    "The monumental arch stood over the colonnaded street of the desert city in Homs province. Maamoun Abdulkarim, "
    "who heads the antiquities department in Damascus, said word of its destruction had come from people in Palmyra. "
    "Government forces went on shelling villages in the north of Hama, activists said, and warplanes that they took "
    "to be Russian struck Idlib. Twelve people were killed when shells fell on a market in the town of Maarat al-Numan."
)


def article(id_: str = COPIED, **changes: Any) -> Article:
    """An article of the Levant Wire; `changes` are fields."""
    base: dict[str, Any] = {
        "id": id_,
        "version": 1,
        "content_hash": f"hash-{id_}",
        "feed_id": "levant-wire/all",
        "guid": f"guid-{id_}",
        "url": f"https://levant-wire.example/{id_}",
        "headline": "Islamic State blows up Palmyra's Arch of Triumph",
        "body": BODY,
        "byline": "N. Saleh",
        "dateline": "BEIRUT",
        "language": "en",
        "published": datetime(2015, 10, 5, 8, 40, tzinfo=UTC),
        "fetched": datetime(2015, 10, 5, 8, 45, tzinfo=UTC),
        "first_seen": datetime(2015, 10, 5, 8, 45, tzinfo=UTC),
        "place_ids": ("place/SY", "place/SY04", "place/palmyra"),
        "group_ids": ("group/islamic-state",),
        "entity_ids": ("group/islamic-state", "place/palmyra"),
        "mentions": (
            mention("group/islamic-state", "Islamic State", 23),
            mention("place/palmyra", "Palmyra", 83),
        ),
    }
    return Article(**{**base, **changes})


def mention(entity_id: str, text: str, start: int) -> Mention:
    """One mention in `BODY`, found from `start` on."""
    at = BODY.index(text, start)
    return Mention(
        entity_id=entity_id,
        type=entity_id.split("/", maxsplit=1)[0],  # type: ignore[arg-type]
        text=text,
        field="body",
        start=at,
        end=at + len(text),
        rule="name",
        confidence=0.9,
    )


def archive() -> list[Article]:
    """One of each kind: plain, Arabic, a copy, a withdrawn one with its former version, embargoed, hostile."""
    other: dict[str, Any] = {"place_ids": (), "group_ids": (), "entity_ids": (), "mentions": ()}
    return [
        article(),
        article(
            ARABIC,
            feed_id="orontes-desk/ar",
            headline="غارات جوية على ريف حلب الشمالي تقتل تسعة مدنيين",
            body="حلب (مكتب العاصي) - قال ناشطون إن طائرات حربية شنت غارات على بلدات في ريف حلب الشمالي يوم الجمعة "
            "وإن تسعة مدنيين قتلوا بينهم طفلان، فيما واصلت فرق الدفاع المدني البحث تحت الأنقاض حتى المساء.",
            byline="مكتب حلب",
            language="ar",
            published=NOW - timedelta(hours=3),
            **{**other, "place_ids": ("place/SY", "place/SY02"), "entity_ids": ("place/SY02",)},
        ),
        article(
            "a3",
            feed_id="caspian-digest/world",
            headline="IS destroys Arch of Triumph in Palmyra",
            copy_of=COPIED,
            copy_kind="rewrite",
            published=datetime(2015, 10, 6, 6, 5, tzinfo=UTC),
        ),
        article(WITHDRAWN, version=1, headline="Minister accused of theft", body=SECRET, **other),
        article(
            WITHDRAWN,
            version=2,
            headline="KILL: Minister",
            body=SECRET,
            summary=SECRET,
            pubstatus="canceled",
            ednote="Withdrawn: the source took it back.",
            published=datetime(2015, 10, 7, 9, 0, tzinfo=UTC),
            **other,
        ),
        article(EMBARGOED, headline="Envoy to resign", embargoed_until=NOW + timedelta(hours=1), **other),
        article(
            SCRIPT,
            headline="<script>alert(1)</script> & co",
            body="<b>bold</b> text about Homs",
            url="javascript:alert(1)",
            signals=("correction",),
            ednote="Corrects the number in paragraph two",
            published=datetime(2015, 10, 8, 9, 0, tzinfo=UTC),
            **other,
        ),
    ]


def feeds() -> list[FeedState]:
    """A good feed, a failing one, one never polled."""
    return [
        FeedState(
            feed_id="levant-wire/all",
            health="ok",
            items_total=1204,
            last_success=NOW - timedelta(minutes=2),
            next_due=NOW + timedelta(minutes=3),
        ),
        FeedState(
            feed_id="caspian-digest/world", health="failing", detail="HTTP 500 from the server", failures=3
        ),
        FeedState(feed_id="orontes-desk/ar"),
    ]


def secretive() -> FeedState:
    """A feed with credentials wherever they can be."""
    return FeedState(
        feed_id="paid-wire/all",
        url="https://user:secret@wire.example/f?key=secret",
        etag="secret-etag",
        last_modified="secret-date",
        body_hash="secret-hash",
        health="moved",
        detail="moved for good to https://user:secret@wire.example/f?key=secret",
        items_total=7,
    )


class Counted(Sequence[Thing]):
    """A sequence that counts how many of its items were read."""

    def __init__(self, items: Sequence[Thing]) -> None:
        self._items = items
        self.reads = 0

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, at: int) -> Thing: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Thing]: ...
    def __getitem__(self, at: int | slice) -> Thing | Sequence[Thing]:
        found = self._items[at]
        self.reads += len(self._items[at]) if isinstance(at, slice) else 1
        return found


class Client:
    """Asks an app without a server, as a browser would (starlette's own client wants a newer httpx)."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str, **params: Any) -> httpx.Response:
        """One GET."""
        return self.ask("GET", path, **params)

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, **params: Any
    ) -> httpx.Response:
        """One request."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://wire.test") as client:
                return await client.request(method, path, headers=headers, params=params or None)

        return anyio.run(ask)
