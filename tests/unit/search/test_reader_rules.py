"""What a reader may see of what was taken back or is not out yet."""

from datetime import timedelta

from search.reader import current, under_embargo, versions
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
        article(body=SECRET), [article(version=2, pubstatus="canceled"), article(body=SECRET)], NOW
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
