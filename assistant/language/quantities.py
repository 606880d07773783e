"""Numbers, amounts, durations, dates and times in text, each with the limit set on it.

``find_quantities`` reads the comparison from the words around a quantity; numbers in names
("BR-04", "version 2.1", "step 2") are not quantities. ``find_messages`` and ``foreign_values``
belong to the same door: what a text states verbatim, and what nothing allowed states.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from assistant.language.amounts import AMOUNT, Quantity, raw_amounts
from assistant.language.quoted_messages import Quoted, find_messages
from assistant.language.ranges import with_limits
from assistant.language.unsupported_values import foreign_values

__all__ = ["Quantity", "Quoted", "find_messages", "find_quantities", "foreign_values"]


_EXAMPLE = re.compile(r"\b(?:such as|e\.g\.|for (?:example|instance))[^.;)\n]*", re.IGNORECASE)
"""What is named as an example sets no limit."""


@lru_cache(maxsize=4096)
def find_quantities(text: str) -> tuple[Quantity, ...]:
    """All quantities outside quotations, in order, with the comparison their words set."""
    hidden = [(message.start, message.end) for message in find_messages(text)]
    hidden = [span for span in hidden if not _only_an_amount(text[slice(*span)])]
    found = sorted(raw_amounts(text, hidden), key=lambda quantity: quantity.start)
    examples = [match.span() for match in _EXAMPLE.finditer(text)]
    return tuple(
        replace(quantity, comparison="none", word="", negated=False)
        if any(start <= quantity.start < end for start, end in examples)
        else quantity
        for quantity in with_limits(text, found)
    )


def _only_an_amount(quoted: str) -> bool:
    match = AMOUNT.fullmatch(quoted.strip())
    return match is not None and match["digits"] is not None
