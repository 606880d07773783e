"""Applying what a finding proposes: the words change, traceability and what still holds stay."""

from __future__ import annotations

from assistant.domain import LintFinding, StepText, TestCase, TestStep


def with_fix(case: TestCase, finding: LintFinding) -> TestCase:
    """The case with the fix of one of its findings in it, steps numbered anew.

    A new step keeps the sources of the action; it keeps those of the result, and its support,
    where the result's words are the old ones. A case without that step, or a finding without a
    fix, comes back as it is.
    """
    fix = finding.fix
    if fix is None:
        return case
    steps = list(case.steps)
    if fix.steps is not None:
        place = next((i for i, step in enumerate(steps) if step.number == finding.step), None)
        if place is None:
            return case
        steps[place : place + 1] = [_step(steps[place], text) for text in fix.steps]
    return case.model_copy(
        update={
            "title": case.title if fix.title is None else fix.title,
            "preconditions": tuple(dict.fromkeys((*case.preconditions, *fix.preconditions))),
            "steps": tuple(
                step.model_copy(update={"number": number})
                for number, step in enumerate(steps, start=1)
            ),
        }
    )


def _step(old: TestStep, text: StepText) -> TestStep:
    same = text.expected_result == old.expected_result
    kept = tuple(c for c in old.citations if same or c.supports != "expected_result")
    support = old.support if same else "unsupported"
    return TestStep(number=old.number, citations=kept, support=support, **text.model_dump())
