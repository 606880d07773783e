"""Download the cases of a run as CSV in the company's template."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from assistant.ui.counting import counted
from assistant.ui.state import Session
from assistant.workflow import export_cases
from assistant.workflow.runs import RunSummary
from assistant.workflow.workspace import Workspace

SELECTIONS: dict[export_cases.Selection, str] = {
    "accepted": "Accepted cases",
    "all": "All cases but the rejected",
}


def download_menu(opened: Workspace, record: Session, summary: RunSummary) -> None:
    """Choose which cases and for which program; the file is made when the button is pressed."""
    with st.popover("Download CSV", icon=":material/download:"):
        selection: export_cases.Selection = st.radio(
            "Which cases",
            list(SELECTIONS),
            format_func=SELECTIONS.__getitem__,
            index=0 if summary.accepted else 1,
            # A widget of its own once there is an accepted case: a browser shows a new default
            # of an old widget, while its value here would stay.
            key=f"download-what-{summary.id}-{'some' if summary.accepted else 'none'}",
        )
        profile: Literal["excel", "import"] = st.radio(
            "For which program",
            list(export_cases.PROFILES),
            format_func=export_cases.PROFILES.__getitem__,
            key="download_profile",
            help="Safe to open in Excel: cells that could run as formulas are made harmless.",
        )
        count = summary.accepted if selection == "accepted" else summary.cases - summary.rejected
        st.download_button(
            f"Download {counted(count, 'case')}",
            data=lambda: (
                export_cases.export_csv(
                    opened,
                    record.project_id,
                    run_id=summary.id,
                    selection=selection,
                    profile=profile,
                ).content
            ),
            file_name=export_cases.file_name(summary.request, selection, profile),
            mime="text/csv",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
            disabled=count == 0,
            key="download",
        )
