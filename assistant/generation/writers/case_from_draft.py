"""A model's draft as a test case: numbers become citations, ids and traceability are filled in."""

from __future__ import annotations

from assistant.domain import PRIORITIES, CaseOrigin, ModelSpec, TestCase, TestStep
from assistant.generation.proof import Sources, with_sources
from assistant.generation.proof.calculation_lines import read_line
from assistant.generation.step_replacement import with_step
from assistant.generation.writer import Revision, StoryBrief
from assistant.generation.writers.case_parts import quoted_criteria
from assistant.generation.writers.story_draft import DraftStep, StoryCaseDraft


def drafted_case(draft: StoryCaseDraft, brief: StoryBrief, model: ModelSpec) -> TestCase:
    """The case of a draft with citations for the sources that it names, not yet proved.

    ``condition_ids`` are those that the draft claims; proof decides which it covers. A criterion
    that it does not name is taken from the items it claims. Lines of a calculation that code cannot
    work out are left out: what stands below a result was worked out.
    """
    epic, story = brief.epic, brief.story
    claimed = [one for one in brief.conditions if one.id in draft.covers]
    criteria = tuple(
        dict.fromkeys([*draft.criteria, *(name for one in claimed for name in one.criterion_ids)])
    )
    sources = Sources(brief.sources)
    priorities = {one.priority for one in claimed}
    return TestCase(
        id="",
        title=" ".join(draft.title.split()),
        objective=quoted_criteria(epic, criteria),
        test_date=draft.test_date,
        preconditions=draft.preconditions,
        steps=tuple(
            _step(number, step, draft.title, sources)
            for number, step in enumerate(draft.steps, start=1)
        ),
        priority=next((one for one in PRIORITIES if one in priorities), "Medium"),
        technique=draft.technique,
        release=story.release or epic.release,
        team=story.team or epic.team,
        epic_key=epic.key,
        story_key=story.key,
        criterion_ids=criteria,
        condition_ids=tuple(one.id for one in claimed),
        claimed_ids=tuple(one.id for one in claimed),
        labels=tuple(dict.fromkeys((*epic.labels, *story.labels))),
        origin=CaseOrigin(writer="model", model_id=model.full_id),
    )


def redrafted_case(
    draft: StoryCaseDraft, brief: StoryBrief, model: ModelSpec, revision: Revision
) -> TestCase:
    """The draft in the place of the case that it is to be again: what no writer words stays, and so
    does its title, unless the draft says why it cannot."""
    case, old = drafted_case(draft, brief, model), revision.case
    kept: dict[str, object] = {
        "id": old.id,
        "test_date": case.test_date or old.test_date,
        "criterion_ids": case.criterion_ids or old.criterion_ids,
        "postconditions": old.postconditions,
        "priority": old.priority,
        "labels": old.labels,
    }
    if not (draft.aim or old.is_outline):
        kept |= {"title": old.title, "technique": old.technique}
    return case.model_copy(update=kept)


def with_drafted_step(step: DraftStep, brief: StoryBrief, revision: Revision) -> TestCase:
    """The case with the draft in the place of the step that is written again, not yet proved."""
    case, number = revision.case, revision.step
    return with_step(case, _step(number, step, case.title, Sources(brief.sources)), number)


def _step(number: int, step: DraftStep, title: str, sources: Sources) -> TestStep:
    citations = with_sources(
        step.expected, step.sources, sources, action=f"{step.action}\n{step.data}", title=title
    )
    return TestStep(
        number=number,
        action=step.action,
        test_data=step.data,
        expected_result=step.expected,
        calculation=tuple(line for line in step.calculation if read_line(line)),
        citations=citations,
        support="supported" if citations else "unsupported",
    )
