"""What the embedded index stores of an article, and how its text is cut into words.

Two kinds of text fields: exact ones hold the folded words of `lexicon.fold`; one stemmed field, that of the
article's language, holds what the Snowball stemmer makes of its text.
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
from store.identity import milliseconds
from store.index import Key, searched_texts
from store.records import Article

STEMMERS = {"en": "english", "ar": "arabic", "ru": "russian", "tr": "turkish", "fr": "french"}
KEYWORDS = (
    "feed_id", "language", "pubstatus", "signals", "provider", "entity_ids", "person_ids", "group_ids", "state_ids",
    "place_ids", "weapon_ids", "theme_ids", "story_id", "copy_of", "content_hash",
)  # fmt: skip
TIMES = ("published", "updated", "fetched", "first_seen")
NEWEST_FIRST = "newest_first"
EMBARGO = "embargoed_until"
_LONGEST_WORD = 60

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
    for name in ("version", "revision", NEWEST_FIRST, EMBARGO, *TIMES):
        builder.add_integer_field(name, indexed=True, fast=True)
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


def newest_document(article: Article) -> Document:
    """The searchable form of an article's newest version."""
    document = history_document(article)
    for name in KEYWORDS:
        value = getattr(article, name)
        for each in (value,) if isinstance(value, str) else value:
            if each:
                document.add_text(name, each)
    for name in TIMES:
        if (moment := getattr(article, name)) is not None:
            document.add_integer(name, milliseconds(moment))
    document.add_integer(NEWEST_FIRST, milliseconds(article.published or article.first_seen))
    document.add_integer(EMBARGO, milliseconds(article.embargoed_until) if article.embargoed_until else 0)
    headline, body = searched_texts(article)
    document.add_text("exact_headline", " ".join(words(headline)))
    document.add_text("exact_body", " ".join(words(body)))
    if article.language in STEMMERS:
        document.add_text(f"stem_{article.language}", prepare(article.language, f"{headline}\n{body}"))
    return document
