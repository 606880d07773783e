"""The ground floor, the only place that knows words: sentences, quotations, amounts, dates."""

__all__ = [
    "amounts",
    "casing",
    "clause_words",
    "clauses",
    "comparisons",
    "finite_verbs",
    "joining",
    "languages",
    "lexicon",
    "messages",
    "moments",
    "nouns",
    "numerals",
    "people",
    "quantities",
    "sentences",
    "units",
    "verbs",
]
