"""From records to what the templates print: cards, badges, dates, names, directions. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from search.highlight import Labels, Named, named
from search.matched import Match
from search.reader import current
from search.request import query_link
from search.snippet import Piece, marked, marks, snippet
from store.query import Hit, Node
from store.records import Article

LANGUAGES = {
    "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fa": "Persian", "fr": "French",
    "he": "Hebrew", "it": "Italian", "ku": "Kurdish", "ru": "Russian", "tr": "Turkish",
}  # fmt: skip
_RIGHT_TO_LEFT = ("ar", "ckb", "fa", "he", "ps", "ur")
_SMALL_WORDS = {
    "al",
    "an",
    "ash",
    "ad",
    "ar",
    "el",
    "bin",
    "ibn",
    "and",
    "of",
    "the",
    "in",
    "for",
    "de",
    "la",
}
_BADGES = {
    "canceled": ("withdrawn", "The wire has withdrawn this story"),
    "withheld": ("withheld", "The wire asks not to use this story"),
}
_UNSAID = frozenset({"withdrawal", "completion", "edited"})
"""Withdrawals and edits have badges of their own; that a text came later is nothing that the wire says."""
_NAMED = 5
_REASONS = 4
_MODEL = re.compile(r"^([a-z]{1,2})-(?=\d)")  # F-16, Su-30
_STEPS = (
    (60, 60, "minute"),
    (60 * 60, 24, "hour"),
    (24 * 3600, 45, "day"),
    (30 * 24 * 3600, 24, "month"),
    (365 * 24 * 3600, 10**9, "year"),
)


class Badge(NamedTuple):
    """A short word on a story; `kind` is its CSS class."""

    kind: str
    text: str
    title: str


class Reason(NamedTuple):
    """Why a hit matched: `name` was asked for, the article says `words` (empty: known without a passage).

    `kind`: the type of an entity, empty for words.
    """

    kind: str
    name: str
    words: str


class When(NamedTuple):
    """A moment: for machines, for readers, and how long ago."""

    iso: str
    text: str
    age: str


@dataclass(frozen=True)
class Card:
    """One hit as listed."""

    id: str
    headline: Sequence[Piece]
    feed: str
    when: When
    lang: str
    direction: str
    badges: Sequence[Badge]
    snippet: Sequence[Piece]
    named: Sequence[Named]
    folded: int
    others: Sequence["Card"]
    story_link: str


def card(hit: Hit, asked: Node, now: datetime, labels: Labels, others: Sequence["Card"] = ()) -> Card:
    """Of a withdrawn story headline and notice only. `others` are the hits that this one stands for."""
    article = current(hit.article)
    body = article.body or article.summary
    return Card(
        id=article.id,
        headline=marked(article.headline, marks(article.headline, asked, "headline")),
        feed=article.feed_id,
        when=moment(article.published or article.first_seen, now),
        lang=article.language,
        direction=direction(article.language),
        badges=badges(article),
        snippet=[Piece(article.ednote, False)] if article.retracted else snippet(body, asked),
        named=[
            named(each, labels)
            for each in list(dict.fromkeys(m.entity_id for m in article.mentions))[:_NAMED]
        ],
        folded=hit.folded,
        others=others,
        story_link=query_link(f'story:"{article.story_id}"') + "&fold=none" if article.story_id else "",
    )


def reasons(matches: Sequence[Match], labels: Labels) -> list[Reason]:
    """What is worth a line below a hit: words that stand there marked tell by themselves.

    A city and its province that one word names are one reason.
    """
    found: dict[tuple[str, str], Reason] = {}
    for each in matches:
        words = each.forms[0] if each.forms else ""
        match each.kind:
            case "concept":
                reason = Reason(each.asked.partition("/")[0], labels(each.asked), words)
            case "near":
                lat, lon, km = each.asked.removesuffix("km").split(",")
                reason = Reason("place", f"within {km} km of {lat}, {lon}", words)
            case "stem":
                reason = Reason("", f"another form of {each.asked}", "")
            case "wildcard":
                reason = Reason("", each.asked, words)
            case _:
                continue
        found.setdefault((reason.kind, reason.words or reason.name), reason)
    return list(found.values())[:_REASONS]


def badges(article: Article) -> list[Badge]:
    """What a reader must know before reading."""
    found = []
    if article.retracted:
        kind, title = _BADGES[article.pubstatus]
        found.append(Badge("bad", kind, title))
    found += [
        Badge("note", signal, f"The wire marks this story: {signal}")
        for signal in article.signals
        if signal not in _UNSAID
    ]
    if "edited" in article.signals:
        found.append(Badge("note", "edited", "The wire changed this story without saying so"))
    if article.copy_of:
        found.append(Badge("copy", "copy", "Came with the same text as an article that reached us before"))
    return found


def prettified(entity_id: str) -> str:
    """`person/bashar-al-assad` → `Bashar al Assad`; `state/united-states/pentagon` → `Pentagon, United States`."""
    parts = entity_id.split("/")[1:] or [entity_id]
    return ", ".join(_words(part) for part in reversed(parts))


def _words(slug: str) -> str:
    if any(letter.isupper() for letter in slug):
        return slug  # a P-code
    words = _MODEL.sub("\\1\N{NON-BREAKING HYPHEN}", slug).split("-")
    shown = (w if at and w in _SMALL_WORDS else w[:1].upper() + w[1:] for at, w in enumerate(words))
    return " ".join(shown).replace("\N{NON-BREAKING HYPHEN}", "-")


def language_name(code: str) -> str:
    """`ar` → `Arabic`; what has no name here stays a code."""
    return LANGUAGES.get(code, code)


def direction(language: str) -> str:
    """The HTML `dir` of a text in this language; `auto` where the language is unknown."""
    if not language:
        return "auto"
    return "rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def moment(when: datetime, now: datetime) -> When:
    """As printed: absolute, with the zone."""
    return When(when.isoformat(), f"{when.day} {when:%b %Y, %H:%M} {when.tzname() or 'UTC'}", age(when, now))


def age(when: datetime, now: datetime) -> str:
    """`3 hours ago`, `in 2 days`, `just now`: the largest unit that says enough."""
    seconds = (now - when).total_seconds()
    for size, upto, unit in _STEPS:
        count = int(abs(seconds) // size)
        if count < upto:
            if count == 0:
                return "just now"
            text = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"{text} ago" if seconds > 0 else f"in {text}"
    return ""


def wire_link(url: str) -> str:
    """The wire's address if a browser may follow it, else nothing: feeds can hold `javascript:` too."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""
