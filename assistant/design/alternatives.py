"""A thing described by one limit "or" another: where one is tried, the other must not decide.

"Pallets heavier than 900 kg or higher than 1.8 m" are tried at 900 kg and at most 1.8 m.
"""

from __future__ import annotations

import re

from assistant.design.amounts import Quantity
from assistant.design.boundaries import outside_words
from assistant.design.clauses import parse_clause
from assistant.design.condition_cases import placed_limits
from assistant.design.phrases import with_value
from assistant.design.sentences import Span


def with_only(words: Span, quantity: Quantity, value: str) -> str:
    """``words`` with ``value`` in place of one limit, and an alternative limit kept out of play."""
    text = with_value(words.text, words.start, quantity, value)
    other = _alternative(words, quantity)
    if other is None:
        return text
    said = words.text[other.phrase_start - words.start : other.phrase_end - words.start]
    joint = re.search(rf" or {re.escape(said)}|{re.escape(said)} or ", text)
    if joint is None:
        return text
    if joint.group().startswith(" or "):
        return f"{text[: joint.start()]} and {outside_words(other)}{text[joint.end() :]}"
    return f"{text[: joint.start()]}of {outside_words(other)} and {text[joint.end() :]}"


def _alternative(words: Span, quantity: Quantity) -> Quantity | None:
    """The other limit of the same thing; ``None`` where there is none, or it is a range's end."""
    for other in placed_limits(words):
        if other.start == quantity.start or other.range_end or quantity.range_end:
            continue
        first, second = sorted((quantity, other), key=lambda each: each.start)
        between = words.text[first.phrase_end - words.start : second.phrase_start - words.start]
        before = words.text[: first.phrase_start - words.start]
        if between == " or " and parse_clause(before) is None:
            return other
    return None
