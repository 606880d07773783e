"""The columns of an uploaded table: what each is read as, and the first cases that come of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.domain import TestCase
from assistant.ui.counts import counted
from assistant.ui.plain_text import label, plain, visible
from assistant.ui.presses import pressed
from assistant.ui.state import Session, errors_shown, note_done
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import map_columns
from assistant.workflow.sources.map_columns import (
    CaseField,
    ColumnMapping,
    MappableTable,
    MappedCases,
    RowsForm,
)

FIELD_WORDS: dict[CaseField, str] = {
    "ignore": "– not read –",
    "id": "Case id",
    "title": "Title",
    "step_action": "Step: action",
    "step_data": "Step: test data",
    "step_expected": "Step: expected result",
    "step_number": "Step: number",
    "preconditions": "Preconditions",
    "postconditions": "Postconditions",
    "objective": "Objective",
    "priority": "Priority",
    "type": "Type (technique)",
    "story": "Story key",
    "criteria": "Acceptance criteria",
    "epic": "Epic key",
    "release": "Release",
    "team": "Team",
    "labels": "Labels",
    "status": "Status",
    "gherkin": "Script in Gherkin",
    "plain": "Script in plain text",
}
ROWS_WORDS: dict[RowsForm, str] = {
    "auto": "Rows with the same or no id and title belong together",
    "row": "Each row is a case",
    "id": "Rows with the same id are a case",
    "title": "A case begins where the title is filled",
}
TABLES = "mapping_tables"
CASES_SHOWN = 3
FORM_HEIGHT = 430
ROW_HEIGHT = 56


def mapping_form(
    opened: Workspace, record: Session, file_id: str, name: str, data: bytes
) -> bool:  # fmt: skip
    """Correct and save how a file's columns are read; true once a mapping was saved or removed."""
    tables = _tables(opened, record, file_id, name, data)
    if not tables:
        return False
    table = tables[0]
    if len(tables) > 1:
        sheets = {f"{visible(one.sheet)} ({one.row_count} rows)": one for one in tables}
        table = sheets[st.selectbox("Sheet", list(sheets), key=f"map-sheet-{file_id}")]
    key = f"map-{file_id}-{table.sheet}-{table.saved_as}-"
    left, right = st.columns([5, 6], gap="medium")
    with left:
        mapping = _columns(table, key)
    with right:
        _cases(table, map_columns.preview(table, mapping))
    return _save(opened, record, name, table, mapping, key)


def forget_tables() -> None:
    """Let the tables of uploaded files be read anew, as what is saved has changed."""
    st.session_state.pop(TABLES, None)


def _tables(
    opened: Workspace, record: Session, file_id: str, name: str, data: bytes
) -> Sequence[MappableTable]:
    """The tables of a file, read once: every click on the page asks again."""
    read: dict[str, Sequence[MappableTable]] = st.session_state.setdefault(TABLES, {})
    key = f"{record.project_id} {file_id}"
    if key not in read:
        read[key] = map_columns.tables(opened, record.project_id, name, data)
    return read[key]


def _columns(table: MappableTable, key: str) -> ColumnMapping:
    """A row for each column: its header, a cell of it, and what it is read as."""
    fields: list[CaseField] = []
    height = min(FORM_HEIGHT, 24 + ROW_HEIGHT * len(table.mapping.columns))
    with st.container(height=height, border=False, gap="xsmall"):
        for column in table.mapping.columns:
            words, choice = st.columns([1, 1], vertical_alignment="center", gap="small")
            shown = column.header.strip() or f"Column {column.number + 1}"
            words.markdown(
                f"**{label(shown, limit=60)}**  \n"
                f":small[:gray[{label(column.sample, limit=70) or 'empty'}]]"
            )
            fields.append(
                choice.selectbox(
                    f"Read {visible(shown)} as",
                    list(FIELD_WORDS),
                    index=list(FIELD_WORDS).index(column.field),
                    format_func=FIELD_WORDS.__getitem__,
                    key=f"{key}{column.number}",
                    label_visibility="collapsed",
                )
            )
    rows_form: RowsForm = st.selectbox(
        "How rows form cases",
        list(ROWS_WORDS),
        index=list(ROWS_WORDS).index(table.mapping.rows_form),
        format_func=ROWS_WORDS.__getitem__,
        key=f"{key}rows",
    )
    return map_columns.corrected(table, fields, rows_form)


def _cases(table: MappableTable, found: MappedCases) -> None:
    for problem in found.problems:
        st.warning(plain(problem), icon=":material/rule:")
    if found.problems:
        return
    first = "" if table.row_count <= len(table.rows) else f" in the first {len(table.rows)} rows"
    steps = sum(len(case.steps) for case in found.cases)
    st.markdown(
        f"**{counted(len(found.cases), 'test case')}** with {counted(steps, 'step')}{first}"
    )
    if found.unread:
        st.caption(
            f":orange[:material/report:] {counted(len(found.unread), 'row')} belong to no case: "
            f"{label(found.unread[0].reason)}"
        )
    with st.container(height=FORM_HEIGHT, border=True, gap="xsmall"):
        for case in found.cases[:CASES_SHOWN]:
            _case(case)


def _case(case: TestCase) -> None:
    meta = [case.priority, case.technique or "", case.story_key, case.release, *case.labels]
    st.markdown(
        f"**{label(case.id)}** {label(case.title)}  \n"
        f":small[:gray[{label(' · '.join(part for part in meta if part))}]]"
    )
    if case.preconditions:
        st.caption(label(f"Preconditions: {'; '.join(case.preconditions)}", limit=300))
    if not case.steps:
        st.caption(":orange[:material/report:] no steps")
        return
    cells = {
        "Action": [plain(step.action[:300]) for step in case.steps[:6]],
        "Test data": [plain(step.test_data[:200]) for step in case.steps[:6]],
        "Expected result": [plain(step.expected_result[:300]) for step in case.steps[:6]],
    }
    st.table({name: column for name, column in cells.items() if any(column)}, hide_index=True)
    if len(case.steps) > 6:
        st.caption(f"and {len(case.steps) - 6} more steps")


def _save(
    opened: Workspace,
    record: Session,
    name: str,
    table: MappableTable,
    mapping: ColumnMapping,
    key: str,
) -> bool:
    suggested = table.saved_as or visible(name).rsplit(".", 1)[0][:100]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.text_input(
            "Save as", suggested, key=f"{key}name", width=320,
            help="The next file with these columns is read this way, without asking.",
        )  # fmt: skip
        if pressed(
            "Save and use", type="primary", icon=":material/save:", key=f"{key}save",
            disabled=bool(mapping.problems),
        ):  # fmt: skip
            with errors_shown():
                map_columns.save(opened, record.project_id, chosen or "", mapping, by=record.user)
                note_done("Columns saved with the project")
                return True
        if table.saved_as and pressed(
            "Forget these columns", type="tertiary", icon=":material/delete:", key=f"{key}forget"
        ):
            with errors_shown():
                map_columns.forget(opened, record.project_id, table.saved_as, by=record.user)
                return True
    return False
