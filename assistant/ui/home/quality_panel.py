"""The quality of a run: figures with their rules; each opens the cases behind it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from assistant.ui.cases.depth_matrix import case_button
from assistant.ui.home.coverage_table import open_in_run
from assistant.ui.home.second_reading_menu import second_reading_menu
from assistant.ui.state import Session
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.writing import runs
from assistant.workflow.writing.runs import Figure, Quality, RunView

LISTED = 40
FIGURES_A_ROW = 4
"""Eight figures in one row would be too narrow to read."""


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
    second_reading_menu(opened, record)
    chosen = st.pills(
        "Cases behind a figure",
        [figure.name for figure in found.figures if figure.case_ids],
        key="quality-figure",
    )
    for figure in found.figures:
        if figure.name == chosen:
            _behind(figure, view)
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


def _behind(figure: Figure, view: RunView) -> None:
    titles = {case.id: case.title for case in view.run.cases}
    with st.container(border=True, gap=None):
        st.caption(figure.rule)
        for case_id in figure.case_ids[:LISTED]:
            case_button(case_id, titles[case_id], "quality", open_in_run)
        if len(figure.case_ids) > LISTED:
            st.caption(f"and {len(figure.case_ids) - LISTED} more")
