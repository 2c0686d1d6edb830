"""Our `Query` in tantivy's terms."""

from collections.abc import Iterable
from datetime import datetime

from tantivy import FieldType, Occur, Schema, Searcher
from tantivy import Query as TantivyQuery

from lexicon.fold import words
from store import geo
from store import query as ours
from store.adapters.tantivy_schema import EMBARGO, POINTS, STEMMERS, analyzer, prepare
from store.bounds import flat, wild_pieces
from store.identity import milliseconds

_HEADLINE_BOOST = 3.0
_EXACT_BOOST = 2.0
_EXACT_FIELDS = {
    "any": (("exact_headline", _HEADLINE_BOOST * _EXACT_BOOST), ("exact_body", _EXACT_BOOST)),
    "headline": (("exact_headline", 1.0),),
    "body": (("exact_body", 1.0),),
}
_WILD = {"*": ".*", "?": "."}
_ANALYZERS = {language: analyzer(language) for language in STEMMERS}


class Translator:
    """Turns questions to what `searcher` sees into tantivy queries."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        self._schema = schema
        self._searcher = searcher

    def query(self, query: ours.Query) -> TantivyQuery:
        """The whole question, with what must not be shown left out."""
        clauses = [(Occur.Must, self.node(query.where))]
        if query.now is not None:
            after = milliseconds(query.now) + 1
            clauses.append((Occur.MustNot, self.numbers(EMBARGO, after, None)))
        if not query.copies:
            clauses.append((Occur.MustNot, TantivyQuery.exists_query("copy_of")))
        return TantivyQuery.boolean_query(clauses)

    def node(self, node: ours.Node) -> TantivyQuery:
        """One node of the question's tree."""
        match node:
            case ours.And():
                return TantivyQuery.boolean_query([(Occur.Must, self.node(part)) for part in flat(node)])
            case ours.Or():
                return TantivyQuery.boolean_query([(Occur.Should, self.node(part)) for part in flat(node)])
            case ours.Not(part):
                return TantivyQuery.boolean_query(
                    [(Occur.Must, TantivyQuery.all_query()), (Occur.MustNot, self.node(part))]
                )
            case ours.Word() | ours.Phrase() | ours.Prefix() | ours.Wildcard():
                return self._text(node)
            case _:
                return TantivyQuery.const_score_query(self._filter(node), 1.0)

    def _text(self, node: ours.Word | ours.Phrase | ours.Prefix | ours.Wildcard) -> TantivyQuery:
        match node:
            case ours.Word(text, field):
                return self._word(text, field)
            case ours.Phrase(text, field, slop):
                return self._phrase(words(text), field, slop)
            case ours.Prefix(text, field):
                return self._prefix(words(text), field)
            case ours.Wildcard(text, field):
                return self._wildcard(wild_pieces(text), field)

    def _filter(self, node: ours.Everything | ours.Near | ours.Term | ours.TimeRange) -> TantivyQuery:
        match node:
            case ours.Everything():
                return TantivyQuery.all_query()
            case ours.Near():
                return self._near(node)
            case ours.Term(field, value):
                return TantivyQuery.term_query(self._schema, field, value, "basic")
            case ours.TimeRange(field, low, high):
                return self._range(field, low, high)

    def _word(self, text: str, field: ours.TextField) -> TantivyQuery:
        folded = words(text)
        if len(folded) != 1:
            return self._phrase(folded, field, 0)
        choices = [
            TantivyQuery.boost_query(TantivyQuery.term_query(self._schema, name, folded[0]), boost)
            for name, boost in _EXACT_FIELDS[field]
        ]
        if field == "any":
            choices += self._stems(text)
        return TantivyQuery.disjunction_max_query(choices)

    def _stems(self, text: str) -> list[TantivyQuery]:
        """The word's stem in each language: a question does not say which language it is in."""
        found = []
        for language, stemmer in _ANALYZERS.items():
            stems = stemmer.analyze(prepare(language, text))
            if len(stems) == 1:
                found.append(TantivyQuery.term_query(self._schema, f"stem_{language}", stems[0]))
        return found

    def _phrase(self, folded: list[str], field: ours.TextField, slop: int) -> TantivyQuery:
        if not folded:
            return TantivyQuery.empty_query()
        choices = []
        for name, boost in _EXACT_FIELDS[field]:
            if len(folded) == 1:
                found = TantivyQuery.term_query(self._schema, name, folded[0])
            else:
                found = TantivyQuery.phrase_query(self._schema, name, list(folded), slop)
            choices.append(TantivyQuery.boost_query(found, boost))
        return TantivyQuery.disjunction_max_query(choices)

    def _prefix(self, folded: list[str], field: ours.TextField) -> TantivyQuery:
        if not folded:
            return TantivyQuery.empty_query()
        choices = []
        for name, _ in _EXACT_FIELDS[field]:
            if len(folded) == 1:
                choices.append(
                    TantivyQuery.regex_query(self._schema, name, f"{folded[0]}.*")
                )  # folded words hold letters and digits only: nothing to escape
            else:
                begins = [*folded[:-1], f"{folded[-1]}.*"]
                choices.append(TantivyQuery.regex_phrase_query(self._schema, name, list(begins)))
        return TantivyQuery.disjunction_max_query(choices)

    def _wildcard(self, pieces: list[str], field: ours.TextField) -> TantivyQuery:
        pattern = "".join(_WILD.get(piece, piece) for piece in pieces)
        return TantivyQuery.disjunction_max_query(
            [TantivyQuery.regex_query(self._schema, name, pattern) for name, _ in _EXACT_FIELDS[field]]
        )

    def _near(self, near: ours.Near) -> TantivyQuery:
        keys = [
            key
            for prefix in geo.around(near)
            for key, _ in self._searcher.terms_with_prefix(POINTS, prefix)
            if geo.is_near(key, near)
        ]
        return TantivyQuery.term_set_query(self._schema, POINTS, keys) if keys else TantivyQuery.empty_query()

    def among(self, field: str, values: Iterable[int]) -> TantivyQuery:
        """An indexed number is one of these; counts nothing for the score."""
        return TantivyQuery.const_score_query(
            TantivyQuery.term_set_query(self._schema, field, list(values)), 0.0
        )

    def numbers(self, field: str, low: int | None, high: int | None) -> TantivyQuery:
        """`low <= field <= high`; counts nothing for the score."""
        asked = TantivyQuery.range_query(self._schema, field, FieldType.Integer, low, high)
        return TantivyQuery.const_score_query(asked, 0.0)

    def _range(self, field: str, low: datetime | None, high: datetime | None) -> TantivyQuery:
        """`low <= field < high`."""
        if low is None and high is None:
            return TantivyQuery.exists_query(field)
        return TantivyQuery.range_query(
            self._schema,
            field,
            FieldType.Integer,
            milliseconds(low) if low else None,
            milliseconds(high) if high else None,
            include_upper=high is None,
        )
