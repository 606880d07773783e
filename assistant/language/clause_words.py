"""Words that open a condition clause, and what else leading and trailing ones have in common."""

from __future__ import annotations

from assistant.language.quantities import find_quantities
from assistant.language.verbs import base_of_gerund
from assistant.language.word_lists import word_set

MAX_TRIED = 40
"""Places at which a clause is tried to be cut; a sentence of 2,000 words has hundreds."""

CLAUSAL = word_set(
    "if when whenever once unless until where while provided given after before"
) | {
    "only if", "only when", "only where", "as soon as", "as long as", "so long as", "in case",
    "in the event that", "provided that", "given that", "assuming", "assuming that",
    "on condition that", "on the condition that",
}  # fmt: skip
OCCASION = ("in case of", "in the event of")
OPPOSED = ("unless", "until", "except", "before")


def has_limit(text: str, start: int, end: int) -> bool:
    """Whether a limit stands between two offsets of a text."""
    return any(quantity.is_limit for quantity in find_quantities(text[start:end]))


def is_gerund(words: str) -> bool:
    """Whether words begin with a verb in -ing: "after entering the code"."""
    first = words.split()[0].lower() if words.split() else ""
    return base_of_gerund(first) is not None


def ends_in_amount(words: str) -> bool:
    """Whether words end with an amount, a date or a time."""
    found = find_quantities(words)
    return bool(found) and found[-1].end >= len(words.rstrip())
