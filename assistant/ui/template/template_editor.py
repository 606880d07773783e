"""The template as a form and a table of its columns; save it, discard what was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from assistant.domain import CaseTemplate, TemplateField
from assistant.errors import TemplateError
from assistant.ui.plain_text import plain, visible
from assistant.ui.presses import pressed
from assistant.ui.state import Session, note_done, page_action
from assistant.ui.template.template_sources import (
    draft_of,
    edit_anew,
    epoch,
    has_draft,
    keep_unsaved,
    take_up_unsaved,
)
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import company_template
from assistant.workflow.review.company_template import ColumnEdit, Layout

if TYPE_CHECKING:
    import pandas as pd

FIELD_WORDS: dict[TemplateField, str] = {
    "id": "Case id",
    "title": "Title",
    "objective": "Objective",
    "preconditions": "Preconditions",
    "step_number": "Step: number",
    "step_action": "Step: action",
    "step_data": "Step: test data",
    "step_expected": "Step: expected result",
    "steps": "All steps in one cell",
    "postconditions": "Postconditions",
    "priority": "Priority",
    "type": "Type (technique)",
    "status": "Status",
    "story": "Story key",
    "criteria": "Acceptance criteria",
    "epic": "Epic key",
    "release": "Release",
    "team": "Team",
    "labels": "Labels",
    "tags": "Tags",
    "description": "Description (objective, conditions, criteria)",
    "sources": "Sources of the case",
    "support": "Support of the case",
    "step_sources": "Step: sources",
    "step_support": "Step: support",
    "questions": "Open questions",
    "writer": "Writer",
    "constant": "Always this text",
}
LAYOUT_WORDS: dict[Layout, str] = {
    "step": "A row per step, the case's fields on each",
    "step, fields once": "A row per step, the case's fields on the first",
    "step, title row": "A row for the case, then a row per step",
    "case": "A row per case",
}
PLACE, HEADER, HOLDS, TEXT, REQUIRED, LONGEST, ALLOWED, RENAMES, EVERY, JOINED = (
    "#", "Header", "Holds", "Text", "Required", "Max.", "Allowed words",
    "Our word = yours", "Each row", "Joined by",
)  # fmt: skip


def template_editor(opened: Workspace, record: Session) -> CaseTemplate | None:
    """The template as it stands on screen, or ``None`` where it has a mistake, which is shown."""
    if f"{_key(record)}name" not in st.session_state:
        take_up_unsaved(record)
    start, key = draft_of(opened, record), _key(record)
    names = st.grid(3, min_column_width=260)
    name = names.cell().text_input("Name", start.name, key=f"{key}name", max_chars=120)
    layout: Layout = names.cell().selectbox(
        "Rows", list(LAYOUT_WORDS),
        index=list(LAYOUT_WORDS).index(company_template.layout_of(start)),
        format_func=LAYOUT_WORDS.__getitem__,
        key=f"{key}layout",
    )  # fmt: skip
    pattern = names.cell().text_input(
        "Title pattern", start.title_pattern, key=f"{key}pattern", placeholder="{title}",
        help="For example {story} - {title}. Slots: id, title, epic, story, criteria, type, "
        "priority, release, team.",
    )  # fmt: skip
    edits = _table(start, key)
    with st.container(horizontal=True, vertical_alignment="center"):
        first = st.toggle(
            "Preconditions as the first step", start.preconditions_first, key=f"{key}first",
            help="For tools that have no place for preconditions.",
        )  # fmt: skip
        st.space("stretch")
        try:
            template = company_template.edited(
                edits, name=name or "", layout=layout, title_pattern=pattern or "",
                preconditions_first=first,
            )  # fmt: skip
        except TemplateError as error:
            template, mistake = None, str(error)
        changed = template != opened.project(record.project_id).template
        keep_unsaved(record, template if changed else None)
        if (has_draft(record) or changed) and pressed(
            "Discard", icon=":material/undo:", key="template_discard"
        ):
            edit_anew(record, None)
            st.rerun()
        if pressed(
            "Save template", type="primary", icon=":material/save:", key="template_save",
            disabled=template is None or not changed,
        ):  # fmt: skip
            _save(opened, record, template)
    if template is None:
        st.error(plain(mistake), icon=":material/error:")
    return template


def _key(record: Session) -> str:
    return f"template-{record.project_id}-{epoch()}-"


def _save(opened: Workspace, record: Session, template: CaseTemplate | None) -> None:
    if template is None:
        return
    with page_action():
        company_template.save(opened, record.project_id, template, by=record.user)
        edit_anew(record, None)
        note_done("Template saved; exports use it from now on")


def _table(start: CaseTemplate, key: str) -> list[ColumnEdit]:
    """The columns as an editable table; a row can be added, removed and moved by its number."""
    import pandas as pd

    before = company_template.edits_of(start)
    config = st.column_config
    table = st.data_editor(
        pd.DataFrame(
            {
                PLACE: [edit.place for edit in before],
                HEADER: [visible(edit.header) for edit in before],
                HOLDS: [FIELD_WORDS[edit.field] for edit in before],
                REQUIRED: [edit.required for edit in before],
                TEXT: [visible(edit.text) for edit in before],
                RENAMES: [visible(edit.renames) for edit in before],
                ALLOWED: [visible(edit.allowed) for edit in before],
                LONGEST: pd.array([edit.max_chars for edit in before], dtype="Int64"),
                EVERY: [edit.every_row for edit in before],
                JOINED: [edit.separator for edit in before],
            }
        ),
        key=f"{key}columns",
        hide_index=True,
        placeholder="",
        num_rows="dynamic",
        height=min(560, 76 + 35 * len(before)),
        column_order=(PLACE, HEADER, HOLDS, REQUIRED, TEXT, RENAMES, ALLOWED, LONGEST, EVERY),
        column_config={
            PLACE: config.NumberColumn(
                width=44, help="1 is the first column. 2.5 moves a column between 2 and 3."
            ),
            HEADER: config.TextColumn(required=True, width=155, max_chars=200),
            HOLDS: config.SelectboxColumn(
                options=list(FIELD_WORDS.values()), required=True, width=150
            ),
            REQUIRED: config.CheckboxColumn(width=92),
            TEXT: config.TextColumn(
                width=95, help="What stands there where the case has nothing, or always."
            ),
            RENAMES: config.TextColumn(width=165, help="High = P1; Medium = P2; Low = P3"),
            ALLOWED: config.TextColumn(width=120, help="P1; P2; P3. Anything else is reported."),
            LONGEST: config.NumberColumn(
                width=72, min_value=1, step=1, help="Characters; a longer cell is reported."
            ),
            EVERY: config.CheckboxColumn(
                width=90, help="Also where the other fields stand on the first row only."
            ),
        },
        alt="Columns of the template",
    )
    return _edits(table)


def _edits(table: pd.DataFrame) -> list[ColumnEdit]:
    """The rows of the table; a new row that is not filled in yet is left out."""
    words: dict[str, TemplateField] = {shown: field for field, shown in FIELD_WORDS.items()}
    edits = []
    for position, row in enumerate(table.to_dict("records"), start=1):
        filled = {name: value for name, value in row.items() if not _missing(value)}
        if not str(filled.get(HEADER, "")).strip() or HOLDS not in filled:
            continue
        edits.append(
            ColumnEdit(
                place=float(filled.get(PLACE, position)),
                header=str(filled[HEADER]),
                field=words[str(filled[HOLDS])],
                required=bool(filled.get(REQUIRED, False)),
                text=str(filled.get(TEXT, "")),
                max_chars=int(filled[LONGEST]) if LONGEST in filled else None,
                allowed=str(filled.get(ALLOWED, "")),
                renames=str(filled.get(RENAMES, "")),
                every_row=bool(filled.get(EVERY, False)),
                separator=str(filled.get(JOINED, ", ")),
            )
        )
    return edits


def _missing(value: object) -> bool:
    import pandas as pd

    return value is None or value is pd.NA or value != value
