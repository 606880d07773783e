"""The plan of an end-to-end case: the main path through several stories, leg by leg.

Each step is one of the positive condition that its leg holds, and cites the criterion that this
comes from. What an earlier step brings about is no precondition any more. Where another role goes
on, the first step of its leg says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assistant.design.casing import indefinite
from assistant.design.people import is_person
from assistant.domain import CaseOrigin, ModelSpec
from assistant.generation.acting import Citing, act_of, checks_of
from assistant.generation.case_plan import CasePlan, Line, PlannedStep
from assistant.generation.lint import MAX_TITLE
from assistant.generation.outcomes import state_after
from assistant.generation.proof.passages import Sources
from assistant.generation.setup import (
    Role,
    acting_role,
    given_lines,
    sign_in_line,
    story_role,
)
from assistant.generation.stated import stated_lines
from assistant.generation.style import CompanyStyle
from assistant.generation.wording import phrase
from assistant.generation.writer import CaseBrief, WrittenCase

MAX_STEPS = 20
"""Steps of an end-to-end case at most: several stories have more to show than one criterion."""

WRITTEN_BY_RULE = "The steps of an end-to-end case are those of its criteria, in their order."
"""Why a model does not word these cases."""

_ACTOR = re.compile(
    r"\b(?:[Aa]n?|[Tt]he) (?P<who>[A-Z][\w-]*(?: [A-Z][\w-]*)*|[a-z]+) "
    r"(?:(?:can|may|must|will|shall) \w+|has \w+ed|[a-z]+s)\b"
)
_PASSED_OVER = frozenset({"customer", "caller", "account"})
_BY_ITSELF = re.compile(r"(?:Let|Check whether|Wait|Use a case with)\b")


def walk_plan(brief: CaseBrief, sources: Sources, style: CompanyStyle) -> CasePlan:
    """All parts of the case for an end-to-end condition."""
    before: dict[str, Line] = {}
    steps: list[PlannedStep] = []
    acting = ""
    for place, leg in enumerate(legs_of(brief)):
        role = story_role(leg, sources)
        who = _actor(leg, role)
        made = list(_steps(leg, sources, style))
        if place == 0 and role is not None and not acting_role(leg.condition):
            before[""] = sign_in_line(role, sources)
        elif who and who != acting and not _BY_ITSELF.match(made[0].action):
            said = f"As {who}, {made[0].action[:1].lower()}{made[0].action[1:]}"
            made[0] = replace(made[0], action=said)
        acting = who or acting
        stated = (*stated_lines(leg, sources), *given_lines(leg, sources))
        before |= {line.text: line for line in stated}
        steps += made
    last = brief.condition.legs[-1]
    state = state_after(last.expected)
    return CasePlan(
        title=_title(brief, style),
        objective=f"Confirm one process from start to finish, across {_listed(brief)}.",
        preconditions=tuple(before.values()),
        act=tuple(steps),
        postconditions=(Line(f"{state}."),) if state else (),
    )


def _title(brief: CaseBrief, style: CompanyStyle) -> str:
    """The statement of the condition; where it is too long, only where the process starts."""
    whole = style.title(phrase(brief.condition.statement), limit=10_000)
    if len(whole) <= MAX_TITLE:
        return whole
    start = f"The process that starts with “{brief.story.title}” works end to end"
    return style.title(start, limit=MAX_TITLE)


def legs_of(brief: CaseBrief) -> Iterator[CaseBrief]:
    """The brief of each leg: its condition, with its own criterion and story."""
    criteria = {criterion.id: criterion for criterion in brief.epic.criteria}
    for leg in brief.condition.legs:
        yield brief.model_copy(
            update={
                "story": brief.epic.story_of(leg.criterion_id),
                "criterion": criteria[leg.criterion_id],
                "condition": leg,
            }
        )


def by_rule(written: WrittenCase, model: ModelSpec) -> WrittenCase:
    """What the rules wrote in a model's run, with the reason why the model did not."""
    origin = CaseOrigin(writer="rules", model_id=model.full_id, replaces=WRITTEN_BY_RULE)
    return written.model_copy(update={"case": written.case.model_copy(update={"origin": origin})})


def _steps(leg: CaseBrief, sources: Sources, style: CompanyStyle) -> Iterator[PlannedStep]:
    cite = Citing(leg.condition, sources, sources.of_key(leg.criterion.id))
    act, further = act_of(leg.condition, cite, style)
    yield from act
    if further:
        yield from checks_of(leg.condition, act, further, cite, style)


def _actor(leg: CaseBrief, role: Role | None) -> str:
    """Who takes a leg ("a Billing Analyst"): the role that its criterion names, or its story's;
    "" where the criterion leaves it to somebody without a name."""
    named = acting_role(leg.condition)
    if named:
        return named
    narrator = role.phrase if role is not None and role.signs_in else ""
    for match in _ACTOR.finditer(leg.criterion.text):
        who = match["who"]
        if who.lower() in _PASSED_OVER or not is_person(who):
            continue
        if narrator.casefold().endswith(who.casefold()):
            return narrator
        return indefinite(who) if who[0].isupper() else ""
    return narrator


def _listed(brief: CaseBrief) -> str:
    keys = list(dict.fromkeys(one.story.key for one in legs_of(brief)))
    return f"{', '.join(keys[:-1])} and {keys[-1]}" if len(keys) > 1 else keys[0]
