"""Coverage of a run at a glance and in depth, and what closes its gaps."""

from __future__ import annotations

import streamlit as st

from assistant.ui.cases.depth_matrix import depth_matrix
from assistant.ui.counts import counted
from assistant.ui.home.write_again_menu import writer_choice
from assistant.ui.home.writing_progress import follow, writing_progress
from assistant.ui.presses import pressed
from assistant.ui.state import RECORD, Session, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import coverage, follow_up_runs
from assistant.workflow.writing.runs import ACTIVE, RunView

VIEW_KEY = "run_view"


def coverage_table(opened: Workspace, record: Session, view: RunView, stamp: str) -> None:
    """Figures, then one row per criterion: how deeply, by which cases, and what is missing.

    ``stamp`` is that of the project (``review_library.stamp``) before the run was read.
    """
    report = _report(view, record.run_id, stamp)
    figures = {
        "Criteria": len(report.criteria),
        "With a case": sum(bool(row.case_ids) for row in report.criteria),
        "With one accepted": sum(bool(row.accepted) for row in report.criteria),
        "Cases": sum(case.status != "rejected" for case in view.run.cases),
        "Items left": len(report.missing),
        "Open questions": len(view.run.questions),
    }
    with st.grid(len(figures), min_column_width=150):
        for name, value in figures.items():
            st.metric(name, value, border=True)
    _gaps(opened, record, view, len(report.missing))
    titles = {case.id: case.title for case in view.run.cases}
    depth_matrix(report, key="run-depth", open_case=open_in_run, titles=titles)


def _gaps(opened: Workspace, record: Session, view: RunView, missing: int) -> None:
    """How many items have no case, and a menu that writes for them."""
    if view.summary.status in ACTIVE or writing_progress(opened, record) or not missing:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":orange-badge[:material/rule: {counted(missing, 'missing case')}] "
            ":small[not written, or rejected; the others stay as they are]",
            width="stretch",
        )
        with st.popover("Write the missing cases", icon=":material/playlist_add:"):
            writer = writer_choice(opened, view.run.generation.writer, "gaps-writer")
            if pressed("Write", type="primary", icon=":material/playlist_add:", key="fill_gaps"):
                with page_action():
                    again, filling = coverage.begin(
                        opened, record.project_id, view.run.id, by=record.user, writer=writer
                    )
                    jobs = follow_up_runs.start(opened, record.project_id, [again])
                    follow(jobs, left_open=[one.reason for one in filling.left_open])


@st.cache_data(show_spinner="Looking at the coverage…", max_entries=8)
def _report(_view: RunView, run_id: str, stamp: str) -> coverage.DepthReport:
    """Kept until anything in the project changes; ``stamp`` says so."""
    return coverage.of_loaded_run(_view.run)


def open_in_run(case_id: str) -> None:
    """Show a case of the open run among its cases."""
    st.session_state[RECORD].case_id = case_id
    st.session_state[VIEW_KEY] = "cases"
