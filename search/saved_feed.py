"""The Atom feed of a saved search, made of its ledger: each article as it went out last, in the order of going out.

A reader that polls misses none of a burst: the first page holds all of the last two days, and `next` (RFC 5005) leads
on through the rest. A line's place never changes, so no page skips one.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from search.feed import Entry, feed
from search.request import query_link
from store.errors import BadPage
from store.index import Index
from store.query import Or, Query, Term
from store.records import Article
from store.saved import ATOM, Place, SavedSearch, SavedSearches, Sent

FEWEST = 100
MOST = 1000
_SPAN = timedelta(days=2)
_AT_ONCE = 200
_MARKS = {"correction": "Corrected: "}


def saved_feed(
    store: SavedSearches, index: Index, search: SavedSearch, *, after: str, base: str, now: datetime
) -> tuple[bytes, datetime]:
    """RFC 4287, and when the newest entry went out. `after`: the place in a `next` link. Raises `BadPage`."""
    lines = store.newest_sent(search.id, ATOM.id, MOST + 1, _place(after) if after else None)
    page = first_page(lines)
    here = f"/api/saved/{search.id}/atom"
    links = {"self": here + (f"?{_after(after)}" if after else ""), "alternate": query_link(search.query)}
    if after:
        links["first"] = here
    if len(lines) > len(page):
        links["next"] = f"{here}?{_after(_text(page[-1].place))}"
    updated = page[0].at if page else search.created
    content = feed(
        _entries(store, index, search, page, now),
        id_=f"urn:syriawire:saved:{search.id}",
        title=search.name,
        base=base,
        links=links,
        updated=updated,
    )
    return content, updated


def first_page(lines: Sequence[Sent]) -> Sequence[Sent]:
    """Of the newest lines those of two days, at least `FEWEST`, at most `MOST`. The same lines, the same page."""
    if not lines:
        return lines
    young = sum(line.at > lines[0].at - _SPAN for line in lines)
    return lines[: min(MOST, max(FEWEST, young))]


def _entries(
    store: SavedSearches, index: Index, search: SavedSearch, lines: Sequence[Sent], now: datetime
) -> Iterator[Entry]:
    """Lines that a later one replaces are left out; who has the old entry gets the new one under an id of its own."""
    newest = store.sent(search.id, ATOM.id, [line.id for line in lines])
    shown = [line for line in lines if line.version == newest.get(line.id, line).version]
    for start in range(0, len(shown), _AT_ONCE):
        part = shown[start : start + _AT_ONCE]
        articles = _articles(index, [line.id for line in part], now)
        for line in part:
            if line.id in articles:
                id_ = f"urn:syriawire:article:{quote(line.id, safe='')}:{line.version}"
                yield Entry(id_, articles[line.id], line.at, _MARKS.get(line.kind, ""))


def _articles(index: Index, ids: Sequence[str], now: datetime) -> dict[str, Article]:
    """As they are now: what was corrected or withdrawn meanwhile is not shown as it was."""
    where = Or(tuple(Term("id", each) for each in ids)) if len(ids) > 1 else Term("id", ids[0])
    found = index.search(Query(where=where, now=now, sort="newest", limit=len(ids)))
    return {hit.article.id: hit.article for hit in found.hits}


def _after(place: str) -> str:
    return urlencode({"after": place})


def _text(place: Place) -> str:
    return f"{place[0].isoformat()}~{place[2]}~{place[1]}"


def _place(text: str) -> Place:
    at, _, rest = text.partition("~")
    version, _, id_ = rest.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        place = (moment, id_, int(version))
        moment.timestamp()
    except (ValueError, OverflowError) as error:
        raise BadPage("after: no page of this feed: take the `next` link of the page before") from error
    if moment.tzinfo is None or not 0 <= place[2] < 2**31 or "\0" in id_:
        raise BadPage("after: no page of this feed: take the `next` link of the page before")
    return place
