"""What a reader may see of what was taken back or is not out yet."""

from datetime import timedelta

import pytest

from search.reader import current, under_embargo, versions, without_secrets
from tests.unit.search.wire import NOW, SECRET, article


def test_a_usable_article_is_whole() -> None:
    assert current(article()) == article()


def test_a_retracted_article_keeps_headline_and_notice() -> None:
    seen = current(
        article(pubstatus="withheld", ednote="Wait", summary=SECRET, body_html=SECRET, raw_ref="sha256:1")
    )
    assert (seen.headline, seen.ednote) == (article().headline, "Wait")
    assert (seen.summary, seen.body, seen.body_html, seen.mentions, seen.raw_ref) == ("", "", "", (), "")


def test_embargo_ends_at_its_moment() -> None:
    assert under_embargo(article(embargoed_until=NOW + timedelta(seconds=1)), NOW)
    assert not under_embargo(article(embargoed_until=NOW), NOW)


def test_no_version_of_a_recalled_article_keeps_its_text_or_former_headline() -> None:
    newest = article(version=3, pubstatus="canceled", headline="KILL", body=SECRET, ednote="Killed")
    history = [newest, article(version=2, headline=SECRET, body=SECRET), article(version=1, body=SECRET)]
    seen = versions(newest, history, NOW)
    assert [each.withdrawn_text for each in seen] == [True, True, True]
    assert [each.article.headline for each in seen] == ["KILL", "", ""]
    assert SECRET not in str(seen)


def test_a_recall_that_only_the_history_knows_counts_too() -> None:
    seen = versions(
        article(body=SECRET),
        [article(version=2, headline="KILL", pubstatus="canceled"), article(headline=SECRET, body=SECRET)],
        NOW,
    )
    assert SECRET not in str(seen)


def test_a_story_that_came_back_hides_only_the_version_that_was_withheld() -> None:
    newest = article(version=3, body="new")
    seen = versions(
        newest, [newest, article(version=2, pubstatus="withheld"), article(version=1, body="old")], NOW
    )
    assert [each.article.body for each in seen] == ["new", "", "old"]
    assert [each.withdrawn_text for each in seen] == [False, True, False]


def test_a_version_under_embargo_is_left_out() -> None:
    early = article(version=1, embargoed_until=NOW + timedelta(days=1))
    assert [
        each.article.version for each in versions(article(version=2), [article(version=2), early], NOW)
    ] == [2]


def test_nothing_that_was_read_from_a_withdrawn_text_is_shown() -> None:
    seen = current(article(pubstatus="canceled"))
    assert (seen.entity_ids, seen.place_ids, seen.group_ids, seen.geo) == ((), (), (), ())


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ("", ""),
        ("HTTP 500 from the server", "HTTP 500 from the server"),
        ("moved to https://a.example/f", "moved to https://a.example/f"),
        ("moved to https://u:pw@a.example:8443/f?key=TOKEN", "moved to https://a.example:8443/f"),
        ("https://TOKEN@a.example", "https://a.example"),
        ("https://u:p@ss@a.example/x#TOKEN", "https://a.example/x"),
        ("Get 'https://a.example/f?key=TOKEN': refused", "Get 'https://a.example/f': refused"),
        (
            "(https://u@a.example/f?k=TOKEN), https://[::1]:80/?b=TOKEN.",
            "(https://a.example/f), https://[::1]:80/.",
        ),
        ("//u:pw@a.example/f?key=TOKEN", "//a.example/f"),
        ("HTTPS://u:pw@a.example/f;key=1", "HTTPS://a.example/f;key=1"),
        ("https://medium.example/@user/feed", "https://medium.example/@user/feed"),
        ("https://u:pw/rest@a.example/f", "https://…"),
        ("https://u:pw?rest@a.example/f", "https://…"),
        ("socks5://u:pw@[::1", "socks5://…"),
        ("redirected to /f?key=TOKEN&b=2: refused", "redirected to /f: refused"),
        ("https://a.example/x,https://u:pw@b.example/?k=1", "https://a.example/x,https://b.example/"),
        ("/f?key=a:b;c,d then", "/f then"),
        ("is it there? yes", "is it there? yes"),
    ],
)
def test_details_lose_what_an_address_may_hide(detail: str, shown: str) -> None:
    assert without_secrets(detail) == shown


def test_a_long_detail_is_no_trouble() -> None:
    assert without_secrets("a." * 200_000 + "://" + ":" * 200_000 + "?" * 200_000).startswith("a.a.")
