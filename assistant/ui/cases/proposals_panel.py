"""Changes that other programs propose for a case: now and proposed, word by word; take or dismiss.

Nothing of a proposal is obeyed or cut: whoever takes it has seen all of its words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from assistant.errors import AssistantError, EditConflict
from assistant.ui.cases.case_view import findings_panel, mark, needs_lines, told_by_needs
from assistant.ui.counts import date_time
from assistant.ui.plain_text import EMPTY, label, marked_words
from assistant.ui.state import CASE_PROBLEM, Session, error_kept
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import proposals
from assistant.workflow.review.proposals import Proposal
from assistant.workflow.review.review import needs_of
from assistant.workflow.writing.runs import StoredCase

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
        f":small[Step {step.number}] {mark(step)}"
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


def _dismiss(opened: Workspace, record: Session, one: Proposal) -> None:
    with error_kept():
        proposals.dismiss(opened, record.project_id, one.seq, by=record.user)
