"""HTML to text, and HTML made harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text import html_to_text, one_line, paragraphs_to_html, sanitise


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One &amp; two</p>\n<p>three<br>four</p>", "One & two\n\nthree\nfour"),
        ("<div><p>One</p></div><ul><li>a</li><li>b</li></ul>", "One\n\na\n\nb"),
        ("<p>a<script>alert(1)</script><style>p{}</style>b</p>", "ab"),
        ("no&nbsp;markup   at\n all", "no markup at all"),
        ("<b>bold</b>word", "boldword"),
        ("5 &lt; 6 &amp;amp; 7", "5 < 6 &amp; 7"),
        ("<p>&#xD800;\u200bx\u00ady</p>", "\ufffdxy"),
        ("<!-- hidden --><p>seen", "seen"),
        ("<p>می\u200cشود</p>", "می\u200cشود"),
        ("", ""),
    ],
)
def test_text(source: str, text: str) -> None:
    assert html_to_text(source) == text


def test_nothing_that_runs_loads_or_styles_is_left() -> None:
    html = (
        '<p onclick="x()" style="color:red">a<img src="https://t.example/pixel.gif"><a href="javascript:x()">b</a>'
        '<a href="/story">c</a><iframe src="https://x.example"></iframe></p><form><input></form>'
    )
    clean = sanitise(html, "https://levant-wire.example/1")
    for bad in ("onclick", "style", "img", "javascript", "iframe", "form", "input"):
        assert bad not in clean
    assert 'href="https://levant-wire.example/story"' in clean
    assert "href" not in sanitise('<a href="/story">c</a>')
    assert "href" not in sanitise('<a href="/story">c</a>', "no base")


def test_paragraphs() -> None:
    assert paragraphs_to_html("a < b\nc\r\n\r\nd\n") == "<p>a &lt; b<br>c</p><p>d</p>"


@pytest.mark.parametrize(
    "tag", ["<div>", "<b>", "<blockquote><table>", "<a href=x>", "<", "<p ", "<!--", "&"]
)
@pytest.mark.timeout(60)
def test_hostile_markup_takes_no_long_time(tag: str) -> None:
    assert len(html_to_text(tag * 50_000 + "x")) <= len(tag) * 50_000 + 1


PIECES = st.sampled_from(["<p>", "</p>", "<b", ">", "&", ";", "x", " ", "\ud800", "\n"])


@given(st.text() | st.lists(PIECES).map("".join))
def test_any_text(source: str) -> None:
    text = html_to_text(source)
    text.encode()
    assert "\n\n\n" not in text
    assert text == text.strip()
    assert one_line(one_line(source)) == one_line(source)
    sanitise(source, "https://levant-wire.example/").encode()
