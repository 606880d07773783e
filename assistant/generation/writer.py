"""What a writer is: something that turns one test condition into one test case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.domain import (
    AcceptanceCriterion,
    Epic,
    ModelSpec,
    RejectedDraft,
    RetrievedChunk,
    TestCase,
    TestCondition,
    UserStory,
    Value,
)
from assistant.generation.cancelling import CancelCheck, never_cancelled


class CaseBrief(Value):
    """All that a writer may use for one case.

    ``sources`` are the basis chunks of the story and what was retrieved for it, with the numbers
    ``[n]`` they have in this run; ``style`` are existing cases that show how the company writes.
    """

    epic: Epic
    story: UserStory
    criterion: AcceptanceCriterion
    condition: TestCondition
    sources: tuple[RetrievedChunk, ...]
    style: tuple[TestCase, ...] = ()


class WrittenCase(Value):
    """A case as written, the drafts refused on the way, and the tokens it cost."""

    case: TestCase
    rejected: tuple[RejectedDraft, ...] = ()
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0


class Writer(Protocol):
    """Writes cases; ``spec`` names the model, or is ``None`` where none is used."""

    @property
    def spec(self) -> ModelSpec | None:
        """The model that writes, for the run's record."""
        ...

    def write(self, brief: CaseBrief, *, cancelled: CancelCheck = never_cancelled) -> WrittenCase:
        """One complete case for the condition of the brief.

        Raises ``GenerationError`` where writing cannot go on (the model is gone, or cancelled).
        """
        ...

    def read_ahead(
        self,
        epic: Epic,
        story: UserStory,
        sources: Sequence[RetrievedChunk],
        *,
        cancelled: CancelCheck = never_cancelled,
    ) -> None:
        """Prepare for the conditions of a story, so that the first case comes sooner."""
        ...


TECHNIQUE_LETTERS = {
    "positive": "P",
    "negative": "N",
    "boundary": "B",
    "decision-table rule": "D",
    "state transition": "S",
    "role": "R",
    "pairwise": "W",
    "end-to-end": "E",
}


def case_ids(conditions: Sequence[TestCondition], taken: Sequence[str] = ()) -> dict[str, str]:
    """Case id by condition id: ``TC-<criterion id>-<letter><n>``, numbered within the criterion.

    The ids depend on nothing but the order of the conditions, so the same request gives the same
    ids; an id that is ``taken`` already gets a further number (``-2``, ``-3``, ...).
    """
    used = set(taken)
    counts: dict[tuple[str, str], int] = {}
    ids: dict[str, str] = {}
    for condition in conditions:
        letter = TECHNIQUE_LETTERS[condition.technique]
        place = (condition.criterion_id, letter)
        counts[place] = counts.get(place, 0) + 1
        wanted = f"TC-{condition.criterion_id}-{letter}{counts[place]}"
        case_id, again = wanted, 1
        while case_id in used:
            again += 1
            case_id = f"{wanted}-{again}"
        used.add(case_id)
        ids[condition.id] = case_id
    return ids
