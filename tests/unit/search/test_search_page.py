"""The web page, read as HTML."""

import re

import pytest

from search.app import create_app
from tests.fake_index import FakeIndex, FakeState
from tests.unit.search.wire import ARABIC, COPIED, NOW, SCRIPT, WITHDRAWN, Client, article, secretive


def page(*articles: object, **params: str) -> str:
    client = Client(create_app(FakeIndex(articles), FakeState(), clock=lambda: NOW))  # type: ignore[arg-type]
    return client.get("/", **params).text


@pytest.mark.parametrize(
    "path", ["/", f"/article/{COPIED}", "/feeds", "/nowhere", "/api/search", "/static/page.css"]
)
def test_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path", ["/", "/?q=", "/filters?q=", f"/article/{SCRIPT}", f"/article/{COPIED}", "/feeds", "/?q=%22"]
)
def test_nothing_runs_and_nothing_is_loaded_from_elsewhere(client: Client, path: str) -> None:
    text = client.get(path).text
    assert re.findall(r"<script[^>]*>", text) == ['<script src="/static/page.js" defer>']
    assert not re.search(r"<[^>]* on[a-z]+=", text)
    assert "javascript:" not in text
    assert "style=" not in text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"(?! rel="noopener noreferrer")', text)


def test_text_is_escaped(client: Client) -> None:
    for path in ("/?q=", f"/article/{SCRIPT}"):
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in client.get(path).text
    assert "&lt;b&gt;bold&lt;/b&gt;" in client.get(f"/article/{SCRIPT}").text
    assert 'value="&#34;&gt;&lt;img&gt;&#34;"' in client.get("/", q='"><img>"').text


def test_hits_show_feed_date_age_and_marks(client: Client) -> None:
    text = client.get("/", q="monuments", fold="none").text
    assert "<strong>2</strong> articles" in text
    assert "Roman <mark>monuments</mark> of the Middle East" in text
    assert (
        '<time datetime="2015-10-05T08:40:00+00:00">5 Oct 2015, 08:40 UTC</time> <span class="age">(5 days ago)</span>'
        in text
    )
    assert 'title="Came with the same text as an article that reached us before">copy</span>' in text


def test_badges(client: Client) -> None:
    text = client.get("/?q=").text
    assert '<span class="badge bad" title="The wire has withdrawn this story">withdrawn</span>' in text
    assert ">correction</span>" in text


def test_arabic_runs_from_the_right(client: Client) -> None:
    text = client.get("/", q="غارات").text
    assert '<li class="hit" dir="rtl" lang="ar">' in text
    assert "<mark>غارات</mark>" in text
    assert '<h1 dir="rtl" lang="ar">' in client.get(f"/article/{ARABIC}").text


def test_facets_add_and_remove_filters(client: Client) -> None:
    assert (
        'data-load="/filters?q=palmyra&amp;entity=place/SY04"'
        in client.get("/", q="palmyra", entity="place/SY04").text
    )
    text = client.get("/filters", q="palmyra", entity="place/SY04").text
    assert "Islamic State" in text
    assert 'href="/?q=palmyra&amp;entity=place/SY04&amp;entity=group/islamic-state"' in text
    assert '<a href="/?q=palmyra" class="chosen level0"' in text
    assert "<bdi>English</bdi>" in text


def test_facets_use_the_labels_given(index: FakeIndex) -> None:
    app = create_app(index, FakeState(), clock=lambda: NOW, labels={"place/SY04": "Homs"}.get)  # type: ignore[arg-type]
    assert "<bdi>Homs</bdi>" in Client(app).get("/filters", entity="place/SY04").text


def test_paging_keeps_the_state_in_the_url(client: Client) -> None:
    first = client.get("/", limit=2, sort="newest", language="en").text
    assert 'href="/?language=en&amp;sort=newest&amp;limit=2&amp;after=2" rel="next"' in first
    assert "First page" not in first
    second = client.get("/", limit=2, sort="newest", language="en", after="2").text
    assert 'href="/?language=en&amp;sort=newest&amp;limit=2" rel="start"' in second
    assert '<input type="hidden" name="language" value="en">' in second
    assert 'name="after"' not in second


def test_copies_toggle(client: Client) -> None:
    assert 'href="/?copies=false">Hide copies' in client.get("/?q=").text
    text = client.get("/", copies="false").text
    assert 'href="/?q=">Show copies' in text
    assert "IS destroys" not in text


def test_a_query_error_keeps_the_text_and_points_at_the_place(client: Client) -> None:
    answer = client.get("/", q="Homs (Hama")
    assert answer.status_code == 400
    assert 'value="Homs (Hama"' in answer.text
    assert "query: character 6: an opening bracket without its closing one" in answer.text
    assert 'Homs <span class="here">(</span>Hama' in answer.text


def test_a_bad_parameter_is_a_page_too(client: Client) -> None:
    answer = client.get("/", limit="many")
    assert answer.status_code == 400
    assert "limit: Input should be a valid integer" in answer.text


def test_empty_states_say_what_to_do(client: Client) -> None:
    assert "Nothing is indexed yet" in page()
    assert "syriawire up" in page()
    text = client.get("/", q="tomatoes", language="en").text
    assert "No story matches" in text
    assert 'href="/?q=tomatoes">Search without the filters' in text


def test_an_article_with_its_mentions(client: Client) -> None:
    text = client.get(f"/article/{COPIED}").text
    assert (
        '<a class="mention group" href="/entity/group/islamic-state" title="group: Islamic State (rule: name)">'
        "Islamic State</a>" in text
    )
    assert '<a href="/entity/place/palmyra"><bdi>Palmyra</bdi></a>' in text
    assert "SY04" not in text, "it only comes along with Palmyra"
    assert text.count("<p>BEIRUT") == 1
    assert 'href="https://levant-wire.example/a1" rel="noopener noreferrer"' in text
    assert "Copies (1)" in text
    assert "Versions (1)" in text


def test_a_copy_names_its_original(client: Client) -> None:
    text = client.get("/article/a3").text
    assert '<a href="/article/a1" dir="auto" lang="en">Islamic State blows up' in text
    assert "Came with the same text as" in text
    assert "which reached us before" in text


def test_an_original_names_its_copies(client: Client) -> None:
    text = client.get(f"/article/{COPIED}").text
    assert "Came with the same text, after this one" in text
    assert '<a href="/article/a3" dir="auto" lang="en">IS destroys' in text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/?q=palmyra", 200),
        ("/?q=%22", 400),
        ("/?limit=x", 400),
        (f"/article/{COPIED}", 200),
        (f"/article/{WITHDRAWN}", 200),
        ("/article/nope", 404),
        ("/feeds", 200),
        ("/nowhere", 404),
        ("/static/page.css", 200),
        ("/api/search", 405),
    ],
)
def test_head(client: Client, path: str, status: int) -> None:
    assert client.ask("HEAD", path).status_code == status


def test_the_feeds_page_keeps_our_credentials() -> None:
    client = Client(create_app(FakeIndex(), FakeState([secretive()]), clock=lambda: NOW))
    text = client.get("/feeds").text
    assert "moved for good to https://wire.example/f" in text
    assert "secret" not in text


def test_a_recalled_story_says_so_at_the_top(client: Client) -> None:
    text = client.get(f"/article/{WITHDRAWN}").text
    assert text.index("The wire has withdrawn this story") < text.index("<h1")
    assert "Versions (2)" in text
    assert "(text withdrawn)" in text


def test_an_unknown_article_is_a_page(client: Client) -> None:
    answer = client.get("/article/%3Cb%3E")
    assert answer.status_code == 404
    assert "article &lt;b&gt;: not here" in answer.text


def test_an_unknown_page(client: Client) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "/nowhere: there is no such page" in answer.text


def test_feeds(client: Client) -> None:
    text = client.get("/feeds").text
    assert "HTTP 500 from the server" in text
    assert "(3 failures in a row)" in text
    assert "1,204" in text
    assert '<span class="health ok">ok</span>' in text
    assert "(in 3 minutes)" in text


def test_no_feeds_yet() -> None:
    client = Client(create_app(FakeIndex(), FakeState(), clock=lambda: NOW))
    assert "No feed has been polled yet" in client.get("/feeds").text


def test_a_story_link_finds_the_story(index: FakeIndex) -> None:
    index.put([article("a9", story_id="s 1")])
    client = Client(create_app(index, FakeState(), clock=lambda: NOW))
    link = re.search(r'href="([^"]+)">All that tell it', client.get("/article/a9").text)
    assert link is not None
    assert "<strong>1</strong> article<" in client.get(link[1].replace("&amp;", "&")).text
