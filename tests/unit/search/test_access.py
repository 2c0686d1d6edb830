"""Who is let in: tokens, the login form, limits, and the host that lets others in."""

import anyio
import httpx
import pytest

from search.access import (
    COOKIE,
    Gate,
    Limit,
    Limits,
    add_token,
    check_host,
    is_loopback,
    revoke_token,
    token_of,
    tokens,
)
from search.app import create_app
from search.errors import TooMany
from store.errors import SyriaWireError
from tests.fake_index import FakeIndex, FakeState
from tests.unit.search.wire import ARABIC, COPIED, NOW, archive

LIMITS = Limits(exports=3, logins=4)


class Guarded:
    """An application that lets nobody in without a token."""

    def __init__(self, *, needed: bool = True) -> None:
        self.state = FakeState()
        self.reader = add_token(self.state, "desk", "reader", NOW)
        self.archivist = add_token(self.state, "archive", "archivist", NOW)
        self.app = create_app(
            FakeIndex(archive()), self.state, clock=lambda: NOW, tokens_needed=needed, limits=LIMITS
        )

    def ask(self, path: str, method: str = "GET", **more: object) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://wire.test") as client:
                return await client.request(method, path, **more)  # type: ignore[arg-type]

        return anyio.run(ask)

    def with_token(self, path: str, token: str) -> httpx.Response:
        return self.ask(path, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    "path", ["/api/search", "/api/export", "/api/atom", "/api/status", "/api/openapi.json"]
)
def test_no_answer_without_a_token(path: str) -> None:
    guarded = Guarded()
    for answer in (guarded.ask(path), guarded.with_token(path, "sw_wrong")):
        assert answer.status_code == 401
        assert answer.json()["error"].startswith("token: ")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "content-security-policy" in answer.headers
    assert guarded.with_token(path, guarded.reader).status_code == 200


def test_a_page_leads_to_the_form() -> None:
    guarded = Guarded()
    answer = guarded.ask("/article/" + COPIED)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert 'name="token"' in guarded.ask("/login").text
    assert guarded.ask("/healthz").status_code == 200
    assert guarded.ask("/static/page.css").status_code == 200


def test_the_form_turns_a_token_into_a_cookie() -> None:
    guarded = Guarded()
    answer = guarded.ask("/login", "POST", data={"token": guarded.reader})
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert guarded.ask("/", headers={"Cookie": f"{COOKIE}={guarded.reader}"}).status_code == 200


@pytest.mark.parametrize("body", ["token=sw_wrong", "", "token=" + "x" * 5000, "\x00%ff"])
def test_a_wrong_token_is_said(body: str) -> None:
    answer = Guarded().ask("/login", "POST", content=body)
    assert answer.status_code == 401
    assert "not known here" in answer.text
    assert "set-cookie" not in answer.headers


def test_who_guesses_tokens_must_wait() -> None:
    guarded = Guarded()
    answers = [
        guarded.ask("/login", "POST", data={"token": f"sw_{n}"}).status_code for n in range(LIMITS.logins + 1)
    ]
    assert answers == [401] * LIMITS.logins + [429]


def test_exports_are_limited_and_say_so() -> None:
    guarded = Guarded()
    answers = [guarded.with_token("/api/export", guarded.reader) for _ in range(LIMITS.exports + 1)]
    assert {each.status_code for each in answers[:-1]} == {200}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert answers[-1].json()["error"].startswith(f"requests: more than {LIMITS.exports} a minute: wait")
    assert guarded.with_token("/api/export", guarded.archivist).status_code == 200


def test_a_limit_fills_up_again() -> None:
    now = [0.0]
    limit = Limit(2, lambda: now[0])
    limit.take("a")
    limit.take("a")
    with pytest.raises(TooMany) as caught:
        limit.take("a")
    assert caught.value.wait == 30
    limit.take("b")
    now[0] = 30.0
    limit.take("a")
    with pytest.raises(TooMany):
        limit.take("a")


def test_only_an_archivist_sees_raw_responses() -> None:
    for needed in (True, False):
        guarded = Guarded(needed=needed)
        path = f"/api/articles/{ARABIC}/raw"
        assert guarded.with_token(path, guarded.reader).status_code == 403
        assert guarded.with_token(path, guarded.archivist).status_code == 404  # nothing is archived here
    assert guarded.ask(path).status_code == 403


def test_a_token_is_kept_as_its_hash() -> None:
    state = FakeState()
    secret = add_token(state, "desk", "reader", NOW)
    assert secret not in (state.mark("web-tokens") or "")
    found = token_of(state, secret)
    assert found is not None
    assert (found.name, found.role) == ("desk", "reader")
    assert token_of(state, secret + "x") is None
    with pytest.raises(SyriaWireError, match="is there already"):
        add_token(state, "desk", "editor", NOW)
    with pytest.raises(SyriaWireError, match="no name for it"):
        add_token(state, " ", "editor", NOW)
    revoke_token(state, "desk")
    assert tokens(state) == []
    with pytest.raises(SyriaWireError, match="not there"):
        revoke_token(state, "desk")


def test_a_given_token_is_taken_again_and_again() -> None:
    state, given = FakeState(), "sw_" + "x" * 40
    for _ in range(2):
        assert add_token(state, "desk", "reader", NOW, given) == given
    assert [each.name for each in tokens(state)] == ["desk"]
    with pytest.raises(SyriaWireError, match="is there already"):
        add_token(state, "desk", "editor", NOW, given)
    with pytest.raises(SyriaWireError, match="is there already"):
        add_token(state, "desk", "reader", NOW, given + "y")
    with pytest.raises(SyriaWireError, match="is short"):
        add_token(state, "other", "reader", NOW, "")


def test_others_are_let_in_only_with_tokens() -> None:
    state = FakeState()
    for host in ("127.0.0.1", "::1", "localhost", "127.1.2.3"):
        check_host(host, state)
    for host in ("0.0.0.0", "::", "192.0.2.7", "wire.example"):
        assert not is_loopback(host)
        with pytest.raises(SyriaWireError, match="syriawire token add NAME --role reader"):
            check_host(host, state)
    add_token(state, "desk", "reader", NOW)
    check_host("0.0.0.0", state)
    assert Gate(state, needed=True).needed


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"]
)
def test_no_path_leads_out_of_the_static_files(path: str) -> None:
    answer = Guarded(needed=False).ask(path)
    assert answer.status_code == 404
    assert "import" not in answer.text
