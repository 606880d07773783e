"""What a writer is: something that turns one test condition into one test case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.domain import (
    TECHNIQUE_LETTERS,
    AcceptanceCriterion,
    Epic,
    ModelSpec,
    Question,
    RejectedDraft,
    RetrievedChunk,
    Technique,
    TestCase,
    TestCondition,
    UserStory,
    Value,
)
from assistant.generation.cancellation import CancelCheck, never_cancelled


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
    also: tuple[TestCondition, ...] = ()
    """Further conditions that the one case covers; a writer of single items leaves them aside."""
    request: str = ""
    """The sentence that asked for the cases; for a writer of stories."""

    def as_story(self) -> StoryBrief:
        """The brief of a story whose checklist is this condition and those that go with it."""
        return StoryBrief(
            epic=self.epic,
            story=self.story,
            conditions=(self.condition, *self.also),
            sources=self.sources,
            style=self.style,
            request=self.request,
        )


class StoryBrief(Value):
    """All that a writer may use for the cases of one story.

    ``conditions`` are the items of the checklist that still need a case. ``questions`` are those
    still open on its criteria; ``out_of_scope`` is what epic and story leave out, verbatim;
    ``written`` are the cases of the run's other stories, ``taken`` the records and moments that
    these use; ``request`` is the sentence that asked for the cases, where there is one. ``present``
    are cases of the story that are there, rejected ones among them, where only what they lack is to
    be written.
    ``left_out`` are criteria that the request leaves out: no case is of them. ``tested`` are those
    that are tested whatever takes them out: a person has said so.
    ``lacking`` is what a reader of the whole suite finds that no case shows: where there is any,
    cases are written for it alone, and for no item.
    """

    epic: Epic
    story: UserStory
    conditions: tuple[TestCondition, ...]
    sources: tuple[RetrievedChunk, ...]
    style: tuple[TestCase, ...] = ()
    questions: tuple[Question, ...] = ()
    out_of_scope: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    written: tuple[TestCase, ...] = ()
    request: str = ""
    present: tuple[TestCase, ...] = ()
    left_out: tuple[str, ...] = ()
    tested: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

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


class Revision(Value):
    """A case to be written again, and what is to be different.

    ``conditions`` are the checklist items that it is about. ``wrong`` is what changed since it was
    written or is wrong with it, ``wish`` what a person wants different, in her own words. ``step``
    is the one step to be written again; 0: the whole case.
    """

    case: TestCase
    conditions: tuple[str, ...]
    wrong: tuple[str, ...] = ()
    wish: str = ""
    step: int = 0


class Spent(Value):
    """Drafts refused on the way, and the tokens of all calls."""

    rejected: tuple[RejectedDraft, ...] = ()
    prompt_tokens: int = 0
    cached_tokens: int = 0
    generated_tokens: int = 0


class WrittenCase(Spent):
    """A case as written, with what was spent on it.

    Of a case written again: ``aim`` is why its title or aim had to change, and ``step`` the one
    step that is new, where the others are as they were.
    """

    case: TestCase
    aim: str = ""
    step: int = 0


class Refusal(Spent):
    """Nothing of what was written stands for a case: it stays as it is, and why."""

    case_id: str
    reason: str


class StoryEnd(Spent):
    """The end of a story: the model's own questions, and what was spent after the last case."""

    questions: tuple[Question, ...] = ()


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


class CaseIds:
    """Ids of a run's cases: ``TC-<criterion id>-<letter><n>``, numbered within the criterion.

    The case of a condition gets the id that follows from the order of the conditions alone, so the
    same request gives the same ids; further cases are numbered on. An id that is ``taken`` already
    gets a further number (``-2``, ``-3``, ...).
    """

    def __init__(self, conditions: Sequence[TestCondition], taken: Sequence[str] = ()) -> None:
        self._used = set(taken)
        self._counts: dict[tuple[str, str], int] = {}
        self._planned = {
            condition.id: self._next(condition.criterion_id, condition.technique)
            for condition in conditions
        }
        self._given: set[str] = set()

    def of(self, case: TestCase) -> str:
        """The id of a case: that of the first condition it covers and that has no case yet."""
        for name in case.condition_ids:
            if name in self._planned and name not in self._given:
                self._given.add(name)
                return self._planned[name]
        criterion = case.criterion_ids[0] if case.criterion_ids else case.story_key
        return self._next(criterion, case.technique or "positive")

    def _next(self, criterion_id: str, technique: Technique) -> str:
        letter = TECHNIQUE_LETTERS[technique]
        place = (criterion_id, letter)
        self._counts[place] = self._counts.get(place, 0) + 1
        wanted = f"TC-{criterion_id}-{letter}{self._counts[place]}"
        case_id, again = wanted, 1
        while case_id in self._used:
            again += 1
            case_id = f"{wanted}-{again}"
        self._used.add(case_id)
        return case_id
