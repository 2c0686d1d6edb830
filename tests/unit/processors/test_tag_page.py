"""The highlighted page: everything is escaped, every name is marked."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from lexicon.load import load_lexicon
from processors.tag.page import page, section
from processors.tag.tagger import Tagger
from store.settings import ROOT
from tests.unit.processors.small_lexicon import lexicon

TAGGER = Tagger(lexicon())
PIECES = st.sampled_from(
    ["Ann Carter", "<script>", "&amp;", '"', " in ", "Upland", "village of ", "Kafr Foo", ". "]
)


def shown(text: str) -> str:
    return section("a<b", {"headline": "", "body": text}, TAGGER.tag("", "", text))


def test_names_are_marked_with_what_they_are_and_why() -> None:
    html = shown("Ann Carter & Bob Carter in the village of Kafr Foo. Carter left.")
    assert "<h2>a&lt;b</h2>" in html
    assert '<mark class="person" title="person/ann-carter · name · 0.95">Ann Carter</mark> &amp;' in html
    assert "named as" in html
    assert '<mark class="unresolved" title="place:unknown">Kafr Foo</mark>' in html


def test_a_mark_may_lie_in_another() -> None:
    text = "violating Turkish airspace"
    tags = Tagger(load_lexicon(ROOT / "config" / "gazetteer")).tag("", "", text)
    html = section("", {"body": text}, tags)
    assert re.search(r"<mark[^>]*>violating Turkish <mark[^>]*>airspace</mark></mark>", html)


def test_the_page_needs_nothing_from_elsewhere() -> None:
    html = page([shown("Ann Carter")])
    assert html.startswith("<!doctype html>")
    assert not re.search(r"<script|<link|https?:|url\(", html)


@given(st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=8).map("".join))
def test_the_text_comes_back(text: str) -> None:
    html = shown(text)
    body = html.split("</h2>", 1)[1].removesuffix("</article>")
    assert "<script" not in body
    plain = unescape(re.sub(r"<[^>]*>", "", body))
    assert plain == text
