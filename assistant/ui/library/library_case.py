"""One case of the library to read: its steps, what a check found, and how it came to be."""

from __future__ import annotations

from functools import partial

import streamlit as st

from assistant.domain import LintFinding
from assistant.errors import AssistantError
from assistant.ui.cases.case_bar import STATUS_COLORS
from assistant.ui.cases.case_view import steps_table
from assistant.ui.cases.existing_verdicts import case_against_existing
from assistant.ui.cases.findings_panel import findings_panel
from assistant.ui.cases.proposals_panel import proposals_panel
from assistant.ui.plain_text import label, plain
from assistant.ui.state import Session, error_kept, library_last, show_problem
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import review, review_library
from assistant.workflow.review.review_library import BulkOutcome
from assistant.workflow.writing import recheck_case, runs
from assistant.workflow.writing.runs import ACTIVE, StoredCase


def library_case(opened: Workspace, record: Session, case_id: str) -> None:
    """The case as it stands, and under it every earlier version with what changed."""
    try:
        stored = opened.library.case(record.project_id, case_id)
    except AssistantError as error:
        st.warning(plain(str(error)), icon=":material/link_off:")
        return
    case = stored.case
    badges = f":{STATUS_COLORS[case.status]}-badge[{case.status}]"
    if case.technique:
        badges += f" :gray-badge[{case.technique}]"
    st.markdown(f"**{label(case.id)}** {badges}  \n{label(case.title, limit=300)}")
    trace = " · ".join(label(x) for x in (case.epic_key, case.story_key, *case.criterion_ids) if x)
    if trace:
        st.caption(trace)
    if case.status_reason:
        st.caption(f":material/info: {label(case.status_reason, limit=240)}")
    show_problem()
    proposals_panel(opened, record, stored, taken=partial(_note_taken, record))
    for text in case.preconditions:
        st.caption(f"Precondition: {label(text, limit=300)}")
    steps_table(case, marks=case.origin.writer != "import")
    _against_existing(opened, record, stored)
    checked = recheck_case.case_with_findings(opened, record.project_id, stored)

    def apply(finding: LintFinding) -> None:
        with error_kept():
            review.apply_fix(
                opened, record.project_id, checked, finding,
                seen_version=stored.row_version, by=record.user,
            )  # fmt: skip

    findings_panel(checked, apply)
    if stored.run_id and st.button(
        "Open beside its sources", icon=":material/open_in_new:", key=f"open-{case.id}"
    ):
        record.open_run(stored.run_id)
        record.case_id = case.id
        st.switch_page("pages/generate_test_cases.py")
    _history(opened, record, case_id)


def _note_taken(record: Session, stored: StoredCase) -> None:
    """The page's undo takes it back."""
    st.session_state[library_last(record)] = BulkOutcome(changed=((stored.id, stored.row_version),))


def _against_existing(opened: Workspace, record: Session, stored: StoredCase) -> None:
    """The verdict on a generated case that is still to be decided on."""
    if not stored.run_id or stored.status != "draft":
        return
    run = runs.summary(opened, record.project_id, stored.run_id)
    if run.status not in ACTIVE:
        case_against_existing(opened, record.project_id, run, stored)


def _history(opened: Workspace, record: Session, case_id: str) -> None:
    changes = review_library.history(opened, record.project_id, case_id)
    with st.expander(f"History ({len(changes)})", icon=":material/history:"):
        for change in changes:
            reason = f": {label(change.reason, limit=200)}" if change.reason else ""
            st.markdown(
                f":small[**{change.version}** {change.action} · {label(change.by)} · "
                f"{change.at}{reason}]"
            )
            for sign, color, lines in (("−", "red", change.removed), ("+", "green", change.added)):
                for line in lines:
                    st.caption(f":{color}[{sign}] {label(line, limit=300)}")
