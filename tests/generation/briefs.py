"""What a writer gets to write an existing case again."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain import Epic, RetrievedChunk, TestCase, UserStory
from assistant.generation.writer import CaseBrief
from assistant.generation.writers.existing_case import condition_of_case, criterion_of


def brief_of_case(
    epic: Epic,
    story: UserStory,
    case: TestCase,
    *,
    sources: Sequence[RetrievedChunk] = (),
    style: Sequence[TestCase] = (),
) -> CaseBrief:
    """What a writer gets to write an existing case again."""
    condition = condition_of_case(story, case)
    return CaseBrief(
        epic=epic,
        story=story,
        criterion=criterion_of(story, condition),
        condition=condition,
        sources=tuple(sources),
        style=tuple(style),
    )
