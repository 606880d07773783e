"""One checked case beside its sources: its steps with their marks, what was found, the words."""

from __future__ import annotations

import streamlit as st

from assistant.ui.cases.case_view import steps_table
from assistant.ui.cases.findings_panel import findings_panel
from assistant.ui.cases.sources_panel import sources_panel
from assistant.ui.plain_text import label, plain
from assistant.workflow.review.case_checks import VERDICTS, CaseCheck, SuiteCheck, Verdict

COLORS: dict[Verdict, str] = {
    "denied": "red",
    "doubted": "violet",
    "not in the sources": "orange",
    "remark": "blue",
    "no automatic finding": "gray",
}
CASE_WIDTH = 460


def checked_case(project_id: str, report: SuiteCheck, checked: CaseCheck) -> None:
    """The case on the left, the sources that it was held against on the right."""
    own = set(checked.sources)
    grid = st.grid(2, min_column_width=CASE_WIDTH, gap="medium")
    with grid.cell():
        _case(report, checked)
    with grid.cell():
        sources_panel(project_id, [one for one in report.sources if one.rank in own], checked.case)


def _case(report: SuiteCheck, checked: CaseCheck) -> None:
    case, link = checked.case, checked.link
    st.markdown(
        f"**{label(case.id)}** :{COLORS[checked.verdict]}-badge[{checked.verdict}]  \n"
        f"{label(case.title, limit=300)}  \n:small[:gray[{VERDICTS[checked.verdict]}]]"
    )
    texts = {one.chunk.key: one.chunk.text for one in report.sources if one.stage == "basis"}
    for name in link.criterion_ids:
        st.caption(f"**{label(name)}** {label(texts.get(name, ''), limit=400)}")
    st.caption(f":material/link: {label(link.says, limit=300)}")
    for text in case.preconditions:
        st.caption(f"Precondition: {plain(text)}")
    steps_table(case)
    beside = [one for one in case.findings if one.severity == "error"]
    findings_panel(case, told=beside)
