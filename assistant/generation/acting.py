"""The steps that carry out a condition, each with the words that support it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.domain import TestCondition
from assistant.generation.actions import done, instruction, instructions
from assistant.generation.case_plan import PlannedStep
from assistant.generation.outcomes import (
    Check,
    lasting,
    observable,
    refuses_change,
    split_outcome,
    state_after,
)
from assistant.generation.proof.citations import Resolution, resolve
from assistant.generation.proof.passages import Passage, Sources, Supports
from assistant.generation.style import CompanyStyle
from assistant.generation.wording import phrase

_LOOKING = re.compile(r"^(?:check|look|observe|view|see|review|inspect)\b", re.IGNORECASE)


class Citing:
    """Makes steps of one condition, each with the words that support it."""

    def __init__(self, condition: TestCondition, sources: Sources, basis: Passage | None) -> None:
        self._sources = sources
        self._basis = basis
        self._computed = (
            condition.statement,
            condition.precondition,
            condition.data,
            condition.expected,
        )
        self._evidence = tuple(evidence.quote for evidence in condition.evidence)

    def step(
        self, action: str, expected: str, data: str = "", *, picked: Sequence[int] | None = None
    ) -> PlannedStep:
        """A step with its citations; ``picked`` are sources to try first (the criterion's own)."""
        if picked is None:
            picked = (self._basis.source.rank,) if self._basis else ()
        doing = self._resolve(f"{action} {data}", "action", picked)
        result = self._resolve(expected, "expected_result", picked)
        return PlannedStep(
            action, expected, data, (*doing.citations, *result.citations), result.support
        )

    def _resolve(self, text: str, supports: Supports, picked: Sequence[int]) -> Resolution:
        return resolve(
            text,
            self._sources,
            picked=picked,
            supports=supports,
            basis=self._basis,
            computed=self._computed,
            evidence=self._evidence,
        )


def act_of(
    condition: TestCondition, cite: Citing, style: CompanyStyle
) -> tuple[tuple[PlannedStep, ...], tuple[Check, ...]]:
    """The steps that act, and what of the outcome is left to check."""
    action = instruction(condition.action or condition.statement) or "Bring about the situation"
    *before, last = instructions(action)
    seen: str = phrase(condition.expected)
    further: tuple[Check, ...] = ()
    if not _LOOKING.match(last):
        seen, further = split_outcome(observable(seen))
    steps = [cite.step(style.line(each), style.expected(done(each))) for each in before]
    steps.append(cite.step(style.line(last), style.expected(seen), phrase(condition.data)))
    return tuple(steps), further


def checks_of(
    condition: TestCondition,
    act: Sequence[PlannedStep],
    further: Sequence[Check],
    cite: Citing,
    style: CompanyStyle,
) -> Iterator[PlannedStep]:
    """The steps after the act: what else is to be seen, what lasts, what must not have happened."""
    for check in further:
        yield cite.step(style.line(check.action), style.expected(check.expected))
    if further:
        return
    looked = _LOOKING.match(act[-1].action)
    again = ""
    if condition.valid:
        expected = observable(phrase(condition.expected))
        again = state_after(expected) or lasting(expected)
    if again and not looked:
        yield replace(cite.step(style.line("Reload the page"), style.expected(again)), lasts=True)
    elif not condition.valid and not looked and refuses_change(condition.expected):
        yield PlannedStep(
            style.line("Check the record that the attempt was made on"),
            style.expected("Nothing has been saved or changed by the refused attempt"),
            citations=tuple(c for c in act[-1].citations if c.supports == "expected_result"),
            support="unsupported" if act[-1].support == "unsupported" else "derived",
        )
