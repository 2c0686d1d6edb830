"""What the embedded index stores of an article, and how its text is cut into words.

Two kinds of text fields: exact ones hold the folded words of `lexicon.fold`; one stemmed field, that of the
article's language, holds what the Snowball stemmer makes of its text.

tantivy sorts by one number only, so there is one that orders articles of the same millisecond too: `dated_key`,
`first_seen_key`. And it reads back numbers only, so what articles are folded by is there as a number.
"""

import re
from collections.abc import Callable

import msgspec
from tantivy import (
    Document,
    Filter,
    Index,
    Schema,
    SchemaBuilder,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

from lexicon.fold import words
from store import geo
from store.bounds import PRECISIONS
from store.identity import digest, milliseconds
from store.index import Key, searched_texts
from store.records import Article

STEMMERS = {"en": "english", "ar": "arabic", "ru": "russian", "tr": "turkish", "fr": "french"}
KEYWORDS = (
    "feed_id", "language", "pubstatus", "signals", "provider", "entity_ids", "person_ids", "group_ids", "state_ids",
    "place_ids", "weapon_ids", "theme_ids", "story_id", "copy_of", "content_hash",
)  # fmt: skip
TIMES = ("published", "updated", "fetched", "first_seen")
DATED = "dated"
INDEXED = "indexed"
DATED_KEY = "dated_key"
FIRST_SEEN_KEY = "first_seen_key"
IDENTITY = "identity"
FOLD_STORY = "fold_story"
FOLD_COPIES = "fold_copies"
POINTS = "points"
EMBARGO = "embargoed_until"
_LONGEST_WORD = 60
_KEY_BITS = 21
_LAST_MILLISECOND = 2**42 - 1  # the year 2109; what is dated later comes with it

_HEX = re.compile(r"[0-9a-f]{6}")
# The stemmer takes ال, بال and لل off, but not a conjunction before them ("and the city").
_ARABIC_CONJUNCTION = re.compile(r"\b[وف](?=(?:ال|بال|كال|لل)\w{2})")
# A Turkish suffix on a name is set off by an apostrophe: Halep'te.
_TURKISH_SUFFIX = re.compile(r"(?<=\w)['’]\w+")


def _turkish(text: str) -> str:
    return _TURKISH_SUFFIX.sub("", text.replace("İ", "i").replace("I", "ı"))


def _arabic(text: str) -> str:
    return _ARABIC_CONJUNCTION.sub("", text)


_PREPARE: dict[str, Callable[[str], str]] = {"ar": _arabic, "tr": _turkish}


def schema() -> Schema:
    """Fields of both collections; the history fills `id`, `key`, `version`, `revision` and `data` only."""
    builder = SchemaBuilder()
    for name in ("id", "key", *KEYWORDS):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field(POINTS, tokenizer_name="raw", index_option="basic", fast=True)
    for name in (IDENTITY, FOLD_STORY, FOLD_COPIES):
        builder.add_integer_field(name, indexed=True, fast=True)
    numbers = ("version", "revision", DATED_KEY, FIRST_SEEN_KEY, EMBARGO, DATED, INDEXED, *TIMES)
    for name in (*numbers, *map(tile_field, PRECISIONS)):
        builder.add_integer_field(name, fast=True)
    for name in ("exact_headline", "exact_body"):
        builder.add_text_field(name, tokenizer_name="whitespace")
    for language in STEMMERS:
        builder.add_text_field(f"stem_{language}", tokenizer_name=f"stem_{language}")
    builder.add_bytes_field("data", stored=True)
    return builder.build()


def analyzer(language: str) -> TextAnalyzer:
    """Words, lower case, stems of one language."""
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(_LONGEST_WORD))
        .filter(Filter.lowercase())
        .filter(Filter.stemmer(STEMMERS[language]))
        .build()
    )


def register(index: Index) -> None:
    """Tokenizers are not kept with an index: each opening names them again."""
    for language in STEMMERS:
        index.register_tokenizer(f"stem_{language}", analyzer(language))


def prepare(language: str, text: str) -> str:
    """What must be done to a text before its language's stemmer sees it; the same for articles and questions."""
    change = _PREPARE.get(language)
    return change(text) if change else text


def key_term(key: Key) -> str:
    """`id@version@revision`: lets all keys be listed without opening a document."""
    return f"{key.id}@{key.version}@{key.revision}"


def history_document(article: Article) -> Document:
    """A version in the history: found by id, not by its text."""
    document = Document()
    document.add_text("id", article.id)
    document.add_text("key", key_term(Key(article.id, *article.order)))
    document.add_integer("version", article.version)
    document.add_integer("revision", article.revision)
    document.add_bytes("data", msgspec.json.encode(article))
    return document


def tile_field(precision: int) -> str:
    """Where the tiles of a zoom level stand, each as the number `x << zoom | y`."""
    return f"tile_{precision}"


def number(text: str) -> int:
    """A text as a number below 2**63; two texts share one as good as never."""
    return int(digest((text,), 8), 16) >> 1


def sort_key(moment: int, id_: str) -> int:
    """Orders by time (milliseconds), then backwards by id."""
    within = int(id_[:6], 16) >> 3 if _HEX.match(id_) else number(id_) >> 42
    clamped = max(-_LAST_MILLISECOND, min(_LAST_MILLISECOND, moment))
    return (clamped << _KEY_BITS) + (1 << _KEY_BITS) - 1 - within


def newest_document(article: Article, indexed: int) -> Document:
    """The searchable form of an article's newest version, put at `indexed` (milliseconds)."""
    document = history_document(article)
    for name in KEYWORDS:
        value = getattr(article, name)
        for each in (value,) if isinstance(value, str) else value:
            if each:
                document.add_text(name, each)
    for name in TIMES:
        if (moment := getattr(article, name)) is not None:
            document.add_integer(name, milliseconds(moment))
    if article.embargoed_until:
        document.add_integer(EMBARGO, milliseconds(article.embargoed_until))
    _add_numbers(document, article, indexed)
    headline, body = searched_texts(article)
    document.add_text("exact_headline", " ".join(words(headline)))
    document.add_text("exact_body", " ".join(words(body)))
    if article.language in STEMMERS:
        document.add_text(f"stem_{article.language}", prepare(article.language, f"{headline}\n{body}"))
    return document


def _add_numbers(document: Document, article: Article, indexed: int) -> None:
    dated = milliseconds(article.published or article.first_seen)
    document.add_integer(DATED, dated)
    document.add_integer(INDEXED, indexed)
    document.add_integer(DATED_KEY, sort_key(dated, article.id))
    document.add_integer(FIRST_SEEN_KEY, sort_key(milliseconds(article.first_seen), article.id))
    document.add_integer(IDENTITY, number(article.id))
    document.add_integer(FOLD_STORY, number(article.story_id or article.copy_of or article.id))
    document.add_integer(FOLD_COPIES, number(article.copy_of or article.id))
    for key in geo.keys(article):
        document.add_text(POINTS, key)
    for precision in PRECISIONS:
        for x, y in {geo.tile(point.lat, point.lon, precision) for point in article.geo}:
            document.add_integer(tile_field(precision), x << precision | y)
