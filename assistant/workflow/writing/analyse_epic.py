"""What an epic's criteria say and what would be tested, without an index or a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import Field

from assistant.design.analysis import CriterionAnalysis, analyse
from assistant.design.description_rules import described_rules, other_passages
from assistant.design.processes.end_to_end import (
    conditions_of_epic,
    end_to_end_conditions,
    planned_conditions,
)
from assistant.design.questions.notices import find_notices
from assistant.design.questions.questions import raise_questions
from assistant.design.shared_preconditions import SharedPrecondition
from assistant.design.shared_preconditions import shared_preconditions as shared_preconditions
from assistant.domain import (
    TECHNIQUES,
    AcceptanceCriterion,
    Depth,
    Epic,
    Notice,
    Question,
    Technique,
    TestCondition,
    Unread,
    UserStory,
    Value,
)
from assistant.errors import SourceError, UnsupportedFile
from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file
from assistant.sources.pasted.pasted import read_pasted
from assistant.sources.reading import Reading
from assistant.suite.case_changes import StepChange as StepChange
from assistant.suite.reuse import ConditionVerdict, against_existing
from assistant.workflow.review.case_lists import cases_of_file


class AnalysedCriterion(Value):
    """One criterion: what it says, what would be tested, what to ask."""

    id: str
    text: str
    analysis: CriterionAnalysis
    conditions: tuple[TestCondition, ...]
    questions: tuple[Question, ...]
    against_existing: dict[str, ConditionVerdict] = Field(default_factory=dict)
    """Reuse, update or new by condition, where existing cases were given."""


class AnalysedStory(Value):
    """A story and its criteria, in source order."""

    key: str
    title: str
    narrative: str
    criteria: tuple[AnalysedCriterion, ...]


class AnalysedEpic(Value):
    """An epic and its stories; ``counts`` is the number of conditions by technique."""

    key: str
    title: str
    stories: tuple[AnalysedStory, ...]
    end_to_end: tuple[TestCondition, ...] = ()
    """Conditions that walk one process through several stories; their ``legs`` are the way."""
    counts: dict[str, int]
    shared_preconditions: tuple[SharedPrecondition, ...] = ()
    """What holds before all cases of the epic, or of one of its stories."""


class EpicAnalysis(Value):
    """All epics of one text, what was not understood of it, and remarks."""

    depth: Depth
    techniques: tuple[Technique, ...]
    epics: tuple[AnalysedEpic, ...]
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    """Other languages, what is left out, and words that instruct the assistant."""


def analyse_text(
    name: str,
    data: bytes,
    *,
    techniques: Sequence[Technique] = TECHNIQUES,
    depth: Depth = "standard",
    existing: Sequence[Path] = (),
) -> EpicAnalysis:
    """Analyse every epic in a file, against the cases of the files ``existing``.

    Raises ``SourceError`` where no epic or story is found, or no case in one of ``existing``.
    """
    reading = read_epic(name, data)
    if not reading.epics:
        raise SourceError(
            f"No epic or user story was found in '{name}'. Add a line such as 'As a ... I want "
            "...' or a heading 'Acceptance criteria' with a list."
        )
    verdicts: dict[str, ConditionVerdict] = {}
    if existing:
        wanted = [
            condition
            for epic in reading.epics
            for condition in conditions_of_epic(epic, techniques=techniques, depth=depth)
        ]
        cases = {case.id: case for path in existing for case in cases_of_file(path)}
        verdicts = against_existing(wanted, reading.epics, cases.values()).by_condition
    others = [one for epic in reading.epics for one in other_passages(epic)]
    described = [rule for epic in reading.epics for rule in described_rules(epic)]
    return EpicAnalysis(
        depth=depth,
        techniques=tuple(techniques),
        epics=tuple(_epic(epic, techniques, depth, verdicts) for epic in reading.epics),
        unread=reading.unread,
        notes=(*reading.notes_with_gaps, *map(_told_of, described), *map(_told_beside, others)),
        notices=find_notices(reading.epics),
    )


def _told_of(rule: AcceptanceCriterion) -> str:
    return f"Stated in a description, in no criterion: {rule.id} “{rule.text}”"


def _told_beside(passage: AcceptanceCriterion) -> str:
    return f"In no criterion: “{' '.join(passage.text.split())}”"


def read_epic(name: str, data: bytes) -> Reading:
    """Read a file that holds an epic, even where it looks like a page or like rules, or holds pages
    beside. The values of JSON that nobody knows stay a page."""
    try:
        reading = read_file(name, data)
    except UnsupportedFile:
        found = [one.reading for one in read_files(name, data) if one.reading and one.reading.epics]
        if len(found) != 1:
            raise
        return found[0]
    if reading.epics or reading.document.kind not in ("page", "rules"):
        return reading
    if reading.report.reader == "json":
        return reading
    return read_pasted(reading.document.text, title=reading.document.title)


def _epic(
    epic: Epic,
    techniques: Sequence[Technique],
    depth: Depth,
    verdicts: Mapping[str, ConditionVerdict],
) -> AnalysedEpic:
    asked: dict[str, list[Question]] = {}
    for question in raise_questions(epic):
        asked.setdefault(question.criterion_id, []).append(question)
    stories = tuple(_story(story, techniques, depth, asked, verdicts) for story in epic.stories)
    walks = end_to_end_conditions(epic, techniques=techniques, depth=depth)
    found = Counter(
        condition.technique
        for story in stories
        for criterion in story.criteria
        for condition in criterion.conditions
    )
    found.update(one.technique for one in walks)
    counts = {name: found[name] for name in TECHNIQUES if found[name]}
    return AnalysedEpic(
        key=epic.key,
        title=epic.title,
        stories=stories,
        end_to_end=walks,
        counts=counts,
        shared_preconditions=shared_preconditions(epic),
    )


def _story(
    story: UserStory,
    techniques: Sequence[Technique],
    depth: Depth,
    asked: dict[str, list[Question]],
    verdicts: Mapping[str, ConditionVerdict],
) -> AnalysedStory:
    planned = {
        criterion.id: planned_conditions(criterion, techniques=techniques, depth=depth)
        for criterion in story.criteria
    }
    return AnalysedStory(
        key=story.key,
        title=story.title,
        narrative=story.narrative,
        criteria=tuple(
            AnalysedCriterion(
                id=criterion.id,
                text=criterion.text,
                analysis=analyse(criterion),
                conditions=planned[criterion.id],
                questions=tuple(asked.get(criterion.id, ())),
                against_existing={
                    one.id: verdicts[one.id] for one in planned[criterion.id] if one.id in verdicts
                },
            )
            for criterion in story.criteria
        ),
    )
