"""What was done with the cases of the open run, so that one press takes back one press."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from assistant.domain import CaseStatus
from assistant.errors import AssistantError
from assistant.ui.cases.chain_line import successors_said
from assistant.ui.cases.list_order import beside
from assistant.ui.cases.own_saves import note_save
from assistant.ui.counts import counted
from assistant.ui.plain_text import cut, label, visible
from assistant.ui.state import CASE_PROBLEM, RECORD, Session, given_name, note_done
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import proposals
from assistant.workflow.review import undo as undoing
from assistant.workflow.review.review import BulkOutcome
from assistant.workflow.review.undo import Deed, LastChange, StandingChange

DECIDED = "case_decided"
"""Set when the status of a case has changed, which is counted outside of it too."""
EDITING = "case_editing"
"""The id of the case whose fields are open."""
MOVED = "given another test date"
TITLE = 60
"""Characters of a title in what an undo says."""
_TOGETHER = "cases_together"
"""By project, the changes of many cases that one press made."""
_LED = "case_led_to"
"""The case that the page itself opened after what was done last, and no person."""
_MADE = "undo_made"
"""By project, the changes of cases that this session made: what people without a name do is told
apart by nothing else."""
_TOLD = "undo_told"
"""What was said to stay, as somebody changed the case since."""
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


@dataclass(frozen=True)
class NextUndo:
    """What the next undo takes back, and what this person did later and cannot be: nothing of it
    where there is no ``deed``."""

    deed: Deed | None
    says: str
    passed: tuple[Deed, ...] = ()

    @property
    def cases(self) -> int:
        """How many cases it changes."""
        return len(self.deed.free) if self.deed else 0


def note_decision(outcome: BulkOutcome) -> None:
    """Keep what was decided, so that one undo takes all of it back."""
    record: Session = st.session_state[RECORD]
    if len(outcome.changed) > 1:
        presses = st.session_state.setdefault(_TOGETHER, {})
        presses.setdefault(record.project_id, []).append(outcome.changed)
    note_made(*outcome.changed)
    st.session_state[DECIDED] = True
    led_to(record.case_id)


def note_made(*changes: tuple[str, int]) -> None:
    """This session made these versions of cases."""
    made = st.session_state.setdefault(_MADE, {})
    made.setdefault(st.session_state[RECORD].project_id, set()).update(changes)


def led_to(case_id: str) -> None:
    """Open a case after something was done: the next undo is of that, and not of this case."""
    st.session_state[RECORD].case_id = st.session_state[_LED] = case_id


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
    note_made((case_id, saved))
    if st.session_state.get(EDITING) != case_id:
        return
    name = _name(case_id)
    edited, began, last = st.session_state.get(_EDIT, (("", ""), 0, 0))
    if (edited, last) != (name, seen):
        began = seen
    st.session_state[_EDIT] = (name, began, saved)
    st.session_state.setdefault(_BEGUN, {}).setdefault(name, {})[saved] = began


def note_addition(case_id: str, version: int) -> None:
    """A case was added and is open, with its fields: the next undo takes it back."""
    note_made((case_id, version))
    st.session_state[DECIDED] = True
    st.session_state[RECORD].case_id = case_id
    open_fields(case_id)


def next_undo(opened: Workspace, record: Session, case_id: str) -> NextUndo:
    """What an undo takes back: the last thing done with the open case, where a person opened it
    and something was; else the last thing that this person did in the run."""
    if st.session_state.get(_LED) != case_id:
        st.session_state.pop(_LED, None)
    found = _deeds(opened, record)
    own = None if _LED in st.session_state else undoing.last_on(found, case_id)
    if own is not None:
        return NextUndo(own, _said(opened, record, own))
    return _last_undo(opened, record, found)


def undo_of_person(opened: Workspace, record: Session) -> NextUndo:
    """The last thing that this person did in the run, whichever case is open."""
    return _last_undo(opened, record, _deeds(opened, record))


def _last_undo(opened: Workspace, record: Session, found: tuple[Deed, ...]) -> NextUndo:
    noted = st.session_state.get(_MADE, {}).get(record.project_id, set())
    made = None if given_name(record) else noted
    last, passed = undoing.last_of(found, record.user, made)
    told = st.session_state.get(_TOLD, set())
    passed = tuple(one for one in passed if one.changes[0] not in told)
    return NextUndo(last, _said(opened, record, last) if last else "nothing", passed)


def undo_of_case(opened: Workspace, record: Session, case_id: str) -> NextUndo:
    """What takes back the last change of this very case, whatever was done since with others."""
    own = undoing.last_on(_deeds(opened, record), case_id)
    return NextUndo(own, _said(opened, record, own) if own else "nothing")


def _deeds(opened: Workspace, record: Session) -> tuple[Deed, ...]:
    return undoing.deeds(
        opened, record.project_id, record.run_id, by=record.user, begun=_begun(record),
        together=st.session_state.get(_TOGETHER, {}).get(record.project_id, ()),
    )  # fmt: skip


def _said(opened: Workspace, record: Session, deed: Deed) -> str:
    """What a deed did, with the title of its case, or how many cases it changed."""
    first = deed.changes[0]
    if len(deed.changes) > 1:
        what = MOVED if first.action == "edited" else first.action  # no other edit is of many
        return f"{counted(len(deed.free), 'case')} {what} at once"
    change = _change(opened, record, first)
    what = _said_of(change) if change else first.action
    by = "" if first.by in ("", record.user) else f" (by {visible(first.by)})"
    return f"“{cut(visible(first.title), TITLE)}” {what}{by}"


def _change(opened: Workspace, record: Session, one: StandingChange) -> LastChange | None:
    """The words before and after; ``None`` of an addition."""
    if one.action == "added":
        return None
    begun = _begun(record).get(one.case_id, {})
    return opened.library.last_change(record.project_id, one.case_id, begun=begun)


def _said_of(change: LastChange) -> str:
    """What a change did: the fields that it changed, or what it decided."""
    before, after = change.before.case, change.changed.case
    if before.status != after.status and after.status != "draft":
        return _STATUS_SAID[after.status]
    fields = proposals.changed_fields(before, after)
    named = f": {'; '.join(fields[:3])}{' …' if len(fields) > 3 else ''}" if fields else ""
    was = " (it was accepted)" if before.status == "accepted" and after.status == "draft" else ""
    return f"{change.changed.action}{named}{was}"


def undo_button(
    opened: Workspace,
    record: Session,
    following: NextUndo,
    *,
    key: str,
    shortcut: str | None = None,
) -> None:
    """A button that takes back what is next, disabled where nothing is."""
    st.button(
        f"Undo ({following.cases})" if following.cases > 1 else "Undo",
        icon=":material/undo:",
        type="tertiary",
        shortcut=shortcut,
        help=f"Take back: {label(following.says, limit=200)}"
        + (f". Key {shortcut}" if shortcut else ""),
        disabled=following.deed is None and not following.passed,
        on_click=undo,
        args=(opened, record, following),
        key=key,
    )


def undo(opened: Workspace, record: Session, following: NextUndo) -> None:
    """Take back what the button said, and open the case that it is about."""
    deed = following.deed
    st.session_state[DECIDED] = True
    _tell_passed(following.passed)
    if deed is None:
        return
    begun = _begun(record)
    added = [one.case_id for one in deed.changes if one.action == "added"]
    gone = successors_said(opened, record.project_id, [record.run_id], added)
    change = _change(opened, record, deed.changes[0]) if len(deed.changes) == 1 else None
    try:
        taken = undoing.take_back(opened, record.project_id, deed, by=record.user, begun=begun)
    except AssistantError as error:
        st.session_state[CASE_PROBLEM] = str(error)
        return
    if len(deed.changes) > 1:
        note_done(f"Taken back on {counted(len(taken.done), 'case')}", icon=":material/undo:")
        if taken.left:
            st.session_state[CASE_PROBLEM] = (
                f"{len(taken.left)} of {len(deed.changes)} cases were changed since and stay as "
                "they are."
            )
        return
    (one, version) = taken.done[0]
    if change is not None and change.before.case.title != change.changed.case.title:
        gone = successors_said(opened, record.project_id, [record.run_id], [one.case_id])
    note_done(f"Taken back: {following.says}{gone}", icon=":material/undo:")
    if not version:
        led_to(beside(one.case_id))
        open_fields("")
        return
    if change is not None:
        _continue_edit(one.case_id, version, change.before.version)
        stored = opened.library.case(record.project_id, one.case_id)
        if proposals.same_places(change.changed.case, stored.case):
            note_save(one.seen, stored)
    if st.session_state[RECORD].case_id != one.case_id:
        led_to(one.case_id)
        open_fields("")


def _tell_passed(passed: tuple[Deed, ...]) -> None:
    """Say once what is not taken back, though this person did it later than what is."""
    if not passed:
        return
    told = st.session_state.setdefault(_TOLD, set())
    for deed in passed:
        told.add(deed.changes[0])
    names = ", ".join(f"“{cut(visible(one.changes[0].title), TITLE)}”" for one in passed)
    is_one = len(passed) == 1
    st.session_state[CASE_PROBLEM] = (
        f"Somebody changed {names} since: {'it stays as it is' if is_one else 'they stay'}."
    )


def _begun(record: Session) -> Mapping[str, Mapping[int, int]]:
    """Where the edits of cases began; while its fields are open, each change is its own."""
    begun: Mapping[tuple[str, str], Mapping[int, int]] = st.session_state.get(_BEGUN, {})
    return {
        case_id: versions
        for (project_id, case_id), versions in begun.items()
        if project_id == record.project_id and case_id != st.session_state.get(EDITING)
    }


def _continue_edit(case_id: str, version: int, restored: int) -> None:
    """An undo within an edit is a part of it; one that goes back further moves its beginning."""
    edited, began, _ = st.session_state.get(_EDIT, (("", ""), 0, 0))
    if edited == _name(case_id):
        st.session_state[_EDIT] = (edited, min(began, restored), version)


def _name(case_id: str) -> tuple[str, str]:
    """A case of the open project: another project may have one with the same id."""
    return st.session_state[RECORD].project_id, case_id
