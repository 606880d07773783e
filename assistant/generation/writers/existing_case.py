"""What an existing case stands for: the item that it would be written again from.

Training pairs and comparisons ask for cases that a company already has; its title tells what is
tried, and nothing of its answer is told.
"""

from __future__ import annotations

from assistant.domain import (
    AcceptanceCriterion,
    TestCase,
    TestCondition,
    UserStory,
)


def condition_of_case(story: UserStory, case: TestCase) -> TestCondition:
    """The condition that an existing case stands for: its title, and nothing of its answer."""
    first = next(iter(case.criterion_ids), "") or next((c.id for c in story.criteria), story.key)
    technique = case.technique or "positive"
    return TestCondition(
        id=case.id,
        criterion_id=first,
        technique=technique,
        valid=technique != "negative",
        statement=case.title,
        priority=case.priority,
    )


def criterion_of(story: UserStory, condition: TestCondition) -> AcceptanceCriterion:
    """The criterion of a condition; a story without it stands as its own criterion."""
    own = next((one for one in story.criteria if one.id == condition.criterion_id), None)
    words = story.narrative or story.title
    name = condition.criterion_id or story.key
    return own or AcceptanceCriterion(id=name, text=words, form="text")
