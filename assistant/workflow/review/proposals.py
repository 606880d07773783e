"""Changes of stored cases that other programs propose: proved, kept beside the case, decided on.

A proposal changes nothing until a person takes it; then it is an ordinary edit, with a version and
an undo. Where the case changed since, what is taken are the fields that the proposal changes: every
other field stays as it is now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from assistant.domain import TestCase, Value
from assistant.errors import LibraryError
from assistant.library import StoredCase, StoredProposal
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import review, save_conflicts
from assistant.workflow.review.review import StepEdit
from assistant.workflow.review.save_conflicts import FieldConflict, Side
from assistant.workflow.sources.mask_sources import masked_cases, masked_text
from assistant.workflow.writing.recheck_case import rechecked

TAKEN, DISMISSED = "proposed change taken", "proposed change dismissed"


class ProposedChange(Value):
    """The fields of a case that are to read differently; ``None``: as they are."""

    title: str | None = None
    preconditions: tuple[str, ...] | None = None
    steps: tuple[StepEdit, ...] | None = None


class Proposal(Value):
    """A change that waits, held against the case as it is now.

    ``fields`` are those that it changes, from the present words to its own; none where the case
    reads like that already. ``case`` is what taking it would make, with its findings. ``moved``:
    the case was changed after this was proposed.
    """

    seq: int
    case_id: str
    by: str
    at: datetime
    reason: str
    case_version: int
    present_version: int
    fields: tuple[FieldConflict, ...]
    case: TestCase

    @property
    def moved(self) -> bool:
        """Whether the case has changed since."""
        return self.case_version != self.present_version


def changed(
    workspace: Workspace, project_id: str, stored: StoredCase, change: ProposedChange
) -> TestCase:
    """The case with a change in it, proved like any edit; nothing is kept.

    Raises ``LibraryError`` for a change that changes nothing, and as ``review.proved``.
    """
    case = stored.case
    update: dict[str, object] = {}
    if change.title is not None:
        update["title"] = change.title
    if change.preconditions is not None:
        update["preconditions"] = change.preconditions
    if change.steps is not None:
        update["steps"] = review.edited_steps(case, change.steps)
    (after,) = masked_cases(workspace, project_id, [case.model_copy(update=update)])
    if not save_conflicts.differ(case, after):
        raise LibraryError(f"{case.id} reads like this already. Nothing was proposed.")
    return review.proved(workspace, project_id, stored, after)


def propose(
    workspace: Workspace, project_id: str, case: TestCase, *, seen_version: int, reason: str,
    by: str,
) -> None:  # fmt: skip
    """Keep a changed case beside the stored one; a newer one of the same person replaces it.

    Raises ``EditConflict`` where the case is not at ``seen_version``, ``LibraryError`` without a
    reason and where too many wait.
    """
    if not reason.strip():
        raise LibraryError(f"Say why {case.id} should change; the reason is shown to the reviewer.")
    reason = masked_text(workspace, project_id, reason)
    workspace.library.proposals.put(
        project_id, case, case_version=seen_version, reason=reason.strip(), by=by
    )


def proposals(workspace: Workspace, project_id: str, stored: StoredCase) -> tuple[Proposal, ...]:
    """What waits beside a case, held against it as it is now, oldest first."""
    found = workspace.library.proposals.of_case(project_id, stored.id)
    return tuple(_held(workspace, project_id, stored, one) for one in found)


def _held(
    workspace: Workspace, project_id: str, stored: StoredCase, kept: StoredProposal
) -> Proposal:
    proposed = TestCase.model_validate_json(kept.body)
    fields = _own_fields(workspace, project_id, proposed, kept)
    after = proposed
    if kept.case_version != stored.row_version:
        after = save_conflicts.merged(stored.case, proposed, _taken(fields))
        after = rechecked(workspace, project_id, stored, after)
    return Proposal(
        **kept.model_dump(exclude={"body"}),
        present_version=stored.row_version,
        fields=fields,
        case=after,
    )


def _own_fields(
    workspace: Workspace, project_id: str, proposed: TestCase, kept: StoredProposal
) -> tuple[FieldConflict, ...]:
    """The fields that the proposal changes; what only the case changed since is none of them."""
    found = save_conflicts.conflicts(workspace, project_id, proposed, kept.case_version)
    return tuple(one for one in found if one.changed_by != "theirs")


def _taken(fields: Sequence[FieldConflict]) -> dict[str, Side]:
    return {one.field: "mine" for one in fields}


def take(
    workspace: Workspace, project_id: str, seq: int, *, seen_version: int, by: str
) -> StoredCase:
    """Make a proposal's change, as an edit of the person who takes it.

    ``seen_version`` is the version of the case that the person saw it against. Raises
    ``EditConflict`` where the case has changed since, ``LibraryError`` where the proposal was
    decided on or replaced.
    """
    kept = workspace.library.proposals.one(project_id, seq)
    proposed = TestCase.model_validate_json(kept.body)
    fields = _own_fields(workspace, project_id, proposed, kept)
    stored = save_conflicts.save_merged(
        workspace, project_id, proposed, _taken(fields), theirs_version=seen_version, by=by
    )
    workspace.library.proposals.remove(project_id, seq, TAKEN, by=by)
    return stored


def dismiss(workspace: Workspace, project_id: str, seq: int, *, by: str) -> None:
    """Let go of a proposal; the case stays as it is."""
    workspace.library.proposals.one(project_id, seq)
    workspace.library.proposals.remove(project_id, seq, DISMISSED, by=by)
