"""What a writer is: something that turns one test condition into one test case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.domain import (
    AcceptanceCriterion,
    Epic,
    ModelSpec,
    Question,
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


class StoryBrief(Value):
    """All that a writer may use for the cases of one story.

    ``conditions`` are the items of the checklist that still need a case. ``questions`` are those
    still open on its criteria; ``out_of_scope`` is what epic and story leave out, verbatim.
    """

    epic: Epic
    story: UserStory
    conditions: tuple[TestCondition, ...]
    sources: tuple[RetrievedChunk, ...]
    style: tuple[TestCase, ...] = ()
    questions: tuple[Question, ...] = ()
    out_of_scope: tuple[str, ...] = ()

    def case_brief(self, condition: TestCondition) -> CaseBrief:
        """What concerns one condition of the story."""
        criterion = next(c for c in self.epic.criteria if c.id == condition.criterion_id)
        return CaseBrief(
            epic=self.epic,
            story=self.story,
            criterion=criterion,
            condition=condition,
            sources=self.sources,
            style=self.style,
        )


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
