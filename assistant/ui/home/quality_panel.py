"""The quality of a run: figures with their rules; each opens the cases behind it.

Coverage of a run at a glance and in depth, and what closes its gaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from assistant.ui.cases.depth_matrix import case_button, depth_matrix
from assistant.ui.counts import counted
from assistant.ui.home.second_reading_menu import second_reading_menu, second_reading_note
from assistant.ui.home.write_again_menu import writer_choice
from assistant.ui.home.writing_progress import follow, writing_progress
from assistant.ui.menus import close_menus, menu_key
from assistant.ui.plain_text import label
from assistant.ui.presses import pressed
from assistant.ui.state import RECORD, Session, page_action
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import coverage, follow_up_runs, runs
from assistant.workflow.writing.coverage import DepthReport
from assistant.workflow.writing.requests import conditions_of
from assistant.workflow.writing.runs import ACTIVE, Figure, Quality, RunView

VIEW_KEY = "run_view"


def coverage_table(opened: Workspace, record: Session, view: RunView, stamp: str) -> None:
    """Figures, then one row per criterion: how deeply, by which cases, and what is missing.

    ``stamp`` is that of the project (``review_library.stamp``) before the run was read.
    """
    report = _report(opened, record.project_id, view, record.run_id, stamp)
    figures = {
        "Criteria": len(report.criteria),
        "Case or outline": sum(bool(row.case_ids) for row in report.criteria),
        "With one accepted": sum(bool(row.accepted) for row in report.criteria),
        "Cases": sum(case.status != "rejected" for case in view.run.cases),
        "Items left": len(report.missing),
        "Open questions": len(view.open_questions),
    }
    with st.grid(len(figures), min_column_width=150):
        for name, value in figures.items():
            st.metric(name, value, border=True)
    _gaps(opened, record, view, report)
    titles = {case.id: case.title for case in view.run.cases}
    depth_matrix(report, key="run-depth", open_case=open_in_run, titles=titles)


def _gaps(opened: Workspace, record: Session, view: RunView, report: DepthReport) -> None:
    """How many items have no case, and a menu that writes for them and says which they are."""
    if view.summary.status in ACTIVE or writing_progress(opened, record) or not report.missing:
        return
    _claimed(report)
    statements = {one.id: one.statement for one in coverage.planned_conditions(view.run)}
    gaps = coverage.gaps(opened, record.project_id, view.run, view.change)
    if view.change is not None and gaps.new:
        choices = view.run.generation
        present = conditions_of(view.change.now, choices.techniques, choices.depth)
        statements |= {one.id: one.statement for one in present if one.id in gaps.new}
    if not gaps.untouched and not gaps.rejected:
        return
    refused = f"{counted(len(gaps.rejected), 'item')} whose case was rejected"
    with st.container(horizontal=True, vertical_alignment="center"):
        said = []
        if gaps.untouched:
            missing = counted(len(gaps.untouched), "missing case")
            said += [f":orange-badge[:material/rule: {missing}]", ":small[not written, or claimed"]
            said += ["and not shown; the others stay as they are]"]
        if gaps.rejected:
            said += [f":gray-badge[:material/block: {refused}]"]
        st.markdown(" ".join(said), width="stretch")
        with st.popover(
            "Write the missing cases", icon=":material/playlist_add:", key=menu_key("gaps_menu")
        ):
            if gaps.untouched:
                _items(f"Cases are written for {counted(len(gaps.untouched), 'item')}:",
                       gaps.untouched, statements)  # fmt: skip
            again = bool(gaps.rejected) and st.checkbox(
                f"Write for {refused}, too",
                key=menu_key("gaps_rejected"),
                help="A model that writes whole stories is shown the rejected cases with the "
                "reason.",
            )
            if gaps.rejected:
                _items(f"{refused[0].upper()}{refused[1:]}:", gaps.rejected, statements)
            writer = writer_choice(opened, view.run.generation.writer, "gaps-writer")
            if pressed(
                "Write", type="primary", icon=":material/playlist_add:", key="fill_gaps",
                disabled=not gaps.untouched and not again,
            ):  # fmt: skip
                with page_action():
                    planned, filling = coverage.begin(
                        opened, record.project_id, view.run.id, by=record.user, writer=writer,
                        rejected=again,
                    )  # fmt: skip
                    jobs = follow_up_runs.start(opened, record.project_id, [planned])
                    reasons = [one.reason for one in filling.left_open]
                    follow(record, jobs, left_open=reasons)
                    close_menus()


def _items(title: str, names: Sequence[str], statements: Mapping[str, str]) -> None:
    """Items by their ids with what they say."""
    lines = [f"- {label(name)} {label(statements.get(name, ''))}" for name in names[:LISTED]]
    lines += [f"- and {len(names) - LISTED} more"] if len(names) > LISTED else []
    st.caption(title)
    st.markdown("\n".join(lines))


def _claimed(report: DepthReport) -> None:
    """Which items a case claims that code does not see in it."""
    claimed = [name for row in report.criteria for name in row.claimed]
    if claimed:
        st.caption(
            f":material/visibility: {counted(len(claimed), 'item')} claimed, not seen: look "
            f"yourself. {label(', '.join(claimed), limit=300)}"
        )


@st.cache_data(show_spinner="Looking at the coverage…", max_entries=8)
def _report(
    _opened: Workspace, project_id: str, _view: RunView, run_id: str, stamp: str
) -> coverage.DepthReport:
    """Kept until anything in the project changes; ``stamp`` says so."""
    return coverage.of_view(_opened, project_id, _view)


def open_in_run(case_id: str) -> None:
    """Show a case of the open run among its cases."""
    st.session_state[RECORD].case_id = case_id
    st.session_state[VIEW_KEY] = "cases"


LISTED = 40
FIGURES_A_ROW = 5
"""Ten figures in one row would be too narrow to read."""


def quality_panel(opened: Workspace, record: Session, view: RunView, stamp: str) -> None:
    """The figures, the smells as a chart, and the cases behind the figure that was chosen;
    ``stamp`` as for ``coverage_table``."""
    if not view.run.cases:
        st.caption("Nothing to check yet.")
        return
    found = _quality(opened, record.project_id, view, record.run_id, stamp)
    with st.grid(FIGURES_A_ROW, min_column_width=150):
        for figure in found.figures:
            st.metric(
                figure.name,
                f"{figure.share:.0%}",
                f"{figure.count} of {figure.total}",
                delta_color="off",
                delta_arrow="off",
                border=True,
                help=figure.rule,
            )
    titles = {case.id: case.title for case in view.run.cases}
    second_reading_note(opened, record, view.run.cases, open_in_run)
    second_reading_menu(opened, record)
    chosen = st.pills(
        "Cases behind a figure",
        [figure.name for figure in found.figures if figure.case_ids],
        key="quality-figure",
    )
    for figure in found.figures:
        if figure.name == chosen:
            _behind(figure, titles)
    if found.findings:
        st.markdown("**Smells by kind**")
        st.vega_lite_chart(_smells(found.findings), width="stretch")


def _smells(findings: Mapping[str, int]) -> dict[str, object]:
    """Bars, the most frequent smell first, whose names are shown whole."""
    return {
        "data": {"values": [{"smell": name, "count": n} for name, n in findings.items()]},
        "mark": {"type": "bar"},
        "height": {"step": 26},
        "encoding": {
            "y": {"field": "smell", "type": "nominal", "sort": "-x",
                  "axis": {"title": None, "labelLimit": 320}},
            "x": {"field": "count", "type": "quantitative",
                  "axis": {"title": "Times found", "tickMinStep": 1, "format": "d"}},
            "tooltip": [{"field": "smell", "title": "Smell"},
                        {"field": "count", "title": "Times found"}],
        },
    }  # fmt: skip


@st.cache_data(show_spinner="Checking the cases…", max_entries=8)
def _quality(
    _opened: Workspace, project_id: str, _view: RunView, run_id: str, stamp: str
) -> Quality:
    """Kept until anything in the project changes; ``stamp`` says so."""
    return runs.quality_of(_opened, project_id, _view.run)


def _behind(figure: Figure, titles: Mapping[str, str]) -> None:
    with st.container(border=True, gap=None):
        st.caption(figure.rule)
        for case_id in figure.case_ids[:LISTED]:
            case_button(case_id, titles[case_id], "quality", open_in_run)
        if len(figure.case_ids) > LISTED:
            st.caption(f"and {len(figure.case_ids) - LISTED} more")
