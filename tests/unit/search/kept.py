"""An application that saves searches: over an index in memory, a state store in a file, and a receiver in memory."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import anyio
import httpx

from ops.alert_desk import Desk, Refused, Undelivered
from ops.alerts import run
from ops.saved_desk import Keeper
from ops.senders import Senders
from search.access import Limits, add_token
from search.app import create_app
from search.saved import Item
from store.adapters.sql_state import SqlState
from store.saved import Channel, SavedSearch
from store.settings import Secret, load_settings
from tests.articles import NOON, article
from tests.fake_index import FakeIndex

HOOK = "https://desk.example/hook/very-secret"
MAIL = "desk@example.org"


class World:
    """`refuses` and `away` say what the receivers do; `took` is what they got."""

    def __init__(self, folder: Path, *, tokens_needed: bool = False) -> None:
        self.now = NOON
        self.index = FakeIndex()
        self.state = SqlState(f"sqlite:///{folder}/state.db")
        settings = load_settings({"SYRIAWIRE_HOME": str(folder), "SYRIAWIRE_SMTP_HOST": "mail.example"})
        self.settings = type(settings)(
            **{
                **{name: getattr(settings, name) for name in settings.__struct_fields__},
                "alerts_secret": Secret("key"),
                "smtp_from": "wire@example.org",
            }
        )
        self.refuses = False
        self.away = False
        self.took: list[tuple[str, Item]] = []
        self.desk = Desk(
            index=self.index,
            saved=self.state,
            state=self.state,
            send=self.send,
            clock=lambda: self.now,
            refusals=2,
        )
        self.keeper = Keeper(self.desk, Senders(self.settings))
        self.app = create_app(
            self.index,
            self.state,
            clock=lambda: self.now,
            saved=self.keeper,
            tokens_needed=tokens_needed,
            limits=Limits(tests=3),
        )

    def send(self, _s: SavedSearch, channel: Channel, items: Sequence[Item], _at: datetime) -> str:
        if channel.kind != "atom" and self.refuses:
            raise Refused("webhook desk.example: answered 400")
        if channel.kind != "atom" and self.away:
            raise Undelivered("webhook desk.example: ConnectError")
        self.took += [(channel.kind, item) for item in items]
        return "answered 204"

    def token(self, role: Any) -> dict[str, str]:
        return {"Authorization": "Bearer " + add_token(self.state, role, role, self.now)}

    def save(self, **more: Any) -> dict[str, Any]:
        wish = {"name": "homs strikes", "query": "Qaryatain", **more}
        made = self.ask("POST", "/api/saved", json=wish)
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    def find(self, *guids: str, minutes: float = 1, **changes: Any) -> None:
        """New articles, and a run a while later."""
        self.now += timedelta(minutes=minutes)
        self.index.put([article(guid, fetched=self.now, first_seen=self.now, **changes) for guid in guids])
        self.run()

    def run(self) -> None:
        self.now += timedelta(minutes=1)
        run(self.desk, self.state.searches())

    def form(self, path: str, headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
        """As a browser sends a form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://127.0.0.1:8088"}
        return self.ask(
            "POST", path, headers={**kind, **(headers or {})}, content=urlencode(fields, doseq=True)
        )

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8088") as client:
                return await client.request(method, path, **more)

        with ThreadPoolExecutor(1) as thread:  # of its own: a test with a browser has a loop in this one
            return thread.submit(anyio.run, ask).result()
