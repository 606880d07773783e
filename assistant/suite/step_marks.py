"""What is said beside a step's result, on a screen and in a file: one word for both.

A step that a finding denies is never said to have its words in a source, whatever else has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from assistant.domain import DENYING_RULES, DRAFT_OR_OLD, LintFinding, Support, TestCase, TestStep

StepMark = Literal["denied"] | Support

MARK_WORDS: dict[StepMark, str] = {
    "denied": "a source or its data say otherwise",
    "unsupported": "not in the sources",
    "not compared": "cited by the model; another language, not compared",
    "derived": "its words are in part in the sources",
    "supported": "its words are in its data or the sources",
}
"""What was compared, worst first, for a file whose template has no words of its own for it. That a
result is right, none of them says."""


def denies(finding: LintFinding, step: TestStep) -> bool:
    """Whether a finding says that words of a step are denied: one of the step, or one of the whole
    case whose words stand in it."""
    if finding.rule not in DENYING_RULES or finding.step is not None:
        return finding.rule in DENYING_RULES and finding.step == step.number
    words = re.compile(rf"(?<!\w){re.escape(finding.words)}(?!\w)") if finding.words else None
    texts = (step.action, step.test_data, step.expected_result)
    return words is not None and any(map(words.search, texts))


def rests_on_old(finding: LintFinding, step: TestStep) -> bool:
    """Whether a finding says that all sources of a step's result are drafts or old ones."""
    return finding.rule == DRAFT_OR_OLD and finding.step == step.number


def mark_of(step: TestStep, findings: Iterable[LintFinding]) -> StepMark | None:
    """The mark of a step whose case has these findings; none where no result is stated."""
    if not step.expected_result.strip():
        return None
    return "denied" if any(denies(one, step) for one in findings) else step.support


def worst_mark(case: TestCase) -> StepMark | None:
    """The worst mark of a case's steps, so that one shows on the case; a case that is denied in
    words of none of its steps is denied too."""
    if any(one.rule in DENYING_RULES for one in case.findings):
        return "denied"
    found = {mark_of(step, case.findings) for step in case.steps}
    return next((mark for mark in MARK_WORDS if mark in found), None)
