"""The pages of saved searches, as a browser without scripts uses them."""

from datetime import timedelta
from pathlib import Path

import pytest

from search.request import SearchRequest, to_query
from search.saved_wish import as_query
from search.syntax import parse_query
from store.query import Query
from tests.fake_index import FakeIndex
from tests.queries.corpus import NAMES, NOW, corpus
from tests.unit.search.kept import HOOK, MAIL, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_search_is_saved_from_the_page_that_shows_it(world: World) -> None:
    world.find("1")
    shown = world.ask("GET", "/?q=Qaryatain&language=en&sort=newest").text
    assert 'href="/saved/new?q=Qaryatain&amp;language=en&amp;sort=newest"' in shown
    form = world.ask("GET", "/saved/new?q=Qaryatain&language=en&sort=newest").text
    assert 'value="(Qaryatain) language:en"' in form
    done = world.form(
        "/saved/new", name=" strikes ", query="(Qaryatain) language:en", email=f"{MAIL}, b@example.org"
    )
    assert done.status_code == 303
    (kept,) = world.state.searches()
    assert done.headers["location"] == f"/saved#s-{kept.id}"
    assert (kept.name, kept.copies) == ("strikes", False)
    assert [each.target for each in kept.channels] == ["", MAIL, "b@example.org"]
    assert "strikes" in world.ask("GET", "/saved").text


def test_what_will_not_do_comes_back_as_it_was_typed(world: World) -> None:
    answer = world.form(
        "/saved/new", name="a", query='"><script>alert(1)</script>(', webhook=HOOK, copies="on"
    )
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;(" in answer.text
    assert f'value="{HOOK}"' in answer.text
    assert 'name="copies" checked' in answer.text
    assert world.state.searches() == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "a", "email": "x" * 3000}, "NAME@HOST"),
        ({"name": "a", "query": "a" * 2001}, "more than 2,000 characters"),
        ({"name": "a", "email": [f"{n}@example.org" for n in range(30)]}, "more than 20"),
        ({"name": "a", "webhook": "http://localhost/"}, "this machine"),
        ({}, "name: takes letters"),
    ],
)
def test_a_form_is_bounded(world: World, fields: dict[str, object], message: str) -> None:
    answer = world.form("/saved/new", **fields)
    assert answer.status_code == 400
    assert message in answer.text


def test_a_form_changes_and_keeps_what_is_checked(world: World) -> None:
    made = world.save(channels=[{"kind": "webhook", "target": HOOK}, {"kind": "email", "target": MAIL}])
    hook = made["channels"][1]["id"]
    form = world.ask("GET", f"/saved/{made['id']}/edit").text
    assert f'value="{hook}" checked' in form
    assert "very-secret" not in form
    done = world.form(f"/saved/{made['id']}/edit", name="homs", query="Homs", keep=["atom", hook])
    assert done.status_code == 303
    (kept,) = world.state.searches()
    assert (kept.name, [each.target for each in kept.channels]) == ("homs", ["", HOOK])
    world.save(name="other")
    again = world.form(f"/saved/{made['id']}/edit", name="other", query="Homs", keep=[hook])
    assert again.status_code == 400
    assert "choose another name" in again.text


def test_the_list_says_how_each_channel_is(world: World) -> None:
    made = world.save(channels=[{"kind": "webhook", "target": HOOK}])
    assert "not run yet" in world.ask("GET", "/saved").text
    world.refuses = True
    world.find("1")
    assert "answered 400: mend the receiver" not in world.ask("GET", "/saved").text
    assert "webhook desk.example: answered 400" in world.ask("GET", "/saved").text
    for _ in range(2):
        world.now += timedelta(hours=1)
        world.run()
    text = world.ask("GET", "/saved").text
    assert "1 set aside, since the receiver refused it" in text
    assert "very-secret" not in text
    world.refuses = False
    assert world.form(f"/saved/{made['id']}/retry").status_code == 303
    world.run()
    assert "set aside" not in world.ask("GET", "/saved").text


def test_a_test_shows_what_came_back(world: World) -> None:
    made = world.save(channels=[{"kind": "webhook", "target": HOOK}])
    assert "test arrived" in world.form(f"/saved/{made['id']}/test").text
    world.away = True
    told = world.form(f"/saved/{made['id']}/test").text
    assert "test failed" in told
    assert "ConnectError" in told


def test_a_search_is_deleted(world: World) -> None:
    made = world.save()
    assert world.form(f"/saved/{made['id']}/delete").status_code == 303
    assert "No search is saved yet" in world.ask("GET", "/saved").text
    assert world.form(f"/saved/{made['id']}/delete").status_code == 404


def test_a_reader_sees_no_button_and_may_press_none(tmp_path: Path) -> None:
    world = World(tmp_path, tokens_needed=True)
    reader, editor = world.token("reader"), world.token("editor")
    made = world.ask("POST", "/api/saved", json={"name": "a", "query": "b"}, headers=editor).json()
    text = world.ask("GET", "/saved", headers=reader).text
    assert "Atom feed" in text
    assert "<button" not in text
    assert "/saved/new" not in world.ask("GET", "/?q=", headers=reader).text
    for path in ("new", f"{made['id']}/edit"):
        assert world.ask("GET", f"/saved/{path}", headers=reader).status_code == 403
    for path in ("new", *(f"{made['id']}/{each}" for each in ("edit", "delete", "test", "retry"))):
        answer = world.form(f"/saved/{path}", headers=reader, name="c", query="d")
        assert answer.status_code == 403, path
        assert "for editors only" in answer.text
    assert world.form("/saved/new", name="c", query="d").headers["location"] == "/login"
    assert len(world.state.searches()) == 1


def test_a_form_of_another_site_saves_nothing(world: World) -> None:
    answer = world.form("/saved/new", headers={"Origin": "https://evil.example"}, name="a", query="b")
    assert answer.status_code == 403
    assert world.state.searches() == []


@pytest.mark.parametrize(
    "request_",
    [
        SearchRequest(),
        SearchRequest(q="palmyra OR hama"),
        SearchRequest(q="palmyra OR hama", language=("ar", "en")),
        SearchRequest(q="strikes -russian", language=("en",), feed=("wire-en/all",)),
        SearchRequest(entity=("theme/airstrike", "group/islamic-state")),
        SearchRequest(q="palmyra OR arch", entity=("place/syria",), near="34.55,38.27,80"),
        SearchRequest(language=("e n",)),
    ],
)
def test_one_query_finds_what_the_page_finds(request_: SearchRequest) -> None:
    index = FakeIndex(corpus())
    asked, _ = to_query(request_.model_copy(update={"limit": 200}), NOW, NAMES)
    text = as_query(request_)
    again = Query(where=parse_query(text, now=NOW, names=NAMES), now=NOW, limit=200)
    found = {hit.article.id for hit in index.search(asked).hits}
    assert {hit.article.id for hit in index.search(again).hits} == found
    assert found or request_.language
