"""Changes that other programs propose for a case: now and proposed, word by word; take or dismiss.

Nothing of a proposal is obeyed or cut: whoever takes it has seen all of its words.

Two people saved one case: both versions side by side, word by word; take, keep or merge.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from assistant.domain import TestCase
from assistant.errors import AssistantError, EditConflict
from assistant.ui.cases.case_undo import DECIDED, note_made
from assistant.ui.cases.case_view import findings_panel, mark, needs_lines, told_by_needs
from assistant.ui.cases.chain_line import note_successors
from assistant.ui.counts import date_time
from assistant.ui.plain_text import EMPTY, label, marked_words
from assistant.ui.state import CASE_PROBLEM, Session, error_kept
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import proposals
from assistant.workflow.review.proposals import FieldConflict, Proposal, Side
from assistant.workflow.review.review import needs_of
from assistant.workflow.writing.runs import StoredCase

CONFLICTS = "case_conflicts"
"""By case id: the case that could not be saved, and the version that it began with."""
SIDES: dict[Side, str] = {"theirs": "Theirs", "mine": "Mine"}
FROM_ONE_SIDE = ":orange[some were moved, put in or taken out: all of them are taken from one side]"
WHO = {"theirs": "changed by them", "mine": "changed by you", "both": "changed by both"}
WAYS = {"merge": "Save the merge", "mine": "Keep mine", "theirs": "Take theirs"}


def note_conflict(mine: TestCase, seen_version: int) -> None:
    """Keep the words that could not be saved until they are taken, merged or given up."""
    kept: dict[str, tuple[TestCase, int]] = st.session_state.setdefault(CONFLICTS, {})
    kept[mine.id] = (mine, seen_version)


def has_conflict(opened: Workspace, record: Session, stored: StoredCase) -> bool:
    """Whether this session holds words of the case that are neither saved nor given up."""
    kept: dict[str, tuple[TestCase, int]] = st.session_state.get(CONFLICTS, {})
    if stored.id in kept and not _found(opened, record, stored):
        kept.pop(stored.id)
    return stored.id in kept


def _found(opened: Workspace, record: Session, stored: StoredCase) -> tuple[FieldConflict, ...]:
    mine, seen = st.session_state[CONFLICTS][stored.id]
    return proposals.conflicts(opened, record.project_id, mine, seen)


def conflict_panel(opened: Workspace, record: Session, stored: StoredCase) -> None:
    """The stored case and the one of this session, field by field; what is to be kept of each."""
    found = _found(opened, record, stored)
    who = label(stored.updated_by or "Someone")
    st.markdown(
        f":red-badge[:material/call_split: Two versions] {who} saved this case while you had "
        "it open. Your words are not lost: take one version, or choose field by field."
    )
    with st.container(horizontal=True, gap="xsmall"):
        for way, title in WAYS.items():
            st.button(
                title,
                key=f"conflict-{way}",
                type="primary" if way == "merge" else "secondary",
                on_click=_settle,
                args=(way, opened, record, stored, found),
            )
    for one in found:
        _field(stored.id, one)


def _field(case_id: str, one: FieldConflict) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        as_one = f" · {FROM_ONE_SIDE}" if one.field == proposals.STEPS else ""
        st.markdown(
            f"**{one.field}** :small[:gray[{WHO[one.changed_by]}]{as_one}]", width="stretch"
        )
        st.segmented_control(
            f"Which {one.field}",
            list(SIDES),
            format_func=SIDES.__getitem__,
            default=one.proposed,
            required=True,
            key=_key(case_id, one),
            label_visibility="collapsed",
        )
    theirs, mine = st.columns(2, gap="small", wrap=False)
    theirs.markdown(marked_words(one.words, "out") or EMPTY)
    mine.markdown(marked_words(one.words, "in") or EMPTY)


def _key(case_id: str, one: FieldConflict) -> str:
    return f"conflict-{case_id}-{one.field}"


def _settle(
    way: str,
    opened: Workspace,
    record: Session,
    stored: StoredCase,
    found: tuple[FieldConflict, ...],
) -> None:
    """Save what was chosen, and let go of the other version."""
    kept: dict[str, tuple[TestCase, int]] = st.session_state[CONFLICTS]
    mine, _ = kept[stored.id]
    taken: dict[str, Side] = {}
    for one in found:
        chosen = st.session_state.get(_key(stored.id, one)) or one.proposed
        taken[one.field] = (
            "mine" if way == "mine" or (way == "merge" and chosen == "mine") else "theirs"
        )
    if way != "theirs":
        try:
            saved = proposals.save_merged(
                opened, record.project_id, mine, taken,
                theirs_version=stored.row_version, by=record.user,
            )  # fmt: skip
        except EditConflict:
            return  # saved once more meanwhile: both versions are shown anew
        except AssistantError as error:
            st.session_state[CASE_PROBLEM] = str(error)
            return
        if saved.row_version != stored.row_version:
            note_made((saved.id, saved.row_version))
    kept.pop(stored.id)
    st.session_state[DECIDED] = True
    for one in found:
        st.session_state.pop(_key(stored.id, one), None)


LONGEST = 60_000
"""Characters of a field: a tool may hand in no more."""

OVER_NEWER = ":orange[changed since, too: taking it puts these words in place of the newer ones]"
AS_ONE = ":orange[some were moved, put in or taken out: all of them are taken together]"

Taken = Callable[[StoredCase], None]


def proposals_panel(
    opened: Workspace, record: Session, stored: StoredCase, *, taken: Taken
) -> None:
    """Each change that waits beside the case; ``taken`` gets the case that came of one."""
    for one in proposals.proposals(opened, record.project_id, stored):
        with st.container(border=True, gap="xsmall", key=f"proposal-{one.seq}"):
            _head(one, stored)
            _buttons(opened, record, one, taken)
            _fields(one)
            _proof(one, stored)


def _head(one: Proposal, stored: StoredCase) -> None:
    at = date_time(one.at)
    st.markdown(
        f":blue-badge[:material/edit_note: Change proposed] **{label(one.by)}** proposes a change: "
        f"{label(one.reason, limit=400)} :small[:gray[{at}]]"
    )
    if not one.fields:
        st.caption("The case reads like this already.")
    elif one.moved:
        st.caption(
            f":orange[:material/update:] The case has changed since: this was proposed for version "
            f"{one.case_version}, and it is at version {one.present_version}. It is shown against "
            "the case as it is now: taking it changes the fields below and no other."
        )
    if one.fields and stored.status == "accepted":
        st.caption("The case is accepted. With this change it is a draft again.")


def _buttons(opened: Workspace, record: Session, one: Proposal, taken: Taken) -> None:
    take = partial(_take, opened, record, one, taken)
    dismiss = partial(_dismiss, opened, record, one)
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            "Take it", type="primary", icon=":material/check:", key=f"proposal-take-{one.seq}",
            disabled=not one.fields, on_click=take,
            help="An edit of yours, which Undo takes back",
        )  # fmt: skip
        st.button(
            "Dismiss", icon=":material/close:", key=f"proposal-dismiss-{one.seq}",
            on_click=dismiss, help="The case stays as it is",
        )  # fmt: skip


def _fields(one: Proposal) -> None:
    if not one.fields:
        return
    now, proposed = st.columns(2, gap="small", wrap=False)
    now.markdown(":small[:gray[Now]]")
    proposed.markdown(":small[:gray[Proposed]]")
    for each in one.fields:
        notes = [AS_ONE] if each.field == proposals.STEPS else []
        notes += [OVER_NEWER] if each.changed_by == "both" else []
        st.markdown(f":small[**{each.field}** {' · '.join(notes)}]")
        now, proposed = st.columns(2, gap="small", wrap=False)
        now.markdown(marked_words(each.words, "out", limit=LONGEST) or EMPTY)
        proposed.markdown(marked_words(each.words, "in", limit=LONGEST) or EMPTY)


def _proof(one: Proposal, stored: StoredCase) -> None:
    """What the checks say of the case as it would be; an imported one rests on no sources."""
    if not one.fields:
        return
    grounded = stored.source_run_id is not None
    present = {step.expected_result for step in stored.case.steps}
    remarks = [
        f":small[Step {step.number}] {mark(step, one.case.findings)}"
        for step in one.case.steps
        if step.expected_result.strip() and step.expected_result not in present
    ]
    if grounded and remarks:
        st.markdown("  \n".join(remarks))
    if grounded:
        needs_lines(one.case)
    if one.case.findings:
        told = told_by_needs(one.case) if grounded else ()
        findings_panel(one.case, told=told, key=f"proposal-findings-{one.seq}")
    elif not grounded:
        st.caption("An imported case: its wording was checked, and nothing found; its sources not.")
    elif not needs_of(one.case):
        st.caption("The checks find nothing in the proposed version; a person has to read it.")


def _take(opened: Workspace, record: Session, one: Proposal, taken: Taken) -> None:
    try:
        stored = proposals.take(
            opened, record.project_id, one.seq, seen_version=one.present_version, by=record.user
        )
    except EditConflict:
        st.session_state[CASE_PROBLEM] = (
            f"{one.case_id} was changed meanwhile. The proposal is shown against it as it is now: "
            "read it again, then take or dismiss it."
        )
    except AssistantError as error:
        st.session_state[CASE_PROBLEM] = str(error)
    else:
        taken(stored)
        if any(field.field == "Title" for field in one.fields):
            note_successors(opened, stored, "has another title now")


def _dismiss(opened: Workspace, record: Session, one: Proposal) -> None:
    with error_kept():
        proposals.dismiss(opened, record.project_id, one.seq, by=record.user)
