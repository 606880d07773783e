"""What this session did with cases, so that one press takes back one press."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from assistant.domain import CaseStatus
from assistant.errors import AssistantError
from assistant.ui.cases.list_order import beside
from assistant.ui.counts import counted
from assistant.ui.state import CASE_PROBLEM, RECORD, Session, note_done
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import proposals, review
from assistant.workflow.review.review import BulkOutcome, LastChange
from assistant.workflow.writing.runs import StoredCase

DECIDED = "case_decided"
"""Set when the status of a case has changed, which is counted outside of it too."""
EDITING = "case_editing"
"""The id of the case whose fields are open."""
ADDED = "added"
"""What an undo says of a case that it takes out."""
_LAST = "run_last"
"""The last decision of this session on the run page: its outcome, and what it was."""
_EDIT = "case_edit"
"""The edit that is going on: its project and case, the version that it began with, the one it has
come to."""
_BEGUN = "case_edits"
"""By project and case id, for the versions of its edits: the version that the edit began with."""
_STATUS_SAID: dict[CaseStatus, str] = {
    "draft": "set to draft",
    "accepted": "accepted",
    "rejected": "rejected",
    "imported": "set to imported",
}


def note_decision(outcome: BulkOutcome, said: str) -> None:
    """Keep what was decided, so that one undo takes it back."""
    st.session_state[_LAST] = (outcome, said) if outcome.changed else None
    st.session_state[DECIDED] = True


def open_fields(case_id: str) -> None:
    """Edit a case, or none; an edit that was going on is over."""
    st.session_state.pop(_EDIT, None)
    if case_id:
        st.session_state[EDITING] = case_id
    else:
        st.session_state.pop(EDITING, None)


def note_edit(case_id: str, seen: int, saved: int) -> None:
    """Version ``saved`` was made from ``seen``: with the fields open, a part of one edit."""
    if saved == seen:
        return  # the library stores no edit that changes nothing
    st.session_state.pop(_LAST, None)
    if st.session_state.get(EDITING) != case_id:
        return
    name = _name(case_id)
    edited, began, last = st.session_state.get(_EDIT, (("", ""), 0, 0))
    if (edited, last) != (name, seen):
        began = seen
    st.session_state[_EDIT] = (name, began, saved)
    st.session_state.setdefault(_BEGUN, {}).setdefault(name, {})[saved] = began


def note_addition(case_id: str) -> None:
    """A case was added and is open, with its fields: the next undo takes it back."""
    st.session_state.pop(_LAST, None)
    st.session_state[DECIDED] = True
    st.session_state[RECORD].case_id = case_id
    open_fields(case_id)


def is_addition(opened: Workspace, record: Session, case_id: str) -> bool:
    """Whether an undo takes out a case that has nothing else to take back: this user added it."""
    return opened.library.is_own_addition(record.project_id, case_id, by=record.user)


def decided_last() -> tuple[BulkOutcome, str] | None:
    """The last decision of this session, where nothing was edited or taken back since."""
    last: tuple[BulkOutcome, str] | None = st.session_state.get(_LAST)
    return last


def to_take_back(opened: Workspace, record: Session, case_id: str) -> LastChange | None:
    """The change of a case that an undo would take back; ``None`` where there is none."""
    return opened.library.last_change(record.project_id, case_id, begun=_begun(case_id))


def said_of(change: LastChange) -> str:
    """What a change did: the fields that it changed, or what it decided."""
    before, after = change.before.case, change.changed.case
    if before.status != after.status and after.status != "draft":
        return _STATUS_SAID[after.status]
    fields = proposals.changed_fields(before, after)
    named = f": {'; '.join(fields[:3])}{' …' if len(fields) > 3 else ''}" if fields else ""
    return f"{change.changed.action}{named}"


def undo(opened: Workspace, record: Session, stored: StoredCase) -> None:
    """Take the last decision back, or the last change of the open case, and say what it was."""
    last = decided_last()
    st.session_state.pop(_LAST, None)
    st.session_state[DECIDED] = True
    if last is not None and len(last[0].changed) > 1:
        _undo_many(opened, record, last[0])
        return
    (case_id, version) = last[0].changed[0] if last else (stored.id, stored.row_version)
    try:
        change = to_take_back(opened, record, case_id)
        if change is None and is_addition(opened, record, case_id):
            opened.library.take_out(
                record.project_id, case_id, by=record.user, expected_version=version
            )
            note_done(f"Taken back: {case_id} {ADDED}", icon=":material/undo:")
            st.session_state[RECORD].case_id = beside(case_id)
            open_fields("")
            return
        back = opened.library.undo(
            record.project_id,
            case_id,
            by=record.user,
            expected_version=version,
            begun=_begun(case_id),
        )
    except AssistantError as error:
        st.session_state[CASE_PROBLEM] = str(error)
        return
    if change is not None:
        _continue_edit(case_id, back.row_version, change.before.version)
        note_done(f"Taken back: {case_id} {said_of(change)}", icon=":material/undo:")
    if st.session_state[RECORD].case_id != case_id:
        st.session_state[RECORD].case_id = case_id
        open_fields("")


def _undo_many(opened: Workspace, record: Session, outcome: BulkOutcome) -> None:
    done = review.undo_all(opened, record.project_id, outcome, by=record.user)
    note_done(f"Taken back on {counted(done, 'case')}", icon=":material/undo:")
    if left := len(outcome.changed) - done:
        st.session_state[CASE_PROBLEM] = (
            f"{left} of {len(outcome.changed)} cases were changed since and stay as they are."
        )


def _begun(case_id: str) -> Mapping[int, int]:
    """Where the edits of a case began; while its fields are open, each change is its own."""
    if st.session_state.get(EDITING) == case_id:
        return {}
    begun: Mapping[tuple[str, str], Mapping[int, int]] = st.session_state.get(_BEGUN, {})
    return begun.get(_name(case_id), {})


def _continue_edit(case_id: str, version: int, restored: int) -> None:
    """An undo within an edit is a part of it; one that goes back further moves its beginning."""
    edited, began, _ = st.session_state.get(_EDIT, (("", ""), 0, 0))
    if edited == _name(case_id):
        st.session_state[_EDIT] = (edited, min(began, restored), version)


def _name(case_id: str) -> tuple[str, str]:
    """A case of the open project: another project may have one with the same id."""
    return st.session_state[RECORD].project_id, case_id
