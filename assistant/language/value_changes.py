"""Values that a sentence puts in the place of others: "goes up from £2,500 to £3,000", "10 days
instead of 5"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from assistant.language.amounts import Quantity
from assistant.language.changed_amounts import is_change
from assistant.language.nouns import singular
from assistant.language.quantities import find_quantities
from assistant.language.units import in_base_unit
from assistant.language.word_lists import read_patterns

_INSTEAD = read_patterns(__file__)["instead"]
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
        elif not first.range_end and is_change(text, first, second):
            old, new = first, second
        else:
            continue
        if old.kind == "number" and new.kind in _MEASURES:
            old = replace(old, kind=new.kind, unit=new.unit)
        if new.kind in _MEASURES and _measure(old) == _measure(new) and old.value != new.value:
            yield ValueChange(old, new)


def _measure(quantity: Quantity) -> tuple[str, str]:
    """What an amount is counted in, whatever its size: days and weeks are one unit."""
    assert isinstance(quantity.value, Decimal)
    if quantity.kind == "count":
        return quantity.kind, singular(quantity.unit.split()[-1]) if quantity.unit else ""
    return quantity.kind, in_base_unit(quantity.value, quantity.unit)[1]
