"""Pairwise combinations of parameters that a criterion lists with their values.

From three parameters on, every pair of values is tried together in as few cases as possible; the
covering array is computed by ``covertable`` and is the same in every process.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language.quantities import find_quantities
from assistant.language.quoted_messages import mask_quotes

MIN_PARAMETERS = 3
MAX_PARAMETERS = 10
MAX_VALUES = 12

_IN_BRACKETS = re.compile(
    r"(?<![\w-])(?P<name>[A-Za-z][\w-]{0,30}(?: [a-z][\w-]{0,30})?) \((?P<values>[^()\n]{3,200})\)"
)
_AFTER_COLON = re.compile(
    r"(?:^|[;\n:]|\.\s)\s*(?:[-*•]\s+|and )?(?P<name>[A-Za-z][\w ]{1,30}?)(?::| =) ?"
    r"(?P<values>[^;:\n]{3,200})",
    re.MULTILINE,
)
_FILLER = re.compile(r"^(?:by|the|and|or|a|an|for|with|of|in|on|any|each)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something with several possible values."""

    name: str
    values: tuple[str, ...]


def find_parameters(text: str) -> tuple[Parameter, ...]:
    """Three or more parameters with at least two values each, in order; () for any other text."""
    for pattern in (_IN_BRACKETS, _AFTER_COLON):
        found = [
            parameter for match in pattern.finditer(mask_quotes(text))
            if (parameter := _parameter(match["name"], text[slice(*match.span("values"))]))
        ]  # fmt: skip
        names = {parameter.name.lower() for parameter in found}
        if MIN_PARAMETERS <= len(found) <= MAX_PARAMETERS and len(names) == len(found):
            return tuple(found)
    return ()


def _parameter(name: str, values: str) -> Parameter | None:
    parts = [
        part.strip(" .\"“”'‘’")
        for part in re.split(
            r",(?!\d{3}\b)\s*(?:and |or )?|\s+or\s+|\s+and\s+|\s*/\s*|\s*\|\s*", values
        )
    ]
    parts = [part for part in dict.fromkeys(parts) if part]
    short = all(len(part.split()) <= 4 for part in parts)
    if any(quantity.is_limit for quantity in find_quantities(values)):
        return None  # "Silver (1,000 to 4,999 points)" is a range
    if not 2 <= len(parts) <= MAX_VALUES or not short or re.match(r"e\.?g|i\.?e|such", values):
        return None
    while _FILLER.match(name):
        name = _FILLER.sub("", name, count=1)
    return Parameter(name, tuple(parts))


def combinations(parameters: Sequence[Parameter]) -> list[dict[str, str]]:
    """Rows in which every pair of values of two parameters occurs at least once."""
    from covertable import make

    rows = make({p.name: list(p.values) for p in parameters})
    return [{p.name: str(row[p.name]) for p in parameters} for row in rows]
