"""Faults of wording in a test case, found by rule, with a fix where a rule can make one.

The rules follow the catalogue of manual test smells (``step_smells.py``) and the habits of IEEE
29119-3 cases: one action and one observable result a step, with concrete data. A finding is advice
to a reviewer; it never blocks or changes a case. Cases written as Given/When/Then are read as such:
an action without a result of its own is normal there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.domain import Fix, LintFinding, StepText, TestCase, TestStep
from assistant.generation.house_rules import HouseRules, check_rules
from assistant.generation.sentence_words import clipped, content_stems
from assistant.generation.step_smells import STEP_RULES, misplaced_precondition
from assistant.language.casing import bare_words
from assistant.language.sentences import KEYWORD

MAX_TITLE = 120
"""Longest title that lists and tools show whole (Azure DevOps takes 128 characters)."""

MAX_CASE_STEPS = 15
"""Steps from which on a case is likely to test several things; lines of Given/When/Then are ..."""

MAX_GHERKIN_LINES = 30
"""... smaller than steps, so that more of them are allowed."""

LEFT_OPEN = frozenset({"no action", "no expected result", "nothing verified"})
"""Rules that an outline does not break: what it leaves open is for a person to word."""

_BARE_TITLE = re.compile(r"\s*(?:test(?: ?case)?|tc|case|scenario)?[\s#_.:-]*\d*\s*", re.IGNORECASE)
_PRESUMES = re.compile(
    r"\b(?:existing|already|previously|pre-?configured|that was created before)\b", re.IGNORECASE
)


def lint(case: TestCase, house: HouseRules | None = None) -> tuple[LintFinding, ...]:
    """All findings of a case, those of the case first, then step by step; then what breaks the
    company's own rules, where these are given."""
    gherkin = is_gherkin(case)
    findings = list(_of_case(case, MAX_GHERKIN_LINES if gherkin else MAX_CASE_STEPS))
    if left_open := _is_left_open(case):
        findings = [one for one in findings if one.rule not in LEFT_OPEN]
    pairs: set[tuple[tuple[str, str, str], tuple[str, str, str]]] = set()
    first: dict[tuple[str, str], int] = {}
    before = not gherkin
    previous = ("", "", "")
    for step in case.steps:
        if step.action.lstrip().startswith("|"):
            continue  # a row of the data of the step above
        read = _without_keywords(step) if gherkin else step
        found = [one for rule in STEP_RULES for one in rule(read)]
        if left_open:
            found = [one for one in found if one.rule not in LEFT_OPEN]
        state = list(misplaced_precondition(read)) if before else []
        before = before and bool(state)
        if state:
            found = [one for one in found if one.rule != "misplaced verification"] + state
        if gherkin:
            found = [_without_fix(one) for one in found if one.rule != "no expected result"]
        findings += found
        key = (
            bare_words(step.action),
            bare_words(step.test_data),
            bare_words(step.expected_result),
        )
        again = key[0] == previous[0] and (bool(key[2]) or not gherkin)
        # "Open it again" after another action looks at another thing.
        same = key == previous or (previous, key) in pairs
        if key[0] and key[:2] in first and (again or (same and key[2])):
            fix = Fix(says="Remove the step", steps=()) if same else None
            message = f"Step {step.number} repeats step {first[key[:2]]}."
            findings.append(
                LintFinding(
                    rule="duplicate step", message=message, step=step.number,
                    words=step.action, fix=None if gherkin else fix,
                )
            )  # fmt: skip
        pairs.add((previous, key))
        first.setdefault(key[:2], step.number)
        previous = key
    if house is not None:
        findings += check_rules(case, house)
    return tuple(findings)


def _is_left_open(case: TestCase) -> bool:
    """Whether a case has still to be worded, which is said of it as a whole."""
    return case.origin.writer == "outline" or (case.origin.writer == "person" and case.is_outline)


def is_gherkin(case: TestCase) -> bool:
    """Whether a case is written as Given/When/Then lines."""
    lines = [*case.preconditions, *(step.action for step in case.steps)]
    lines = [line for line in lines if not line.lstrip().startswith("|")]
    return bool(lines) and sum(bool(KEYWORD.match(line)) for line in lines) > len(lines) / 2


def _of_case(case: TestCase, most: int) -> Iterator[LintFinding]:
    title = case.title.strip()
    if not title:
        yield LintFinding(rule="missing title", message="The case has no title.")
    elif len(case.title) > MAX_TITLE:
        message = f"The title has {len(case.title)} characters; tools take {MAX_TITLE}."
        shorter = clipped(title, MAX_TITLE)
        fix = Fix(says="Shorten the title", title=shorter)
        yield LintFinding(rule="title too long", message=message, words=title, fix=fix)
    elif len(title) > 1 and (_BARE_TITLE.fullmatch(title) or not content_stems(title)):
        message = f'"{title}" does not say what is tested.'
        yield LintFinding(rule="title says nothing", message=message, words=title)
    if not case.steps:
        yield LintFinding(rule="no steps", message="The case has no steps.")
    elif not any(step.expected_result.strip() for step in case.steps):
        message = "No step says what is to be seen: the case cannot fail."
        yield LintFinding(rule="nothing verified", message=message)
    if len(case.steps) > most:
        message = (
            f"The case has {len(case.steps)} steps; beyond {most} it likely "
            "tests several things. Split it."
        )
        yield LintFinding(rule="eager case", message=message)
    if not case.preconditions:
        presumed = next((m for step in case.steps if (m := _PRESUMES.search(step.action))), None)
        if presumed is not None:
            message = f'"{presumed.group()}" presumes something that no precondition states.'
            yield LintFinding(rule="missing precondition", message=message, words=presumed.group())


def _without_keywords(step: TestStep) -> TestStep:
    lines = [KEYWORD.sub("", line, count=1) for line in step.expected_result.splitlines()]
    return step.model_copy(
        update={
            "action": KEYWORD.sub("", step.action, count=1),
            "expected_result": "\n".join(lines),
        }
    )


def _without_fix(found: LintFinding) -> LintFinding:
    """A fix would write sentences among Given/When/Then lines."""
    return found.model_copy(update={"fix": None})


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
    return TestStep(
        number=old.number, calculation=old.calculation if same else (), citations=kept,
        support=support, **text.model_dump(),
    )  # fmt: skip
