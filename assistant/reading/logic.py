"""How conditions are joined, and the smallest set of cases that shows each of them at work.

An expression is the index of a condition or a ``Junction`` of expressions; negation stands at the
conditions themselves. The cases are those of a cause-effect graph as CiRA reads it (Fischbach et
al. 2023): where all parts are needed, the case in which all hold and, for each part, the one in
which it alone fails; where one part is enough, the case in which none holds and, for each part, the
one in which it alone holds; nested junctions likewise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

MAX_CASES = 24
"""Beyond this many cases only those are kept in which a condition decides alone."""


@dataclass(frozen=True, slots=True)
class Junction:
    """Parts of which ``all`` or else any one must hold."""

    all: bool
    parts: tuple[Expression, ...]


Expression = int | Junction
Case = dict[int, bool]
"""Whether each condition, by index, is the way that the effect wants it."""


def join_expressions(parts: list[Expression], *, all_: bool) -> Expression:
    """Parts under one junction; junctions of the same kind are taken in, a single part stays."""
    flat: list[Expression] = []
    for part in parts:
        flat += part.parts if isinstance(part, Junction) and part.all == all_ else [part]
    return flat[0] if len(flat) == 1 else Junction(all_, tuple(flat))


def holds(expression: Expression, case: Case) -> bool:
    """Whether the expression comes true in a case."""
    if isinstance(expression, int):
        return case[expression]
    values = (holds(part, case) for part in expression.parts)
    return all(values) if expression.all else any(values)


def indices(expression: Expression) -> tuple[int, ...]:
    """The conditions of an expression, in order."""
    if isinstance(expression, int):
        return (expression,)
    return tuple(index for part in expression.parts for index in indices(part))


def cases(expression: Expression) -> list[Case]:
    """The cases in which the expression holds, then those in which it does not."""
    if len(indices(expression)) > MAX_CASES // 2:
        found = [*_one_each(expression, True), *_one_each(expression, False)]
    else:
        found = [*_cases(expression, True), *_cases(expression, False)]
    if len(found) > MAX_CASES:
        found = [*_one_each(expression, True), *_one_each(expression, False)]
    return found[: 2 * MAX_CASES]


def _cases(expression: Expression, wanted: bool) -> list[Case]:
    if isinstance(expression, int):
        return [{expression: wanted}]
    if wanted == expression.all:
        return list(_product(_cases(part, wanted) for part in expression.parts))
    return [
        case
        for odd in range(len(expression.parts))
        for case in _product(
            _cases(part, wanted if place == odd else not wanted)
            for place, part in enumerate(expression.parts)
        )
    ]


def _product(parts: Iterator[list[Case]]) -> Iterator[Case]:
    for combination in product(*parts):
        yield {index: value for case in combination for index, value in case.items()}


def _one_each(expression: Expression, wanted: bool) -> Iterator[Case]:
    """One case for each way that a top-level part decides, for large expressions."""
    if isinstance(expression, int) or wanted == expression.all:
        yield first_case(expression, wanted)
    else:
        for odd in range(len(expression.parts)):
            yield {
                index: value
                for place, part in enumerate(expression.parts)
                for index, value in first_case(part, wanted if place == odd else not wanted).items()
            }


def first_case(expression: Expression, wanted: bool) -> Case:
    """One case in which the expression comes out as wanted."""
    if isinstance(expression, int):
        return {expression: wanted}
    first = {}
    for place, part in enumerate(expression.parts):
        odd = wanted != expression.all and place > 0
        first.update(first_case(part, not wanted if odd else wanted))
    return first


def deciding_case(expression: Expression, index: int) -> Case:
    """A case in which the condition holds and it alone decides that the expression does."""
    if isinstance(expression, int):
        return {index: True}
    case: Case = {}
    for part in expression.parts:
        case.update(deciding_case(part, index) if index in indices(part) else
                    first_case(part, expression.all))  # fmt: skip
    return case


def shift_indices(expression: Expression, by: int) -> Expression:
    """The expression with every index moved on."""
    if isinstance(expression, int):
        return expression + by
    return Junction(expression.all, tuple(shift_indices(part, by) for part in expression.parts))
