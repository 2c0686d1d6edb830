"""What tells one story of a feed from another: guid, link, headline, text, moment of publication. Pure.

docs/decisions/0009-whose-guids-lie.md has the rules and their bounds.
"""

from collections.abc import Iterable, Sequence

import msgspec

from ingest.catalogue import Feed, is_web_address
from ingest.signals import SAID
from ingest.urls import clean_guid, is_front_page, link_key
from store.identity import article_id, digest
from store.records import Article
from store.state import Seen

"""By these the wire itself says that it is a new form of what was sent before."""
_SHORT = 80
"""A shorter text may well be sent twice under one headline: it is compared together with its day."""


def own_id(feed: Feed, article: Article) -> str:
    """The id by what the publisher's YAML says identifies an entry: guid, link, or headline and date."""
    return article_id(feed.scope, _identity(feed, article))


def variant_id(feed: Feed, article: Article) -> str:
    """The id of a story whose guid is another's, too."""
    return article_id(feed.scope, "\x1f".join((_identity(feed, article), _page(article) or article.headline)))


def _identity(feed: Feed, article: Article) -> str:
    guid = clean_guid(article.guid)
    if guid[:4].lower() == "http" and is_web_address(guid) and is_front_page(guid):
        guid = ""  # the site's own address under every entry
    if guid and feed.guid == "trust":
        return guid
    link = link_key(article.url)
    date = article.published.isoformat() if article.published else link
    title = f"{article.headline} {date}".strip() if article.headline else ""
    match feed.guid:
        case "link":
            return _page(article) or guid or title or link
        case "title":
            return title or guid or link
    return _page(article) or title or link


def reused(feed: Feed, articles: Iterable[Article]) -> set[str]:
    """The own ids that two different stories of one document have: proof that guids are used twice."""
    first: dict[str, Article] = {}
    found = set()
    for article in articles:
        name = own_id(feed, article)
        other = first.setdefault(name, article)
        if other is not article and _different(other, article):
            found.add(name)
    return found


def _different(one: Article, other: Article) -> bool:
    """Not two forms of one story, as Atom allows them side by side. Without links nothing tells."""
    if one.headline == other.headline:
        return False
    return bool(_page(one) and _page(other)) and _page(one) != _page(other)


def named(feed: Feed, articles: Sequence[Article]) -> tuple[Article, ...]:
    """The articles of one document by what stands in it alone: one an id, in its order."""
    twice = reused(feed, articles)
    return distinct(
        msgspec.structs.replace(each, id=variant_id(feed, each) if name in twice else name)
        for each in articles
        for name in (own_id(feed, each),)
    )


def distinct(articles: Iterable[Article]) -> tuple[Article, ...]:
    """Of articles with one id the one updated last, else the first in the document."""
    chosen: dict[str, Article] = {}
    for article in articles:
        other = chosen.get(article.id)
        if other is None or _later(article, other):
            chosen[article.id] = article
    return tuple(chosen.values())


def _later(one: Article, other: Article) -> bool:
    first, second = one.updated or one.published, other.updated or other.published
    return first is not None and (second is None or first > second)


def story_of(article: Article) -> tuple[str, str, str]:
    """(link, headline, date) as `Seen.story` keeps it; "" for what cannot tell two stories apart."""
    page = _page(article)
    return (digest((page,), 8) if page else "", digest((article.headline,), 8), _moment(article))


def is_same(seen: Seen, article: Article, *, proven: bool) -> bool:
    """Does the guid still mean the story that we know? `proven`: this document uses guids twice.

    It is believed as long as link, headline or moment of publication is the same, or no link can tell.
    """
    link, headline, moment = story_of(article)
    known_link, known_headline, known_moment = seen.story or ("", "", "")
    if headline == known_headline or (link and link == known_link):
        return True
    if proven:
        return False
    if SAID.intersection(article.signals) or not (link and known_link):
        return True
    return bool(moment and moment == known_moment)


def story_keys(article: Article) -> tuple[str, ...]:
    """An article with another guid is the known one if it agrees in one of these, the surest first."""
    if not article.headline:
        return ()
    link = link_key(article.url)
    day = str(article.published.date()) if article.published else ""
    days = [day]
    if len(article.body or article.summary) >= _SHORT:
        # Read back from the log a text may be the page's, and the feed's was shorter.
        days = ["", day] if article.text_from == "page" else [""]
    keys = [digest(("text", link, article.headline, article.content_hash, each)) for each in days]
    if moment := _moment(article):
        keys.append(digest(("date", link, article.headline, moment)))
    return tuple(keys)


def page_key(article: Article) -> str:
    """The address alone, which is believed only of a feed that has just been seen to change its guids."""
    page = _page(article)
    return digest(("link", page)) if page else ""


def _page(article: Article) -> str:
    return "" if is_front_page(article.url) else link_key(article.url)


def _moment(article: Article) -> str:
    """A mere day says little: many stories of one desk share it."""
    when = article.published
    return str(when) if when and (when.hour, when.minute, when.second) != (0, 0, 0) else ""
