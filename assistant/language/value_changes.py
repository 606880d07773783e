"""Values that a sentence puts in the place of others: "goes up from £2,500 to £3,000", "10 days
instead of 5"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from assistant.language.amounts import Quantity
from assistant.language.nouns import singular
from assistant.language.quantities import find_quantities, tells_change
from assistant.language.units import in_base_unit
from assistant.language.word_lists import read_patterns

_INSTEAD = read_patterns(__file__)["instead"]
_TO = re.compile(r"\s(?:(?:up |down )?to|auf)\s", re.IGNORECASE)
_VON = re.compile(r"\bvon\s$", re.IGNORECASE)
""" "von 500 auf 600 Euro" is no range, whatever the verb: that is "von 500 bis 600 Euro"."""
_MEASURES = frozenset(("money", "duration", "percent", "age", "count"))


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value and the one that stands in its place, of one kind and unit."""

    old: Quantity
    new: Quantity


@lru_cache(maxsize=16384)
def value_changes(text: str) -> tuple[ValueChange, ...]:
    """The changes that a sentence states, in order. Of two values one may leave out its unit."""
    return tuple(_changes(text))


def _changes(text: str) -> Iterator[ValueChange]:
    amounts = [one for one in find_quantities(text) if isinstance(one.value, Decimal)]
    for first, second in pairwise(amounts):
        gap = text[first.end : second.phrase_start]
        if _INSTEAD.search(gap):
            new, old = first, second
        elif _is_from_to(text, first, second):
            old, new = first, second
        else:
            continue
        if old.kind == "number" and new.kind in _MEASURES:
            old = replace(old, kind=new.kind, unit=new.unit)
        if new.kind in _MEASURES and _measure(old) == _measure(new) and old.value != new.value:
            yield ValueChange(old, new)


def _is_from_to(text: str, first: Quantity, second: Quantity) -> bool:
    """Whether two values are the ends of a change and not of a range."""
    if first.range_end or not _TO.fullmatch(text[first.end : second.start]):
        return False
    lead = text[: first.start]
    return tells_change(lead) or (bool(_VON.search(lead)) and text[first.end :][1:4] == "auf")


def _measure(quantity: Quantity) -> tuple[str, str]:
    """What an amount is counted in, whatever its size: days and weeks are one unit."""
    assert isinstance(quantity.value, Decimal)
    if quantity.kind == "count":
        return quantity.kind, singular(quantity.unit.split()[-1]) if quantity.unit else ""
    return quantity.kind, in_base_unit(quantity.value, quantity.unit)[1]
