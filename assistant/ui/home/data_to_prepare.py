"""What has to be prepared for the cases of a run: records that several of them name, what is to be
set up, then all else they start from."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.domain import TestCase
from assistant.ui.cases.depth_matrix import case_button
from assistant.ui.counts import counted
from assistant.ui.home.downloads import selection_choice, test_data_button
from assistant.ui.home.quality_panel import open_in_run
from assistant.ui.plain_text import label
from assistant.ui.state import Session
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import export_cases, preconditions
from assistant.workflow.review.preconditions import SET_UP, Precondition, SharedRecord
from assistant.workflow.writing.runs import RunSummary

CHARACTERS = 2_000
"""Of a precondition: whoever makes the record reads all of it."""
LISTED = 200
"""Lines of either kind on the page; the file has all."""
BUTTONS = 12
"""Cases of a line that are opened from it, ways to name a record, and lines of one."""


def data_to_prepare(opened: Workspace, record: Session, summary: RunSummary) -> None:
    """The preconditions of the chosen cases, each once, with the cases that need it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        selection = selection_choice(summary, key="test-data-what", horizontal=True)
        cases = preconditions.cases_of_run(opened, record.project_id, summary.id, selection)
        rows = preconditions.preconditions(cases)
        title = export_cases.title_of_run(summary.request, summary.created_at)
        st.space("stretch")
        data = preconditions.preconditions_csv(cases) if rows else b""
        test_data_button(data, title, key="test-data")
    if not rows:
        accepted = selection == "accepted" and not summary.accepted
        why = "No case is accepted yet." if accepted else "None of these cases has a precondition."
        st.info(why, icon=":material/inventory_2:")
        return
    _of_several_cases(preconditions.shared_records(cases))
    _to_set_up([row for row in rows if row.to_set_up])
    _others([row for row in rows if not row.to_set_up])


def _of_several_cases(records: Sequence[SharedRecord]) -> None:
    if not records:
        return
    with st.expander(f"**Named by several cases ({len(records)})**", expanded=True):
        st.caption(
            "Records that several cases name, not all in the same words: one case may change what "
            "another starts from."
        )
        for number, record in enumerate(records[:LISTED]):
            with st.container(gap=None):
                st.markdown(f"**{label(record.name)}** :small[:gray[{record.counts}]]")
                for use in record.uses[:BUTTONS]:
                    lines = (f"- {label(one, limit=CHARACTERS)}" for one in use.lines[:BUTTONS])
                    st.markdown("\n".join(lines))
                    _more(use.lines, BUTTONS)
                    _cases(use.cases, f"shared-{number}")
                _more(record.uses, BUTTONS)
        _more(records)


def _to_set_up(rows: Sequence[Precondition]) -> None:
    st.subheader(f"{SET_UP} ({len(rows)})")
    st.caption(
        f"Preconditions that begin with “{SET_UP}”, word for word."
        if rows
        else f"No precondition of these cases begins with “{SET_UP}”."
    )
    for number, row in enumerate(rows[:LISTED]):
        with st.container(gap=None):
            criteria = label(", ".join(row.criterion_ids), limit=240)
            st.markdown(f"{label(row.text, limit=CHARACTERS)} :small[:gray[{criteria}]]")
            if len(row.cases) > 1:
                many = counted(len(row.cases), "case")
                st.caption(
                    f":orange[:material/content_copy:] {many} need it in the same words: where one "
                    "of them changes it, set it up once for each."
                )
            _cases(row.cases, f"set-up-{number}")
    _more(rows)


def _cases(cases: Sequence[TestCase], key: str) -> None:
    for case in cases[:BUTTONS]:
        case_button(case.id, case.title, key, open_in_run)
    _more(cases, BUTTONS)


def _others(rows: Sequence[Precondition]) -> None:
    if not rows:
        return
    st.subheader(f"Other preconditions ({len(rows)})")
    st.caption("What else these cases start from, word for word, that of most cases first.")
    lines = []
    for row in rows[:LISTED]:
        ids = label(", ".join(case.id for case in row.cases), limit=CHARACTERS)
        many = f"{counted(len(row.cases), 'case')}: " if len(row.cases) > 1 else ""
        lines.append(f"- {label(row.text, limit=CHARACTERS)} :small[:gray[{many}{ids}]]")
    st.markdown("\n".join(lines))
    _more(rows)


def _more(all_of_them: Sequence[object], shown: int = LISTED) -> None:
    if len(all_of_them) > shown:
        st.caption(f"and {len(all_of_them) - shown} more in the file")
