"""The API of saved searches and the Atom feed of each."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import msgspec
import pytest

from search.saved_feed import first_page
from store.saved import Sent
from tests.articles import NOON, article
from tests.unit.search.kept import HOOK, MAIL, World

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def entries(answer: httpx.Response) -> list[tuple[str, str]]:
    """Id and title of each."""
    assert answer.status_code == 200, answer.text
    found = ET.fromstring(answer.content).iter(f"{ATOM}entry")
    return [(each.findtext(f"{ATOM}id") or "", each.findtext(f"{ATOM}title") or "") for each in found]


def link(answer: httpx.Response, rel: str) -> str:
    root = ET.fromstring(answer.content)
    return next((each.get("href", "") for each in root.iter(f"{ATOM}link") if each.get("rel") == rel), "")


def pages(world: World, path: str) -> Iterator[httpx.Response]:
    while path:
        answer = world.ask("GET", path)
        yield answer
        path = link(answer, "next")


def test_a_search_is_saved_read_changed_and_deleted(world: World) -> None:
    channels = [{"kind": "webhook", "target": HOOK}, {"kind": "email", "target": MAIL}]
    made = world.save(channels=channels)
    assert [(each["kind"], each["target"], each["digest"]) for each in made["channels"]] == [
        ("atom", "", True),
        ("webhook", "https://desk.example/…", False),
        ("email", MAIL, True),
    ]
    assert "very-secret" not in str(made)
    assert world.ask("GET", "/api/saved/homs%20strikes").json() == made
    assert world.ask("GET", "/api/saved").json() == {"searches": [made]}
    hook = made["channels"][1]["id"]
    wish = {"name": "homs", "query": "Homs", "channels": [{"id": hook}], "copies": True}
    changed = world.ask("PUT", f"/api/saved/{made['id']}", json=wish).json()
    assert (changed["id"], changed["name"], changed["query"], changed["copies"]) == (
        made["id"],
        "homs",
        "Homs",
        True,
    )
    assert [each["id"] for each in changed["channels"]] == ["atom", hook]
    (kept,) = world.state.searches()
    assert kept.channels[1].target == HOOK
    assert world.ask("DELETE", f"/api/saved/{made['id']}").status_code == 204
    assert world.ask("GET", f"/api/saved/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"name": "<b>", "query": "a"}, "name: takes letters"),
        ({"name": "a", "query": "(b"}, "query: character 1: "),
        ({"name": "taken", "query": "b"}, "choose another name"),
        ({"name": "a", "channels": [{"kind": "webhook", "target": "http://127.0.0.1/"}]}, "not public"),
        ({"name": "a", "channels": [{"kind": "webhook", "target": "file:///etc/passwd"}]}, "write https"),
        ({"name": "a", "channels": [{"kind": "email", "target": "a@b\nBcc: c@d"}]}, "NAME@HOST"),
        ({"name": "a", "channels": [{"id": "webhook-1"}]}, "has none of this id"),
        ({"name": "a", "channels": [{"kind": "email"}]}, "give kind and target"),
        (
            {"name": "a", "channels": [{"kind": "email", "target": MAIL, "digest": d} for d in (0, 1)]},
            "twice",
        ),
        ({"name": "a", "channels": [{"kind": "webhook", "target": HOOK, "private": True}]}, "private: Extra"),
        ({"name": "a", "channels": [{"kind": "email", "target": MAIL}] * 21}, "channels: "),
    ],
)
def test_what_will_not_do_is_said(world: World, wish: dict[str, object], message: str) -> None:
    world.save(name="taken")
    answer = world.ask("POST", "/api/saved", json=wish)
    assert answer.status_code == 400
    assert message in answer.json()["error"]
    assert len(world.state.searches()) == 1


def test_a_reader_reads_and_learns_no_address(tmp_path: Path) -> None:
    world = World(tmp_path, tokens_needed=True)
    reader, editor = world.token("reader"), world.token("editor")
    wish = {"name": "a", "query": "b", "channels": [{"kind": "webhook", "target": HOOK}]}
    assert world.ask("POST", "/api/saved", json=wish).status_code == 401
    assert world.ask("POST", "/api/saved", json=wish, headers=reader).status_code == 403
    assert world.ask("POST", "/api/saved", json=wish, headers=editor).status_code == 201
    world.away = True
    world.find("1", headline="b")
    for method, path in [("PUT", ""), ("DELETE", ""), ("POST", "/test"), ("POST", "/retry")]:
        answer = world.ask(method, f"/api/saved/a{path}", json={"name": "a"}, headers=reader)
        assert answer.status_code == 403, path
    told = world.ask("GET", "/api/saved", headers=reader).text
    assert "desk.example" not in told
    assert "desk.example" in world.ask("GET", "/api/saved", headers=editor).text
    assert world.ask("GET", "/api/saved/a/atom", headers=reader).status_code == 200
    assert world.ask("GET", "/api/saved/a/atom").status_code == 401


def test_the_feed_shows_each_version_once_corrections_and_recalls_marked(world: World) -> None:
    path = world.save()["atom"]
    assert entries(world.ask("GET", path)) == []
    world.find("1")
    world.find("2")
    first, second = (f"urn:syriawire:article:{article(guid).id}" for guid in "12")
    before = world.ask("GET", path)
    title = "Strikes reported near Qaryatain"
    assert entries(before) == [(f"{second}:1", title), (f"{first}:1", title)]
    world.find("1", version=2, headline="Qaryatain: no strikes")
    assert entries(world.ask("GET", path)) == [
        (f"{first}:2", "Corrected: Qaryatain: no strikes"),
        (f"{second}:1", title),
    ]
    world.find("2", version=2, headline="Notice", body="", pubstatus="canceled", ednote="taken back")
    answer = world.ask("GET", path)
    assert entries(answer)[0] == (f"{second}:2", "Withdrawn: Notice")
    assert "Warplanes" not in answer.text.partition("</entry>")[0]
    # A correction that the ledger does not know yet is already not shown as it was.
    world.index.put([article("1", version=3, headline="Notice too", body="", pubstatus="canceled")])
    assert entries(world.ask("GET", path))[1] == (f"{first}:2", "Withdrawn: Notice too")


def test_a_reader_that_polls_misses_none_of_a_burst(world: World) -> None:
    path = world.save()["atom"]
    world.find("old")
    known = dict(entries(world.ask("GET", path)))
    world.find(*(f"burst {n}" for n in range(250)))
    answer = world.ask("GET", path)
    assert len(entries(answer)) == 251
    assert known.items() <= dict(entries(answer)).items()
    for day in range(130):
        world.find(f"day {day}", minutes=24 * 60)
    found = [entries(each) for each in pages(world, path)]
    assert len(found[0]) == 100
    ids = [id_ for page in found for id_, _ in page]
    assert len(ids) == len(set(ids)) == 251 + 130
    assert link(world.ask("GET", link(world.ask("GET", path), "next")), "first").endswith(path)


def test_the_first_page_is_bounded() -> None:
    lines = [
        Sent(search="s", channel="atom", id=str(n), version=1, kind="match", at=NOON - timedelta(minutes=n))
        for n in range(1001)
    ]
    assert len(first_page(lines)) == 1000
    assert len(first_page(lines[:20])) == 20
    assert first_page([]) == []


def test_who_has_the_feed_is_not_sent_it_again(world: World) -> None:
    path = world.save()["atom"]
    world.find("1")
    first = world.ask("GET", path)
    assert first.headers["last-modified"] == "Wed, 07 Oct 2015 12:02:00 GMT"
    world.run()
    for tag in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = world.ask("GET", path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
    world.find("2")
    again = world.ask("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert len(entries(again)) == 2


@pytest.mark.parametrize(
    "after", ["x", "2015-10-07~1~a", "2015-10-07T12:00:00Z~-1~a", "2015-10-07T12:00:00~1~a"]
)
def test_a_page_that_is_none_is_refused(world: World, after: str) -> None:
    path = world.save()["atom"]
    answer = world.ask("GET", path, params={"after": after})
    assert answer.status_code == 400
    assert "take the `next` link" in answer.json()["error"]


def test_what_is_under_embargo_is_not_in_the_feed(world: World) -> None:
    path = world.save()["atom"]
    world.find("1")
    world.index.put([article("1", version=2, embargoed_until=world.now + timedelta(hours=1))])
    assert entries(world.ask("GET", path)) == []


def test_a_test_says_what_came_back_and_is_limited(world: World) -> None:
    world.save(channels=[{"kind": "webhook", "target": HOOK}])
    told = world.ask("POST", "/api/saved/homs strikes/test").json()["channels"]
    assert [(each["ok"], each["said"]) for each in told][1] == (True, "answered 204")
    assert [item.kind for _, item in world.took] == ["test"]
    world.away = True
    told = world.ask("POST", "/api/saved/homs strikes/test").json()["channels"]
    assert (told[1]["ok"], told[1]["said"]) == (False, "webhook desk.example: ConnectError")
    world.ask("POST", "/api/saved/homs strikes/test")
    refused = world.ask("POST", "/api/saved/homs strikes/test")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


def test_what_was_set_aside_is_shown_and_sent_again(world: World) -> None:
    made = world.save(channels=[{"kind": "webhook", "target": HOOK}])
    world.refuses = True
    world.find("1")
    failing = world.ask("GET", f"/api/saved/{made['id']}").json()["channels"][1]
    assert (failing["state"], failing["aside"]) == ("failing", 0)
    assert "answered 400" in failing["problem"]
    world.now += timedelta(hours=1)
    world.run()
    world.now += timedelta(hours=1)
    world.run()
    told = world.ask("GET", f"/api/saved/{made['id']}").json()
    assert (told["channels"][1]["state"], told["channels"][1]["aside"]) == ("aside", 1)
    assert told["aside"][0]["reason"] == "webhook desk.example: answered 400"
    world.refuses = False
    assert world.ask("POST", f"/api/saved/{made['id']}/retry").json() == {"again": 1}
    world.run()
    assert [kind for kind, _ in world.took] == ["atom", "webhook"]
    assert world.ask("GET", f"/api/saved/{made['id']}").json()["aside"] == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Origin": "http://127.0.0.1:8088"}, 201),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 201),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8088"}, 403),
        # A name of theirs that leads to this machine: the browser takes it for one and the same site.
        ({"Host": "evil.example:8088", "Origin": "http://evil.example:8088"}, 403),
        ({"Content-Length": "70000"}, 413),
        ({"Transfer-Encoding": "chunked"}, 413),
        ({"Content-Length": "-1"}, 413),
    ],
)
def test_no_page_from_elsewhere_changes_anything(world: World, headers: dict[str, str], status: int) -> None:
    answer = world.ask("POST", "/api/saved", json={"name": "a", "query": "b"}, headers=headers)
    assert answer.status_code == status, answer.text
    assert len(world.state.searches()) == (status == 201)
    if status != 201:
        assert answer.json()["error"].startswith("request: ")


def test_a_search_of_before_there_were_feeds_gets_one_when_it_is_changed(world: World) -> None:
    made = world.save()
    (old,) = world.state.searches()
    world.state.change_search(msgspec.structs.replace(old, channels=()), [], [])
    assert world.ask("GET", f"/api/saved/{made['id']}").json()["atom"] == ""
    changed = world.ask("PUT", f"/api/saved/{made['id']}", json={"name": "a", "query": "Qaryatain"})
    assert changed.json()["atom"] == made["atom"]
    world.find("1")
    assert len(entries(world.ask("GET", made["atom"]))) == 1
