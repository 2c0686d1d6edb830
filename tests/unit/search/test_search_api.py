"""The JSON API over an index in memory."""

from typing import Any

import pytest

from search.app import create_app
from store.errors import StateUnavailable
from store.health import HEALTH
from store.query import And, Hits, Or, Query, Term, Word
from store.state import FeedState
from tests.fake_index import FakeIndex, FakeState
from tests.unit.search.wire import (
    ARABIC,
    COPIED,
    EMBARGOED,
    NOW,
    SECRET,
    WITHDRAWN,
    Client,
    article,
    mention,
    secretive,
)


def ids(answer: dict[str, Any]) -> list[str]:
    return [hit["id"] for hit in answer["hits"]]


def test_search_gives_fields_score_and_total(client: Client) -> None:
    answer = client.get("/api/search", q="palmyra").json()
    assert answer["total"] == 2
    assert answer["next"] is None
    hit = next(hit for hit in answer["hits"] if hit["id"] == COPIED)
    assert hit["score"] > 0
    assert hit["headline"].startswith("Islamic State")
    assert hit["copy_of"] == ""
    assert hit["published"] == "2015-10-05T08:40:00Z"


def test_without_a_query_the_newest_come_first(client: Client) -> None:
    assert ids(client.get("/api/search").json()) == [ARABIC, "a6", WITHDRAWN, "a3", COPIED]


def test_empty_parameters_count_as_absent(client: Client) -> None:
    url = "/api/search?q=&language=&feed=&copies=&sort=&limit=&after="
    assert client.get(url).json() == client.get("/api/search").json()


def test_filters(client: Client, index: FakeIndex) -> None:
    answer = client.get(
        "/api/search",
        q="arch",
        language=["en", "ar"],
        feed="levant-wire/all",
        entity=["place/SY04", "group/islamic-state"],
    ).json()
    assert ids(answer) == [COPIED]
    assert index.queries[-1].where == And(
        (
            Word("arch"),
            Or((Term("language", "en"), Term("language", "ar"))),
            Term("feed_id", "levant-wire/all"),
            Term("place_ids", "place/SY04"),
            Term("group_ids", "group/islamic-state"),
        )
    )
    assert index.queries[-1].now == NOW


def test_copies_can_be_left_out(client: Client) -> None:
    assert "a3" not in ids(client.get("/api/search", copies="false").json())


def test_pages_do_not_overlap(client: Client) -> None:
    seen: list[str] = []
    after = ""
    while True:
        answer = client.get("/api/search", limit=2, after=after).json()
        seen += ids(answer)
        if answer["next"] is None:
            break
        after = answer["next"]
    assert len(seen) == len(set(seen)) == answer["total"] == 5


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"q": '"homs'}, 'query: character 1: an opening quote without its closing one: add " at the end'),
        ({"limit": "0"}, "limit: Input should be greater than or equal to 1: mend it or leave it out"),
        ({"limit": "x"}, "limit: Input should be a valid integer"),
        ({"sort": "best"}, "sort: Input should be"),
        ({"after": "9" * 501}, "after: String should have at most 500 characters"),
        ({"entity": "homs"}, "entity: 'homs' is no entity: write it like place/SY04"),
    ],
)
def test_what_will_not_do_is_said(client: Client, params: dict[str, str], message: str) -> None:
    answer = client.get("/api/search", **params)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(message)


def test_a_query_error_has_its_position(client: Client) -> None:
    assert client.get("/api/search", q="a AND").json()["position"] == 3


def test_an_article(client: Client) -> None:
    answer = client.get(f"/api/articles/{COPIED}").json()
    assert answer["schema"] == "article/1"
    assert answer["mentions"][0]["entity_id"] == "group/islamic-state"
    assert "Monday" not in answer["summary"]


@pytest.mark.parametrize("path", ["/api/articles/nope", "/api/articles/nope/history"])
def test_an_unknown_article(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"].startswith("article nope: not here")


def test_an_embargo_hides_everywhere(client: Client) -> None:
    assert client.get(f"/api/articles/{EMBARGOED}").status_code == 404
    assert client.get(f"/api/articles/{EMBARGOED}/history").status_code == 404
    assert client.get("/api/search", q="envoy").json()["total"] == 0
    assert client.get(f"/article/{EMBARGOED}").status_code == 404


def test_a_withdrawn_text_is_nowhere(client: Client) -> None:
    history = client.get(f"/api/articles/{WITHDRAWN}/history")
    assert [(each["body"], each["withdrawn_text"]) for each in history.json()] == [("", True), ("", True)]
    paths = [
        "/api/search?q=minister",
        f"/api/articles/{WITHDRAWN}",
        f"/article/{WITHDRAWN}",
        "/?q=minister",
        "/?q=",
    ]
    for answer in (history, *map(client.get, paths)):
        assert answer.status_code == 200
        assert SECRET not in answer.text
        assert "accused of theft" not in answer.text
        assert "Withdrawn: the source took it back." in answer.text


def test_history_newest_first(client: Client, index: FakeIndex) -> None:
    first = index.get(COPIED)
    assert first is not None
    answer = client.get(f"/api/articles/{COPIED}/history").json()
    assert [(each["version"], each["withdrawn_text"]) for each in answer] == [(1, False)]
    assert answer[0]["body"] == first.body


def test_status(client: Client) -> None:
    answer = client.get("/api/status").json()
    assert answer["articles"] == 5
    assert answer["by_language"] == {"en": 4, "ar": 1}
    assert answer["by_pubstatus"]["canceled"] == 1
    assert answer["health"] == {"ok": 1, "failing": 1, "new": 1}
    assert answer["feeds"][0]["feed_id"] == "caspian-digest/world"


def test_health_needs_no_index(client: Client, index: FakeIndex) -> None:
    index.down = "gone"
    assert client.get("/healthz").json() == {"status": "ok"}


def test_an_index_that_is_away(client: Client, index: FakeIndex) -> None:
    index.down = "index: the disk is full: free some space"
    for path in ("/api/search", "/api/status", f"/api/articles/{COPIED}"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.json() == {"error": "index: the disk is full: free some space"}
    page = client.get("/")
    assert page.status_code == 503
    assert "the disk is full" in page.text


def test_a_state_store_that_is_away() -> None:
    class Away(FakeState):
        def feeds(self) -> list[FeedState]:
            raise StateUnavailable("state.db: locked: wait")

    client = Client(create_app(FakeIndex(), Away(), clock=lambda: NOW))
    assert client.get("/api/status").status_code == 503
    assert "state.db: locked: wait" in client.get("/feeds").text
    assert client.get("/").status_code == 200


def test_an_error_of_ours_is_said_without_its_inside() -> None:
    class Broken(FakeIndex):
        def search(self, query: Query) -> Hits:
            raise RuntimeError(SECRET)

    client = Client(create_app(Broken(), FakeState(), clock=lambda: NOW))
    for path in ("/", "/api/search"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert "an error of ours: look at the log" in answer.text
        assert SECRET not in answer.text
        assert "content-security-policy" in answer.headers


def test_the_api_describes_itself(client: Client) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert "/api/search" in paths
    assert "/" not in paths
    assert client.get("/docs").status_code == 404


def test_status_keeps_our_credentials() -> None:
    client = Client(create_app(FakeIndex(), FakeState([secretive()]), clock=lambda: NOW))
    answer = client.get("/api/status")
    assert "secret" not in answer.text
    assert answer.json()["feeds"] == [
        {
            "feed_id": "paid-wire/all",
            "health": "moved",
            "remedy": HEALTH["moved"],
            "detail": "moved for good to https://wire.example/f",
            "failures": 0,
            "next_due": None,
            "last_poll": None,
            "last_success": None,
            "newest_item": None,
            "items_total": 7,
        }
    ]


def test_a_withdrawn_story_leaks_nothing_by_tags_or_former_headlines() -> None:
    quoted = mention("person/secret-name", "fighters", 0)
    tags = {
        "mentions": (quoted,),
        "person_ids": ("person/secret-name",),
        "entity_ids": ("person/secret-name",),
    }
    first = {"headline": "SECRET headline", "slugline": "SECRET-SLUG", "keywords": ("SECRET word",)}
    first |= {"ednote": "Corrects the SECRET sum", "byline": "By SECRET"}
    index = FakeIndex(
        [
            article(WITHDRAWN, version=1, **tags, **first),
            article(
                WITHDRAWN, version=2, **tags, headline="SECRET again", pubstatus="withheld", ednote="Hold it"
            ),
            article(WITHDRAWN, version=3, **tags, headline="KILL", pubstatus="canceled", ednote="Killed"),
        ]
    )
    client = Client(create_app(index, FakeState(), clock=lambda: NOW))
    paths = (
        f"/api/articles/{WITHDRAWN}",
        f"/api/articles/{WITHDRAWN}/history",
        f"/article/{WITHDRAWN}",
        "/api/search",
    )
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200
        assert "secret" not in answer.text.lower(), path
        assert "fighters" not in answer.text
        assert "Killed" in answer.text


def test_no_more_filters_than_a_person_sets(client: Client) -> None:
    answer = client.get("/api/search", feed=[f"f{n}" for n in range(51)])
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("feed: Tuple should have at most 50 items")
