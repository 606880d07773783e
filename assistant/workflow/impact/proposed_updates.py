"""Propose what a reading says existing cases have to say: a change beside each case, proved, which
nobody but a person takes (``workflow/review/proposals.py``)."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import Field

from assistant.domain import TestCase, Value
from assistant.errors import AssistantError, LibraryError
from assistant.generation.impact_reading import CaseImpact, updated
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.impact.impact_job import ImpactReading
from assistant.workflow.review import proposals
from assistant.workflow.review.proposals import ProposedChange
from assistant.workflow.review.review import StepEdit


class Proposed(Value):
    """The cases for which a change was proposed, and by case why none was."""

    cases: tuple[str, ...] = ()
    left: dict[str, str] = Field(default_factory=dict)


def propose(
    workspace: Workspace,
    project_id: str,
    reading: ImpactReading,
    *,
    by: str,
    only: Collection[str] = (),
) -> Proposed:
    """Propose the changes of a reading, or those of ``only`` these cases; a case that reads
    otherwise by now is left."""
    done: list[str] = []
    left: dict[str, str] = {}
    for one in reading.by_impact("change"):
        if only and one.case_id not in only:
            continue
        try:
            stored = workspace.library.case(project_id, one.case_id)
            if reading.now(stored.case) != one:
                raise LibraryError(f"{stored.id} was changed since it was read.")
            change = _change(stored.case, one)
            after = proposals.changed(workspace, project_id, stored, change)
            proposals.propose(
                workspace, project_id, after, seen_version=stored.row_version,
                reason=reason_of(one), by=by,
            )  # fmt: skip
            done.append(one.case_id)
        except AssistantError as error:
            left[one.case_id] = str(error)
    return Proposed(cases=tuple(done), left=left)


def reason_of(one: CaseImpact) -> str:
    """Why a case is to change, with the words that say so."""
    return " ".join((one.because, *dict.fromkeys(f"“{each.source}”" for each in one.changes)))


def _change(case: TestCase, one: CaseImpact) -> ProposedChange:
    """A case with the words of a reading in it, as an edit."""
    after = updated(case, one.changes)
    return ProposedChange(
        title=after.title,
        preconditions=after.preconditions,
        steps=tuple(
            StepEdit(
                action=step.action,
                test_data=step.test_data,
                expected_result=step.expected_result,
                calculation=step.calculation,
            )
            for step in after.steps
        ),
    )
