"""End-to-end conditions: the main path of one process through several stories of an epic.

ISTQB calls a test of a business process from start to finish end-to-end testing; the technique is
scenario testing of ISO/IEC/IEEE 29119-4, the name that Gherkin gives to something else. A condition
of this kind holds the positive conditions that it walks (``legs``), in their order. Where no story
starts from a status that another sets, there is none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from assistant.design.conditions import derive_conditions
from assistant.design.processes.walks import Walk, walk_from, walk_legs
from assistant.design.questions.open_questions import only_asks
from assistant.design.questions.scope import (
    contradicted_items,
    is_scope_statement,
    out_of_scope,
)
from assistant.domain import (
    TECHNIQUES,
    AcceptanceCriterion,
    Depth,
    Epic,
    Evidence,
    Technique,
    TestCondition,
)


def planned_conditions(
    criterion: AcceptanceCriterion,
    *,
    techniques: Sequence[Technique] = TECHNIQUES,
    depth: Depth = "standard",
) -> tuple[TestCondition, ...]:
    """The conditions of one criterion as ``derive_conditions`` gives them, but see above."""
    if is_scope_statement(criterion.text) or only_asks(criterion.text):
        return ()
    return derive_conditions(criterion, techniques=techniques, depth=depth)


MAX_CONDITIONS = 3
"""End-to-end conditions of one epic."""

_DENIES = re.compile(r"\b(?:not|never|no|without)\b", re.IGNORECASE)


def end_to_end_conditions(
    epic: Epic, *, techniques: Sequence[Technique] = TECHNIQUES, depth: Depth = "standard"
) -> tuple[TestCondition, ...]:
    """The end-to-end conditions of an epic: none for a smoke test, at most ``MAX_CONDITIONS``."""
    if "end-to-end" not in techniques or depth == "smoke":
        return ()
    return _conditions(epic)


def conditions_of_epic(
    epic: Epic,
    *,
    techniques: Sequence[Technique] = TECHNIQUES,
    depth: Depth = "standard",
    left_out: Collection[str] = (),
) -> tuple[TestCondition, ...]:
    """All conditions of an epic in the order in which cases are written: those of its criteria, in
    source order, then the end-to-end ones; without those that rest on a criterion ``left_out``."""
    single = (
        condition
        for criterion in epic.criteria
        for condition in planned_conditions(criterion, techniques=techniques, depth=depth)
    )
    every = (*single, *end_to_end_conditions(epic, techniques=techniques, depth=depth))
    return tuple(one for one in every if not set(left_out).intersection(one.criterion_ids))


def _conditions(epic: Epic) -> tuple[TestCondition, ...]:
    legs = walk_legs(epic.stories, _planned(epic))
    chosen: list[Walk] = []
    seen: set[str] = set()
    while len(chosen) < MAX_CONDITIONS:
        walks = [walk_from(start, legs) for start in legs if start.sets]
        walks = [
            walk for walk in walks
            if len(walk.stories) > 1 and not set(walk.stories) <= seen
        ]  # fmt: skip
        best = max(walks, key=_worth, default=None)
        if best is None:
            break
        chosen.append(best)
        seen |= set(best.stories)
        used = {leg.place for leg in best.legs[1:]}
        legs = tuple(leg for leg in legs if leg.place not in used)
    return tuple(_condition(walk, number) for number, walk in enumerate(chosen, start=1))


def _planned(epic: Epic) -> dict[str, tuple[TestCondition, ...]]:
    """The positive conditions of each criterion that asks for nothing out of scope."""
    found = {}
    for story in epic.stories:
        left_out = out_of_scope(f"{epic.description}\n\n{story.narrative}")
        for criterion in story.criteria:
            if any(True for _ in contradicted_items(criterion.text, left_out)):
                continue
            found[criterion.id] = planned_conditions(criterion, techniques=("positive",))
    return found


def _worth(walk: Walk) -> tuple[int, int, int]:
    return len(walk.stories), len(walk.legs), -walk.legs[0].place


def _condition(walk: Walk, number: int) -> TestCondition:
    first, last = walk.legs[0], walk.legs[-1]
    legs = tuple(leg.condition for leg in walk.legs)
    return TestCondition(
        id=f"{first.criterion.id}-E{number}",
        criterion_id=first.criterion.id,
        technique="end-to-end",
        statement=_statement(walk),
        precondition=first.condition.precondition,
        expected=last.condition.expected,
        evidence=tuple(_evidence(walk)),
        priority="High",
        legs=legs,
    )


def _statement(walk: Walk) -> str:
    """What the walk shows, by the titles of its first story and of the last that is another one."""
    start = walk.legs[0].story
    ends = [leg.story for leg in reversed(walk.legs) if leg.story is not start]
    told = [one.title for one in ends if not _DENIES.search(one.title)]
    if told:
        return f"end to end: from “{start.title}” to “{told[0]}”"
    return f"end to end: from “{start.title}” on"


def _evidence(walk: Walk) -> list[Evidence]:
    """The words of each leg, and those by which it follows from another."""
    found = [one for leg in walk.legs for one in leg.condition.evidence]
    for leg, words in walk.links:
        text = leg.criterion.text
        start = text.find(words)
        if start >= 0:
            end = start + len(words)
            found.append(
                Evidence(source_id=leg.criterion.id, quote=text[start:end], start=start, end=end)
            )
    return list(dict.fromkeys(found))
