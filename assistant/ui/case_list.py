"""The cases of a run as a table that fills while they are written; a click opens a case."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import streamlit as st

from assistant.domain import CaseStatus
from assistant.ui.existing_panel import SIGNS
from assistant.ui.existing_verdicts import (
    COLUMN,
    COLUMN_HELP,
    COLUMN_WIDTH,
    chosen_verdicts,
    run_verdicts,
    verdict_filter,
)
from assistant.ui.plain import visible
from assistant.ui.state import RECORD, Session
from assistant.workflow import runs
from assistant.workflow.reuse import Verdict
from assistant.workflow.review_library import LibraryRow
from assistant.workflow.runs import ACTIVE, CaseRow, RunSummary
from assistant.workflow.workspace import Workspace

POLL_SECONDS = 1.0
TABLE, CHOSEN = "case_table", "case_chosen"
TABLE_HEIGHT, ROW_HEIGHT = 216, 33
STATUS_SIGNS: dict[CaseStatus, str] = {
    "draft": "○ draft",
    "accepted": "✓ accepted",
    "rejected": "✕ rejected",
    "imported": "⇣ imported",
}
WRITER_NAMES = {"rules": "rules", "model": "model", "person": "person", "import": "import"}


def case_list(
    opened: Workspace, record: Session, *, active: bool, stale: Collection[str] = ()
) -> None:
    """The table, refreshed every second while the run is being written; ``stale`` are marked."""
    interval = POLL_SECONDS if active else None
    st.fragment(_case_list, run_every=interval)(opened, record, active, stale)


def _case_list(opened: Workspace, record: Session, active: bool, stale: Collection[str]) -> None:
    if st.session_state.pop(CHOSEN, False):
        st.rerun()  # the case beside its sources is outside of this fragment
    summary = runs.summary(opened, record.project_id, record.run_id)
    rows = runs.case_rows(opened, record.project_id, record.run_id)
    # While cases are written the computer has enough to do; the comparison comes with the last.
    verdicts = {} if active else run_verdicts(opened, record.project_id, summary, rows)
    _progress(opened, summary)
    if active and summary.status not in ACTIVE:
        st.rerun()
    if not rows:
        st.caption("The first case appears here in a moment." if active else "No cases yet.")
        return
    verdict_filter(opened, record.project_id, summary, verdicts, _list_changed)
    shown = _of_verdicts(rows, verdicts, record.run_id)
    ids = [row.id for row in shown]
    if record.case_id not in ids:
        record.case_id = ids[0]
        st.rerun()
    # All cases keep their height, so that nothing moves while they come in.
    height = TABLE_HEIGHT if shown is rows else table_height(len(shown), TABLE_HEIGHT)
    _table(shown, ids.index(record.case_id), stale, verdicts, height)


def listed_rows(opened: Workspace, record: Session, run: RunSummary) -> Sequence[CaseRow]:
    """The cases of the open run that the list shows: all, or those of the chosen verdicts."""
    rows = runs.case_rows(opened, record.project_id, run.id)
    if not chosen_verdicts(run.id):
        return rows
    return _of_verdicts(rows, run_verdicts(opened, record.project_id, run, rows), run.id)


def _of_verdicts(
    rows: Sequence[CaseRow], verdicts: Mapping[str, Verdict], run_id: str
) -> Sequence[CaseRow]:
    chosen = chosen_verdicts(run_id)
    return [row for row in rows if verdicts.get(row.id) in chosen] or rows


def _list_changed() -> None:
    """The case beside the list may be another one now, and its neighbours are."""
    st.session_state[CHOSEN] = True


def _progress(opened: Workspace, summary: RunSummary) -> None:
    """One line of fixed height: what is written, accepted and still to come."""
    if summary.status in ACTIVE:
        before = opened.jobs.waiting_before(summary.id)
        text = f"{summary.cases} of {summary.conditions or '…'} cases written"
        if summary.status == "queued" and before:
            text = f"Waiting for the model: {before} run(s) before this one"
        elif summary.status == "queued":
            text = "Getting ready…"
        st.progress(summary.progress, text)
    else:
        done = summary.accepted / summary.cases if summary.cases else 0.0
        open_drafts = summary.cases - summary.accepted - summary.rejected
        st.progress(
            done,
            f"{summary.cases} cases: {summary.accepted} accepted, {summary.rejected} rejected, "
            f"{open_drafts} to review",
        )


def common_columns(rows: Sequence[CaseRow] | Sequence[LibraryRow]) -> dict[str, list[str]]:
    """What a case is called and stands for, as columns; the library's table has them too."""
    return {
        "Status": [STATUS_SIGNS[row.status] for row in rows],
        "Case": [visible(row.id) for row in rows],
        "Title": [visible(row.title) for row in rows],
        "Technique": [row.technique or "" for row in rows],
        "Criterion": [visible(", ".join(row.criterion_ids)) for row in rows],
    }


def table_height(rows: int, most: int) -> int | Literal["content"]:
    """As high as its rows, and at most ``most`` pixels: empty lines look like missing cases."""
    return most if (rows + 1) * ROW_HEIGHT > most else "content"


def existing_column(
    rows: Sequence[CaseRow] | Sequence[LibraryRow], verdicts: Mapping[str, Verdict]
) -> dict[str, list[str]]:
    """Whether an existing case does instead, as a column; none where nothing was compared."""
    if not verdicts:
        return {}
    return {COLUMN: [SIGNS[verdicts[row.id]] if row.id in verdicts else "" for row in rows]}


def _table(
    rows: Sequence[CaseRow],
    selected: int,
    stale: Collection[str],
    verdicts: Mapping[str, Verdict],
    height: int | Literal["content"],
) -> None:
    table = {
        **common_columns(rows),
        **existing_column(rows, verdicts),
        "Writer": [_writer(row) for row in rows],
        "Support": [_support(row, stale) for row in rows],
    }
    ids = [row.id for row in rows]

    def choose() -> None:
        event = st.session_state[TABLE]["selection"]
        place = event["cells"][0][0] if event["cells"] else next(iter(event["rows"]), None)
        if place is not None and place < len(ids):
            st.session_state[RECORD].case_id = ids[place]
            st.session_state[CHOSEN] = True

    st.session_state[TABLE] = {"selection": {"rows": [selected], "columns": [], "cells": []}}
    st.dataframe(
        table,
        key=TABLE,
        on_select=choose,
        selection_mode=["single-row-required", "single-cell"],
        hide_index=True,
        height=height,
        column_config={
            "Status": st.column_config.TextColumn(width=86),
            "Case": st.column_config.TextColumn(width=146),
            "Title": st.column_config.TextColumn(width=396 - bool(verdicts) * COLUMN_WIDTH),
            "Technique": st.column_config.TextColumn(width=118),
            "Criterion": st.column_config.TextColumn(width=94),
            COLUMN: st.column_config.TextColumn(width=COLUMN_WIDTH, help=COLUMN_HELP),
            "Writer": st.column_config.TextColumn(width=62),
            "Support": st.column_config.TextColumn(width=70),
        },
        alt="Test cases of this run",
    )


def _support(row: CaseRow, stale: Collection[str]) -> str:
    if row.id in stale:
        return "⟳ stale"
    return "⚠ none" if row.unsupported else ""


def _writer(row: CaseRow) -> str:
    name = WRITER_NAMES[row.writer]
    return f"{name} ↩" if row.replaces_model else name
