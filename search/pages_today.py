"""The start page, today at a glance, and the page of the feeds."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from search import chart, present
from search.highlight import TITLES, named
from search.panel import spots
from search.reader import FeedView, feed_view
from search.request import query_link
from search.site import Site
from store.errors import Unavailable
from store.health import SUCCESS
from store.query import And, KeywordField, Or, Query, Term, TimeRange

_METHODS = ["GET", "HEAD"]
_DAY = timedelta(days=1)
_NEWEST, _CHANGED, _WHO = 8, 6, 6
_QUIET = frozenset({"ok", "unchanged", "new", "busy"})
_WHO_FIELDS: tuple[KeywordField, ...] = ("person_ids", "group_ids", "state_ids", "weapon_ids", "theme_ids")
_CHANGED_TODAY = "fetched:last-24h AND (status:canceled OR status:withheld OR signal:correction)"
CARE = "care"


def routes(site: Site) -> APIRouter:
    """`/feeds`; the start page is the route `/` without a question."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/feeds", methods=_METHODS)
    def feeds(http: Request, show: str = "", q: str = "") -> Response:
        return site.templates.TemplateResponse(http, "feeds.html", _feeds(site, site.now(), show, q.strip()))

    return router


def today(site: Site, now: datetime) -> dict[str, Any]:
    """For `today.html`: what came to us in the last 24 hours."""
    came = Query(
        where=TimeRange("first_seen", now - _DAY), now=now, sort="first_seen", limit=_NEWEST, fold="story"
    )
    found = site.index.search(came)
    taken_back = Or(
        (Term("pubstatus", "canceled"), Term("pubstatus", "withheld"), Term("signals", "correction"))
    )
    changed = site.index.search(
        Query(
            where=And((TimeRange("fetched", now - _DAY), taken_back)), now=now, sort="newest", limit=_CHANGED
        )
    )
    counts = site.index.facets(came, _WHO_FIELDS, _WHO)
    who = [
        (kind, TITLES[kind], [(named(each.value, site.labels), each.count) for each in counts[field]])
        for field in _WHO_FIELDS
        if counts[field] and (kind := field.removesuffix("_ids"))
    ]
    away = ""
    feeds: list[FeedView] = []
    try:
        feeds = [feed_view(feed) for feed in site.state.feeds()]
    except Unavailable as error:
        away = str(error)
    ill = [feed for feed in feeds if feed.health not in _QUIET]
    return {
        "day": f"{now:%A}, {now.day} {now:%B %Y}",
        "clock": f"{now:%H:%M} {now.tzname() or 'UTC'}",
        "total": found.total,
        "cards": [(present.card(hit, came.where, now, site.labels), ()) for hit in found.hits],
        "changed": [present.card(hit, came.where, now, site.labels) for hit in changed.hits],
        "changed_total": changed.total,
        "changed_link": query_link(_CHANGED_TODAY) + "&sort=newest",
        "who": who,
        "map": spots(site, came, lambda cell: f"/?near={cell.lat:.3f},{cell.lon:.3f},15"),
        "outlines": chart.outlines(),
        "feeds_away": away,
        "ill": ill[:_CHANGED],
        "ill_total": len(ill),
        "feeds_total": len(feeds),
        "anything": found.total > 0 or site.index.search(Query(now=now, limit=1)).total > 0,
    }


def _feeds(site: Site, now: datetime, show: str, words: str) -> dict[str, Any]:
    every = [
        feed_view(feed) for feed in sorted(site.state.feeds(), key=lambda f: (f.health in SUCCESS, f.feed_id))
    ]
    states = sorted({feed.health for feed in every})
    shown = [feed for feed in every if _wanted(feed, show) and words.lower() in feed.feed_id.lower()]
    return {
        "feeds": [(feed, _rhythm(feed)) for feed in shown],
        "total": len(every),
        "words": words,
        "show": show,
        "choices": [
            ("All", "", len(every)),
            ("Need care", CARE, sum(_wanted(feed, CARE) for feed in every)),
            *((state, state, sum(feed.health == state for feed in every)) for state in states),
        ],
        "moment": lambda when: present.moment(when, now),
        "feed_link": lambda feed_id: query_link(f"feed:{feed_id}"),
    }


def _wanted(feed: FeedView, show: str) -> bool:
    return not show or feed.health == show or (show == CARE and feed.health not in _QUIET)


def _rhythm(feed: FeedView) -> str:
    """From this poll to the next, as planned."""
    if feed.last_poll is None or feed.next_due is None or feed.next_due <= feed.last_poll:
        return ""
    minutes = round((feed.next_due - feed.last_poll).total_seconds() / 60)
    if minutes < 1:
        return "under a minute"
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"
