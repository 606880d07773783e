"""The writer without a model: complete cases from conditions and sources, by rule.

It states nothing that stands nowhere: the act and its outcome are the condition's, roles and
situations come from the story and the criterion, the way there from existing cases. What it adds
is the craft of a tester: the order of steps, a look at the lasting effect, and for what is refused
a look at what must not have happened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.domain import CaseOrigin, Epic, RetrievedChunk, TestCondition, UserStory
from assistant.generation.acting import Citing, act_of, checks_of
from assistant.generation.cancelling import CancelCheck, never_cancelled, raise_if_cancelled
from assistant.generation.case_plan import CasePlan, Line, PlannedStep, assemble
from assistant.generation.lint import MAX_TITLE
from assistant.generation.outcomes import refuses_change, state_after
from assistant.generation.proof.passages import Sources
from assistant.generation.setup import (
    Role,
    acting_role,
    given_lines,
    prepared_step,
    sign_in_line,
    start_of_story,
    story_role,
    way_there,
)
from assistant.generation.stated import stated_lines
from assistant.generation.style import CompanyStyle, learn_style
from assistant.generation.titles import objective_of, title_of
from assistant.generation.walk_plan import MAX_STEPS as MAX_WALKED
from assistant.generation.walk_plan import walk_plan
from assistant.generation.writer import CaseBrief, WrittenCase

MAX_STEPS = 6

_NAMES_ROLE = re.compile(
    r"(?:the )?(?:user|tester) is\b|.*\b(?:logged|signed) (?:in|on)\b", re.IGNORECASE
)


class RulesWriter:
    """Writes cases by rule.

    The sources and the style of the last brief are kept prepared, since the briefs of a story
    share them; that is the only state, and one writer may serve many threads.
    """

    def __init__(self, *, max_steps: int = MAX_STEPS) -> None:
        self._max_steps = max_steps
        self._prepared: tuple[CaseBrief, Sources, CompanyStyle] | None = None

    @property
    def spec(self) -> None:
        """No model is used."""
        return None

    def read_ahead(
        self,
        epic: Epic,
        story: UserStory,
        sources: Sequence[RetrievedChunk],
        *,
        cancelled: CancelCheck = never_cancelled,
    ) -> None:
        """Nothing to prepare."""

    def write(self, brief: CaseBrief, *, cancelled: CancelCheck = never_cancelled) -> WrittenCase:
        """One case for the condition of the brief. Raises ``Cancelled``."""
        raise_if_cancelled(cancelled, "Writing a case")
        plan = self.plan(brief)
        origin = CaseOrigin(writer="rules")
        most = max(MAX_WALKED, self._max_steps) if brief.condition.legs else self._max_steps
        return WrittenCase(case=assemble(brief, plan, origin, max_steps=most))

    def prepared(self, brief: CaseBrief) -> tuple[Sources, CompanyStyle]:
        """The sources of a brief ready to be searched, and the company's style."""
        last = self._prepared
        if last is not None and _same(last[0].sources, brief.sources):
            sources = last[1]
        else:
            sources = Sources(brief.sources)
        if last is not None and _same(last[0].style, brief.style):
            style = last[2]
        else:
            style = learn_style(brief.style)
        self._prepared = (brief, sources, style)
        return sources, style

    def plan(self, brief: CaseBrief) -> CasePlan:
        """All parts of the case for the condition of the brief."""
        sources, style = self.prepared(brief)
        condition = brief.condition
        if condition.legs:
            return walk_plan(brief, sources, style)
        cite = Citing(condition, sources, sources.of_key(brief.criterion.id))
        role = story_role(brief, sources)
        given = tuple(given_lines(brief, sources))
        act, further = act_of(condition, cite, style)
        checks = tuple(checks_of(condition, act, further, cite, style))
        setup = _setup(brief, role, sources, style)
        if setup is None and len(act) + len(checks) < 2:
            setup = prepared_step(condition, given, cite.step, style)
        return CasePlan(
            title=title_of(condition, style, limit=MAX_TITLE),
            objective=objective_of(condition, brief.criterion),
            preconditions=tuple(_preconditions(brief, role, given, sources)),
            setup=(setup,) if setup else (),
            act=act,
            checks=checks,
            postconditions=tuple(_postconditions(condition)),
        )


def _same(left: Sequence[object], right: Sequence[object]) -> bool:
    return len(left) == len(right) and all(a is b for a, b in zip(left, right, strict=True))


# --- Before -------------------------------------------------------------------------------------


def _preconditions(
    brief: CaseBrief, role: Role | None, given: Sequence[Line], sources: Sources
) -> Iterator[Line]:
    who = acting_role(brief.condition)
    if who:
        yield Line(f"The user is {who}.")
    elif role is not None and not any(_NAMES_ROLE.match(one.text) for one in given):
        yield sign_in_line(role, sources)
    said = {line.text.casefold() for line in given}
    yield from (one for one in stated_lines(brief, sources) if one.text.casefold() not in said)
    yield from given


def _setup(
    brief: CaseBrief, role: Role | None, sources: Sources, style: CompanyStyle
) -> PlannedStep | None:
    way = way_there(brief, sources)
    if way is None and brief.condition.technique != "role":
        way = start_of_story(brief, role, sources, style)
    return way


def _postconditions(condition: TestCondition) -> Iterator[Line]:
    state = state_after(condition.expected)
    if state:
        yield Line(state + ".")
    elif not condition.valid and refuses_change(condition.expected):
        yield Line("The data is as it was before the test.")
