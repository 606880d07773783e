"""The parts of a case before they are put together: what comes before, the act, and the checks.

Both writers fill the same plan. A model words the act only; the rest of its cases is planned by
rule, so that what is computed (set-up, traceability, what must not happen) is never left to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from assistant.domain import CaseOrigin, Citation, Support, TestCase, TestStep
from assistant.generation.wording import content_stems
from assistant.generation.writer import CaseBrief


@dataclass(frozen=True)
class Line:
    """A precondition or postcondition with the words that support it."""

    text: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class PlannedStep:
    """A step without its number."""

    action: str
    expected: str
    data: str = ""
    citations: tuple[Citation, ...] = ()
    support: Support = "unsupported"
    lasts: bool = False
    """Whether it looks again at what was seen before, on purpose."""


@dataclass(frozen=True)
class CasePlan:
    """Everything of a case but its identity."""

    title: str
    objective: str
    preconditions: tuple[Line, ...] = ()
    setup: tuple[PlannedStep, ...] = ()
    act: tuple[PlannedStep, ...] = ()
    checks: tuple[PlannedStep, ...] = ()
    postconditions: tuple[Line, ...] = ()

    def with_act(self, steps: Iterable[PlannedStep]) -> CasePlan:
        """The same plan with the act worded by somebody else.

        A check of what the new act already shows is left out.
        """
        act = tuple(steps)
        shown = content_stems("\n".join(step.expected for step in act))
        checks = tuple(
            check
            for check in self.checks
            if check.lasts or not content_stems(check.expected) <= shown
        )
        return replace(self, act=act, checks=checks)


def assemble(brief: CaseBrief, plan: CasePlan, origin: CaseOrigin, *, max_steps: int) -> TestCase:
    """The case of a plan; set-up and checks give way where there are more than ``max_steps``."""
    act = plan.act[:max_steps]
    room = max_steps - len(act)
    setup = plan.setup[:room]
    checks = plan.checks[: room - len(setup)]
    steps = tuple(
        TestStep(
            number=number,
            action=step.action,
            test_data=step.data,
            expected_result=step.expected,
            citations=step.citations,
            support=step.support,
        )
        for number, step in enumerate((*setup, *act, *checks), start=1)
    )
    condition, epic = brief.condition, brief.epic
    stories = [epic.story_of(name) for name in condition.criterion_ids] if condition.legs else [
        brief.story
    ]  # fmt: skip
    labels = [label for story in stories for label in story.labels]
    return TestCase(
        id=f"TC-{condition.id}",
        title=plan.title,
        objective=plan.objective,
        preconditions=tuple(line.text for line in plan.preconditions),
        steps=steps,
        postconditions=tuple(line.text for line in plan.postconditions),
        priority=condition.priority,
        technique=condition.technique,
        release=epic.release,
        team=epic.team,
        epic_key=epic.key,
        story_key=brief.story.key,
        criterion_ids=condition.criterion_ids if condition.legs else (brief.criterion.id,),
        condition_ids=(condition.id,),
        labels=tuple(dict.fromkeys((*epic.labels, *labels))),
        citations=tuple(citation for line in plan.preconditions for citation in line.citations),
        origin=origin,
    )
