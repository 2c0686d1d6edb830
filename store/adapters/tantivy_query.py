"""Our `Query` in tantivy's terms."""

import re
from datetime import datetime

from tantivy import FieldType, Occur, Schema
from tantivy import Query as TantivyQuery

from lexicon.fold import words
from store import query as ours
from store.adapters.tantivy_schema import EMBARGO, STEMMERS, analyzer, prepare
from store.identity import milliseconds

_HEADLINE_BOOST = 3.0
_EXACT_BOOST = 2.0
_EXACT_FIELDS = {
    "any": (("exact_headline", _HEADLINE_BOOST * _EXACT_BOOST), ("exact_body", _EXACT_BOOST)),
    "headline": (("exact_headline", 1.0),),
    "body": (("exact_body", 1.0),),
}
_ANALYZERS = {language: analyzer(language) for language in STEMMERS}


class Translator:
    """Turns one index's questions into tantivy queries."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def query(self, query: ours.Query) -> TantivyQuery:
        """The whole question, with what must not be shown left out."""
        clauses = [(Occur.Must, self.node(query.where))]
        if query.now is not None:
            clauses.append((Occur.Must, self._range(EMBARGO, None, query.now)))
        if not query.copies:
            clauses.append((Occur.MustNot, TantivyQuery.exists_query("copy_of")))
        return TantivyQuery.boolean_query(clauses)

    def node(self, node: ours.Node) -> TantivyQuery:  # noqa: PLR0911  (one case a kind of node)
        """One node of the question's tree."""
        match node:
            case ours.Everything():
                return TantivyQuery.const_score_query(TantivyQuery.all_query(), 1.0)
            case ours.Word(text, field):
                return self._word(text, field)
            case ours.Phrase(text, field, slop):
                return self._phrase(words(text), field, slop)
            case ours.Prefix(text, field):
                return self._prefix(words(text), field)
            case ours.Term(field, value):
                return TantivyQuery.const_score_query(
                    TantivyQuery.term_query(self._schema, field, value, "basic"), 1.0
                )
            case ours.TimeRange(field, low, high):
                return TantivyQuery.const_score_query(self._range(field, low, high, until=True), 1.0)
            case ours.And(parts):
                return TantivyQuery.boolean_query([(Occur.Must, self.node(part)) for part in parts])
            case ours.Or(parts):
                return TantivyQuery.boolean_query([(Occur.Should, self.node(part)) for part in parts])
            case ours.Not(part):
                return TantivyQuery.boolean_query(
                    [(Occur.Must, TantivyQuery.all_query()), (Occur.MustNot, self.node(part))]
                )

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
                    TantivyQuery.regex_query(self._schema, name, f"{re.escape(folded[0])}.*")
                )  # folded words hold letters and digits only
            else:
                choices.append(TantivyQuery.phrase_prefix_query(self._schema, name, list(folded)))
        return TantivyQuery.disjunction_max_query(choices)

    def _range(
        self, field: str, low: datetime | None, high: datetime | None, *, until: bool = False
    ) -> TantivyQuery:
        """`low <= field <= high`; with `until` the upper bound itself is left out."""
        if low is None and high is None:
            return TantivyQuery.exists_query(field)
        return TantivyQuery.range_query(
            self._schema,
            field,
            FieldType.Integer,
            milliseconds(low) if low else None,
            milliseconds(high) if high else None,
            include_upper=high is None or not until,
        )
