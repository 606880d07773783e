"""Which conditions of a criterion cases are written for, and what is left out and why.

A criterion that only says what is out of scope has none.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.design.conditions import derive_conditions
from assistant.design.questions.scope import is_scope_statement
from assistant.domain import (
    TECHNIQUES,
    AcceptanceCriterion,
    Depth,
    Technique,
    TestCondition,
    UserStory,
)


def planned_conditions(
    story: UserStory,
    criterion: AcceptanceCriterion,
    *,
    techniques: Sequence[Technique] = TECHNIQUES,
    depth: Depth = "standard",
) -> tuple[TestCondition, ...]:
    """The conditions of one criterion as ``derive_conditions`` gives them, but see above."""
    if is_scope_statement(criterion.text):
        return ()
    return derive_conditions(story, criterion, techniques=techniques, depth=depth)
