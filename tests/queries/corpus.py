"""The articles of `corpus.yml`, tagged by hand: sixty, in five languages."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from lexicon.load import load_lexicon
from search.names import Names
from store.records import Article, GeoPoint
from store.settings import ROOT

HERE = Path(__file__).parent
NOW = datetime(2015, 10, 10, 12, 0, tzinfo=UTC)
LANGUAGES = ("en", "ar", "ru", "tr", "fr")
NAMES = Names(lambda: load_lexicon(ROOT / "config" / "gazetteer"))


@cache
def corpus() -> tuple[Article, ...]:
    """Each wire is an hour behind the one before; the Turkish ones say nothing of when; the French ones are copies.

    The Russian article of `vienna` is withdrawn, the English one of `idlib` corrected, the French one of `hmeimim`
    under embargo.
    """
    events = yaml.safe_load((HERE / "corpus.yml").read_text(encoding="utf-8"))
    return tuple(_article(event, said, n) for event, said in events.items() for n in range(len(LANGUAGES)))


def _article(event: str, said: dict[str, Any], n: int) -> Article:
    language = LANGUAGES[n]
    moment = datetime.combine(said["day"], datetime.min.time(), tzinfo=UTC) + timedelta(
        hours=said["hour"] + n
    )
    headline, body = said[language]
    changes: dict[str, Any] = {
        ("vienna", "ru"): {"pubstatus": "canceled", "ednote": "Отозвано редакцией", "version": 2},
        ("idlib", "en"): {"signals": ("correction",), "updated": moment + timedelta(days=1), "version": 2},
        ("hmeimim", "fr"): {"embargoed_until": NOW + timedelta(hours=1)},
    }.get((event, language), {})
    fields: dict[str, Any] = {
        "id": f"{event}-{language}",
        "version": 1,
        "content_hash": f"hash-{event}-{language}",
        "feed_id": f"wire-{language}/all",
        "guid": event,
        "url": f"https://wire-{language}.example/{event}",
        "headline": headline,
        "body": body,
        "language": language,
        "published": None if language == "tr" else moment,
        "first_seen": moment + timedelta(minutes=5),
        "fetched": moment + timedelta(minutes=5),
        "story_id": event,
        "copy_of": f"{event}-en" if language == "fr" else "",
        **_tags(said),
    }
    return Article(**{**fields, **changes})


def _tags(said: dict[str, Any]) -> dict[str, Any]:
    place = f"place/{said['place']}" if said["place"] else ""
    found: dict[str, Any] = {
        f"{kind}_ids": tuple(each for each in said["tags"] if each.startswith(f"{kind}/"))
        for kind in ("person", "group", "state", "weapon", "theme")
    }
    found["place_ids"] = (place, *NAMES.above(place)) if place else ()
    found["entity_ids"] = (*said["tags"], *([place] if place else []))
    entity = NAMES.entity(place)
    if entity is not None:
        found["geo"] = (GeoPoint(lat=entity.lat, lon=entity.lon, place_id=place, precision=entity.kind),)
    return found
