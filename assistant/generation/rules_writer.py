"""The writer without a model: complete cases from conditions and sources, by rule.

It states nothing that stands nowhere: the act and its outcome are the condition's, roles and
situations come from the story and the criterion, the way there from existing cases. What it adds
is the craft of a tester: the order of steps, a look at the lasting effect, and for what is refused
a look at what must not have happened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.domain import CaseOrigin, Epic, RetrievedChunk, TestCondition, UserStory
from assistant.generation.actions import done, instruction, instructions
from assistant.generation.cancelling import CancelCheck, never_cancelled, raise_if_cancelled
from assistant.generation.case_plan import CasePlan, Line, PlannedStep, assemble
from assistant.generation.citations import Resolution, resolve
from assistant.generation.lint import MAX_TITLE
from assistant.generation.outcomes import (
    Check,
    lasting,
    observable,
    refuses_change,
    split_outcome,
    state_after,
)
from assistant.generation.passages import Passage, Sources, Supports
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
from assistant.generation.style import CompanyStyle, learn_style
from assistant.generation.titles import objective_of, title_of
from assistant.generation.wording import phrase
from assistant.generation.writer import CaseBrief, WrittenCase

MAX_STEPS = 6

_LOOKING = re.compile(r"^(?:check|look|observe|view|see|review|inspect)\b", re.IGNORECASE)
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
        return WrittenCase(case=assemble(brief, plan, origin, max_steps=self._max_steps))

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
        cite = Citing(condition, sources, sources.of_key(brief.criterion.id))
        role = story_role(brief, sources)
        given = tuple(given_lines(brief, sources))
        act, further = _act(condition, cite, style)
        checks = tuple(_checks(condition, act, further, cite, style))
        setup = _setup(brief, role, sources, style)
        if setup is None and len(act) + len(checks) < 2:
            setup = prepared_step(condition, given, cite.step, style)
        return CasePlan(
            title=title_of(condition, style, limit=MAX_TITLE),
            objective=objective_of(condition, brief.criterion),
            preconditions=tuple(_preconditions(condition, role, given, sources)),
            setup=(setup,) if setup else (),
            act=act,
            checks=checks,
            postconditions=tuple(_postconditions(condition)),
        )


def _same(left: Sequence[object], right: Sequence[object]) -> bool:
    return len(left) == len(right) and all(a is b for a, b in zip(left, right, strict=True))


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


# --- Before -------------------------------------------------------------------------------------


def _preconditions(
    condition: TestCondition, role: Role | None, given: Sequence[Line], sources: Sources
) -> Iterator[Line]:
    who = acting_role(condition)
    if who:
        yield Line(f"The user is {who}.")
    elif role is not None and not any(_NAMES_ROLE.match(one.text) for one in given):
        yield sign_in_line(role, sources)
    yield from given


def _setup(
    brief: CaseBrief, role: Role | None, sources: Sources, style: CompanyStyle
) -> PlannedStep | None:
    way = way_there(brief, sources)
    if way is None and brief.condition.technique != "role":
        way = start_of_story(brief, role, sources, style)
    return way


# --- The act and its checks -----------------------------------------------------------------------


def _act(
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


def _checks(
    condition: TestCondition,
    act: Sequence[PlannedStep],
    further: Sequence[Check],
    cite: Citing,
    style: CompanyStyle,
) -> Iterator[PlannedStep]:
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


def _postconditions(condition: TestCondition) -> Iterator[Line]:
    state = state_after(condition.expected)
    if state:
        yield Line(state + ".")
    elif not condition.valid and refuses_change(condition.expected):
        yield Line("The data is as it was before the test.")
