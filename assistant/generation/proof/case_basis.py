"""What a case may rest on, and the case's own data."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from assistant.design.shared_preconditions import as_line, stated_preconditions
from assistant.domain import AcceptanceCriterion, TestCase, TestCondition
from assistant.generation.proof.passages import Passage, Sources
from assistant.generation.writer import StoryBrief


@dataclass(frozen=True)
class Ground:
    """What the cases of a story may rest on.

    ``criteria`` are those of the story, ``context`` titles and narratives, ``own`` the tester's own
    words (the request, answered questions). ``added`` are sentences of results that a person put
    into a case that a run wrote.
    """

    sources: Sources
    criteria: tuple[AcceptanceCriterion, ...] = ()
    conditions: tuple[TestCondition, ...] = ()
    context: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    added: frozenset[str] = frozenset()

    @cached_property
    def names(self) -> dict[str, str]:
        """How the chunks are named to a reader: "[3] BR-CC-04"."""
        return {
            p.source.chunk.id: f"[{p.source.rank}] {p.source.chunk.key or p.source.chunk.title}"
            for p in self.sources.passages
        }


def ground_of(brief: StoryBrief, sources: Sources | None = None) -> Ground:
    """What the cases of a brief may rest on: the criteria of its story and of those that its
    conditions walk through, its sources and its checklist."""
    walked = [name for one in brief.conditions if one.legs for name in one.criterion_ids]
    stories = dict.fromkeys((brief.story, *(brief.epic.story_of(name) for name in walked)))
    return Ground(
        sources=sources or Sources(brief.sources),
        criteria=tuple(
            one for one in brief.epic.criteria if one in brief.story.criteria or one.id in walked
        ),
        conditions=brief.conditions,
        context=(
            brief.epic.title,
            brief.epic.description,
            *(text for story in stories for text in (story.title, story.narrative)),
        ),
    )


def situation_of(case: TestCase) -> tuple[str, ...]:
    """The data of a case: preconditions, actions and test data, as they are written."""
    lines = [text for step in case.steps for text in (step.action, step.test_data)]
    return tuple(line for line in (*case.preconditions, *lines) if line.strip())


def results_of(case: TestCase) -> tuple[str, ...]:
    """The expected results of a case."""
    return tuple(s.expected_result for s in case.steps if s.expected_result.strip())


@dataclass(frozen=True)
class Basis:
    """What one case rests on: the criteria that it names, its conditions, and its own data."""

    case: TestCase
    ground: Ground
    criteria: tuple[AcceptanceCriterion, ...] = field(init=False)
    conditions: tuple[TestCondition, ...] = field(init=False)

    def __post_init__(self) -> None:
        case, ground = self.case, self.ground
        named = tuple(one for one in ground.criteria if one.id in case.criterion_ids)
        object.__setattr__(self, "criteria", named or ground.criteria)
        own = [one for one in ground.conditions if one.id in case.condition_ids]
        own += [leg for one in own for leg in one.legs]
        object.__setattr__(self, "conditions", tuple(own))

    @cached_property
    def situation(self) -> tuple[str, ...]:
        """The data of the case: preconditions, actions and test data, as they are written."""
        return situation_of(self.case)

    @property
    def dated(self) -> tuple[str, ...]:
        """The situation with the test date, from which a case may count without naming it."""
        day = self.case.test_date
        return (*self.situation, str(day)) if day else self.situation

    @cached_property
    def data(self) -> tuple[str, ...]:
        """The lines of the situation without those that epic or story state for all cases."""
        texts = (text for context in self.ground.context for text in stated_preconditions(context))
        stated = {as_line(text) for text in texts}
        return tuple(line for line in self.situation if line not in stated)

    @cached_property
    def said(self) -> tuple[str, ...]:
        """What criteria, story and tester say, and the quotations and values of the conditions."""
        texts = [one.text for one in self.criteria]
        for one in self.conditions:
            texts += [fact.quote for fact in one.facts] + [fact.value for fact in one.facts]
            texts += [outcome.quote for outcome in one.outcomes]
            texts += [one.statement, one.precondition, one.action, one.data, one.expected]
        texts += [*self.ground.context, *self.ground.own]
        return tuple(dict.fromkeys(text for text in texts if text.strip()))

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The sources that say what has to happen, the case's own criteria left out."""
        own = {one.id for one in self.criteria}
        return tuple(
            p for p in self.ground.sources.passages
            if p.is_basis and p.source.chunk.key not in own
        )  # fmt: skip

    @cached_property
    def retrieved(self) -> tuple[str, ...]:
        """The texts of the sources, story and comments included."""
        return tuple(p.source.chunk.text for p in self.ground.sources.passages)

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """What the sources stand under: a message's subject may be told there alone."""
        return tuple(dict.fromkeys(p.source.chunk.heading for p in self.ground.sources.passages))

    def name_of(self, chunk_id: str) -> str:
        """How a source or criterion is named to a reader."""
        return self.ground.names.get(chunk_id, chunk_id)
