"""Review a case: edit it, accept it, reject it with a reason, undo. Each call is one transaction.

Every change names the version that the reviewer saw. Where someone else saved first, the library
raises ``EditConflict`` and nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.domain import CaseStatus, LintFinding, TestCase, TestStep, Value
from assistant.errors import LibraryError
from assistant.generation.fixes import with_fix
from assistant.library import StoredCase
from assistant.workflow.checking import rechecked
from assistant.workflow.workspace import Workspace

REJECTION_REASONS = (
    "Duplicate of another case",
    "Expected result is wrong",
    "Cannot be tested",
    "Out of scope",
    "Too vague",
)


class StepEdit(Value):
    """The fields of a step that a person can change."""

    action: str
    test_data: str = ""
    expected_result: str


def edited_steps(case: TestCase, edits: Sequence[StepEdit]) -> tuple[TestStep, ...]:
    """The case's steps with a person's words in them, numbered anew.

    A citation supports the words it was found for. Where a person changes an expected result, its
    citations and its mark of support go; ``save`` checks the new words against the sources.
    """
    steps: list[TestStep] = []
    for number, edit in enumerate(edits, start=1):
        before = case.steps[number - 1] if number <= len(case.steps) else None
        if before is None:
            steps.append(TestStep(number=number, **edit.model_dump()))
            continue
        changed = edit.expected_result.strip() != before.expected_result.strip()
        kept = tuple(
            citation
            for citation in before.citations
            if not (changed and citation.supports == "expected_result")
        )
        steps.append(
            before.model_copy(
                update={
                    **edit.model_dump(),
                    "number": number,
                    "citations": kept,
                    "support": "unsupported" if changed else before.support,
                }
            )
        )
    return tuple(steps)


def save(
    workspace: Workspace, project_id: str, case: TestCase, *, seen_version: int, by: str
) -> StoredCase:
    """Keep an edited case, checked again. ``LibraryError`` where a case would be left without
    title or steps."""
    if not case.title.strip():
        raise LibraryError(f"{case.id} needs a title. The change was not saved.")
    if not case.steps or not all(
        s.action.strip() and s.expected_result.strip() for s in case.steps
    ):
        raise LibraryError(
            f"Every step of {case.id} needs an action and an expected result. "
            "The change was not saved."
        )
    stored = workspace.library.case(project_id, case.id)
    case = rechecked(workspace, project_id, stored, case)
    return workspace.library.update_case(project_id, case, expected_version=seen_version, by=by)


def apply_fix(
    workspace: Workspace,
    project_id: str,
    case: TestCase,
    finding: LintFinding,
    *,
    seen_version: int,
    by: str,
) -> StoredCase:
    """Put what a finding proposes into the case and keep it; ``undo`` takes it back."""
    if finding.fix is None or finding not in case.findings:
        raise LibraryError(f"This finding of {case.id} is no longer there. Look at the case again.")
    return save(workspace, project_id, with_fix(case, finding), seen_version=seen_version, by=by)


def set_status(
    workspace: Workspace,
    project_id: str,
    case_id: str,
    status: CaseStatus,
    *,
    reason: str = "",
    seen_version: int,
    seen_text: str = "",
    by: str,
) -> StoredCase:
    """Accept, reject or reopen a case; a rejection needs a reason.

    ``seen_text`` is ``StoredCase.text_hash`` of the words that were on screen. Raises
    ``EditConflict`` where the case reads differently now, ``LibraryError`` without a reason.
    """
    if status == "rejected" and not reason.strip():
        raise LibraryError(f"Say why {case_id} is rejected; the reason is kept with the case.")
    return workspace.library.set_status(
        project_id,
        case_id,
        status,
        reason=reason.strip(),
        by=by,
        expected_version=seen_version,
        seen_text=seen_text,
    )


def accept_all(
    workspace: Workspace, project_id: str, cases: Iterable[StoredCase], *, by: str
) -> int:
    """Accept the drafts among ``cases``, as seen; returns how many were accepted."""
    drafts = [stored for stored in cases if stored.case.status == "draft"]
    for stored in drafts:
        set_status(
            workspace,
            project_id,
            stored.case.id,
            "accepted",
            seen_version=stored.row_version,
            seen_text=stored.text_hash,
            by=by,
        )
    return len(drafts)


def undo(
    workspace: Workspace, project_id: str, case_id: str, *, seen_version: int, by: str
) -> StoredCase:
    """Take the last change of a case back; ``LibraryError`` where there is none."""
    return workspace.library.undo(project_id, case_id, by=by, expected_version=seen_version)
