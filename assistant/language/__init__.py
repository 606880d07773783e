"""The ground floor, the only place that knows words: sentences, quotations, amounts, dates."""

__all__ = [
    "amounts",
    "casing",
    "clauses",
    "comparisons",
    "coordination",
    "dates_and_times",
    "document_heads",
    "finite_verbs",
    "full_stops",
    "function_words",
    "languages",
    "nouns",
    "quantities",
    "quoted_messages",
    "sentences",
    "units",
    "validity",
    "value_changes",
    "verbs",
    "word_lists",
]
