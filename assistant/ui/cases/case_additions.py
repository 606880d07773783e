"""A case of one's own in the list of a run: a new one beside those of its criteria, or a copy of
the open one."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from assistant.errors import AssistantError
from assistant.ui.browser_scripts import was_narrow
from assistant.ui.cases.case_undo import DECIDED, note_addition
from assistant.ui.cases.list_order import last_of, put_below
from assistant.ui.plain_text import cut, visible
from assistant.ui.presses import pressed
from assistant.ui.state import Session, error_kept, show_problem
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import own_cases
from assistant.workflow.writing import runs
from assistant.workflow.writing.runs import ACTIVE, RunView, StoredCase

CRITERION = 90
"""Characters of a criterion beside its id."""
_TITLE, _PROBLEM = "new_case_title", "new_case_problem"


def new_case_button(opened: Workspace, record: Session) -> None:
    """A button beside the list that asks what a new case is for."""
    if pressed(
        "", icon=":material/add:", shortcut="T", type="tertiary", key="new_case",
        help="New test case. Key T",
    ):  # fmt: skip
        _dialog(opened, record)


@st.dialog("New test case", icon=":material/add:")
def _dialog(opened: Workspace, record: Session) -> None:
    if DECIDED in st.session_state:  # it was added: the page without this, with the case
        st.rerun()
    run = opened.library.run(record.project_id, record.run_id)
    criteria = own_cases.criteria_of(run)
    with st.form("new_case_form", border=False):
        # Below the criteria the button would be covered by their list, and move when it is left.
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input("Title", key=_TITLE)
            st.form_submit_button(
                "Add", type="primary", icon=":material/add:", key="add_case",
                on_click=_add, args=(opened, record, record.case_id),
            )  # fmt: skip
        st.multiselect(
            "Acceptance criteria",
            list(criteria),
            default=_criteria_of_open(opened, record, criteria),
            format_func=lambda name: f"{name}: {cut(visible(criteria[name].text), CRITERION)}",
            key=_criteria_key(record.case_id),
        )
    show_problem(_PROBLEM)


def _add(opened: Workspace, record: Session, above: str) -> None:
    with error_kept(_PROBLEM):
        added = own_cases.new_case(
            opened, record.project_id, record.run_id,
            title=st.session_state[_TITLE], criterion_ids=st.session_state[_criteria_key(above)],
            by=record.user,
        )  # fmt: skip
        rows = runs.case_rows(opened, record.project_id, record.run_id)
        own = set(added.case.criterion_ids)
        akin = [row.id for row in rows if row.id != added.id and own & set(row.criterion_ids)]
        _open(added, last_of(akin) or above)


def _criteria_key(open_id: str) -> str:
    """Another choice beside another case: its criteria are offered."""
    return f"new-criteria-{open_id}"


def _criteria_of_open(opened: Workspace, record: Session, offered: Collection[str]) -> list[str]:
    """Those of the open case: what is added beside it is mostly for the same."""
    try:
        held = opened.library.case(record.project_id, record.case_id).case.criterion_ids
    except AssistantError:  # none is open, or it went
        return []
    return [name for name in held if name in offered]


def duplicate_button(opened: Workspace, record: Session, stored: StoredCase, view: RunView) -> None:
    """A button that adds a copy of the open case below it."""
    st.button(
        "" if was_narrow() else "Duplicate",  # as in the menu beside it
        icon=":material/content_copy:",
        shortcut="D",
        type="tertiary",
        key="duplicate",
        disabled=view.summary.status in ACTIVE,
        help="Duplicate: a draft of yours with the same words, below this one. Key D",
        on_click=_duplicate,
        args=(opened, record, stored),
    )


def _duplicate(opened: Workspace, record: Session, stored: StoredCase) -> None:
    with error_kept():
        added = own_cases.duplicate(opened, record.project_id, stored.id, by=record.user)
        _open(added, stored.id)


def _open(added: StoredCase, above: str) -> None:
    put_below(added.id, above)
    note_addition(added.id, added.row_version)
