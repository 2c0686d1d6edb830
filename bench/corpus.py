"""A made-up archive for measuring: articles in English, Arabic and Russian with names of the gazetteer.

Words are drawn by Zipf's law from some dozens that wires use and thousands that we make up of syllables; so are places
and people: a few are everywhere, most are rare. The same seed and gazetteer give the same archive.
"""

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from lexicon.entity import Entity
from lexicon.load import load_lexicon
from store.identity import article_id
from store.records import Article, GeoPoint

_FIRST_DAY = datetime(2011, 3, 15, tzinfo=UTC)
_DAYS = 2400
_FEEDS = tuple(f"wire-{n}/all" for n in range(54))
_LANGUAGES = (("en", 0.55), ("ar", 0.3), ("ru", 0.15))
_COPIES = 0.15
_VOCABULARY = 30_000
_COMMON = {
    "en": "the of to and in a said on that for by was with from at as were it its have has an after near army forces "
    "government rebels fighters town city residents strike strikes warplanes killed civilians air attack group "
    "truce talks border aid convoy hospital school children fighting clashes shelling barrel bombs chlorine sources "
    "officials minister president opposition control village province camp siege ceasefire monitor activists",
    "ar": "في من على إلى أن عن مع قال قالت بعد قرب قوات الجيش الحكومة المعارضة مقاتلو بلدة مدينة سكان غارة غارات "
    "طائرات مقتل مدنيين قصف هجوم هدنة محادثات الحدود مساعدات قافلة مستشفى مدرسة أطفال اشتباكات براميل مصادر وزير رئيس",
    "ru": "в на и с по что из для не как после около армия силы правительство боевики город село жители удар удары "
    "самолёты погибли мирные атака перемирие переговоры граница помощь колонна больница школа дети бои обстрел",
}
_SYLLABLES = {
    "en": [
        "ba",
        "con",
        "der",
        "el",
        "fi",
        "gra",
        "hol",
        "in",
        "mer",
        "no",
        "pre",
        "ra",
        "sti",
        "tor",
        "un",
        "ve",
    ],
    "ar": ["با", "تر", "جم", "حس", "خل", "دو", "را", "سع", "شم", "عم", "فت", "قد", "كر", "لو", "مد", "نص"],
    "ru": [
        "ба",
        "вер",
        "го",
        "до",
        "жи",
        "за",
        "ка",
        "ло",
        "мер",
        "но",
        "по",
        "ра",
        "ста",
        "ти",
        "ход",
        "ше",
    ],
}
_KINDS = ("person", "group", "weapon", "theme", "state")


class Corpus:
    """Articles 0, 1, 2 … of one seed."""

    def __init__(self, gazetteer: Path, seed: int = 2015) -> None:
        self._random = random.Random(seed)  # noqa: S311  (no secret)
        self._words = {language: self._vocabulary(language) for language, _ in _LANGUAGES}
        self._weights = list(itertools.accumulate(1 / (rank + 2) for rank in range(_VOCABULARY)))
        entities = load_lexicon(gazetteer).entities
        self._entities = entities
        self.places = [each for each in entities.values() if each.type == "place" and each.lat is not None]
        self.others = {kind: [e for e in entities.values() if e.type == kind] for kind in _KINDS}
        self._place_weights = list(itertools.accumulate(1 / (n + 5) for n in range(len(self.places))))

    def words(self, language: str, first: int, last: int) -> list[str]:
        """The vocabulary by rank, the most frequent first."""
        return self._words[language][first:last]

    def articles(self, count: int) -> Iterator[Article]:
        """In the order in which they came in."""
        originals: list[Article] = []
        for number in range(count):
            moment = _FIRST_DAY + timedelta(days=_DAYS) * (number / count)
            made = self._article(number, moment)
            if originals and self._random.random() < _COPIES:
                made = self._copy(made, self._random.choice(originals))
            else:
                originals = [*originals[-200:], made]
            yield made

    def _article(self, number: int, moment: datetime) -> Article:
        draw = self._random
        language = draw.choices([name for name, _ in _LANGUAGES], [share for _, share in _LANGUAGES])[0]
        places = draw.choices(self.places, cum_weights=self._place_weights, k=draw.randint(1, 3))
        others = {kind: draw.choices(found, k=draw.randint(0, 2)) for kind, found in self.others.items()}
        names = [_name(each, language) for each in (*places, *itertools.chain(*others.values()))]
        text = draw.choices(self._words[language], cum_weights=self._weights, k=draw.randint(110, 300))
        for name in names:
            text.insert(draw.randrange(len(text)), name)
        ids = {kind: tuple(dict.fromkeys(each.id for each in found)) for kind, found in others.items()}
        place_ids = tuple(dict.fromkeys(id_ for place in places for id_ in self._around(place)))
        feed = draw.choice(_FEEDS)
        id_ = article_id(feed, str(number))
        return Article(
            id=id_,
            version=1,
            content_hash=id_,
            feed_id=feed,
            guid=str(number),
            url=f"https://levant-wire.example/{number}",
            headline=" ".join((*text[:7], names[0])),
            body=" ".join(text),
            language=language,
            published=moment.replace(microsecond=0),
            fetched=moment,
            first_seen=moment,
            signals=("correction",) if draw.random() < 0.02 else (),
            entity_ids=place_ids + tuple(itertools.chain(*ids.values())),
            person_ids=ids["person"],
            group_ids=ids["group"],
            weapon_ids=ids["weapon"],
            theme_ids=ids["theme"],
            state_ids=ids["state"],
            place_ids=place_ids,
            geo=tuple(
                GeoPoint(
                    lat=each.lat or 0.0, lon=each.lon or 0.0, place_id=each.id, precision=each.kind or "town"
                )
                for each in {place.id: place for place in places}.values()
            ),
            story_id=id_,
        )

    def _copy(self, made: Article, original: Article) -> Article:
        return msgspec.structs.replace(
            original,
            id=made.id,
            feed_id=made.feed_id,
            guid=made.guid,
            url=made.url,
            published=made.published,
            fetched=made.fetched,
            first_seen=made.first_seen,
            story_id=original.id,
            copy_of=original.id,
            copy_kind="identical",
            copy_score=1.0,
        )

    def _around(self, place: Entity) -> Iterator[str]:
        here: Entity | None = place
        while here is not None:
            yield here.id
            here = self._entities.get(here.parent)

    def _vocabulary(self, language: str) -> list[str]:
        found = dict.fromkeys(_COMMON[language].split())
        while len(found) < _VOCABULARY:
            found["".join(self._random.choices(_SYLLABLES[language], k=self._random.randint(2, 5)))] = None
        return list(found)


def _name(entity: Entity, language: str) -> str:
    for each in (language, "en", "und"):
        if entity.names.get(each):
            return entity.names[each][0]
    return next(iter(entity.names.values()))[0]
